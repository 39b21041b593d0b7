// Steps as values, over the C ABI: what a test wants computed goes in, everything the library gave back comes out.
#pragma once

#include <cstdint>
#include <vector>

#include "support/tiny_model.h"
#include "weir/weir.h"

namespace weir::testing {

// One sequence's share of a step.
struct Run {
  std::vector<int32_t> token_ids;
  int32_t computed_tokens;
  std::vector<int32_t> blocks;
  std::vector<int32_t> sample_at;       // indices into token_ids
  std::vector<int32_t> hidden_at = {};  // the same, ascending
  weir_adapter adapter = 0;
};

struct StepOutput {
  std::vector<int32_t> token_ids;             // by sample
  std::vector<std::vector<float>> logits;     // by sample
  std::vector<std::vector<float>> hidden;     // by row asked for
};

weir_sampling greedy(int32_t token_index);
weir_session_config small_session();

class OpenSession {
 public:
  OpenSession(weir_model model, const weir_session_config& config);
  ~OpenSession();
  OpenSession(const OpenSession&) = delete;
  OpenSession& operator=(const OpenSession&) = delete;

  // Samples greedily; hidden_size matters only where hidden states are asked for. Throws with the library's message when the step is refused.
  StepOutput step(const std::vector<Run>& runs, int32_t vocab_size, int32_t hidden_size = 0) const;

  weir_session handle = 0;
};

// A plan with the arrays behind it; pointers stay right as long as it is neither copied nor its arrays resized.
struct PlanArrays {
  explicit PlanArrays(const std::vector<Run>& runs);

  std::vector<int32_t> token_ids, token_counts, computed_tokens, block_tables, block_table_offsets, hidden;
  std::vector<weir_adapter> adapters;
  std::vector<weir_sampling> samples;
  std::vector<uint64_t> masks;
  std::vector<int32_t> mask_indices;
  std::vector<int32_t> given;
  std::vector<weir_logit_shift> shifts;
  std::vector<int32_t> shift_offsets;
  // vocab_size matters only where there are masks.
  weir_step_plan plan(int32_t vocab_size = 0) const;
};

// Blocks 0, 1, ... enough for `tokens`.
std::vector<int32_t> blocks_for(int32_t tokens, int32_t first_block = 0);
std::vector<int32_t> random_tokens(Random& random, int32_t count, int32_t vocab_size);

}  // namespace weir::testing
