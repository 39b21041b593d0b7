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

namespace weir::kernels {

// What matmul_inputs needs of a scratch memory, whatever the product.
constexpr int64_t kProductScratchBytes = 64 * 1024;

// Where nobody has quantized a product's inputs before, its tokens are taken in passes of as many as fit into the scratch memory.
struct Pass {
  [[gnu::always_inline]] Pass(int64_t cols_, int64_t tokens_all, const Scratch& scratch)
      : cols(cols_),
        tokens(fitting(tokens_all, (scratch.size_bytes - kProductScratchBytes) / scratch_bytes_of_token(cols_))),
        memory(scratch.data + kProductScratchBytes),
        product{scratch.data, kProductScratchBytes} {}

  [[gnu::always_inline]] static constexpr int64_t scratch_bytes(int64_t cols, int64_t tokens) {
    return kProductScratchBytes + tokens * scratch_bytes_of_token(cols);
  }

  [[gnu::always_inline]] Inputs inputs(int64_t count) const { return Inputs::in(memory, cols, static_cast<int32_t>(count)); }

  int64_t cols;
  int64_t tokens;
  std::byte* memory;
  Scratch product;

 private:
  [[gnu::always_inline]] static constexpr int64_t scratch_bytes_of_token(int64_t cols) { return cols / kInputGroup * Inputs::kGroupBytes; }
  [[gnu::always_inline]] static constexpr int64_t fitting(int64_t all, int64_t most) { return all < most ? all : most; }
};

// Isa is a tag that keeps the copies for different instruction sets apart.
template <typename Isa>
inline void quantize_inputs(const float* x, int64_t token, const Inputs& to) {
  constexpr float kShift = 0x1.8p+23f;  // added to a small number, leaves it in the low bits, rounded to nearest
  for (int64_t g = 0; g < to.groups(); ++g) {
    const float* const from = x + g * kInputGroup;
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
    int32_t integers[kInputGroup];
    for (int32_t i = 0; i < kInputGroup; ++i) {
      const float scaled = number ? from[i] * inverse : 0.0f;
      integers[i] = std::bit_cast<int32_t>(scaled + kShift) - std::bit_cast<int32_t>(kShift);
    }
    int32_t halves[2] = {};
    for (int32_t i = 0; i < kInputGroup / 2; ++i) halves[0] += integers[i];
    for (int32_t i = kInputGroup / 2; i < kInputGroup; ++i) halves[1] += integers[i];
    const int64_t at = to.index(token, g);
    int8_t* const q = to.q + at * kInputGroup;
    for (int32_t i = 0; i < kInputGroup; ++i) q[i] = static_cast<int8_t>(integers[i]);
    to.scales[at] = scale;
    to.totals[at] = scale * static_cast<float>(halves[0] + halves[1]);
    to.sums[at] = halves[0] + halves[1];
    to.halves[at] = halves[0];
  }
}

// matmul of quantized weights by matmul_inputs.
template <typename Isa, typename Product>
inline void multiply_in_passes(const Product& product, const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens,
                               float* y, int64_t y_stride, int64_t row_begin, int64_t row_end, const Scratch& scratch) {
  const Pass pass(w.cols, tokens, scratch);
  for (int64_t token = 0; token < tokens; token += pass.tokens) {
    const int64_t count = tokens - token < pass.tokens ? tokens - token : pass.tokens;
    const Inputs inputs = pass.inputs(count);
    for (int64_t t = 0; t < count; ++t) quantize_inputs<Isa>(x + (token + t) * x_stride, t, inputs);
    product(w, bias, inputs, y + token * y_stride, y_stride, row_begin, row_end, pass.product);
  }
}

}  // namespace weir::kernels
