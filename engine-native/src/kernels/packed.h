// Quantized weights in the order in which the kernels read them, made once at load. A panel holds sixteen rows, so that one register has four
// successive weights of each row, which one instruction multiplies with four inputs, the same for all rows. No sum ever runs across a
// register, and the whole matrix is read straight through.
//
// Q8_0 and Q4_0: first the panel's scales, sixteen of a group side by side; then, from a multiple of 64 bytes on, the codes of its groups:
//
//   Q8_0  codes of a group: eight registers of bytes
//   Q4_0  four registers; register j has four weights of each row from element 4 j on in the low nibbles, and from 4 j + 16 on in the high
//         ones: as a block has them
//
// The other types: one column after the other, each of sixteen blocks: their scales and offsets, then those of their groups, a byte each
// where the file takes six bits, then the codes, in registers as above.
//
// It is the same bits in other places, so a row can be brought back.
#pragma once

#include "kernels/blocks.h"
#include "kernels/kernels.h"

namespace weir::kernels {

constexpr int32_t kPanelRows = 16;
constexpr int32_t kQuad = 4;  // weights that one instruction sums

using Quads = uint8_t[kPanelRows][kQuad];  // of four successive bytes of each row's block

// Bytes of a row's block to their places among those of the other rows, and back.
template <size_t count>
[[gnu::always_inline]] inline void put_quads(const uint8_t* bytes, int64_t row, Quads (&to)[count]) {
  for (size_t i = 0; i < count; ++i) __builtin_memcpy(to[i][row], bytes + i * kQuad, kQuad);
}
template <size_t count>
[[gnu::always_inline]] inline void get_quads(const Quads (&from)[count], int64_t row, uint8_t* bytes) {
  for (size_t i = 0; i < count; ++i) __builtin_memcpy(bytes + i * kQuad, from[i][row], kQuad);
}

// Sixteen blocks side by side, one of each row. Whole cache lines, so that no register of codes lies across two.
template <typename Block>
struct Column;

template <>
struct Column<Q4_1> {
  F16 scale[kPanelRows];
  F16 least[kPanelRows];
  Quads bits[4];

  [[gnu::always_inline]] void put(int64_t row, const Q4_1& block) {
    scale[row] = block.scale;
    least[row] = block.least;
    put_quads(block.bits, row, bits);
  }
  [[gnu::always_inline]] Q4_1 get(int64_t row) const {
    Q4_1 block{};
    block.scale = scale[row];
    block.least = least[row];
    get_quads(bits, row, block.bits);
    return block;
  }
};

// Fifth bits of thirty-two elements: bit e of the four bytes, and bit e / 4 of byte e % 4, where the codes of a quad have them side by side.
[[gnu::always_inline]] inline void put_fifth(const uint8_t* bits, int64_t row, Quads& to) {
  for (int32_t e = 0; e < 32; ++e) {
    to[row][e % kQuad] = static_cast<uint8_t>(to[row][e % kQuad] | (bits[e / 8] >> e % 8 & 1) << e / kQuad);
  }
}
[[gnu::always_inline]] inline void get_fifth(const Quads& from, int64_t row, uint8_t* bits) {
  for (int32_t e = 0; e < 32; ++e) bits[e / 8] = static_cast<uint8_t>(bits[e / 8] | (from[row][e % kQuad] >> e / kQuad & 1) << e % 8);
}

template <>
struct Column<Q5_0> {
  F16 scale[kPanelRows];
  uint8_t unused[32];
  Quads bits[4];
  Quads fifth;

  [[gnu::always_inline]] void put(int64_t row, const Q5_0& block) {
    scale[row] = block.scale;
    put_quads(block.bits, row, bits);
    put_fifth(block.fifth, row, fifth);
  }
  [[gnu::always_inline]] Q5_0 get(int64_t row) const {
    Q5_0 block{};
    block.scale = scale[row];
    get_quads(bits, row, block.bits);
    get_fifth(fifth, row, block.fifth);
    return block;
  }
};

template <>
struct Column<Q5_1> {
  F16 scale[kPanelRows];
  F16 least[kPanelRows];
  Quads bits[4];
  Quads fifth;

