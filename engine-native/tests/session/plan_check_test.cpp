// Every way in which a plan can be wrong is refused by name, and has changed nothing.
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "check.h"
#include "support/steps.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

constexpr int32_t kIntMax = std::numeric_limits<int32_t>::max();
constexpr int32_t kIntMin = std::numeric_limits<int32_t>::min();

struct Step {
  PlanArrays arrays;
  weir_step_plan plan;
  weir_step_result result;
};

using Change = std::function<void(Step&)>;

// Two sequences in their second step: 20 and 5 tokens are computed, 4 and 30 follow.
class Fixture {
 public:
  Fixture() : model_(tiny_llama(), DType::f32, 21), loaded_(model_), session_(loaded_.handle, small_session()) {
    Random random(22);
    first_ = {{random_tokens(random, 20, 97), 0, {1, 2}, {}}, {random_tokens(random, 5, 97), 0, {3}, {}}};
    second_ = {{random_tokens(random, 4, 97), 20, {1, 2}, {3}}, {random_tokens(random, 30, 97), 5, {3, 4, 5}, {0, 29}}};
    session_.step(first_, 97);
  }

  // The refusal's message.
  std::string refusal(const Change& change) {
    Step step{PlanArrays(second_), {}, {}};
    step.plan = step.arrays.plan();
    step.result = {sizeof(weir_step_result), 8, ids_, logprobs_, top_ids_, top_logprobs_, nullptr, hidden_};
    change(step);
    weir_error error{};
    CHECK_EQ(weir_session_step(session_.handle, &step.plan, &step.result, &error), WEIR_INVALID_ARGUMENT);
    CHECK_EQ(error.status, WEIR_INVALID_ARGUMENT);
    return error.message;
  }

  void expect(const std::string& words, const Change& change) {
    const std::string message = refusal(change);
    if (message.find(words) == std::string::npos) throw Failure("expected \"" + words + "\" in: " + message);
  }

  // The step as it should be, in this session and in a fresh one.
  bool undisturbed() {
    const OpenSession fresh(loaded_.handle, small_session());
    fresh.step(first_, 97);
    return session_.step(second_, 97).logits == fresh.step(second_, 97).logits;
  }

 private:
  TinyModel model_;
  LoadedModel loaded_;
  OpenSession session_;
  std::vector<Run> first_, second_;
  int32_t ids_[8], top_ids_[64];
  float logprobs_[8], top_logprobs_[64], hidden_[34 * 72];
};

}  // namespace

