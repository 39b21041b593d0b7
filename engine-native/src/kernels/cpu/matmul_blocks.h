// Quantized weights, sixteen rows at a time: one register holds four successive weights of each row, and one instruction multiplies them with
// four inputs, the same for all rows, so that no sum ever runs across a register. Packed matrices (packed.h) lie so. Others are there to be
// looked up, not multiplied: whoever does so gets the reference.
//
// The fast instruction multiplies unsigned with signed bytes. Weights are made unsigned by what they have too much (FromPacked::kZero), and a
// group's sum starts from minus that times the sum of its inputs. All of it is integers: nothing is lost.
//
// One token is bound by reading the weights. Two panels go by together, so that neither waits for the other's chain of sums and two streams are
// being read; each asks for the lines that come kAheadBytes later, since the hardware alone does not look ahead far enough for memory as slow
// as that of a large machine.
#pragma once

#include "kernels/cpu/packed_weights.h"
#include "kernels/cpu/rows.h"
#include "kernels/inputs.h"

namespace weir::kernels::cpu {

// Adds a panel's groups of K to the sums of Tokens tokens of one tile: sums[t * 16 + row].
template <typename Ops, typename Block, int32_t Tokens>
inline void add_groups(const FromPacked<Ops, Block>& from, int64_t groups, const Inputs& x, int64_t token, float* sums) {
  constexpr int32_t kGroupsOfInputs = kInputGroup / Block::kGroup;
  const int64_t tile_tokens = x.tile_tokens(token - token % kTileInputs);
  typename Ops::Float sum[Tokens][Ops::kParts];
  const auto for_each_sum = [&](const auto& body) {
#pragma GCC unroll 8
    for (int32_t t = 0; t < Tokens; ++t) {
#pragma GCC unroll 2
      for (int32_t p = 0; p < Ops::kParts; ++p) body(t, p, sum[t][p], sums + t * kPanelRows + p * Ops::kWidth);
    }
  };
  for_each_sum([](int32_t, int32_t, auto& value, const float* at) { value = Ops::load(at); });
  int64_t at = x.index(token, 0);
  int32_t part_of_inputs = 0;
  for (int64_t g = 0; g < groups; ++g) {
    const int8_t* const q = x.q + at * kInputGroup + part_of_inputs * Block::kGroup;
    typename Ops::Int dots[Tokens][Ops::kParts];
    for_each_sum([&](int32_t t, int32_t p, auto&, const float*) {
      if constexpr (FromPacked<Ops, Block>::kZero == 0) {
        dots[t][p] = Ops::zero_int();
      } else {
        const int32_t inputs = kGroupsOfInputs == 1 ? x.sums[at + t] : part_of_inputs == 0 ? x.halves[at + t] : x.sums[at + t] - x.halves[at + t];
        dots[t][p] = Ops::broadcast_int(-FromPacked<Ops, Block>::kZero * inputs);
      }
    });
#pragma GCC unroll 8
    for (int32_t quad = 0; quad < Block::kGroup / kQuad; ++quad) {
#pragma GCC unroll 2
      for (int32_t p = 0; p < Ops::kParts; ++p) {
        const typename Ops::Int weights = from.quad(g, quad, p);
#pragma GCC unroll 8
        for (int32_t t = 0; t < Tokens; ++t) {
          dots[t][p] = FromPacked<Ops, Block>::dot(dots[t][p], weights, Ops::broadcast_quad(q + t * kInputGroup + quad * kQuad));
        }
      }
    }
    for_each_sum([&](int32_t t, int32_t p, auto& value, const float*) {
      const typename Ops::Float scale = Ops::mul(from.scale(g, p), Ops::broadcast(x.scales[at + t]));
      value = Ops::fma(Ops::to_float(dots[t][p]), scale, value);
      if constexpr (Block::kOffset) value = Ops::fma(Ops::negate(from.offset(g, p)), Ops::broadcast(x.totals[at + t]), value);
    });
    part_of_inputs = (part_of_inputs + 1) % kGroupsOfInputs;
    if (part_of_inputs == 0) at += tile_tokens;
  }
  for_each_sum([](int32_t, int32_t, auto& value, float* to) { Ops::store(to, value); });
}

// The same for `tokens` tokens from `token` on, a multiple of sixteen: together as many as there are registers for.
template <typename Ops, typename Block, int32_t Tokens = Ops::kTokensTogether>
inline void add_all(const FromPacked<Ops, Block>& from, int64_t groups, const Inputs& x, int64_t token, int64_t tokens, float* sums) {
  for (; tokens >= Tokens; token += Tokens, tokens -= Tokens, sums += Tokens * kPanelRows) {
    add_groups<Ops, Block, Tokens>(from, groups, x, token, sums);
  }
  if constexpr (Tokens > 1) add_all<Ops, Block, Tokens / 2>(from, groups, x, token, tokens, sums);
}

// One token's outputs of the panel whose first row is `row`, as far as they are in [row_begin, row_end).
template <typename Ops>
inline void store_outputs(const float* sums, const float* bias, int64_t row, int64_t row_begin, int64_t row_end, float* y) {
  const int64_t begin = row < row_begin ? row_begin : row;
  const int64_t end = row + kPanelRows < row_end ? row + kPanelRows : row_end;
  for_each_register<Ops>(end - begin, [&](int64_t r, auto at) {
    const typename Ops::Float sum = at.load(sums + (begin - row) + r);
    at.store(y + begin + r, bias != nullptr ? Ops::add(sum, at.load(bias + begin + r)) : sum);
  });
}

// The row that is the first of its panel, in which `row` is. It may lie before row 0.
[[gnu::always_inline]] inline int64_t first_row(const Matrix& w, int64_t row) { return row - (row + w.panel_row) % kPanelRows; }

// Calls add(panel_row, token, tokens, sums) for every panel that has rows of [row_begin, row_end) and every block of tokens, which adds all of
// K to sums; then stores the outputs. panel_row is the matrix's row that is the panel's first: it may lie before row_begin, or be negative. The tokens of a block are few enough for the second-level cache to keep their inputs.
template <typename Ops, typename Add>
inline void for_each_panel(const Matrix& w, const float* bias, const Inputs& x, float* y, int64_t y_stride, int64_t row_begin,
                           int64_t row_end, const Scratch& scratch, const Add& add) {
  constexpr int64_t kBlockInputBytes = 1024 * 1024;
  const int64_t most = scratch.size_bytes / (kPanelRows * static_cast<int64_t>(sizeof(float))) / kTileInputs;
  const int64_t cached = kBlockInputBytes / (x.cols * kTileInputs + 1);
  const int64_t block_tokens = kTileInputs * (cached < 1 ? 1 : cached < most ? cached : most);
  float* const sums = reinterpret_cast<float*>(scratch.data);
  for (int64_t token = 0; token < x.tokens; token += block_tokens) {
    const int64_t tokens = x.tokens - token < block_tokens ? x.tokens - token : block_tokens;
    for (int64_t row = first_row(w, row_begin); row < row_end; row += kPanelRows) {
      __builtin_memset(sums, 0, static_cast<uint64_t>(tokens * kPanelRows) * sizeof(float));
      add(row, token, tokens, sums);
      for (int64_t t = 0; t < tokens; ++t) {
        store_outputs<Ops>(sums + t * kPanelRows, bias, row, row_begin, row_end, y + (token + t) * y_stride);
      }
    }
  }
}

// One token's sums of `Panels` packed panels: sums[panel * 16 + row].
template <typename Ops, typename Block, int32_t Panels>
inline void add_token(const std::byte* panels, const PanelShape& shape, const Inputs& x, float* sums) {
  using From = FromPacked<Ops, Block>;
  constexpr int32_t kParts = kInputGroup / Block::kGroup;  // of a group of inputs, with a scale of weights each
  typename Ops::Float sum[Panels][Ops::kParts];
  for (auto& panel : sum) {
    for (auto& part : panel) part = Ops::zero();
  }
  for (int64_t at = 0; at < x.groups(); ++at) {
    const int8_t* const q = x.q + at * kInputGroup;
    const typename Ops::Float input_scale = Ops::broadcast(x.scales[at]);
#pragma GCC unroll 2
    for (int32_t i = 0; i < kParts; ++i) {
      const int64_t g = at * kParts + i;
      const int32_t inputs = kParts == 1 ? x.sums[at] : i == 0 ? x.halves[at] : x.sums[at] - x.halves[at];
      const typename Ops::Int start = Ops::broadcast_int(-From::kZero * inputs);
#pragma GCC unroll 2
      for (int32_t panel = 0; panel < Panels; ++panel) {
        const From from(panels + panel * shape.size_bytes, shape);
        from.look_ahead(g);
#pragma GCC unroll 2
        for (int32_t p = 0; p < Ops::kParts; ++p) {
          typename Ops::Int dot = start;
#pragma GCC unroll 8
          for (int32_t quad = 0; quad < Block::kGroup / kQuad; ++quad) {
            dot = From::dot(dot, from.quad(g, quad, p), Ops::broadcast_quad(q + i * Block::kGroup + quad * kQuad));
          }
          sum[panel][p] = Ops::fma(Ops::to_float(dot), Ops::mul(from.scale(g, p), input_scale), sum[panel][p]);
          if constexpr (Block::kOffset) {
            sum[panel][p] = Ops::fma(Ops::negate(from.offset(g, p)), Ops::broadcast(x.totals[at]), sum[panel][p]);
          }
        }
      }
    }
  }
  for (int32_t panel = 0; panel < Panels; ++panel) {
    for (int32_t p = 0; p < Ops::kParts; ++p) Ops::store(sums + panel * kPanelRows + p * Ops::kWidth, sum[panel][p]);
  }
}

template <typename Ops, typename Block>
inline void multiply_token(const Matrix& w, const float* bias, const Inputs& x, float* y, int64_t row_begin, int64_t row_end) {
  const PanelShape shape = panel_shape(w.dtype, w.cols);
  alignas(64) float sums[2 * kPanelRows];
  int64_t row = first_row(w, row_begin);
  for (; row + kPanelRows < row_end; row += 2 * kPanelRows) {
    add_token<Ops, Block, 2>(panel_of(w, row).panel, shape, x, sums);
    store_outputs<Ops>(sums, bias, row, row_begin, row_end, y);
    store_outputs<Ops>(sums + kPanelRows, bias, row + kPanelRows, row_begin, row_end, y);
  }
  if (row >= row_end) return;
  add_token<Ops, Block, 1>(panel_of(w, row).panel, shape, x, sums);
  store_outputs<Ops>(sums, bias, row, row_begin, row_end, y);
}

template <typename Ops>
void matmul_inputs(const Matrix& w, const float* bias, const Inputs& x, float* y, int64_t y_stride, int64_t row_begin, int64_t row_end,
                   const Scratch& scratch) {
  if (!w.packed) return reference_kernels().matmul_inputs(w, bias, x, y, y_stride, row_begin, row_end, scratch);
  with_blocks(w.data, w.dtype, [&]<typename Block>(const Block*) {
    if (x.tokens == 1) return multiply_token<Ops, Block>(w, bias, x, y, row_begin, row_end);
    const PanelShape shape = panel_shape(w.dtype, w.cols);
    for_each_panel<Ops>(w, bias, x, y, y_stride, row_begin, row_end, scratch, [&](int64_t row, int64_t token, int64_t tokens, float* sums) {
      add_all<Ops, Block>(FromPacked<Ops, Block>(panel_of(w, row).panel, shape), w.cols / Block::kGroup, x, token, tokens, sums);
    });
  });
}

}  // namespace weir::kernels::cpu
