// Decides, before a step touches any tensor, whether its plan can be carried out: every count, index, limit and pointer, and that no block
// is written where another token's keys and values are, or are read.
#pragma once

#include <cstdint>

#include "weir/weir.h"

namespace weir {

// What a session can do at most.
struct StepLimits {
  int32_t vocab_size;
  int32_t context_tokens_max;
  int32_t block_count;
  int32_t block_tokens;
  int32_t step_tokens_max;
  int32_t step_sequences_max;
  int32_t step_samples_max;
  int32_t top_logprobs_max;
};

class PlanCheck {
 public:
  // last_write has room for block_count numbers, all zero.
  PlanCheck(const StepLimits& limits, int64_t* last_write) : limits_(limits), last_write_(last_write) {}

  // Throws an Error that names the field and the sequence or sample.
  void check(const weir_step_plan& plan, const weir_step_result& result);

 private:
  void check_counts(const weir_step_plan& plan) const;
  void check_tokens(const weir_step_plan& plan) const;
  void check_tables(const weir_step_plan& plan) const;
  void check_writes(const weir_step_plan& plan);
  void check_samples(const weir_step_plan& plan, const weir_step_result& result) const;
  void check_masks(const weir_step_plan& plan) const;
  void check_given(const weir_step_plan& plan) const;
  void check_shifts(const weir_step_plan& plan) const;
  void check_hidden(const weir_step_plan& plan, const weir_step_result& result) const;

  StepLimits limits_;
  int64_t* last_write_;  // by block: the number of the plan that last wrote it
  int64_t plan_number_ = 0;
};

}  // namespace weir
