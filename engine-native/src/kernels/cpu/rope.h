// Both halves of a head are read before either is written.
#pragma once

#include "kernels/cpu/rows.h"

namespace weir::kernels::cpu {

template <typename Ops>
void rope(float* x, const float* cos, const float* sin, int32_t size) {
  float* upper = x + size / 2;
  for_each_register<Ops>(size / 2, [&](int64_t i, auto at) {
    const typename Ops::Float a = at.load(x + i);
    const typename Ops::Float b = at.load(upper + i);
    const typename Ops::Float c = at.load(cos + i);
    const typename Ops::Float s = at.load(sin + i);
    at.store(x + i, Ops::fma(Ops::negate(b), s, Ops::mul(a, c)));
    at.store(upper + i, Ops::fma(a, s, Ops::mul(b, c)));
  });
}

}  // namespace weir::kernels::cpu
