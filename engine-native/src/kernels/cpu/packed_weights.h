// Packed weights (packed.h) as the products of matmul_blocks.h take them.
#pragma once

#include "kernels/packed.h"

namespace weir::kernels::cpu {

constexpr int64_t kAheadBytes = 2048;

// Of group g and quad q of a packed panel, the `part`th register, and the scales of the group's rows.
template <typename Ops, typename Block>
struct FromPacked {
  static constexpr int32_t kZero = Block::kType == DType::q4_0 ? 8 : Ops::kByteZero;
  static constexpr int64_t kGroupBytes = kPanelRows * (sizeof(Block) - sizeof(F16));
  const F16* scales;
  const std::byte* codes;

  FromPacked(const std::byte* panel, const PanelShape& shape)
      : scales(reinterpret_cast<const F16*>(panel)), codes(panel + shape.codes_at) {}

  typename Ops::Int quad(int64_t g, int32_t q, int32_t part) const {
    const std::byte* const at = codes + g * kGroupBytes + part * Ops::kWidth * kQuad;
    if constexpr (Block::kType == DType::q4_0) {
      const typename Ops::Int both = Ops::load_int(at + q % 4 * kPanelRows * kQuad);
      return q < 4 ? Ops::low_nibbles(both) : Ops::high_nibbles(both);
    } else {
      return Ops::bytes(Ops::load_int(at + q * kPanelRows * kQuad));
    }
  }
  typename Ops::Float scale(int64_t g, int32_t part) const { return Ops::load(scales + g * kPanelRows + part * Ops::kWidth); }
  static typename Ops::Int dot(typename Ops::Int sum, typename Ops::Int weights, typename Ops::Int inputs) {
    if constexpr (Block::kType == DType::q4_0) return Ops::dot4_small(sum, weights, inputs);
    return Ops::dot4(sum, weights, inputs);
  }

  // Asks for what comes kAheadBytes after the codes of a group.
  void look_ahead(int64_t g) const {
    for (int64_t i = 0; i < kGroupBytes; i += 64) __builtin_prefetch(codes + g * kGroupBytes + kAheadBytes + i, 0, 2);
  }
};

// The same of panels of columns. Weights are nibbles with none, one or two more bits above them: small.
template <typename Ops, typename Block>
  requires(is_in_columns(Block::kType))
struct FromPacked<Ops, Block> {
  static constexpr int32_t kGroups = Block::kElements / Block::kGroup;  // of a block
  static constexpr bool kGroupScales = kGroups > 1;
  static constexpr int32_t kZero = Block::kType == DType::q6_k ? 32 : Block::kType == DType::q5_0 ? 16 : 0;
  static constexpr int64_t kAheadLines = (sizeof(Column<Block>) / kGroups + 63) / 64;  // of a group
  const Column<Block>* columns;

  FromPacked(const std::byte* panel, const PanelShape&) : columns(reinterpret_cast<const Column<Block>*>(panel)) {}

  typename Ops::Int quad(int64_t g, int32_t q, int32_t part) const {
    const Column<Block>& column = columns[g / kGroups];
    const int32_t group = static_cast<int32_t>(g % kGroups);
    const auto load = [&](const Quads& quads) { return Ops::load_int(quads[part * Ops::kWidth]); };
    if constexpr (!kGroupScales) {
      const typename Ops::Int both = load(column.bits[q % 4]);
      const typename Ops::Int nibbles = q < 4 ? Ops::low_nibbles(both) : Ops::high_nibbles(both);
      if constexpr (Block::kType == DType::q4_1) return nibbles;
      else return Ops::with_fifth(nibbles, load(column.fifth), q);
    } else if constexpr (Block::kType == DType::q6_k) {
      const int32_t half = group / 8, run = group % 8 / 2, at = group % 2 * 4 + q;  // runs of 32 elements
      const typename Ops::Int both = load(column.low[half * 16 + run % 2 * 8 + at]);
      return Ops::with_high_pair(run < 2 ? Ops::low_nibbles(both) : Ops::high_nibbles(both), load(column.high[half * 8 + at]), run);
    } else {
      const typename Ops::Int both = load(column.bits[group / 2 * 8 + q]);
      const typename Ops::Int nibbles = group % 2 == 0 ? Ops::low_nibbles(both) : Ops::high_nibbles(both);
      if constexpr (Block::kType == DType::q5_k) return Ops::with_fifth(nibbles, load(column.fifth[q]), group);
      return nibbles;
    }
  }

  typename Ops::Float scale(int64_t g, int32_t part) const {
    const Column<Block>& column = columns[g / kGroups];
    const typename Ops::Float scale = Ops::load(column.scale + part * Ops::kWidth);
    if constexpr (!kGroupScales) return scale;
    else return Ops::mul(scale, Ops::load_bytes(column.group_scale[g % kGroups] + part * Ops::kWidth));
  }

  typename Ops::Float offset(int64_t g, int32_t part) const {
    const Column<Block>& column = columns[g / kGroups];
    if constexpr (!kGroupScales) return Ops::negate(Ops::load(column.least + part * Ops::kWidth));
    else return Ops::mul(Ops::load(column.offset + part * Ops::kWidth), Ops::load_bytes(column.group_offset[g % kGroups] + part * Ops::kWidth));
  }

  static typename Ops::Int dot(typename Ops::Int sum, typename Ops::Int weights, typename Ops::Int inputs) {
    return Ops::dot4_small(sum, weights, inputs);
  }

  void look_ahead(int64_t g) const {
    const std::byte* const from = reinterpret_cast<const std::byte*>(columns + g / kGroups) + g % kGroups * kAheadLines * 64 + kAheadBytes;
    for (int64_t i = 0; i < kAheadLines; ++i) __builtin_prefetch(from + i * 64, 0, 2);
  }
};

}  // namespace weir::kernels::cpu
