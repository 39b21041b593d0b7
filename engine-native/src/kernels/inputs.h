// Inputs of a product with quantized weights: they become signed bytes too, so that the products of a group are integers and their sum is
// exact in any order, with any instruction.
//
// Thirty-two inputs share one scale, their largest magnitude / 127; each becomes the nearest integer, ties to even, of itself over that. It
// is a function of the thirty-two alone. A magnitude below 2^-100 counts as zero, since 127 over it might be infinite; one that is infinite
// or NaN makes the scale NaN, and with it every output that reads the row.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "kernels/kernels.h"
#include "kernels/lanes.h"

namespace weir::kernels {

constexpr int32_t kInputGroup = 32;

// Rows of quantized inputs, `cols` elements each, a multiple of kInputGroup.
struct Inputs {
  int64_t cols;
  int8_t* q;      // [rows][cols]
  float* scales;  // [rows][cols / kInputGroup]
  float* sums;    // [rows][cols / kInputGroup] scale times the sum of q: what an offset of the weights is multiplied by
};

// A product's tokens are taken in passes of as many as fit into the scratch memory: each takes its inputs and the lanes of sixteen outputs.
struct Pass {
  static constexpr int64_t kOutputs = 16;

  [[gnu::always_inline]] Pass(int64_t cols, int64_t tokens_all, const Scratch& scratch)
      : tokens(fitting(tokens_all, scratch.size_bytes / token_bytes(cols))), lanes(reinterpret_cast<float*>(scratch.data)) {
    float* const scales = lanes + tokens * kOutputs * kLanes;
    float* const sums = scales + tokens * (cols / kInputGroup);
    inputs = {cols, reinterpret_cast<int8_t*>(sums + tokens * (cols / kInputGroup)), scales, sums};
  }

  [[gnu::always_inline]] static constexpr int64_t token_bytes(int64_t cols) {
    return (kOutputs * kLanes + cols / kInputGroup * 2) * static_cast<int64_t>(sizeof(float)) + cols;
  }

  int64_t tokens;
  Inputs inputs;
  float* lanes;  // [tokens][kOutputs * kLanes]

 private:
  [[gnu::always_inline]] static constexpr int64_t fitting(int64_t all, int64_t most) { return all < most ? all : most; }
};

// Isa is a tag that keeps the copies for different instruction sets apart. Every byte is stored with the bits of `flip` inverted: 0x80 makes
// q + 128, unsigned, of q.
template <typename Isa>
inline void quantize_inputs(const float* x, int64_t row, uint8_t flip, const Inputs& to) {
  constexpr float kShift = 0x1.8p+23f;  // added to a small number, leaves it in the low bits, rounded to nearest
  for (int64_t g = 0; g < to.cols / kInputGroup; ++g) {
    const float* const from = x + g * kInputGroup;
    int8_t* const q = to.q + row * to.cols + g * kInputGroup;
    int32_t magnitude = 0;  // the bits of a float's magnitude order as the floats do, infinity and NaN above all numbers
    for (int32_t i = 0; i < kInputGroup; ++i) {
      const int32_t bits = std::bit_cast<int32_t>(from[i]) & 0x7fffffff;
      magnitude = bits > magnitude ? bits : magnitude;
    }
    const bool number = magnitude < 0x7f800000;
    const bool zero = magnitude < std::bit_cast<int32_t>(0x1p-100f);
    const float largest = std::bit_cast<float>(magnitude);
    const float inverse = number && !zero ? 127.0f / largest : 0.0f;
    const float scale = !number ? std::numeric_limits<float>::quiet_NaN() : zero ? 0.0f : largest / 127.0f;
    int32_t sum = 0;
    for (int32_t i = 0; i < kInputGroup; ++i) {
      const float scaled = number ? from[i] * inverse : 0.0f;
      const int32_t integer = std::bit_cast<int32_t>(scaled + kShift) - std::bit_cast<int32_t>(kShift);
      sum += integer;
      q[i] = static_cast<int8_t>(integer ^ flip);
    }
    const int64_t at = row * (to.cols / kInputGroup) + g;
    to.scales[at] = scale;
    to.sums[at] = scale * static_cast<float>(sum);
  }
}

}  // namespace weir::kernels
