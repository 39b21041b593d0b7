// Outputs are computed in tiles of rows and tokens whose lanes stay in registers while K goes by, so that a register of weights serves
// several tokens and one of inputs several rows. How the outputs are tiled shows in no bit: each has its own sixteen lanes, and takes its
// elements in order.
//
// Up to three tokens (decoding) the weights are read where they lie, once, at the speed of memory. More tokens (prefill, or a batch)
// go through a panel: sixteen rows and one stripe of K are widened to float once, laid out as the tile reads them, and used by all tokens
// of a block; a panel's half stays in the first-level cache, the block's inputs in the second. Between two stripes the lanes rest in memory,
// which rounds nothing, since they are floats already.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/elements.h"

namespace weir::kernels::cpu {

constexpr int32_t kBlockTokens = 64;   // tokens that one widening of the weights serves
constexpr int64_t kStripe = 1024;      // elements of K in a panel
constexpr int32_t kTokensInPlace = 3;  // up to so many tokens, weights are not worth widening to memory

// Weights where they lie.
template <typename Element>
struct InPlace {
  const Element* data;
  int64_t cols;

  template <typename Access>
  auto load(const Access& at, int32_t row, int64_t k, int32_t) const { return at.load(data + row * cols + k); }
};

// Weights of Rows rows in a panel: for each sixteen of K, those of row 0, then of row 1, and so on. Padded with zeros to whole sixteens.
template <int32_t Rows>
struct Panel {
  const float* data;

