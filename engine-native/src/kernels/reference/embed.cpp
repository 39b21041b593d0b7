// Widening is exact, so there is no rounding to agree on.
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void embed(const Matrix& table, int32_t index, float* y) {
  with_elements(table.data, table.dtype, [&](const auto* elements) {
    const auto* row = elements + index * table.cols;
    for (int64_t i = 0; i < table.cols; ++i) y[i] = widen(row[i]);
  });
}

}  // namespace weir::kernels::reference
