#include "kernels/packed.h"

#include <cstring>

namespace weir::kernels {

Matrix row_range(const Matrix& matrix, int64_t begin, int64_t count) {
  Matrix part = matrix;
  part.rows = count;
  if (matrix.packed) {
    const PanelRow first = panel_of(matrix, begin);
    part.data = first.panel;
    part.panel_row = static_cast<int32_t>(first.row);
  } else {
    part.data = static_cast<const char*>(matrix.data) + begin * stored_bytes(matrix.dtype, matrix.cols);
  }
  return part;
}

int64_t packed_bytes(DType dtype, int64_t rows, int64_t cols) {
  return (rows + kPanelRows - 1) / kPanelRows * panel_shape(dtype, cols).size_bytes;
}

namespace {

template <typename Block>
void pack_columns(const Block* blocks, int64_t rows, int64_t row_blocks, Column<Block>* columns) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < row_blocks; ++i) {
      Block block;  // a file may have it at an odd address
      std::memcpy(static_cast<void*>(&block), blocks + r * row_blocks + i, sizeof block);
      columns[i].put(r, block);
    }
  }
}

}  // namespace

void pack_panel(DType dtype, const void* blocks, int64_t rows, int64_t cols, void* panel) {
  const PanelShape shape = panel_shape(dtype, cols);
  const int64_t block_bytes = facts(dtype).block_bytes;
  const int64_t code_bytes = block_bytes - static_cast<int64_t>(sizeof(F16));
  const std::byte* const from = static_cast<const std::byte*>(blocks);
  std::byte* const scales = static_cast<std::byte*>(panel);
  std::memset(panel, 0, static_cast<size_t>(shape.size_bytes));
  if (is_in_columns(dtype)) {
    return with_blocks(blocks, dtype, [&]<typename Block>(const Block* typed) {
      if constexpr (is_in_columns(Block::kType)) pack_columns(typed, rows, shape.blocks, static_cast<Column<Block>*>(panel));
    });
  }
  for (int64_t g = 0; g < shape.blocks; ++g) {
    std::byte* const codes = scales + shape.codes_at + g * shape.block_bytes;
    for (int64_t r = 0; r < rows; ++r) {
      const std::byte* const block = from + (r * shape.blocks + g) * block_bytes;
      std::memcpy(scales + (g * kPanelRows + r) * static_cast<int64_t>(sizeof(F16)), block, sizeof(F16));
      for (int64_t i = 0; i < code_bytes; i += kQuad) {
        std::memcpy(codes + i * kPanelRows + r * kQuad, block + sizeof(F16) + i, kQuad);
      }
    }
  }
}

}  // namespace weir::kernels
