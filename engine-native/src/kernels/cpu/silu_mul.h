// gate[i] = silu(gate[i]) * up[i].
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/exp.h"

namespace weir::kernels::cpu {

template <typename Ops>
void silu_mul(float* gate, const float* up, int32_t size) {
  for_each_register<Ops>(size, [&](int64_t i, auto at) {
    const typename Ops::Float value = at.load(gate + i);
    const typename Ops::Float divisor = Ops::add(Ops::broadcast(1.0f), exponential<Ops>(Ops::negate(value)));
    at.store(gate + i, Ops::mul(Ops::div(value, divisor), at.load(up + i)));
  });
}

}  // namespace weir::kernels::cpu
