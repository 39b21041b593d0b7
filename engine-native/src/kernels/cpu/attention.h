// Sixteen keys at a time: their dot products with the query are kept as lanes in a small buffer and added by sum_outputs, so that the
// scores come out as registers. Values are then weighted into a strip of the output that stays in registers for all sixteen.
//
// A lane beyond the last position counts -infinity as a score and +0 as a weight: neither changes a bit, because a maximum ignores the
// one and no sum of weights is -0.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/elements.h"
#include "kernels/exp.h"

namespace weir::kernels::cpu {

// lanes[i] gets the lanes of dot(key i, q), for i in [0, count).
template <typename Ops, typename Element>
inline void dot_keys(const Element* keys, int32_t head_size, int32_t count, const float* q, float* lanes) {
  constexpr int32_t kTogether = 4;  // keys that share a load of the query
  const auto dot = [&]<int32_t Keys>(int32_t i) {
    typename Ops::Float sums[Keys][Ops::kParts];
    for (auto& sum : sums) {
      for (auto& part : sum) part = Ops::zero();
    }
    const Element* key = keys + static_cast<int64_t>(i) * head_size;
    for_each_lanes<Ops>(head_size, [&](int64_t k, int32_t part, auto at) {
      const typename Ops::Float query = at.load(q + k);
#pragma GCC unroll 4
      for (int32_t j = 0; j < Keys; ++j) sums[j][part] = at.fma(at.load(key + j * head_size + k), query, sums[j][part]);
    });
    for (int32_t j = 0; j < Keys; ++j) {
      for (int32_t part = 0; part < Ops::kParts; ++part) {
        Ops::store(lanes + (i + j) * kLanes + part * Ops::kWidth, sums[j][part]);
      }
    }
  };
  int32_t i = 0;
  for (; i + kTogether <= count; i += kTogether) dot.template operator()<kTogether>(i);
  for (; i < count; ++i) dot.template operator()<1>(i);
}

// out[d] = out[d] * rescale + sum over i of weights[i] * values[i][d], in order of i.
template <typename Ops, typename Element>
inline void add_values(const Element* values, int32_t head_size, int32_t count, const float* weights, float rescale, float* out) {
  constexpr int32_t kStrip = 8;  // registers of the output that are summed side by side
  int32_t d = 0;
  for (; d + kStrip * Ops::kWidth <= head_size; d += kStrip * Ops::kWidth) {
    typename Ops::Float sums[kStrip];
#pragma GCC unroll 8
    for (int32_t s = 0; s < kStrip; ++s) sums[s] = Ops::mul(Ops::load(out + d + s * Ops::kWidth), Ops::broadcast(rescale));
    for (int32_t i = 0; i < count; ++i) {
      const typename Ops::Float weight = Ops::broadcast(weights[i]);
      const Element* value = values + static_cast<int64_t>(i) * head_size + d;
#pragma GCC unroll 8
      for (int32_t s = 0; s < kStrip; ++s) sums[s] = Ops::fma(weight, Ops::load(value + s * Ops::kWidth), sums[s]);
    }
#pragma GCC unroll 8
    for (int32_t s = 0; s < kStrip; ++s) Ops::store(out + d + s * Ops::kWidth, sums[s]);
  }
  for_each_register<Ops>(head_size - d, [&](int64_t rest, auto at) {
    typename Ops::Float sum = Ops::mul(at.load(out + d + rest), Ops::broadcast(rescale));
    for (int32_t i = 0; i < count; ++i) {
      sum = Ops::fma(Ops::broadcast(weights[i]), at.load(values + static_cast<int64_t>(i) * head_size + d + rest), sum);
    }
    at.store(out + d + rest, sum);
  });
}

template <typename Ops, typename Element>
void attend(const KvLayer& layer, const Element* cache, int32_t kv_head, const int32_t* blocks, int32_t position, const float* q,
            float scale, float* out) {
  using Float = typename Ops::Float;
  const int32_t head_size = layer.head_size;
  alignas(64) float lanes[kLanes * kLanes] = {};
  alignas(64) float weights[kLanes];
  Float weight_sums[Ops::kParts];
  for (Float& part : weight_sums) part = Ops::zero();
  for_each_register<Ops>(head_size, [&](int64_t i, auto at) { at.store(out + i, Ops::zero()); });
  float highest = -__builtin_inff();

  for (int32_t first = 0; first <= position; first += kLanes) {
    const int32_t count = position - first + 1 < kLanes ? position - first + 1 : kLanes;
    const int32_t block = blocks[first / layer.block_tokens];
    const int32_t slot = first % layer.block_tokens;
    Float scores[Ops::kParts];
    dot_keys<Ops>(cache + kv_offset(layer, block, kKeys, kv_head, slot), head_size, count, q, lanes);
    Ops::sum_outputs(lanes, scores);

    float group_highest = highest;
    for (int32_t part = 0; part < Ops::kParts; ++part) {
      const int32_t valid = count - part * Ops::kWidth < 0 ? 0 : count - part * Ops::kWidth;
      scores[part] = Ops::mul(scores[part], Ops::broadcast(scale));
      if (valid < Ops::kWidth) scores[part] = Ops::select_first(scores[part], Ops::broadcast(-__builtin_inff()), valid);
      group_highest = Ops::max_lane(scores[part], group_highest);
    }
    alignas(64) float rescale[Ops::kWidth];
    Ops::store(rescale, exponential<Ops>(Ops::broadcast(highest - group_highest)));
    highest = group_highest;
    for (int32_t part = 0; part < Ops::kParts; ++part) {
      const int32_t valid = count - part * Ops::kWidth < 0 ? 0 : count - part * Ops::kWidth;
      Float weight = exponential<Ops>(Ops::sub(scores[part], Ops::broadcast(highest)));
      if (valid < Ops::kWidth) weight = Ops::select_first(weight, Ops::zero(), valid);
      weight_sums[part] = Ops::add(Ops::mul(weight_sums[part], Ops::broadcast(rescale[0])), weight);
      Ops::store(weights + part * Ops::kWidth, weight);
    }
    add_values<Ops>(cache + kv_offset(layer, block, kValues, kv_head, slot), head_size, count, weights, rescale[0], out);
  }

  for (int32_t part = 0; part < Ops::kParts; ++part) Ops::store(weights + part * Ops::kWidth, weight_sums[part]);
  const Float total = Ops::broadcast(sum_lanes(weights));
  for_each_register<Ops>(head_size, [&](int64_t i, auto at) { at.store(out + i, Ops::div(at.load(out + i), total)); });
}

template <typename Ops>
void attention(const KvLayer& layer, int32_t kv_head, const int32_t* blocks, int32_t position, const float* q, float scale,
               float* out) {
  with_elements(static_cast<const void*>(layer.data), layer.dtype, [&](const auto* cache) {
    attend<Ops>(layer, cache, kv_head, blocks, position, q, scale, out);
  });
}

}  // namespace weir::kernels::cpu
