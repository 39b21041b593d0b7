// x[i] += y[i] * scale.
#pragma once

#include "kernels/cpu/rows.h"

namespace weir::kernels::cpu {

template <typename Ops>
void add_scaled(float* x, const float* y, float scale, int32_t size) {
  const typename Ops::Float factor = Ops::broadcast(scale);
  for_each_register<Ops>(size, [&](int64_t i, auto at) { at.store(x + i, Ops::fma(at.load(y + i), factor, at.load(x + i))); });
}

}  // namespace weir::kernels::cpu
