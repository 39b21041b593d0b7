// What a session takes when it is created, and what it refuses to take.
#include <sys/resource.h>

#include <cmath>
#include <limits>
#include <string>

#include "check.h"
#include "support/steps.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

std::string refusal(weir_model model, const weir_session_config& config, int32_t status) {
  weir_session session = 0;
  weir_error error{};
  CHECK_EQ(weir_session_create(model, &config, &session, &error), status);
  return error.message;
}

bool holds(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST(session, more_than_the_machine_has_is_refused_before_it_is_taken) {
  weir_model_config shape = tiny_llama();
  shape.context_tokens_max = 1 << 24;
  const TinyModel model(shape, DType::f32, 61);
  const LoadedModel loaded(model);
  weir_session_config config = small_session();
  config.block_count = 1 << 26;  // of 6 KiB each
  const std::string message = refusal(loaded.handle, config, WEIR_OUT_OF_MEMORY);
  CHECK(holds(message, "block_count: 67108864 KV blocks of 6.0 KiB take 384.0 GiB"));
  CHECK(holds(message, "are available; ask for fewer blocks"));
  rusage usage{};
  CHECK_EQ(getrusage(RUSAGE_SELF, &usage), 0);
  CHECK(usage.ru_maxrss < 4 * 1024 * 1024);  // KiB
}

TEST(session, every_field_has_its_limits) {
  const TinyModel model(tiny_llama(), DType::f32, 62);
  const LoadedModel loaded(model);
  struct Bad {
    const char* words;
    int32_t weir_session_config::* field;
    int32_t value;
  };
  for (const Bad& bad : {Bad{"block_count: 0", &weir_session_config::block_count, 0},
                         Bad{"block_count: 2147483647", &weir_session_config::block_count, INT32_MAX},
                         Bad{"block_tokens: 32", &weir_session_config::block_tokens, 32},
                         Bad{"step_tokens_max: 0", &weir_session_config::step_tokens_max, 0},
                         Bad{"step_sequences_max: 0", &weir_session_config::step_sequences_max, 0},
                         Bad{"step_samples_max: 2147483647", &weir_session_config::step_samples_max, INT32_MAX},
                         Bad{"top_logprobs_max: 65", &weir_session_config::top_logprobs_max, 65},
                         Bad{"thread_count: 257", &weir_session_config::thread_count, 257},
                         Bad{"device: -1", &weir_session_config::device, -1},
                         Bad{"host_block_count: -1 is not in [0, ", &weir_session_config::host_block_count, -1},
                         Bad{"batch_variant: 1 is not in [0, 0]", &weir_session_config::batch_variant, 1},
                         Bad{"device: this library was built without CUDA", &weir_session_config::device, WEIR_DEVICE_CUDA},
                         Bad{"isa: 6", &weir_session_config::isa, 6},
                         Bad{"kv_dtype: -1", &weir_session_config::kv_dtype, -1},
                         Bad{"kv_dtype: 5", &weir_session_config::kv_dtype, WEIR_DTYPE_Q4_0}}) {
    weir_session_config config = small_session();
    config.*bad.field = bad.value;
    const std::string message = refusal(loaded.handle, config, WEIR_INVALID_ARGUMENT);
    if (!holds(message, bad.words)) throw Failure(std::string(bad.words) + " is not in: " + message);
  }
}

TEST(session, zero_threads_are_as_many_as_there_are_cores) {
  const TinyModel model(tiny_llama(), DType::f32, 63);
  const LoadedModel loaded(model);
  weir_session_config config = small_session();
  config.thread_count = 0;
  const OpenSession session(loaded.handle, config);
  CHECK_EQ(session.step({{{1, 2, 3}, 0, {0}, {2}}}, 97).token_ids.size(), size_t{1});
}

TEST(session, two_sessions_of_a_model_do_not_meet) {
  const TinyModel model(tiny_llama(), DType::f32, 64);
  const LoadedModel loaded(model);
  const OpenSession one(loaded.handle, small_session());
  const OpenSession other(loaded.handle, small_session());
  const Run run{{1, 2, 3, 4}, 0, {0}, {3}};
  const auto expected = one.step({run}, 97).logits;
  other.step({{{9, 9, 9, 9}, 0, {0}, {3}}}, 97);
  const Run next{{5}, 4, {0}, {0}};
  const auto after = one.step({next}, 97).logits;
  CHECK(other.step({run}, 97).logits == expected);
  CHECK(other.step({next}, 97).logits == after);
}

// The same row under five rules at once: log-probabilities belong to the row, not to the rule.
TEST(session, log_probabilities_are_those_of_the_untempered_row) {
  const TinyModel model(tiny_llama(), DType::f32, 65);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, small_session());
  PlanArrays arrays({{{1, 2, 3}, 0, {0}, {}}});
  for (const float temperature : {0.0f, 0.5f, 1.0f, 2.0f}) {
    weir_sampling sampling = greedy(2);
    sampling.temperature = temperature;
    sampling.logprob_count = 3;
    arrays.samples.push_back(sampling);
  }
  arrays.samples.push_back(greedy(2));
  int32_t ids[5], top_ids[5 * 4];
  float logprobs[5] = {7, 7, 7, 7, 7};
  float top_logprobs[5 * 4];
  const weir_step_plan plan = arrays.plan();
  const weir_step_result result{sizeof(result), 4, ids, logprobs, top_ids, top_logprobs, nullptr, nullptr};
  CHECK_EQ(weir_session_step(session.handle, &plan, &result, nullptr), WEIR_OK);
  for (int row = 1; row < 4; ++row) {
    for (int i = 0; i < 3; ++i) {
      CHECK_EQ(top_ids[row * 4 + i], top_ids[i]);
      CHECK_EQ(top_logprobs[row * 4 + i], top_logprobs[i]);
    }
  }
  CHECK_EQ(ids[0], top_ids[0]);
  CHECK_EQ(ids[4], ids[0]);
  CHECK_EQ(logprobs[0], top_logprobs[0]);
  CHECK(top_logprobs[0] >= top_logprobs[1] && top_logprobs[1] >= top_logprobs[2]);
  CHECK_EQ(logprobs[4], 7.0f);  // none was asked for
}

