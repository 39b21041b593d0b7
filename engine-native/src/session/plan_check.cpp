#include "session/plan_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/error.h"

namespace weir {
namespace {

void check_count(const char* field, int32_t value, int32_t min, int32_t max, const char* limit) {
  require(value >= min && value <= max, field, ": ", value, " is not in [", min, ", ", limit, " = ", max, "]");
}

void check_sampling(const weir_sampling& sampling, int32_t index, int32_t token_count, int32_t top_logprobs_max) {
  const auto field = [index](const char* name) { return text("samples[", index, "].", name, ": "); };
  require(sampling.token_index >= 0 && sampling.token_index < token_count, field("token_index"), sampling.token_index, " is not in [0, ",
          token_count, ")");
  require(std::isfinite(sampling.temperature) && sampling.temperature >= 0, field("temperature"), sampling.temperature,
          " is not a number of at least 0");
  require(sampling.top_p > 0 && sampling.top_p <= 1, field("top_p"), sampling.top_p, " is not in (0, 1]");
  require(sampling.min_p >= 0 && sampling.min_p < 1, field("min_p"), sampling.min_p, " is not in [0, 1)");
  require(sampling.top_k >= 0, field("top_k"), sampling.top_k, " is negative");
  require(sampling.logprob_count >= -1 && sampling.logprob_count <= top_logprobs_max, field("logprob_count"), sampling.logprob_count,
          " is not in [-1, top_logprobs_max = ", top_logprobs_max, "]");
}

}  // namespace

void PlanCheck::check(const weir_step_plan& plan, const weir_step_result& result) {
  check_counts(plan);
  check_tokens(plan);
  check_tables(plan);
  check_writes(plan);
  check_samples(plan, result);
  check_masks(plan);
  check_given(plan);
  check_shifts(plan);
  check_hidden(plan, result);
}

void PlanCheck::check_counts(const weir_step_plan& plan) const {
  check_count("sequence_count", plan.sequence_count, 1, limits_.step_sequences_max, "step_sequences_max");
  check_count("token_count", plan.token_count, 1, limits_.step_tokens_max, "step_tokens_max");
  check_count("sample_count", plan.sample_count, 0, limits_.step_samples_max, "step_samples_max");
  require(plan.hidden_count >= 0 && plan.hidden_count <= plan.token_count, "hidden_count: ", plan.hidden_count,
          " is not in [0, token_count = ", plan.token_count, "]");
  check_count("mask_count", plan.mask_count, 0, plan.sample_count, "sample_count");
  require(plan.token_ids != nullptr, "token_ids is null");
  require(plan.token_counts != nullptr, "token_counts is null");
  require(plan.computed_tokens != nullptr, "computed_tokens is null");
  require(plan.block_tables != nullptr, "block_tables is null");
  require(plan.block_table_offsets != nullptr, "block_table_offsets is null");
  require(plan.samples != nullptr || plan.sample_count == 0, "samples is null");
  require(plan.hidden_token_indices != nullptr || plan.hidden_count == 0, "hidden_token_indices is null");
  require(plan.masks != nullptr || plan.mask_count == 0, "masks is null");
  require(plan.mask_indices != nullptr || plan.mask_count == 0, "mask_indices is null");
}

void PlanCheck::check_tokens(const weir_step_plan& plan) const {
  int64_t sum = 0;
  for (int32_t s = 0; s < plan.sequence_count; ++s) {
    const int64_t count = plan.token_counts[s];
    const int64_t computed = plan.computed_tokens[s];
    require(count >= 1, "token_counts[", s, "]: ", count, " is not at least 1");
    require(computed >= 0, "computed_tokens[", s, "]: ", computed, " is negative");
    require(computed + count <= limits_.context_tokens_max, "sequence ", s, ": ", computed, " computed and ", count,
            " new tokens exceed context_tokens_max = ", limits_.context_tokens_max);
    sum += count;
  }
  require(sum == plan.token_count, "token_count: ", plan.token_count, " is not the sum of token_counts, ", sum);
  for (int32_t t = 0; t < plan.token_count; ++t) {
    require(plan.token_ids[t] >= 0 && plan.token_ids[t] < limits_.vocab_size, "token_ids[", t, "]: ", plan.token_ids[t],
            " is not in [0, vocab_size = ", limits_.vocab_size, ")");
  }
}

// All offsets before any entry: a table's length is known only when they ascend to the end.
void PlanCheck::check_tables(const weir_step_plan& plan) const {
  const int32_t blocks_max = (limits_.context_tokens_max - 1) / limits_.block_tokens + 1;
  const int32_t* const offsets = plan.block_table_offsets;
  require(offsets[0] == 0, "block_table_offsets[0]: ", offsets[0], " is not 0");
  for (int32_t s = 0; s < plan.sequence_count; ++s) {
    const int64_t length = static_cast<int64_t>(offsets[s + 1]) - offsets[s];
    const int32_t tokens = plan.computed_tokens[s] + plan.token_counts[s];
    const int32_t needed = (tokens - 1) / limits_.block_tokens + 1;
    require(length >= needed && length <= blocks_max, "block_table_offsets: sequence ", s, " has a table of ", length, " blocks, but its ",
            tokens, " tokens need ", needed, " and the context allows ", blocks_max);
  }
  for (int32_t i = 0; i < offsets[plan.sequence_count]; ++i) {
    require(plan.block_tables[i] >= 0 && plan.block_tables[i] < limits_.block_count, "block_tables[", i, "]: ", plan.block_tables[i],
            " is not in [0, block_count = ", limits_.block_count, ")");
  }
}

// Two passes over the tables: mark the blocks that the plan writes, each once, then find none of them among those it reads.
void PlanCheck::check_writes(const weir_step_plan& plan) {
  ++plan_number_;
  const auto block_of = [this](int32_t position) { return position / limits_.block_tokens; };
  for (int32_t s = 0; s < plan.sequence_count; ++s) {
    const int32_t* const table = plan.block_tables + plan.block_table_offsets[s];
    const int32_t first = block_of(plan.computed_tokens[s]);
    const int32_t last = block_of(plan.computed_tokens[s] + plan.token_counts[s] - 1);
    for (int32_t i = first; i <= last; ++i) {
      require(last_write_[table[i]] != plan_number_, "sequence ", s, ": block ", table[i], " is written twice in one step");
      last_write_[table[i]] = plan_number_;
    }
  }
  for (int32_t s = 0; s < plan.sequence_count; ++s) {
    const int32_t* const table = plan.block_tables + plan.block_table_offsets[s];
    for (int32_t i = 0; i < block_of(plan.computed_tokens[s]); ++i) {
      require(last_write_[table[i]] != plan_number_, "sequence ", s, ": block ", table[i], " is read as computed and written in one step");
    }
  }
}

void PlanCheck::check_samples(const weir_step_plan& plan, const weir_step_result& result) const {
  const bool top_wanted = result.top_token_ids != nullptr;
  require(top_wanted == (result.top_logprobs != nullptr), "top_token_ids and top_logprobs: one is null and the other is not");
  require(result.top_logprobs_stride >= 0, "top_logprobs_stride: ", result.top_logprobs_stride, " is negative");
  for (int32_t i = 0; i < plan.sample_count; ++i) {
    const weir_sampling& sampling = plan.samples[i];
    check_sampling(sampling, i, plan.token_count, limits_.top_logprobs_max);
    require(!top_wanted || sampling.logprob_count <= result.top_logprobs_stride, "top_logprobs_stride: ", result.top_logprobs_stride,
            " is below samples[", i, "].logprob_count = ", sampling.logprob_count);
  }
}

// A mask without a token would leave the sampler nothing to draw, and one with a token too many could make it draw what does not exist.
void PlanCheck::check_masks(const weir_step_plan& plan) const {
  const int64_t words = (static_cast<int64_t>(limits_.vocab_size) + 63) / 64;
  const int32_t last_bits = limits_.vocab_size % 64;
  for (int32_t m = 0; m < plan.mask_count; ++m) {
    const uint64_t* const mask = plan.masks + m * words;
    require(std::any_of(mask, mask + words, [](uint64_t word) { return word != 0; }), "masks[", m, "] allows no token");
    require(last_bits == 0 || mask[words - 1] >> last_bits == 0, "masks[", m, "] allows a token that is not below vocab_size = ",
            limits_.vocab_size);
  }
  for (int32_t i = 0; i < plan.sample_count && plan.mask_count > 0; ++i) {
    require(plan.mask_indices[i] >= -1 && plan.mask_indices[i] < plan.mask_count, "mask_indices[", i, "]: ", plan.mask_indices[i],
            " is not in [-1, mask_count = ", plan.mask_count, ")");
  }
}

void PlanCheck::check_given(const weir_step_plan& plan) const {
  for (int32_t i = 0; i < plan.sample_count && plan.given_token_ids != nullptr; ++i) {
    require(plan.given_token_ids[i] >= -1 && plan.given_token_ids[i] < limits_.vocab_size, "given_token_ids[", i,
            "]: ", plan.given_token_ids[i], " is not in [-1, vocab_size = ", limits_.vocab_size, ")");
  }
}

// All offsets before any shift, as for block tables.
void PlanCheck::check_shifts(const weir_step_plan& plan) const {
  const int32_t* const offsets = plan.shift_offsets;
  if (offsets == nullptr) return;
  require(offsets[0] == 0, "shift_offsets[0]: ", offsets[0], " is not 0");
  for (int32_t i = 0; i < plan.sample_count; ++i) {
    const int64_t count = static_cast<int64_t>(offsets[i + 1]) - offsets[i];
    require(count >= 0 && count <= limits_.vocab_size, "shift_offsets: sample ", i, " has ", count,
            " shifts, which is not in [0, vocab_size = ", limits_.vocab_size, "]");
  }
  require(plan.shifts != nullptr || offsets[plan.sample_count] == 0, "shifts is null");
  for (int32_t i = 0; i < offsets[plan.sample_count]; ++i) {
    const weir_logit_shift& shift = plan.shifts[i];
    require(shift.token_id >= 0 && shift.token_id < limits_.vocab_size, "shifts[", i, "].token_id: ", shift.token_id,
            " is not in [0, vocab_size = ", limits_.vocab_size, ")");
    require(std::isfinite(shift.repetition) && shift.repetition > 0, "shifts[", i, "].repetition: ", shift.repetition,
            " is not a number above 0");
    require(shift.bias <= std::numeric_limits<float>::max(), "shifts[", i, "].bias: ", shift.bias, " is neither a number nor -infinity");
  }
}

void PlanCheck::check_hidden(const weir_step_plan& plan, const weir_step_result& result) const {
  require(result.hidden != nullptr || plan.hidden_count == 0, "hidden is null, but hidden_count is ", plan.hidden_count);
  for (int32_t i = 0; i < plan.hidden_count; ++i) {
    const int32_t index = plan.hidden_token_indices[i];
    require(index >= 0 && index < plan.token_count, "hidden_token_indices[", i, "]: ", index, " is not in [0, ", plan.token_count, ")");
    require(i == 0 || index > plan.hidden_token_indices[i - 1], "hidden_token_indices[", i, "]: ", index, " does not ascend");
  }
}

}  // namespace weir