  [[gnu::always_inline]] void put(int64_t row, const Q5_1& block) {
    scale[row] = block.scale;
    least[row] = block.least;
    put_quads(block.bits, row, bits);
    put_fifth(block.fifth, row, fifth);
  }
  [[gnu::always_inline]] Q5_1 get(int64_t row) const {
    Q5_1 block{};
    block.scale = scale[row];
    block.least = least[row];
    get_quads(bits, row, block.bits);
    get_fifth(fifth, row, block.fifth);
    return block;
  }
};

// What Q4_K and Q5_K have in common.
struct ColumnScales {
  F16 scale[kPanelRows];
  F16 offset[kPanelRows];
  uint8_t group_scale[8][kPanelRows];
  uint8_t group_offset[8][kPanelRows];

  template <typename Block>
  [[gnu::always_inline]] void put_scales(int64_t row, const Block& block) {
    scale[row] = block.scale;
    offset[row] = block.offset;
    for (int32_t g = 0; g < 8; ++g) {
      group_scale[g][row] = static_cast<uint8_t>(block.of_group.scale(g));
      group_offset[g][row] = static_cast<uint8_t>(block.of_group.offset(g));
    }
  }

  template <typename Block>
  [[gnu::always_inline]] void get_scales(int64_t row, Block& block) const {
    block.scale = scale[row];
    block.offset = offset[row];
    for (int32_t g = 0; g < 8; ++g) block.of_group.set(g, group_scale[g][row], group_offset[g][row]);
  }
};

template <>
struct Column<Q4_K> : ColumnScales {
  Quads bits[32];

  [[gnu::always_inline]] void put(int64_t row, const Q4_K& block) {
    put_scales(row, block);
    put_quads(block.bits, row, bits);
  }
  [[gnu::always_inline]] Q4_K get(int64_t row) const {
    Q4_K block{};
    get_scales(row, block);
    get_quads(bits, row, block.bits);
    return block;
  }
};

template <>
struct Column<Q5_K> : ColumnScales {
  Quads bits[32];
  Quads fifth[8];

  [[gnu::always_inline]] void put(int64_t row, const Q5_K& block) {
    put_scales(row, block);
    put_quads(block.bits, row, bits);
    put_quads(block.fifth, row, fifth);
  }
  [[gnu::always_inline]] Q5_K get(int64_t row) const {
    Q5_K block{};
    get_scales(row, block);
    get_quads(bits, row, block.bits);
    get_quads(fifth, row, block.fifth);
    return block;
  }
};

template <>
struct Column<Q6_K> {
  F16 scale[kPanelRows];
  uint8_t unused[32];
  int8_t group_scale[16][kPanelRows];
  Quads low[32];
  Quads high[16];