TEST(session, draws_only_what_its_mask_allows) {
  const TinyModel model(tiny_llama(), DType::f32, 66);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, small_session());
  PlanArrays arrays({{{1, 2, 3}, 0, {0}, {0, 1, 2, 2}}});
  arrays.masks = {uint64_t{1} << 40, 0, 0, uint64_t{1} << (96 - 64)};
  arrays.mask_indices = {-1, 1, 0, -1};
  int32_t ids[4];
  float logprobs[4];
  for (weir_sampling& sampling : arrays.samples) sampling.logprob_count = 0;
  const weir_step_plan plan = arrays.plan(97);
  const weir_step_result result{sizeof(result), 0, ids, logprobs, nullptr, nullptr, nullptr, nullptr};
  CHECK_EQ(weir_session_step(session.handle, &plan, &result, nullptr), WEIR_OK);
  CHECK_EQ(ids[1], 96);
  CHECK_EQ(ids[2], 40);
  CHECK_EQ(logprobs[2], 0.0f);  // of one token, which is certain
  CHECK_EQ(ids[3], session.step({{{1, 2, 3}, 0, {0}, {2}}}, 97).token_ids[0]);
  CHECK(logprobs[3] < 0);
}

TEST(session, shifts_and_weighs_the_rows_that_say_so) {
  const TinyModel model(tiny_llama(), DType::f32, 66);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, small_session());
  PlanArrays arrays({{{1, 2, 3}, 0, {0}, {0, 1, 2, 2}}});
  const StepOutput plain = session.step({{{1, 2, 3}, 0, {0}, {0, 1, 2}}}, 97);
  const float infinity = std::numeric_limits<float>::infinity();
  const int32_t likeliest = plain.token_ids[2];
  arrays.given = {2, 3, -1, -1};
  arrays.shifts = {{likeliest, 1, -infinity}};
  arrays.shift_offsets = {0, 0, 0, 0, 1};
  int32_t ids[4];
  float logprobs[4];
  for (weir_sampling& sampling : arrays.samples) sampling.logprob_count = 0;
  const weir_step_plan plan = arrays.plan(97);
  const weir_step_result result{sizeof(result), 0, ids, logprobs, nullptr, nullptr, nullptr, nullptr};
  CHECK_EQ(weir_session_step(session.handle, &plan, &result, nullptr), WEIR_OK);
  CHECK_EQ(ids[0], 2);
  CHECK_EQ(ids[1], 3);
  CHECK_EQ(ids[2], likeliest);
  CHECK(ids[3] != likeliest);
  CHECK(plain.logits[2][static_cast<size_t>(ids[3])] <= plain.logits[2][static_cast<size_t>(likeliest)]);
  double total = 0;
  for (const float logit : plain.logits[0]) total += std::exp(static_cast<double>(logit));
  CHECK(std::abs(logprobs[0] - (static_cast<double>(plain.logits[0][2]) - std::log(total))) < 1e-5);
}

}  // namespace weir::testing

TEST_MAIN()
