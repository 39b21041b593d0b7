#include "model/experts.h"

#include <algorithm>
#include <cmath>

#include "kernels/exp.h"

namespace weir {
namespace {

float weight_of(float logit, float highest) {
  return std::isnan(logit) ? 0.0f : kernels::exponential<kernels::ScalarOps>(logit - highest);
}

}  // namespace

void choose_experts(const float* logits, int32_t expert_count, int32_t chosen_count, bool normalized, int32_t* experts, float* weights) {
  const auto before = [logits](int32_t a, int32_t b) {
    return logits[a] > logits[b] || (std::isnan(logits[b]) && !std::isnan(logits[a]));
  };
  for (int32_t j = 0; j < chosen_count; ++j) {
    const auto taken = [&](int32_t e) { return std::find(experts, experts + j, e) != experts + j; };
    int32_t best = -1;
    for (int32_t e = 0; e < expert_count; ++e) {
      if ((best < 0 || before(e, best)) && !taken(e)) best = e;
    }
    experts[j] = best;
  }
  const float highest = logits[experts[0]];
  for (int32_t j = 0; j < chosen_count; ++j) weights[j] = weight_of(logits[experts[j]], highest);
  float total = 0;
  if (normalized) {
    for (int32_t j = 0; j < chosen_count; ++j) total += weights[j];
  } else {
    for (int32_t e = 0; e < expert_count; ++e) total += weight_of(logits[e], highest);
  }
  for (int32_t j = 0; j < chosen_count; ++j) weights[j] /= total;
}

ExpertChoices::ExpertChoices(const weir_model_config& config, int32_t tile_tokens, Arena& arena)
    : chosen_count(config.experts_per_token),
      expert_count(config.expert_count),
      experts(arena.take<int32_t>(saturating_product(tile_tokens, chosen_count))),
      weights(arena.take<float>(saturating_product(tile_tokens, chosen_count))),
      copies(arena.take<int32_t>(saturating_product(tile_tokens, chosen_count))),
      begins(arena.take<int32_t>(static_cast<int64_t>(expert_count) + 1)) {}

// A counting sort: afterwards begins[e] has moved on to where e + 1 begins, so it is filled one place further up.
void ExpertChoices::group(int32_t count) {
  const int64_t choices = static_cast<int64_t>(count) * chosen_count;
  std::fill_n(begins, expert_count + 1, 0);
  for (int64_t i = 0; i < choices; ++i) ++begins[experts[i] + 1];
  for (int32_t e = 0; e < expert_count; ++e) begins[e + 1] += begins[e];
  for (int64_t i = 0; i < choices; ++i) copies[i] = begins[experts[i]]++;
  std::copy_backward(begins, begins + expert_count, begins + expert_count + 1);
  begins[0] = 0;
}

}  // namespace weir
