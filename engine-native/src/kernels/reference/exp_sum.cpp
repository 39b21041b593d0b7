// Floats are exponentiated, but their sum is taken in double, because a vocabulary of 128k terms would cost a float half its digits.
#include "kernels/exp.h"
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

double exp_sum(const float* x, int32_t size, float max, float scale) {
  double lane[kLanes] = {};
  for (int32_t i = 0; i < size; ++i) lane[i % kLanes] += exponential<ScalarOps>((clean_logit<ScalarOps>(x[i]) - max) * scale);
  return sum_lanes(lane);
}

}  // namespace weir::kernels::reference
