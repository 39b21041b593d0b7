// One AVX-512 register as the kernels use it: all sixteen lanes. Needs F, BW, VL and DQ. The members are those of avx2.h; a kernel is
// written once over either. Everything is a member of this class, so that no function compiled for these instructions can share its name
// with one compiled for others: the linker would keep either. It is two classes for the same reason: VNNI has one instruction for what
// otherwise takes five.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/cached.h"
#include "kernels/lanes.h"

namespace weir::kernels {

template <bool vnni>
struct Avx512With {
  using Float = __m512;
  using Double = __m512d;
  using Int = __m512i;

  static constexpr int32_t kWidth = 16;             // floats in a register
  static constexpr int32_t kParts = kLanes / kWidth;  // registers that hold the lanes
  // Rows of a tile of matmul: up to 24 of the 32 registers accumulate.
  static constexpr int32_t tile_rows(int32_t tokens) { return tokens <= 3 ? 8 : 4; }

  static constexpr int32_t kAttentionSums = 16;  // registers that accumulate in attention
  static constexpr int32_t kByteZero = vnni ? 128 : 0;  // by how much the weights that dot4 takes are above what they stand for
  static constexpr int32_t kTokensTogether = 8;         // of matmul_blocks: a float and an integer register each

  static Float zero() { return _mm512_setzero_ps(); }
  static Float broadcast(float value) { return _mm512_set1_ps(value); }
  static Float add(Float a, Float b) { return _mm512_add_ps(a, b); }
  static Float sub(Float a, Float b) { return _mm512_sub_ps(a, b); }
  static Float mul(Float a, Float b) { return _mm512_mul_ps(a, b); }
  static Float div(Float a, Float b) { return _mm512_div_ps(a, b); }
  static Float fma(Float a, Float b, Float c) { return _mm512_fmadd_ps(a, b, c); }
  static Float min(Float a, Float b) { return _mm512_min_ps(a, b); }
  static Float max(Float a, Float b) { return _mm512_max_ps(a, b); }
  static Float negate(Float a) { return _mm512_xor_ps(a, _mm512_set1_ps(-0.0f)); }

  // a * b + c in the first `count` lanes; the others keep the bits of c.
  static Float fma_first(Float a, Float b, Float c, int32_t count) { return _mm512_mask3_fmadd_ps(a, b, c, first(count)); }
  // The first `count` lanes of a, the others of b.
  static Float select_first(Float a, Float b, int32_t count) { return _mm512_mask_blend_ps(first(count), b, a); }

