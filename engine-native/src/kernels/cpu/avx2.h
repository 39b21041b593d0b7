// One AVX2 register as the kernels use it: eight of the sixteen lanes. Needs AVX2, FMA and F16C. The members are those of avx512.h.
//
// There are no masked loads of 16-bit elements here, so the ends of such rows go through a small buffer on the stack.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/cached.h"
#include "kernels/lanes.h"

namespace weir::kernels {

struct Avx2 {
  using Float = __m256;
  using Double = __m256d;
  using Int = __m256i;  // 32 bits a lane

  static constexpr int32_t kWidth = 8;
  static constexpr int32_t kParts = kLanes / kWidth;
  // Rows of a tile of matmul: up to 12 of the 16 registers accumulate, two for each output.
  static constexpr int32_t tile_rows(int32_t tokens) { return tokens == 1 ? 4 : tokens <= 3 ? 2 : 1; }

  static constexpr int32_t kAttentionSums = 8;
  static constexpr int32_t kByteZero = 0;  // dot4 takes signed weights
  static constexpr int32_t kTokensTogether = 2;

  static Float zero() { return _mm256_setzero_ps(); }
  static Float broadcast(float value) { return _mm256_set1_ps(value); }
  static Float add(Float a, Float b) { return _mm256_add_ps(a, b); }
  static Float sub(Float a, Float b) { return _mm256_sub_ps(a, b); }
  static Float mul(Float a, Float b) { return _mm256_mul_ps(a, b); }
  static Float div(Float a, Float b) { return _mm256_div_ps(a, b); }
  static Float fma(Float a, Float b, Float c) { return _mm256_fmadd_ps(a, b, c); }
  static Float min(Float a, Float b) { return _mm256_min_ps(a, b); }
  static Float max(Float a, Float b) { return _mm256_max_ps(a, b); }
  static Float negate(Float a) { return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f)); }

  static Float fma_first(Float a, Float b, Float c, int32_t count) { return select_first(fma(a, b, c), c, count); }
  static Float select_first(Float a, Float b, int32_t count) { return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(first(count))); }

  static Float load(const float* from) { return _mm256_loadu_ps(from); }
  static Float load(const Bf16* from) { return widen_bf16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))); }
  static Float load(const F16* from) { return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))); }

  static Float load_bytes(const uint8_t* from) { return to_float(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)))); }
  static Float load_bytes(const int8_t* from) { return to_float(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)))); }
  static Float load(CachedByte from) {
    const __m256i q = _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from.block->q + from.at)));
    return mul(_mm256_cvtepi32_ps(q), _mm256_cvtph_ps(_mm_set1_epi16(static_cast<int16_t>(from.block->scale.bits))));
  }

  static Float load_first(CachedByte from, int32_t) { return load(from); }  // of a whole block; the other lanes may be anything
  static Float load_first(const float* from, int32_t count) { return _mm256_maskload_ps(from, first(count)); }
  template <typename Half>
  static Float load_first(const Half* from, int32_t count) {
    Half buffer[kWidth] = {};
    __builtin_memcpy(buffer, from, static_cast<uint32_t>(count) * sizeof(Half));
    return load(buffer);
  }

  static void store(float* to, Float value) { _mm256_storeu_ps(to, value); }
  static void store(Bf16* to, Float value) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), narrow_bf16(value)); }
  static void store(F16* to, Float value) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), narrow_f16(value)); }

  static void store_first(float* to, Float value, int32_t count) { _mm256_maskstore_ps(to, first(count), value); }
  template <typename Half>
  static void store_first(Half* to, Float value, int32_t count) {
    Half buffer[kWidth];
    store(buffer, value);
    __builtin_memcpy(to, buffer, static_cast<uint32_t>(count) * sizeof(Half));
  }

  static Float scale_by_power(Float p, Float shifted) {
    const __m256i n = _mm256_sub_epi32(_mm256_castps_si256(shifted), _mm256_set1_epi32(0x4b400000));
    const __m256i half = _mm256_srai_epi32(n, 1);
    return mul(mul(p, power_of_two(half)), power_of_two(_mm256_sub_epi32(n, half)));
  }

  static void add_widened(Double* sums, Float value) {
    sums[0] = _mm256_add_pd(sums[0], _mm256_cvtps_pd(_mm256_castps256_ps128(value)));
    sums[1] = _mm256_add_pd(sums[1], _mm256_cvtps_pd(_mm256_extractf128_ps(value, 1)));
  }
  static Double zero_double() { return _mm256_setzero_pd(); }
  static void store_double(double* to, Double value) { _mm256_storeu_pd(to, value); }

  static float max_lane(Float value, float least) {
    const __m128 four = _mm_max_ps(_mm256_extractf128_ps(value, 1), _mm256_castps256_ps128(value));
    const __m128 two = _mm_max_ps(_mm_movehl_ps(four, four), four);
    return _mm_cvtss_f32(_mm_max_ss(_mm_max_ss(_mm_movehdup_ps(two), two), _mm_set_ss(least)));
  }

  // As in avx512.h; the tree's first step adds an output's two registers.
  static void sum_outputs(const float* lanes, Float* sums) {
    for (int32_t i = 0; i < kParts; ++i) {
      Float quarter[4];
      for (int32_t j = 0; j < 4; ++j) {
        const float* output = lanes + (kWidth * i + j) * kLanes;
        const Float a = add(load(output), load(output + kWidth));
        const Float b = add(load(output + 4 * kLanes), load(output + 4 * kLanes + kWidth));
        quarter[j] = add(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
      }
      sums[i] = add_neighbours(add_pairs(quarter[0], quarter[1]), add_pairs(quarter[2], quarter[3]));
    }
  }

  static F16 narrow(float value) { return {_cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT)}; }
  static float widen(F16 value) { return _cvtsh_ss(value.bits); }
  static Float to_float(Int value) { return _mm256_cvtepi32_ps(value); }

  static Int zero_int() { return _mm256_setzero_si256(); }
  static Int load_int(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
  static void store_int(void* to, Int value) { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }
  static Int broadcast_int(int32_t value) { return _mm256_set1_epi32(value); }
  static Int broadcast_quad(const int8_t* from) {
    int32_t quad;
    __builtin_memcpy(&quad, from, sizeof quad);
    return _mm256_set1_epi32(quad);
  }

  static Int bytes(Int weights) { return weights; }
  static Int low_nibbles(Int both) { return _mm256_and_si256(both, _mm256_set1_epi8(0x0f)); }
  static Int high_nibbles(Int both) { return low_nibbles(_mm256_srli_epi16(both, 4)); }

  // Bytes of four bits with a fifth above them: bit `bit` of the bytes of fifth.
  static Int with_fifth(Int nibbles, Int fifth, int32_t bit) {
    const Int of_bit = _mm256_set1_epi8(static_cast<char>(1 << bit));
    const Int set = _mm256_cmpeq_epi8(_mm256_and_si256(fifth, of_bit), of_bit);
    return _mm256_or_si256(nibbles, _mm256_and_si256(set, _mm256_set1_epi8(16)));
  }

  // The same with two more: pair `pair`, from the lowest, of the bytes of pairs. A shift by 32 leaves nothing.
  static Int with_high_pair(Int nibbles, Int pairs, int32_t pair) {
    const Int left = _mm256_sllv_epi32(pairs, _mm256_set1_epi32(pair <= 2 ? 4 - 2 * pair : 32));
    const Int right = _mm256_srlv_epi32(pairs, _mm256_set1_epi32(pair <= 2 ? 32 : 2 * pair - 4));
    return _mm256_or_si256(nibbles, _mm256_and_si256(_mm256_or_si256(left, right), _mm256_set1_epi8(0x30)));
  }

  // Each 32-bit lane of sum, plus the four products of its bytes of weights and inputs. Inputs lie in [-127, 127], and the magnitude of a
  // weight of -128 is 128 as an unsigned byte, so that no pair of products leaves 16 bits.
  static Int dot4(Int sum, Int weights, Int inputs) { return dot4_small(sum, _mm256_abs_epi8(weights), _mm256_sign_epi8(inputs, weights)); }

  // The same of unsigned weights up to 128.
  static Int dot4_small(Int sum, Int weights, Int inputs) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(weights, inputs), _mm256_set1_epi16(1)));
  }

 private:
  static __m256i first(int32_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }

  static Float widen_bf16(__m128i bits) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16)); }

  static __m128i narrow_bf16(Float value) {
    const __m256i bits = _mm256_castps_si256(value);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x00400000));
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    const __m256i words = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  }

  static __m128i narrow_f16(Float value) { return _mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

  static Float power_of_two(__m256i n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
  }

  static Float add_pairs(Float a, Float b) { return add(_mm256_shuffle_ps(a, b, 0x44), _mm256_shuffle_ps(a, b, 0xee)); }
  static Float add_neighbours(Float a, Float b) { return add(_mm256_shuffle_ps(a, b, 0x88), _mm256_shuffle_ps(a, b, 0xdd)); }
};

}  // namespace weir::kernels
