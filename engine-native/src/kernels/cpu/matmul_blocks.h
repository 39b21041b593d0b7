// Quantized weights: sixteen rows and sixteen groups of K at a time are opened into a panel, in which one register holds four successive
// weights of each row; one instruction then multiplies them with four inputs, the same for all rows, and no sum ever runs across a register.
// The panel is opened once and serves every token of the pass.
//
// A panel has as many groups as there are lanes, so that group g of a panel is lane g. The lanes rest in memory between panels.
//
// Ops::kInputFlip: the fast instruction multiplies unsigned with signed bytes, so inputs are stored as q + 128, and a group's sum starts from
// -128 times the sum of its weights. All of it is integers: nothing is lost.
#pragma once

#include "kernels/blocks.h"
#include "kernels/cpu/rows.h"
#include "kernels/inputs.h"

namespace weir::kernels::cpu {

constexpr int32_t kPanelRows = kLanes;
constexpr int32_t kPanelGroups = kLanes;
constexpr int32_t kQuad = 4;  // weights that one instruction sums

template <typename Ops, typename Block>
struct Panel {
  static constexpr int32_t kElements = kPanelGroups * Block::kGroup;  // of a row
  static constexpr int32_t kQuads = Block::kGroup / kQuad;            // of a group

  alignas(64) int8_t weights[kElements * kPanelRows];  // [group][quad][row][kQuad]
  alignas(64) float scales[kPanelGroups * kPanelRows];
  alignas(64) float offsets[kPanelGroups * kPanelRows];
  alignas(64) int32_t starts[kPanelGroups * kPanelRows];  // where Ops::kInputFlip

  // Opens groups [first, first + count) of K, of the rows from `row` on; past the last row it stands in for those that are not there.
  void open(const Matrix& w, const Block* data, int64_t row, int64_t row_end, int64_t first, int32_t count) {
    constexpr int32_t kBlockGroups = Block::kElements / Block::kGroup;
    alignas(64) int8_t rows[kPanelRows * kElements];
    const int64_t row_blocks = w.cols / Block::kElements;
    for (int64_t r = 0; r < kPanelRows; ++r) {
      const int64_t at = row + r < row_end ? row + r : row_end - 1;
      const Block* block = data + at * row_blocks + first / kBlockGroups;
      for (int32_t g = 0; g < count; g += kBlockGroups, ++block) {
        block->template open<Ops>({rows + r * kElements + g * Block::kGroup, scales + g * kPanelRows + r, offsets + g * kPanelRows + r,
                                   kPanelRows});
      }
    }
    for (int32_t k = 0; k < count * Block::kGroup; k += kLanes) Ops::interleave(rows + k, kElements, weights + k * kPanelRows);
    if constexpr (Ops::kInputFlip != 0) {
      for (int32_t g = 0; g < count; ++g) balance(g);
    }
  }

 private:
  void balance(int32_t group) {
    for (int32_t part = 0; part < Ops::kParts; ++part) {
      typename Ops::Int sum = Ops::zero_int();
      for (int32_t quad = 0; quad < kQuads; ++quad) {
        sum = Ops::dot4(sum, Ops::broadcast_byte(Ops::kInputFlip), Ops::load_int(quad_of(group, quad) + part * Ops::kWidth * kQuad));
      }
      Ops::store_int(starts + group * kPanelRows + part * Ops::kWidth, Ops::sub_int(Ops::zero_int(), sum));
    }
  }

