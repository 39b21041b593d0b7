// gate[i] = gelu(gate[i]) * up[i].
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/exp.h"

namespace weir::kernels::cpu {

template <typename Ops>
void gelu_mul(float* gate, const float* up, int32_t size) {
  for_each_register<Ops>(size, [&](int64_t i, auto at) {
    at.store(gate + i, Ops::mul(gelu_tanh<Ops>(at.load(gate + i)), at.load(up + i)));
  });
}

}  // namespace weir::kernels::cpu
