// x[i] = cap * tanh(x[i] / cap).
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/exp.h"

namespace weir::kernels::cpu {

template <typename Ops>
void softcap(float* x, float cap, int32_t size) {
  const typename Ops::Float limit = Ops::broadcast(cap);
  for_each_register<Ops>(size, [&](int64_t i, auto at) { at.store(x + i, softcapped<Ops>(at.load(x + i), limit)); });
}

}  // namespace weir::kernels::cpu
