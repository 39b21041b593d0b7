// Widening is exact, so there is no rounding to agree on; of quantized weights each is rounded once at most.
#include "kernels/packed.h"
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void embed(const Matrix& table, int32_t index, float* y) {
  if (is_quantized(table.dtype)) {
    return with_blocks(table.data, table.dtype, [&]<typename Block>(const Block*) {
      for (int64_t b = 0; b < table.cols / Block::kElements; ++b) {
        widen_block<ExactHalf>(block_of<Block>(table, index, b), y + b * Block::kElements);
      }
    });
  }
  with_elements(table.data, table.dtype, [&](const auto* elements) {
    const auto* row = elements + index * table.cols;
    for (int64_t i = 0; i < table.cols; ++i) y[i] = widen(row[i]);
  });
}

}  // namespace weir::kernels::reference