  template <typename Access>
  auto load(const Access& at, int32_t row, int64_t k, int32_t offset) const {
    return at.load(data + (k - offset) * Rows + row * kLanes + offset);
  }
};

// Adds `size` elements of K to the lanes of Rows x Tokens outputs, of which output (r, t) has its own at lanes + (t * kLanes + r) * kLanes:
// the registers [first_part, first_part + Parts) of each. `fresh` lanes begin at +0.
template <typename Ops, int32_t Rows, int32_t Tokens, int32_t Parts, typename Weights>
inline void accumulate(const Weights& w, const float* x, int64_t x_stride, int64_t size, int32_t first_part, bool fresh, float* lanes) {
  typename Ops::Float sums[Rows][Tokens][Parts];
  const auto home = [&](int32_t r, int32_t t, int32_t p) { return lanes + (t * kLanes + r) * kLanes + (first_part + p) * Ops::kWidth; };
  const auto for_each_sum = [&](const auto& body) {
#pragma GCC unroll 8
    for (int32_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
      for (int32_t t = 0; t < Tokens; ++t) {
#pragma GCC unroll 4
        for (int32_t p = 0; p < Parts; ++p) body(sums[r][t][p], home(r, t, p));
      }
    }
  };
  const auto add_products = [&](int64_t k, int32_t p, auto at) {
    const int32_t offset = (first_part + p) * Ops::kWidth;
    typename Ops::Float inputs[Tokens];
#pragma GCC unroll 4
    for (int32_t t = 0; t < Tokens; ++t) inputs[t] = at.load(x + t * x_stride + k + offset);
#pragma GCC unroll 8
    for (int32_t r = 0; r < Rows; ++r) {
      const typename Ops::Float weights = w.load(at, r, k + offset, offset);
#pragma GCC unroll 4
      for (int32_t t = 0; t < Tokens; ++t) sums[r][t][p] = at.fma(weights, inputs[t], sums[r][t][p]);
    }
  };

  for_each_sum([&](auto& sum, const float* from) { sum = fresh ? Ops::zero() : Ops::load(from); });
  int64_t k = 0;
  for (; k + kLanes <= size; k += kLanes) {
#pragma GCC unroll 4
    for (int32_t p = 0; p < Parts; ++p) add_products(k, p, Whole<Ops>{});
  }
#pragma GCC unroll 4
  for (int32_t p = 0; p < Parts; ++p) {
    const int64_t left = size - k - (first_part + p) * Ops::kWidth;
    if (left >= Ops::kWidth) {
      add_products(k, p, Whole<Ops>{});
    } else if (left > 0) {
      add_products(k, p, First<Ops>{static_cast<int32_t>(left)});
    }
  }
  for_each_sum([&](const auto& sum, float* to) { Ops::store(to, sum); });
}

// accumulate for a count of tokens known at run time, at most Ops::kTileTokens, and all parts of the lanes: at once for a single token, so
// that its weights are read once, and one after the other for more, because the tile fills the registers.
template <typename Ops, int32_t Rows, typename Weights>
inline void accumulate_tokens(int32_t tokens, const Weights& w, const float* x, int64_t x_stride, int64_t size, bool fresh, float* lanes) {
  static_assert(Ops::kTileTokens == 3);
  if (tokens == 1) return accumulate<Ops, Rows, 1, Ops::kParts>(w, x, x_stride, size, 0, fresh, lanes);
  for (int32_t part = 0; part < Ops::kParts; ++part) {
    if (tokens == 2) {
      accumulate<Ops, Rows, 2, 1>(w, x, x_stride, size, part, fresh, lanes);
    } else {
      accumulate<Ops, Rows, 3, 1>(w, x, x_stride, size, part, fresh, lanes);
    }
  }
}

template <typename Ops, int32_t Rows, typename Element>
inline void fill_panel(const Element* w, int64_t cols, int64_t size, float* panel) {
  for (int64_t k = 0; k < size; k += kLanes) {
    for (int32_t r = 0; r < Rows; ++r, panel += kLanes) {
      const int64_t left = size - k;
      for (int32_t part = 0; part < Ops::kParts; ++part) {
        const Element* from = w + r * cols + k + part * Ops::kWidth;
        const int64_t valid = left - part * Ops::kWidth;
        Ops::store(panel + part * Ops::kWidth, valid >= Ops::kWidth ? Ops::load(from)
                                               : valid > 0          ? Ops::load_first(from, static_cast<int32_t>(valid))
                                                                    : Ops::zero());
      }
    }
  }
}

// One row tile, cut into strips of Ops::kTileRows rows and the single rows that are left: body(first row of the strip, its row count as a
// type).
template <typename Ops, typename Body>
inline void for_each_strip(int32_t rows, const Body& body) {
  int32_t r = 0;
  for (; r + Ops::kTileRows <= rows; r += Ops::kTileRows) body.template operator()<Ops::kTileRows>(r);
  for (; r < rows; ++r) body.template operator()<1>(r);
}

// Adds the lanes of a tile's outputs and writes them.
template <typename Ops>
inline void write_tile(const float* lanes, const float* bias, int32_t rows, int32_t tokens, float* y, int64_t y_stride) {
  for (int32_t t = 0; t < tokens; ++t) {
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

template <typename Ops, typename Element>
void multiply_in_place(const Element* w, int64_t cols, const float* bias, int32_t rows, const float* x, int64_t x_stride, int32_t tokens,
                       float* y, int64_t y_stride) {
  alignas(64) float lanes[kTokensInPlace * kLanes * kLanes];
  if (rows < kLanes) __builtin_memset(lanes, 0, sizeof lanes);
  for_each_strip<Ops>(rows, [&]<int32_t Rows>(int32_t r) {
    accumulate_tokens<Ops, Rows>(tokens, InPlace<Element>{w + r * cols, cols}, x, x_stride, cols, true, lanes + r * kLanes);
  });
  write_tile<Ops>(lanes, bias, rows, tokens, y, y_stride);
}

template <typename Ops, typename Element>
void multiply_by_panels(const Element* w, int64_t cols, const float* bias, int32_t rows, const float* x, int64_t x_stride, int32_t tokens,
                        float* y, int64_t y_stride) {
  alignas(64) float lanes[kBlockTokens * kLanes * kLanes];
  alignas(64) float panel[kLanes * kStripe];
  if (rows < kLanes) __builtin_memset(lanes, 0, sizeof lanes);
  for (int64_t begin = 0; begin < cols; begin += kStripe) {
    const int64_t size = cols - begin < kStripe ? cols - begin : kStripe;
    for_each_strip<Ops>(rows, [&]<int32_t Rows>(int32_t r) {
      fill_panel<Ops, Rows>(w + r * cols + begin, cols, size, panel + r * kStripe);
      for (int32_t t = 0; t < tokens; t += Ops::kTileTokens) {
        const int32_t tile = tokens - t < Ops::kTileTokens ? tokens - t : Ops::kTileTokens;
        accumulate_tokens<Ops, Rows>(tile, Panel<Rows>{panel + r * kStripe}, x + t * x_stride + begin, x_stride, size, begin == 0,
                                     lanes + (t * kLanes + r) * kLanes);
      }
    });
  }
  write_tile<Ops>(lanes, bias, rows, tokens, y, y_stride);
}

template <typename Ops>
void matmul(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
            int64_t row_begin, int64_t row_end) {
  with_elements(w.data, w.dtype, [&](const auto* weights) {
    for (int32_t t = 0; t < tokens; t += kBlockTokens) {
      const int32_t block = tokens - t < kBlockTokens ? tokens - t : kBlockTokens;
      for (int64_t next = row_begin; next < row_end; next += kLanes) {
        // The last tile of a range overlaps the one before rather than being narrow: it writes the same bits again.
        const int64_t last = row_end - kLanes < row_begin ? row_begin : row_end - kLanes;
        const int64_t row = next < last ? next : last;
        const int32_t rows = static_cast<int32_t>(row_end - row < kLanes ? row_end - row : kLanes);
        const auto multiply = block <= kTokensInPlace ? multiply_in_place<Ops, std::remove_cvref_t<decltype(*weights)>>
                                                      : multiply_by_panels<Ops, std::remove_cvref_t<decltype(*weights)>>;
        multiply(weights + row * w.cols, w.cols, bias != nullptr ? bias + row : nullptr, rows, x + t * x_stride, x_stride, block,
                 y + t * y_stride + row, y_stride);
      }
    }
  });
}

}  // namespace weir::kernels::cpu
