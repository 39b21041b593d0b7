// x[i] += y[i].
#pragma once

#include "kernels/cpu/rows.h"

namespace weir::kernels::cpu {

template <typename Ops>
void add(float* x, const float* y, int32_t size) {
  for_each_register<Ops>(size, [&](int64_t i, auto at) { at.store(x + i, Ops::add(at.load(x + i), at.load(y + i))); });
}

}  // namespace weir::kernels::cpu
