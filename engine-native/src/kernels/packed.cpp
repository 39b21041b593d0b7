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

void pack_panel(DType dtype, const void* blocks, int64_t rows, int64_t cols, void* panel) {
  const PanelShape shape = panel_shape(dtype, cols);
  const int64_t block_bytes = facts(dtype).block_bytes;
  const int64_t code_bytes = block_bytes - static_cast<int64_t>(sizeof(F16));
  const std::byte* const from = static_cast<const std::byte*>(blocks);
  std::byte* const scales = static_cast<std::byte*>(panel);
  std::memset(panel, 0, static_cast<size_t>(shape.size_bytes));
  for (int64_t g = 0; g < shape.groups; ++g) {
    std::byte* const codes = scales + shape.codes_at + g * shape.group_bytes;
    for (int64_t r = 0; r < rows; ++r) {
      const std::byte* const block = from + (r * shape.groups + g) * block_bytes;
      std::memcpy(scales + (g * kPanelRows + r) * static_cast<int64_t>(sizeof(F16)), block, sizeof(F16));
      for (int64_t i = 0; i < code_bytes; i += kQuad) {
        std::memcpy(codes + i * kPanelRows + r * kQuad, block + sizeof(F16) + i, kQuad);
      }
    }
  }
}

}  // namespace weir::kernels
