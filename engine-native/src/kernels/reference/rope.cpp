// Each of the two outputs is one rounded product and one fused multiply-add over it.
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void rope(float* x, const float* cos, const float* sin, int32_t size) {
  const int32_t half = size / 2;
  for (int32_t i = 0; i < half; ++i) {
    const float a = x[i];
    const float b = x[i + half];
    x[i] = std::fma(-b, sin[i], a * cos[i]);
    x[i + half] = std::fma(a, sin[i], b * cos[i]);
  }
}

}  // namespace weir::kernels::reference
