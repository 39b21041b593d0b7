// The sum of squares is one chain of multiply-adds, bound by their latency: a quarter of a microsecond at 4096, which no model notices.
#pragma once

#include "kernels/cpu/rows.h"

namespace weir::kernels::cpu {

template <typename Ops>
void rms_norm(const float* x, const float* weight, int32_t size, float epsilon, float* y) {
  typename Ops::Float squares[Ops::kParts];
  for (auto& part : squares) part = Ops::zero();
  for_each_lanes<Ops>(size, [&](int64_t k, int32_t part, auto at) {
    const typename Ops::Float value = at.load(x + k);
    squares[part] = at.fma(value, value, squares[part]);
  });
  float lane[kLanes];
  for (int32_t part = 0; part < Ops::kParts; ++part) Ops::store(lane + part * Ops::kWidth, squares[part]);
  const float mean = sum_lanes(lane) / static_cast<float>(size);
  const typename Ops::Float scale = Ops::broadcast(1.0f / __builtin_sqrtf(mean + epsilon));
  for_each_register<Ops>(size, [&](int64_t i, auto at) {
    at.store(y + i, Ops::mul(Ops::mul(at.load(x + i), scale), at.load(weight + i)));
  });
}

}  // namespace weir::kernels::cpu
