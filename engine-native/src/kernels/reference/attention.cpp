// The online recurrence takes 16 positions at a time (kLanes), whatever block_tokens is, so the result depends on neither block size nor
// placement. Position i of such a group belongs to lane i: the sum of the softmax's weights is kept in 16 lanes over all groups and
// added by the tree at the end. Lanes of positions after the last one, or before the window, are left out as a tail is: they keep their
// bits, after rescaling.
#include "kernels/cached.h"
#include "kernels/exp.h"
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {
namespace {

template <typename Element>
float widened(const Element* element) { return widen(*element); }
float widened(CachedByte element) { return widen(element.block->scale) * static_cast<float>(element.block->q[element.at]); }

// sum of row[k] * x[k] in the order of lanes.h.
template <typename Element>
float dot_cached(const Element* row, const float* x, int64_t size) {
  float lane[kLanes] = {};
  for (int64_t k = 0; k < size; ++k) lane[k % kLanes] = std::fma(widened(cached_at(row, k)), x[k], lane[k % kLanes]);
  return sum_lanes(lane);
}

template <typename Element>
void attend(const KvLayer& layer, const Element* cache, int32_t kv_head, const int32_t* blocks, int32_t position, const float* q,
            const AttentionRule& rule, float* out) {
  const auto row = [&](int32_t half, int32_t at) {
    return cache + kv_offset(layer, blocks[at / layer.block_tokens], half, kv_head, at % layer.block_tokens);
  };
  float highest = -INFINITY;
  float weight_sum[kLanes] = {};
  for (int32_t i = 0; i < layer.head_size; ++i) out[i] = 0.0f;

  const int32_t begin = rule.first_position(position);
  for (int32_t first = begin - begin % kLanes; first <= position; first += kLanes) {
    const int32_t skipped = first < begin ? begin - first : 0;
    const int32_t count = position - first + 1 < kLanes ? position - first + 1 : kLanes;
    float score[kLanes];
    float group_highest = highest;
    for (int32_t i = skipped; i < count; ++i) {
      score[i] = dot_cached(row(kKeys, first + i), q, layer.head_size) * rule.scale;
      if (rule.softcap > 0) score[i] = softcapped<ScalarOps>(score[i], rule.softcap);
      group_highest = score[i] > group_highest ? score[i] : group_highest;
    }
    const float rescale = exponential<ScalarOps>(highest - group_highest);
    highest = group_highest;
    for (int32_t i = 0; i < layer.head_size; ++i) out[i] *= rescale;
    for (int32_t i = 0; i < kLanes; ++i) weight_sum[i] *= rescale;
    for (int32_t i = skipped; i < count; ++i) {
      const float weight = exponential<ScalarOps>(score[i] - highest);
      weight_sum[i] += weight;
      const Element* value = row(kValues, first + i);
      for (int32_t d = 0; d < layer.head_size; ++d) out[d] = std::fma(weight, widened(cached_at(value, d)), out[d]);
    }
  }
  const float total = sum_lanes(weight_sum);
  for (int32_t i = 0; i < layer.head_size; ++i) out[i] /= total;
}

}  // namespace

void attention(const KvLayer& layer, int32_t kv_head, const int32_t* blocks, int32_t position, int32_t heads, const float* q,
               const AttentionRule& rule, float* out) {
  with_cached(static_cast<const void*>(layer.data), layer.dtype, [&](const auto* cache) {
    for (int64_t h = 0; h < heads; ++h) {
      attend(layer, cache, kv_head, blocks, position, q + h * layer.head_size, rule, out + h * layer.head_size);
    }
  });
}

}  // namespace weir::kernels::reference