  static Float load(const float* from) { return _mm512_loadu_ps(from); }
  static Float load(const Bf16* from) { return widen_bf16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))); }
  static Float load(const F16* from) { return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))); }

  static Float load_bytes(const uint8_t* from) { return to_float(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)))); }
  static Float load_bytes(const int8_t* from) { return to_float(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)))); }
  static Float load(CachedByte from) {
    const __m512i q = _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from.block->q + from.at)));
    return mul(_mm512_cvtepi32_ps(q), _mm512_cvtph_ps(_mm256_set1_epi16(static_cast<int16_t>(from.block->scale.bits))));
  }

  // Only `count` elements are touched; the other lanes are +0.
  static Float load_first(const float* from, int32_t count) { return _mm512_maskz_loadu_ps(first(count), from); }
  static Float load_first(const Bf16* from, int32_t count) { return widen_bf16(_mm256_maskz_loadu_epi16(first(count), from)); }
  static Float load_first(CachedByte from, int32_t) { return load(from); }  // of a whole block; the other lanes may be anything
  static Float load_first(const F16* from, int32_t count) { return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(count), from)); }

  static void store(float* to, Float value) { _mm512_storeu_ps(to, value); }
  static void store(Bf16* to, Float value) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), narrow_bf16(value)); }
  static void store(F16* to, Float value) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), narrow_f16(value)); }

  static void store_first(float* to, Float value, int32_t count) { _mm512_mask_storeu_ps(to, first(count), value); }
  static void store_first(Bf16* to, Float value, int32_t count) { _mm256_mask_storeu_epi16(to, first(count), narrow_bf16(value)); }
  static void store_first(F16* to, Float value, int32_t count) { _mm256_mask_storeu_epi16(to, first(count), narrow_f16(value)); }

  // p * 2^n in two steps, n being the low bits of `shifted` (exp.h).
  static Float scale_by_power(Float p, Float shifted) {
    const __m512i n = _mm512_sub_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(0x4b400000));
    const __m512i half = _mm512_srai_epi32(n, 1);
    return mul(mul(p, power_of_two(half)), power_of_two(_mm512_sub_epi32(n, half)));
  }

  // sums[0] and sums[1] += the lower and the upper half of value, as doubles.
  static void add_widened(Double* sums, Float value) {
    sums[0] = _mm512_add_pd(sums[0], _mm512_cvtps_pd(_mm512_castps512_ps256(value)));
    sums[1] = _mm512_add_pd(sums[1], _mm512_cvtps_pd(_mm512_extractf32x8_ps(value, 1)));
  }
  static Double zero_double() { return _mm512_setzero_pd(); }
  static void store_double(double* to, Double value) { _mm512_storeu_pd(to, value); }

  // The highest lane, or `least` where none is higher.
  static float max_lane(Float value, float least) {
    const __m256 eight = _mm256_max_ps(_mm512_extractf32x8_ps(value, 1), _mm512_castps512_ps256(value));
    const __m128 four = _mm_max_ps(_mm256_extractf128_ps(eight, 1), _mm256_castps256_ps128(eight));
    const __m128 two = _mm_max_ps(_mm_movehl_ps(four, four), four);
    return _mm_cvtss_f32(_mm_max_ss(_mm_max_ss(_mm_movehdup_ps(two), two), _mm_set_ss(least)));
  }

  // The tree of lanes.h for sixteen outputs at once: output i has its lanes at lanes + 16 i, sums[0] its sum in lane i. Each step adds the
  // halves of two registers into one, so that fifteen additions do for all. Which inputs meet is chosen so that the last step leaves the
  // sums in order.
  static void sum_outputs(const float* lanes, Float* sums) {
    Float quarter[4];
    for (int32_t j = 0; j < 4; ++j) {
      const float* output = lanes + j * kLanes;
      const Float ab = add_halves(load(output), load(output + 4 * kLanes));
      const Float cd = add_halves(load(output + 8 * kLanes), load(output + 12 * kLanes));
      quarter[j] = add(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
    }
    sums[0] = add_neighbours(add_pairs(quarter[0], quarter[1]), add_pairs(quarter[2], quarter[3]));
  }

  static F16 narrow(float value) { return {_cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
  static float widen(F16 value) { return _cvtsh_ss(value.bits); }
  static Float to_float(Int value) { return _mm512_cvtepi32_ps(value); }

  static Int zero_int() { return _mm512_setzero_si512(); }
  static Int load_int(const void* from) { return _mm512_loadu_si512(from); }
  static void store_int(void* to, Int value) { _mm512_storeu_si512(to, value); }
  static Int broadcast_int(int32_t value) { return _mm512_set1_epi32(value); }
  static Int broadcast_quad(const int8_t* from) {
    int32_t quad;
    __builtin_memcpy(&quad, from, sizeof quad);
    return _mm512_set1_epi32(quad);
  }

  // Signed bytes as dot4 takes them.
  static Int bytes(Int weights) { return vnni ? _mm512_xor_si512(weights, _mm512_set1_epi8(static_cast<char>(0x80))) : weights; }
  static Int low_nibbles(Int both) { return _mm512_and_si512(both, _mm512_set1_epi8(0x0f)); }
  static Int high_nibbles(Int both) { return low_nibbles(_mm512_srli_epi16(both, 4)); }
  static Int with_fifth(Int nibbles, Int fifth, int32_t bit) {
    return _mm512_or_si512(nibbles, _mm512_maskz_set1_epi8(_mm512_test_epi8_mask(fifth, _mm512_set1_epi8(static_cast<char>(1 << bit))), 16));
  }
  static Int with_high_pair(Int nibbles, Int pairs, int32_t pair) {
    const Int there = _mm512_rolv_epi32(pairs, _mm512_set1_epi32((36 - 2 * pair) % 32));
    return _mm512_or_si512(nibbles, _mm512_and_si512(there, _mm512_set1_epi8(0x30)));
  }

  // As in avx2.h.
  static Int dot4(Int sum, Int weights, Int inputs) {
    if constexpr (vnni) {
      return _mm512_dpbusd_epi32(sum, weights, inputs);
    } else {
      const __m512i turned = _mm512_mask_sub_epi8(inputs, _mm512_movepi8_mask(weights), _mm512_setzero_si512(), inputs);
      return dot4_small(sum, _mm512_abs_epi8(weights), turned);
    }
  }
  static Int dot4_small(Int sum, Int weights, Int inputs) {
    if constexpr (vnni) {
      return _mm512_dpbusd_epi32(sum, weights, inputs);
    } else {
      return _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_maddubs_epi16(weights, inputs), _mm512_set1_epi16(1)));
    }
  }

 private:
  static __mmask16 first(int32_t count) { return static_cast<__mmask16>((1u << count) - 1u); }

  static Float widen_bf16(__m256i bits) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }

  static __m256i narrow_bf16(Float value) {
    const __m512i bits = _mm512_castps_si512(value);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
    const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x00400000));
    const __mmask16 nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_blend_epi32(nan, rounded, quiet), 16));
  }

  static __m256i narrow_f16(Float value) { return _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

  static Float power_of_two(__m512i n) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(n, _mm512_set1_epi32(127)), 23));
  }

  static Float add_halves(Float a, Float b) { return add(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee)); }
  static Float add_pairs(Float a, Float b) { return add(_mm512_shuffle_ps(a, b, 0x44), _mm512_shuffle_ps(a, b, 0xee)); }
  static Float add_neighbours(Float a, Float b) { return add(_mm512_shuffle_ps(a, b, 0x88), _mm512_shuffle_ps(a, b, 0xdd)); }
};

using Avx512 = Avx512With<false>;
using Avx512Vnni = Avx512With<true>;

}  // namespace weir::kernels