 public:
  const int8_t* quad_of(int32_t group, int32_t quad) const { return weights + (group * kQuads + quad) * kPanelRows * kQuad; }
};

// Adds a panel's groups to the lanes of Tokens tokens: of group g, row r at lanes + (t * kLanes + g) * kPanelRows + r.
template <typename Ops, int32_t Tokens, typename Block>
inline void add_groups(const Panel<Ops, Block>& panel, int32_t count, const Inputs& x, int64_t token, int64_t first, float* lanes) {
  const int64_t scale_groups = x.cols / kInputGroup;
  for (int32_t g = 0; g < count; ++g) {
    const int64_t k = (first + g) * Block::kGroup;
    typename Ops::Int sums[Tokens][Ops::kParts];
#pragma GCC unroll 4
    for (int32_t t = 0; t < Tokens; ++t) {
#pragma GCC unroll 2
      for (int32_t p = 0; p < Ops::kParts; ++p) {
        sums[t][p] = Ops::kInputFlip != 0 ? Ops::load_int(panel.starts + g * kPanelRows + p * Ops::kWidth) : Ops::zero_int();
      }
    }
#pragma GCC unroll 8
    for (int32_t quad = 0; quad < Panel<Ops, Block>::kQuads; ++quad) {
#pragma GCC unroll 2
      for (int32_t p = 0; p < Ops::kParts; ++p) {
        const typename Ops::Int weights = Ops::load_int(panel.quad_of(g, quad) + p * Ops::kWidth * kQuad);
#pragma GCC unroll 4
        for (int32_t t = 0; t < Tokens; ++t) {
          sums[t][p] = Ops::dot4(sums[t][p], Ops::broadcast_quad(x.q + (token + t) * x.cols + k + quad * kQuad), weights);
        }
      }
    }
#pragma GCC unroll 4
    for (int32_t t = 0; t < Tokens; ++t) {
      const int64_t at = (token + t) * scale_groups + k / kInputGroup;
      float* const lane = lanes + (t * kLanes + g) * kPanelRows;
#pragma GCC unroll 2
      for (int32_t p = 0; p < Ops::kParts; ++p) {
        const int32_t row = p * Ops::kWidth;
        const typename Ops::Float scale = Ops::mul(Ops::load(panel.scales + g * kPanelRows + row), Ops::broadcast(x.scales[at]));
        typename Ops::Float sum = Ops::fma(Ops::to_float(sums[t][p]), scale, Ops::load(lane + row));
        if constexpr (Block::kOffset) {
          sum = Ops::fma(Ops::negate(Ops::load(panel.offsets + g * kPanelRows + row)), Ops::broadcast(x.sums[at]), sum);
        }
        Ops::store(lane + row, sum);
      }
    }
  }
}

// The tree of lanes.h for sixteen rows at once, then bias, for the rows that are there.
template <typename Ops>
inline void store_outputs(float* lanes, const float* bias, int32_t rows, float* y) {
  for (int32_t half = kLanes / 2; half > 0; half /= 2) {
    for (int32_t i = 0; i < half * kPanelRows; i += Ops::kWidth) {
      Ops::store(lanes + i, Ops::add(Ops::load(lanes + i), Ops::load(lanes + half * kPanelRows + i)));
    }
  }
  for_each_register<Ops>(rows, [&](int64_t r, auto at) {
    const typename Ops::Float sum = Ops::load(lanes + r);
    at.store(y + r, bias != nullptr ? Ops::add(sum, at.load(bias + r)) : sum);
  });
}

template <typename Ops>
void matmul_blocks(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
                   int64_t row_begin, int64_t row_end, const Scratch& scratch) {
  constexpr int32_t kTokensTogether = 4;
  const Pass pass(w.cols, tokens, scratch);
  with_blocks(w.data, w.dtype, [&]<typename Block>(const Block* blocks) {
    const int64_t groups = w.cols / Block::kGroup;
    for (int64_t token = 0; token < tokens; token += pass.tokens) {
      const int64_t count = tokens - token < pass.tokens ? tokens - token : pass.tokens;
      for (int64_t t = 0; t < count; ++t) quantize_inputs<Ops>(x + (token + t) * x_stride, t, Ops::kInputFlip, pass.inputs);
      for (int64_t row = row_begin; row < row_end; row += kPanelRows) {
        __builtin_memset(pass.lanes, 0, static_cast<uint64_t>(count * kLanes * kPanelRows) * sizeof(float));
        for (int64_t first = 0; first < groups; first += kPanelGroups) {
          Panel<Ops, Block> panel;
          const int32_t panel_groups = static_cast<int32_t>(groups - first < kPanelGroups ? groups - first : kPanelGroups);
          panel.open(w, blocks, row, row_end, first, panel_groups);
          int64_t t = 0;
          float* lanes = pass.lanes;
          for (; t + kTokensTogether <= count; t += kTokensTogether, lanes += kTokensTogether * kLanes * kPanelRows) {
            add_groups<Ops, kTokensTogether>(panel, panel_groups, pass.inputs, t, first, lanes);
          }
          for (; t < count; ++t, lanes += kLanes * kPanelRows) add_groups<Ops, 1>(panel, panel_groups, pass.inputs, t, first, lanes);
        }
        const int32_t rows = static_cast<int32_t>(row_end - row < kPanelRows ? row_end - row : kPanelRows);
        for (int64_t t = 0; t < count; ++t) {
          store_outputs<Ops>(pass.lanes + t * kLanes * kPanelRows, bias != nullptr ? bias + row : nullptr, rows,
                             y + (token + t) * y_stride + row);
        }
      }
    }
  });
}

}  // namespace weir::kernels::cpu
