// Mixture of experts (Shazeer et al. 2017): which experts the rows of a tile take, with what weights, and the rows laid out by expert, so
// that an expert's matrices are read once for all rows that take it.
//
// A row's experts and weights are functions of its own logits. The layout depends on the other rows, but decides only where a copy of a row
// lies: every kernel's result depends on its own row alone, and a row's results are added in the order in which it chose.
#pragma once

#include <cstdint>

#include "runtime/memory.h"
#include "weir/weir.h"

namespace weir {

// The `chosen_count` highest logits (ties by lower index; NaN is lower than any number) in falling order, and their weights: the softmax
// over all logits, divided by the sum over the chosen where `normalized`. chosen_count is at most expert_count.
void choose_experts(const float* logits, int32_t expert_count, int32_t chosen_count, bool normalized, int32_t* experts, float* weights);

// What a tile's rows have chosen: element j of row t at t * chosen_count + j.
struct ExpertChoices {
  ExpertChoices(const weir_model_config& config, int32_t tile_tokens, Arena& arena);

  int32_t chosen_count;
  int32_t expert_count;
  int32_t* experts;
  float* weights;
  int32_t* copies;  // where the row's copy for that expert lies among the copies of all rows, which are sorted by expert
  int32_t* begins;  // [expert_count + 1] the first copy of each expert

  // Lays out the copies of rows [0, count).
  void group(int32_t count);
};

}  // namespace weir
