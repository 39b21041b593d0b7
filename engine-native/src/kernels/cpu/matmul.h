// Outputs are computed in tiles of rows and tokens whose lanes stay in registers while a stripe of K goes by, so that a register of weights
// serves several tokens and one of inputs several rows. Sixteen rows take the same stripe of the same few tokens, from the first-level
// cache; between stripes the lanes rest in memory, which rounds nothing, since they are floats already. How the outputs are tiled
// shows in no bit: each has its own sixteen lanes, and takes its elements in order.
//
// Weights are widened where they are read, in every tile anew. Widening them once into a buffer of floats for all tokens was measured: with
// AVX-512 it is slower at every number of tokens (filling the buffer waits for memory while nothing is multiplied, and a float is
// twice the bytes to read back), with AVX2 a quarter faster from 16 tokens on, which was not worth a second way.
#pragma once

#include "kernels/cpu/matmul_blocks.h"
#include "kernels/cpu/rows.h"
#include "kernels/elements.h"

namespace weir::kernels::cpu {

constexpr int32_t kTileTokens = 6;            // most tokens of a tile, which has Ops::tile_rows rows
constexpr int64_t kStripe = 512;              // elements of K: 12 KiB of inputs for six tokens, 16 KiB of BF16 weights for sixteen rows
constexpr int64_t kBlockInputs = 256 * 1024;  // floats of x that are kept in the second-level cache while all rows go by: 1 MiB

// Adds `size` elements of K to the lanes of Rows x Tokens outputs: of output (r, t) at lanes + (t * kLanes + r) * kLanes. Fresh lanes begin
// at +0.
template <typename Ops, int32_t Rows, int32_t Tokens, typename Element>
inline void sum_products(const Element* w, int64_t cols, const float* x, int64_t x_stride, int64_t size, bool fresh, float* lanes) {
  typename Ops::Float sums[Rows][Tokens][Ops::kParts];
  const auto for_each_sum = [&](const auto& body) {
#pragma GCC unroll 8
    for (int32_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
      for (int32_t t = 0; t < Tokens; ++t) {
#pragma GCC unroll 8
        for (int32_t p = 0; p < Ops::kParts; ++p) body(sums[r][t][p], lanes + (t * kLanes + r) * kLanes + p * Ops::kWidth);
      }
    }
  };
  const auto add_products = [&](int64_t k, int32_t p, auto at) {
    const auto weights_of = [&](int32_t r) { return at.load(w + r * cols + k); };
    const auto inputs_of = [&](int32_t t) { return at.load(x + t * x_stride + k); };
    if constexpr (Rows < Tokens) {  // the fewer stay in registers while the others pass by
      typename Ops::Float weights[Rows];
#pragma GCC unroll 8
      for (int32_t r = 0; r < Rows; ++r) weights[r] = weights_of(r);
#pragma GCC unroll 8
      for (int32_t t = 0; t < Tokens; ++t) {
        const typename Ops::Float inputs = inputs_of(t);
#pragma GCC unroll 8
        for (int32_t r = 0; r < Rows; ++r) sums[r][t][p] = at.fma(weights[r], inputs, sums[r][t][p]);
      }
    } else {
      typename Ops::Float inputs[Tokens];
#pragma GCC unroll 8
      for (int32_t t = 0; t < Tokens; ++t) inputs[t] = inputs_of(t);
#pragma GCC unroll 8
      for (int32_t r = 0; r < Rows; ++r) {
        const typename Ops::Float weights = weights_of(r);
#pragma GCC unroll 8
        for (int32_t t = 0; t < Tokens; ++t) sums[r][t][p] = at.fma(weights, inputs[t], sums[r][t][p]);
      }
    }
  };

  for_each_sum([&](auto& sum, const float* from) { sum = fresh ? Ops::zero() : Ops::load(from); });
  int64_t k = 0;
  for (; k + kLanes <= size; k += kLanes) {
#pragma GCC unroll 8
    for (int32_t p = 0; p < Ops::kParts; ++p) add_products(k + p * Ops::kWidth, p, Whole<Ops>{});
  }
#pragma GCC unroll 8
  for (int32_t p = 0; p < Ops::kParts; ++p, k += Ops::kWidth) {
    if (k + Ops::kWidth <= size) {
      add_products(k, p, Whole<Ops>{});
    } else if (k < size) {
      add_products(k, p, First<Ops>{static_cast<int32_t>(size - k)});
    }
  }
  for_each_sum([](const auto& sum, float* to) { Ops::store(to, sum); });
}

// The lanes of up to sixteen rows and exactly Tokens tokens. A single token reuses nothing, and its weights are best read straight through.
template <typename Ops, int32_t Tokens, typename Element>
inline void sum_rows(const Element* w, int64_t cols, int32_t rows, const float* x, int64_t x_stride, float* lanes) {
  constexpr int32_t kRows = Ops::tile_rows(Tokens);
  const int64_t stripe = Tokens == 1 ? cols : kStripe;
  for (int64_t k = 0; k < cols; k += stripe) {
    const int64_t size = cols - k < stripe ? cols - k : stripe;
    const auto add_rows = [&]<int32_t Rows>(int32_t r) {
      sum_products<Ops, Rows, Tokens>(w + r * cols + k, cols, x + k, x_stride, size, k == 0, lanes + r * kLanes);
    };
    int32_t r = 0;
    for (; r + kRows <= rows; r += kRows) add_rows.template operator()<kRows>(r);
    for (; r < rows; ++r) add_rows.template operator()<1>(r);
  }
}

// Outputs of up to sixteen rows and kTileTokens tokens. Tokens counts up to `tokens`, so that each number of them has its own code.
template <typename Ops, int32_t Tokens = 1, typename Element>
inline void multiply_tile(const Element* w, int64_t cols, const float* bias, int32_t rows, const float* x, int64_t x_stride,
                          int32_t tokens, float* y, int64_t y_stride) {
  if constexpr (Tokens < kTileTokens) {
    if (tokens > Tokens) return multiply_tile<Ops, Tokens + 1>(w, cols, bias, rows, x, x_stride, tokens, y, y_stride);
  }
  alignas(64) float lanes[Tokens * kLanes * kLanes];
  if (rows < kLanes) __builtin_memset(lanes, 0, sizeof lanes);
  sum_rows<Ops, Tokens>(w, cols, rows, x, x_stride, lanes);
  for (int32_t t = 0; t < Tokens; ++t) {
    typename Ops::Float sums[Ops::kParts];
    alignas(64) float outputs[kLanes];
    Ops::sum_outputs(lanes + t * kLanes * kLanes, sums);
    for (int32_t part = 0; part < Ops::kParts; ++part) Ops::store(outputs + part * Ops::kWidth, sums[part]);
    float* to = y + t * y_stride;
    for_each_register<Ops>(rows, [&](int64_t r, auto at) {
      const typename Ops::Float sum = at.load(outputs + r);
      at.store(to + r, bias != nullptr ? Ops::add(sum, at.load(bias + r)) : sum);
    });
  }
}

template <typename Ops>
void matmul(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
            int64_t row_begin, int64_t row_end, const Scratch& scratch) {
  if (is_quantized(w.dtype)) {
    return multiply_in_passes<Ops>(matmul_inputs<Ops>, w, bias, x, x_stride, tokens, y, y_stride, row_begin, row_end, scratch);
  }
  const int64_t cached_tiles = kBlockInputs / (kTileTokens * (w.cols > 0 ? w.cols : 1));
  const int64_t block_tokens = kTileTokens * (cached_tiles > 1 ? cached_tiles : 1);
  // The last rows of a range make a tile that overlaps the one before rather than a narrow one: it writes the same bits again.
  const int64_t last_row = row_end - kLanes > row_begin ? row_end - kLanes : row_begin;
  with_elements(w.data, w.dtype, [&](const auto* weights) {
    for (int64_t block = 0; block < tokens; block += block_tokens) {
      const int64_t block_end = block + block_tokens < tokens ? block + block_tokens : tokens;
      for (int64_t next_row = row_begin; next_row < row_end; next_row += kLanes) {
        const int64_t row = next_row < last_row ? next_row : last_row;
        const int32_t rows = static_cast<int32_t>(row_end - row < kLanes ? row_end - row : kLanes);
        for (int64_t t = block; t < block_end; t += kTileTokens) {
          const int32_t tile_tokens = static_cast<int32_t>(block_end - t < kTileTokens ? block_end - t : kTileTokens);
          multiply_tile<Ops>(weights + row * w.cols, w.cols, bias != nullptr ? bias + row : nullptr, rows, x + t * x_stride, x_stride,
                             tile_tokens, y + t * y_stride + row, y_stride);
        }
      }
    }
  });
}

}  // namespace weir::kernels::cpu
