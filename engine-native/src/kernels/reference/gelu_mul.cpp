// Far below 0 the exponential is infinite and the quotient -0, as it should be; there is no special case.
#include "kernels/exp.h"
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void gelu_mul(float* gate, const float* up, int32_t size) {
  for (int32_t i = 0; i < size; ++i) gate[i] = gelu_tanh<ScalarOps>(gate[i]) * up[i];
}

}  // namespace weir::kernels::reference
