// A division by the cap and a product with it, as published: not a product with its inverse.
#include "kernels/exp.h"
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void softcap(float* x, float cap, int32_t size) {
  for (int32_t i = 0; i < size; ++i) x[i] = softcapped<ScalarOps>(x[i], cap);
}

}  // namespace weir::kernels::reference
