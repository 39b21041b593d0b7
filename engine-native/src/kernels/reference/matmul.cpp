// Every output is one dot product of its own; there is nothing to share between rows or tokens.
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void matmul(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
            int64_t row_begin, int64_t row_end) {
  with_elements(w.data, w.dtype, [&](const auto* weights) {
    for (int64_t r = row_begin; r < row_end; ++r) {
      for (int64_t t = 0; t < tokens; ++t) {
        const float sum = dot(weights + r * w.cols, x + t * x_stride, w.cols);
        y[t * y_stride + r] = bias != nullptr ? sum + bias[r] : sum;
      }
    }
  });
}

}  // namespace weir::kernels::reference
