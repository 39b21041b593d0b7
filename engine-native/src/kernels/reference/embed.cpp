// Widening is exact, so there is no rounding to agree on; of quantized weights each is rounded once at most.
#include "kernels/blocks.h"
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void embed(const Matrix& table, int32_t index, float* y) {
  if (is_quantized(table.dtype)) {
    return with_blocks(table.data, table.dtype, [&]<typename Block>(const Block* blocks) {
      const int64_t row_blocks = table.cols / Block::kElements;
      widen_blocks<ExactHalf>(blocks + index * row_blocks, row_blocks, y);
    });
  }
  with_elements(table.data, table.dtype, [&](const auto* elements) {
    const auto* row = elements + index * table.cols;
    for (int64_t i = 0; i < table.cols; ++i) y[i] = widen(row[i]);
  });
}

}  // namespace weir::kernels::reference
