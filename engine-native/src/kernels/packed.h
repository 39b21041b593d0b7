// Quantized weights in the order in which the kernels read them, made once at load. A panel holds sixteen rows: first their scales, sixteen
// of a group side by side; then, from a multiple of 64 bytes on, their codes, so that one register of a group holds four successive weights
// of each row, which one instruction multiplies with four inputs, the same for all rows. No sum ever runs across a register, and the whole
// matrix is read straight through.
//
//   Q8_0  codes of a group: eight registers of bytes
//   Q4_0  four registers; register j has four weights of each row from element 4 j on in the low nibbles, and from 4 j + 16 on in the high
//         ones: as a block has them
//
// It is the same bits in other places, so a row can be brought back. Other types stay as their files have them.
#pragma once

#include "kernels/blocks.h"
#include "kernels/kernels.h"

namespace weir::kernels {

constexpr int32_t kPanelRows = 16;
constexpr int32_t kQuad = 4;  // weights that one instruction sums

[[gnu::always_inline]] constexpr bool is_packable(DType dtype) { return dtype == DType::q8_0 || dtype == DType::q4_0; }

// The places in a panel of a packable type.
struct PanelShape {
  int64_t groups;
  int64_t codes_at;     // bytes from the panel's start
  int64_t group_bytes;  // of codes
  int64_t size_bytes;
};

[[gnu::always_inline]] inline PanelShape panel_shape(DType dtype, int64_t cols) {
  const int64_t groups = cols / facts(dtype).block_elements;
  const int64_t codes_at = (groups * kPanelRows * static_cast<int64_t>(sizeof(F16)) + 63) / 64 * 64;
  const int64_t group_bytes = kPanelRows * (facts(dtype).block_bytes - static_cast<int64_t>(sizeof(F16)));
  return {groups, codes_at, group_bytes, codes_at + groups * group_bytes};
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
  Block block{};
  const std::byte* const codes = at.panel + shape.codes_at + index * shape.group_bytes + at.row * kQuad;
  std::byte bytes[sizeof(Block) - sizeof(F16)];
  for (uint64_t i = 0; i < sizeof bytes; i += kQuad) __builtin_memcpy(bytes + i, codes + i * kPanelRows, kQuad);
  __builtin_memcpy(&block, at.panel + (index * kPanelRows + at.row) * static_cast<int64_t>(sizeof(F16)), sizeof(F16));
  __builtin_memcpy(reinterpret_cast<std::byte*>(&block) + sizeof(F16), bytes, sizeof bytes);
  return block;
}

// Block `index` of row r of a matrix of blocks, packed or not.
template <typename Block>
[[gnu::always_inline]] inline Block block_of(const Matrix& w, int64_t r, int64_t index) {
  if constexpr (is_packable(Block::kType)) {
    if (w.packed) return unpack<Block>(w, panel_of(w, r), index);
  }
  return static_cast<const Block*>(w.data)[r * (w.cols / Block::kElements) + index];
}

}  // namespace weir::kernels