TEST(plan_check, refuses_wrong_sizes_and_null_arrays) {
  Fixture f;
  f.expect("plan.struct_bytes", [](Step& s) { s.plan.struct_bytes -= 8; });
  f.expect("result.struct_bytes", [](Step& s) { s.result.struct_bytes = 0; });
  f.expect("token_ids is null", [](Step& s) { s.plan.token_ids = nullptr; });
  f.expect("token_counts is null", [](Step& s) { s.plan.token_counts = nullptr; });
  f.expect("computed_tokens is null", [](Step& s) { s.plan.computed_tokens = nullptr; });
  f.expect("block_tables is null", [](Step& s) { s.plan.block_tables = nullptr; });
  f.expect("block_table_offsets is null", [](Step& s) { s.plan.block_table_offsets = nullptr; });
  f.expect("samples is null", [](Step& s) { s.plan.samples = nullptr; });
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_counts_beyond_the_session) {
  Fixture f;
  for (const int32_t count : {0, -1, kIntMin, 17, kIntMax}) f.expect("sequence_count", [count](Step& s) { s.plan.sequence_count = count; });
  for (const int32_t count : {0, -1, kIntMin, 257, kIntMax}) f.expect("token_count", [count](Step& s) { s.plan.token_count = count; });
  for (const int32_t count : {-1, kIntMin, 65, kIntMax}) f.expect("sample_count", [count](Step& s) { s.plan.sample_count = count; });
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_tokens_that_cannot_be) {
  Fixture f;
  for (const int32_t id : {-1, 97, kIntMax}) f.expect("token_ids[33]", [id](Step& s) { s.arrays.token_ids[33] = id; });
  for (const int32_t count : {0, -4, kIntMin}) f.expect("token_counts[1]", [count](Step& s) { s.arrays.token_counts[1] = count; });
  f.expect("is not the sum of token_counts", [](Step& s) { s.arrays.token_counts[0] = 5; });
  f.expect("exceed context_tokens_max", [](Step& s) { s.arrays.token_counts[0] = kIntMax; });
  f.expect("computed_tokens[0]", [](Step& s) { s.arrays.computed_tokens[0] = -1; });
  for (const int32_t computed : {171, kIntMax}) {
    f.expect("exceed context_tokens_max", [computed](Step& s) { s.arrays.computed_tokens[1] = computed; });
  }
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_block_tables_that_cannot_be) {
  Fixture f;
  f.expect("block_table_offsets[0]", [](Step& s) { s.arrays.block_table_offsets[0] = 1; });
  for (const int32_t offset : {-1, 0, 1, 4, 5, kIntMax, kIntMin}) {  // 4 and 5 leave too few to the second sequence
    f.expect("block_table_offsets: sequence", [offset](Step& s) { s.arrays.block_table_offsets[1] = offset; });
  }
  for (const int32_t offset : {4, 2, -1, kIntMax}) {
    f.expect("block_table_offsets: sequence 1", [offset](Step& s) { s.arrays.block_table_offsets[2] = offset; });
  }
  for (const int32_t block : {-1, 64, kIntMax}) f.expect("block_tables[4]", [block](Step& s) { s.arrays.block_tables[4] = block; });
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_writes_that_meet_other_tokens) {
  Fixture f;
  // Tables are {1, 2} and {3, 4, 5}; blocks 2, 3, 4 and 5 are written, 1 is read.
  f.expect("block 2 is written twice", [](Step& s) { s.arrays.block_tables[3] = 2; });
  f.expect("block 4 is written twice", [](Step& s) { s.arrays.block_tables[4] = 4; });
  f.expect("block 1 is read as computed and written", [](Step& s) { s.arrays.block_tables[4] = 1; });
  f.expect("block 2 is read as computed and written", [](Step& s) { s.arrays.block_tables[0] = 2; });
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_samples_that_cannot_be) {
  Fixture f;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const int32_t index : {-1, 34, kIntMax}) f.expect("samples[2].token_index", [index](Step& s) { s.arrays.samples[2].token_index = index; });
  for (const float value : {-1.0f, nan, infinity}) f.expect("samples[0].temperature", [value](Step& s) { s.arrays.samples[0].temperature = value; });
  for (const float value : {0.0f, -1.0f, 1.01f, nan}) f.expect("samples[0].top_p", [value](Step& s) { s.arrays.samples[0].top_p = value; });
  for (const float value : {1.0f, -0.1f, nan}) f.expect("samples[1].min_p", [value](Step& s) { s.arrays.samples[1].min_p = value; });
  f.expect("samples[1].top_k", [](Step& s) { s.arrays.samples[1].top_k = -1; });
  for (const int32_t count : {-2, 9, kIntMax}) f.expect("samples[1].logprob_count", [count](Step& s) { s.arrays.samples[1].logprob_count = count; });
  f.expect("top_logprobs_stride", [](Step& s) { s.result.top_logprobs_stride = 3, s.arrays.samples[2].logprob_count = 4; });
  f.expect("top_logprobs_stride", [](Step& s) { s.result.top_logprobs_stride = -1; });
  f.expect("one is null and the other is not", [](Step& s) { s.result.top_logprobs = nullptr; });
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_hidden_states_that_cannot_be) {
  Fixture f;
  const auto ask = [](Step& s, std::vector<int32_t> indices) {
    s.arrays.hidden = std::move(indices);
    s.plan = s.arrays.plan();
  };
  for (const int32_t index : {-1, 34, kIntMax, kIntMin}) {
    f.expect("hidden_token_indices[1]", [&ask, index](Step& s) { ask(s, {3, index}); });
  }
  f.expect("hidden_token_indices[2]: 7 does not ascend", [&ask](Step& s) { ask(s, {3, 7, 7}); });
  f.expect("hidden_token_indices[1]: 2 does not ascend", [&ask](Step& s) { ask(s, {3, 2}); });
  for (const int32_t count : {-1, kIntMin, 35, kIntMax}) f.expect("hidden_count", [count](Step& s) { s.plan.hidden_count = count; });
  f.expect("hidden_token_indices is null", [&ask](Step& s) { ask(s, {3}), s.plan.hidden_token_indices = nullptr; });
  f.expect("hidden is null", [&ask](Step& s) { ask(s, {3}), s.result.hidden = nullptr; });
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_masks_that_cannot_be) {
  Fixture f;
  const auto ask = [](Step& s, std::vector<uint64_t> masks, std::vector<int32_t> indices) {
    s.arrays.masks = std::move(masks);
    s.arrays.mask_indices = std::move(indices);
    s.plan = s.arrays.plan(97);
  };
  for (const int32_t index : {-2, 1, kIntMax, kIntMin}) {
    f.expect("mask_indices[2]", [&ask, index](Step& s) { ask(s, {1, 1}, {-1, 0, index}); });
  }
  for (const int32_t count : {-1, kIntMin, 4, kIntMax}) f.expect("mask_count", [count](Step& s) { s.plan.mask_count = count; });
  f.expect("masks[1] allows no token", [&ask](Step& s) { ask(s, {1, 1, 0, 0}, {0, 0, 0}); });
  f.expect("masks[0] allows a token that is not below vocab_size = 97", [&ask](Step& s) { ask(s, {1, uint64_t{1} << 33}, {0, 0, 0}); });
  f.expect("masks is null", [&ask](Step& s) { ask(s, {1, 1}, {0, 0, 0}), s.plan.masks = nullptr; });
  f.expect("mask_indices is null", [&ask](Step& s) { ask(s, {1, 1}, {0, 0, 0}), s.plan.mask_indices = nullptr; });
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_given_tokens_that_cannot_be) {
  Fixture f;
  for (const int32_t id : {-2, 97, kIntMax, kIntMin}) {
    f.expect("given_token_ids[2]", [id](Step& s) {
      s.arrays.given = {-1, 0, id};
      s.plan = s.arrays.plan();
    });
  }
  CHECK(f.undisturbed());
}

