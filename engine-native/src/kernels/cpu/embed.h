// Widens one row of the table.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/elements.h"
#include "kernels/packed.h"

namespace weir::kernels::cpu {

template <typename Ops>
void embed(const Matrix& table, int32_t index, float* y) {
  if (is_quantized(table.dtype)) {
    return with_blocks(table.data, table.dtype, [&]<typename Block>(const Block*) {
      for (int64_t b = 0; b < table.cols / Block::kElements; ++b) {
        widen_block<Ops>(block_of<Block>(table, index, b), y + b * Block::kElements);
      }
    });
  }
  with_elements(table.data, table.dtype, [&](const auto* elements) {
    const auto* row = elements + index * table.cols;
    for_each_register<Ops>(table.cols, [&](int64_t i, auto at) { at.store(y + i, at.load(row + i)); });
  });
}

}  // namespace weir::kernels::cpu
