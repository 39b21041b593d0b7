// Widens one row of the table.
#pragma once

#include "kernels/blocks.h"
#include "kernels/cpu/rows.h"
#include "kernels/elements.h"

namespace weir::kernels::cpu {

template <typename Ops>
void embed(const Matrix& table, int32_t index, float* y) {
  if (is_quantized(table.dtype)) {
    return with_blocks(table.data, table.dtype, [&]<typename Block>(const Block* blocks) {
      const int64_t row_blocks = table.cols / Block::kElements;
      widen_blocks<Ops>(blocks + index * row_blocks, row_blocks, y);
    });
  }
  with_elements(table.data, table.dtype, [&](const auto* elements) {
    const auto* row = elements + index * table.cols;
    for_each_register<Ops>(table.cols, [&](int64_t i, auto at) { at.store(y + i, at.load(row + i)); });
  });
}

}  // namespace weir::kernels::cpu