TEST(plan_check, refuses_shifts_that_cannot_be) {
  Fixture f;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const auto ask = [](Step& s, std::vector<weir_logit_shift> shifts, std::vector<int32_t> offsets) {
    s.arrays.shifts = std::move(shifts);
    s.arrays.shift_offsets = std::move(offsets);
    s.plan = s.arrays.plan();
  };
  for (const int32_t id : {-1, 97, kIntMax}) f.expect("shifts[1].token_id", [&ask, id](Step& s) { ask(s, {{0, 1, 0}, {id, 1, 0}}, {0, 0, 1, 2}); });
  for (const float by : {0.0f, -1.0f, nan, infinity}) f.expect("shifts[0].repetition", [&ask, by](Step& s) { ask(s, {{0, by, 0}}, {0, 1, 1, 1}); });
  for (const float by : {nan, infinity}) f.expect("shifts[0].bias", [&ask, by](Step& s) { ask(s, {{0, 1, by}}, {0, 1, 1, 1}); });
  f.expect("shift_offsets[0]", [&ask](Step& s) { ask(s, {{0, 1, 0}}, {1, 1, 1, 1}); });
  for (const int32_t offset : {-1, kIntMin, 98, kIntMax}) f.expect("shift_offsets: sample 0", [&ask, offset](Step& s) { ask(s, {{0, 1, 0}}, {0, offset, 1, 1}); });
  f.expect("shift_offsets: sample 1", [&ask](Step& s) { ask(s, {{0, 1, 0}}, {0, 1, 0, 1}); });
  f.expect("shifts is null", [&ask](Step& s) { ask(s, {{0, 1, 0}}, {0, 1, 1, 1}), s.plan.shifts = nullptr; });
  CHECK(f.undisturbed());
}

TEST(plan_check, null_plan_and_result_are_refused) {
  const TinyModel model(tiny_llama(), DType::f32, 21);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, small_session());
  const PlanArrays arrays({{{1}, 0, {0}, {}}});
  const weir_step_plan plan = arrays.plan();
  const weir_step_result result{sizeof(result), 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  CHECK_EQ(weir_session_step(session.handle, nullptr, &result, nullptr), WEIR_INVALID_ARGUMENT);
  CHECK_EQ(weir_session_step(session.handle, &plan, nullptr, nullptr), WEIR_INVALID_ARGUMENT);
  CHECK_EQ(weir_session_step(session.handle, &plan, &result, nullptr), WEIR_OK);  // no samples, nothing wanted back
}

}  // namespace weir::testing

TEST_MAIN()
