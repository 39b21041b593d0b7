// One fused multiply-add: the product is not rounded before it is added.
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void add_scaled(float* x, const float* y, float scale, int32_t size) {
  for (int32_t i = 0; i < size; ++i) x[i] = std::fma(y[i], scale, x[i]);
}

}  // namespace weir::kernels::reference
