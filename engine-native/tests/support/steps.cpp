#include "support/steps.h"

#include <cstdlib>
#include <stdexcept>

namespace weir::testing {
namespace {

constexpr int32_t kBlockTokens = 16;

}  // namespace

weir_sampling greedy(int32_t token_index) {
  weir_sampling sampling{};
  sampling.top_p = 1;
  sampling.logprob_count = -1;
  sampling.token_index = token_index;
  return sampling;
}

weir_session_config small_session() {
  weir_session_config config{};
  config.struct_bytes = sizeof(config);
  config.block_count = 64;
  config.block_tokens = kBlockTokens;
  config.step_tokens_max = 256;
  config.step_sequences_max = 16;
  config.step_samples_max = 64;
  config.top_logprobs_max = 8;
  config.thread_count = 1;
  config.isa = WEIR_ISA_AUTO;
  return config;
}

OpenSession::OpenSession(weir_model model, const weir_session_config& config) {
  weir_error error{};
  if (weir_session_create(model, &config, &handle, &error) != WEIR_OK) throw std::runtime_error(error.message);
}

OpenSession::~OpenSession() {
  if (weir_session_destroy(handle, nullptr) != WEIR_OK) std::abort();
}

PlanArrays::PlanArrays(const std::vector<Run>& runs) {
  block_table_offsets.push_back(0);
  for (const Run& run : runs) {
    for (const int32_t at : run.sample_at) samples.push_back(greedy(static_cast<int32_t>(token_ids.size()) + at));
    for (const int32_t at : run.hidden_at) hidden.push_back(static_cast<int32_t>(token_ids.size()) + at);
    token_ids.insert(token_ids.end(), run.token_ids.begin(), run.token_ids.end());
    token_counts.push_back(static_cast<int32_t>(run.token_ids.size()));
    computed_tokens.push_back(run.computed_tokens);
    block_tables.insert(block_tables.end(), run.blocks.begin(), run.blocks.end());
    block_table_offsets.push_back(static_cast<int32_t>(block_tables.size()));
    adapters.push_back(run.adapter);
  }
}

weir_step_plan PlanArrays::plan(int32_t vocab_size) const {
  const size_t mask_words = (static_cast<size_t>(vocab_size) + 63) / 64;
  return {sizeof(weir_step_plan),
          static_cast<int32_t>(token_counts.size()),
          static_cast<int32_t>(token_ids.size()),
          static_cast<int32_t>(samples.size()),
          token_ids.data(),
          token_counts.data(),
          computed_tokens.data(),
          block_tables.data(),
          block_table_offsets.data(),
          adapters.data(),
          samples.data(),
          hidden.data(),
          static_cast<int32_t>(hidden.size()),
          masks.empty() ? 0 : static_cast<int32_t>(masks.size() / mask_words),
          masks.data(),
          mask_indices.data(),
          given.empty() ? nullptr : given.data(),
          shifts.data(),
          shift_offsets.empty() ? nullptr : shift_offsets.data()};
}

StepOutput OpenSession::step(const std::vector<Run>& runs, int32_t vocab_size, int32_t hidden_size) const {
  const PlanArrays arrays(runs);
  const weir_step_plan plan = arrays.plan();
  const size_t samples = arrays.samples.size();
  StepOutput output{std::vector<int32_t>(samples), {}, {}};
  std::vector<float> logits(samples * static_cast<size_t>(vocab_size));
  std::vector<float> hidden(arrays.hidden.size() * static_cast<size_t>(hidden_size) + 1);  // never null
  const weir_step_result result{sizeof(result), 0, output.token_ids.data(), nullptr, nullptr, nullptr, logits.data(), hidden.data()};
  weir_error error{};
  if (weir_session_step(handle, &plan, &result, &error) != WEIR_OK) throw std::runtime_error(error.message);
  for (size_t i = 0; i < samples; ++i) {
    const auto begin = logits.begin() + static_cast<std::ptrdiff_t>(i) * vocab_size;
    output.logits.emplace_back(begin, begin + vocab_size);
  }
  for (size_t i = 0; i < arrays.hidden.size(); ++i) {
    const auto begin = hidden.begin() + static_cast<std::ptrdiff_t>(i) * hidden_size;
    output.hidden.emplace_back(begin, begin + hidden_size);
  }
  return output;
}

std::vector<int32_t> blocks_for(int32_t tokens, int32_t first_block) {
  std::vector<int32_t> blocks;
  for (int32_t i = 0; i * kBlockTokens < tokens; ++i) blocks.push_back(first_block + i);
  return blocks;
}

std::vector<int32_t> random_tokens(Random& random, int32_t count, int32_t vocab_size) {
  std::vector<int32_t> ids;
  for (int32_t i = 0; i < count; ++i) ids.push_back(random.below(vocab_size));
  return ids;
}

}  // namespace weir::testing
