// The mean and the root are rounded one by one, and x is scaled before the weight is applied: (x * s) * weight, never x * (s * weight).
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void rms_norm(const float* x, const float* weight, int32_t size, float epsilon, float* y) {
  const float mean = dot(x, x, size) / static_cast<float>(size);
  const float scale = 1.0f / std::sqrt(mean + epsilon);
  for (int32_t i = 0; i < size; ++i) y[i] = x[i] * scale * weight[i];
}

}  // namespace weir::kernels::reference
