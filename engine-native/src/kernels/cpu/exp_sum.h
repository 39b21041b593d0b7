// A term past the end of the row counts +0, which changes no lane: a sum of exponentials is never -0.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/exp.h"

namespace weir::kernels::cpu {

template <typename Ops>
double exp_sum(const float* x, int32_t size, float max, float scale) {
  typename Ops::Double sums[2 * Ops::kParts];
  for (auto& sum : sums) sum = Ops::zero_double();
  for_each_lanes<Ops>(size, [&](int64_t k, int32_t part, auto at) {
    const typename Ops::Float distance = Ops::sub(clean_logit<Ops>(at.load(x + k)), Ops::broadcast(max));
    const typename Ops::Float term = exponential<Ops>(Ops::mul(distance, Ops::broadcast(scale)));
    Ops::add_widened(sums + 2 * part, at.select(term, Ops::zero()));
  });
  double lane[kLanes];
  for (int32_t i = 0; i < 2 * Ops::kParts; ++i) Ops::store_double(lane + i * Ops::kWidth / 2, sums[i]);
  return sum_lanes(lane);
}

}  // namespace weir::kernels::cpu
