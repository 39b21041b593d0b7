// Choosing is a thread's work for a row: the CPU's (model/experts.cpp), operation by operation. Laying the rows out by expert is one block's; in which
// order the rows of one expert lie is nobody's concern, since no result depends on it.
#include "kernels/cuda/rows.h"

namespace weir::cuda {
namespace {

constexpr int32_t kThreads = 1024;

struct Shared {
  uint32_t next[kExpertsMax + 1];
};

WEIR_DEVICE bool is_nan(float value) { return !(value == value); }
WEIR_DEVICE float weight_of(float logit, float highest) {
  return is_nan(logit) ? 0.0f : kernels::exponential<DeviceOps>(logit - highest);
}
WEIR_DEVICE bool before(float a, float b) { return a > b || (is_nan(b) && !is_nan(a)); }

// The expert that comes first of those which the row has not taken yet.
WEIR_DEVICE int32_t next_expert(const float* logits, int32_t expert_count, const int32_t* taken, int32_t taken_count) {
  int32_t best = -1;
  for (int32_t e = 0; e < expert_count; ++e) {
    if (best >= 0 && !before(logits[e], logits[best])) continue;
    bool free = true;
    for (int32_t i = 0; i < taken_count; ++i) free = free && taken[i] != e;
    if (free) best = e;
  }
  return best;
}

WEIR_KERNEL void choose_rows(ChooseExperts a) {
  const int64_t t = static_cast<int64_t>(simt::block_x()) * kRowThreads + simt::thread();
  if (t >= a.count) return;
  const float* const logits = a.logits + t * a.expert_count;
  int32_t* const experts = a.experts + t * a.chosen;
  float* const weights = a.weights + t * a.chosen;
  for (int32_t j = 0; j < a.chosen; ++j) experts[j] = next_expert(logits, a.expert_count, experts, j);
  const float highest = logits[experts[0]];
  for (int32_t j = 0; j < a.chosen; ++j) weights[j] = weight_of(logits[experts[j]], highest);
  float total = 0;
  if (a.normalized != 0) {
    for (int32_t j = 0; j < a.chosen; ++j) total += weights[j];
  } else {
    for (int32_t e = 0; e < a.expert_count; ++e) total += weight_of(logits[e], highest);
  }
  for (int32_t j = 0; j < a.chosen; ++j) weights[j] /= total;
}

// A counting sort.
WEIR_KERNEL void lay_out(ChooseExperts a) {
  Shared& shared = simt::block_memory<Shared>();
  const int32_t all = a.count * a.chosen;
  for (int32_t e = simt::thread(); e <= a.expert_count; e += kThreads) shared.next[e] = 0;
  simt::block_sync();
  for (int32_t i = simt::thread(); i < all; i += kThreads) simt::atomic_add(&shared.next[a.experts[i]], 1);
  simt::block_sync();
  if (simt::thread() == 0) {
    uint32_t begin = 0;
    for (int32_t e = 0; e <= a.expert_count; ++e) {
      const uint32_t count = shared.next[e];
      a.begins[e] = static_cast<int32_t>(begin);
      shared.next[e] = begin;
      begin += count;
    }
  }
  simt::block_sync();
  for (int32_t i = simt::thread(); i < all; i += kThreads) {
    const uint32_t copy = simt::atomic_next(&shared.next[a.experts[i]]);
    a.copies[i] = static_cast<int32_t>(copy);
    a.sources[copy] = i / a.chosen;
  }
}

WEIR_KERNEL void mix_rows(MixExperts a) {
  const int64_t t = simt::block_x();
  for (int32_t i = simt::thread(); i < a.size; i += kRowThreads) {
    float sum = 0;
    for (int64_t j = t * a.chosen; j < (t + 1) * a.chosen; ++j) {
      sum = std::fma(a.outputs[static_cast<int64_t>(a.copies[j]) * a.size + i], a.weights[j], sum);
    }
    a.delta[t * a.size + i] = sum;
  }
}

}  // namespace

void choose_experts(Stream stream, const ChooseExperts& a) {
  if (a.count == 0) return;
  simt::launch(stream, "choose_experts", choose_rows, {(a.count + kRowThreads - 1) / kRowThreads}, kRowThreads, 0, a);
  simt::launch(stream, "lay_out_experts", lay_out, {}, kThreads, padded(sizeof(Shared), 16), a);
}

void mix_experts(Stream stream, const MixExperts& a) {
  if (a.count > 0) simt::launch(stream, "mix_experts", mix_rows, {a.count}, kRowThreads, 0, a);
}

}  // namespace weir::cuda
