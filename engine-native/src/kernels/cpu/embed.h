// Widens one row of the table.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/elements.h"

namespace weir::kernels::cpu {

template <typename Ops>
void embed(const Matrix& table, int32_t index, float* y) {
  with_elements(table.data, table.dtype, [&](const auto* elements) {
    const auto* row = elements + index * table.cols;
    for_each_register<Ops>(table.cols, [&](int64_t i, auto at) { at.store(y + i, at.load(row + i)); });
  });
}

}  // namespace weir::kernels::cpu