  [[gnu::always_inline]] void put(int64_t row, const Q6_K& block) {
    scale[row] = block.scale;
    for (int32_t g = 0; g < 16; ++g) group_scale[g][row] = block.of_group[g];
    put_quads(block.low, row, low);
    put_quads(block.high, row, high);
  }
  [[gnu::always_inline]] Q6_K get(int64_t row) const {
    Q6_K block{};
    block.scale = scale[row];
    for (int32_t g = 0; g < 16; ++g) block.of_group[g] = group_scale[g][row];
    get_quads(low, row, block.low);
    get_quads(high, row, block.high);
    return block;
  }
};

static_assert(sizeof(Column<Q4_1>) == 5 * 64 && sizeof(Column<Q5_0>) == 6 * 64 && sizeof(Column<Q5_1>) == 6 * 64);
static_assert(sizeof(Column<Q4_K>) == 37 * 64 && sizeof(Column<Q5_K>) == 45 * 64 && sizeof(Column<Q6_K>) == 53 * 64);

// Whether a quantized type's panels are columns.
[[gnu::always_inline]] constexpr bool is_in_columns(DType dtype) { return dtype != DType::q8_0 && dtype != DType::q4_0; }

// Of one of those.
[[gnu::always_inline]] constexpr int64_t column_size_bytes(DType dtype) {
  switch (dtype) {
    case DType::q4_1: return sizeof(Column<Q4_1>);
    case DType::q5_0: return sizeof(Column<Q5_0>);
    case DType::q5_1: return sizeof(Column<Q5_1>);
    case DType::q4_k: return sizeof(Column<Q4_K>);
    case DType::q5_k: return sizeof(Column<Q5_K>);
    default: return sizeof(Column<Q6_K>);
  }
}

// The places in a panel.
struct PanelShape {
  int64_t blocks;       // of a row
  int64_t codes_at;     // bytes from the panel's start; columns begin there at once
  int64_t block_bytes;  // of the codes of sixteen blocks; of a column, if there are columns
  int64_t size_bytes;
};

[[gnu::always_inline]] inline PanelShape panel_shape(DType dtype, int64_t cols) {
  const int64_t blocks = cols / facts(dtype).block_elements;
  if (is_in_columns(dtype)) {
    const int64_t column_bytes = column_size_bytes(dtype);
    return {blocks, 0, column_bytes, blocks * column_bytes};
  }
  const int64_t codes_at = (blocks * kPanelRows * static_cast<int64_t>(sizeof(F16)) + 63) / 64 * 64;
  const int64_t code_bytes = kPanelRows * (facts(dtype).block_bytes - static_cast<int64_t>(sizeof(F16)));
  return {blocks, codes_at, code_bytes, codes_at + blocks * code_bytes};
}

// With the last panel filled up by rows of zeros.
int64_t packed_bytes(DType dtype, int64_t rows, int64_t cols);

// A panel of up to sixteen rows of blocks, one row after the other as a file has them, at any address.
void pack_panel(DType dtype, const void* blocks, int64_t rows, int64_t cols, void* panel);

// The panel that row r of a packed matrix is in, and which row of it that is.
struct PanelRow {
  const std::byte* panel;
  int64_t row;
};

[[gnu::always_inline]] inline PanelRow panel_of(const Matrix& packed, int64_t r) {
  const int64_t row = r + packed.panel_row;
  const int64_t panel_bytes = panel_shape(packed.dtype, packed.cols).size_bytes;
  return {static_cast<const std::byte*>(packed.data) + row / kPanelRows * panel_bytes, row % kPanelRows};
}

// Block `index` of a row, as it was in the file.
template <typename Block>
[[gnu::always_inline]] inline Block unpack(const Matrix& packed, const PanelRow& at, int64_t index) {
  const PanelShape shape = panel_shape(packed.dtype, packed.cols);
  if constexpr (is_in_columns(Block::kType)) return reinterpret_cast<const Column<Block>*>(at.panel)[index].get(at.row);
  Block block{};
  const std::byte* const codes = at.panel + shape.codes_at + index * shape.block_bytes + at.row * kQuad;
  std::byte bytes[sizeof(Block) - sizeof(F16)];
  for (uint64_t i = 0; i < sizeof bytes; i += kQuad) __builtin_memcpy(bytes + i, codes + i * kPanelRows, kQuad);
  __builtin_memcpy(&block, at.panel + (index * kPanelRows + at.row) * static_cast<int64_t>(sizeof(F16)), sizeof(F16));
  __builtin_memcpy(reinterpret_cast<std::byte*>(&block) + sizeof(F16), bytes, sizeof bytes);
  return block;
}

// Block `index` of row r of a matrix of blocks, packed or not.
template <typename Block>
[[gnu::always_inline]] inline Block block_of(const Matrix& w, int64_t r, int64_t index) {
  if (w.packed) return unpack<Block>(w, panel_of(w, r), index);
  return static_cast<const Block*>(w.data)[r * (w.cols / Block::kElements) + index];
}

}  // namespace weir::kernels
