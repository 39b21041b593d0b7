// For v below -89 the exponential is infinite and the quotient -0, as it should be; there is no special case.
#include "kernels/exp.h"
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void silu_mul(float* gate, const float* up, int32_t size) {
  for (int32_t i = 0; i < size; ++i) gate[i] = gate[i] / (1.0f + exponential<ScalarOps>(-gate[i])) * up[i];
}

}  // namespace weir::kernels::reference
