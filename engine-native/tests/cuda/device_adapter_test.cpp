// Adapters on a device: what they come to is what merged weights come to, and who else is in a step, recorded or not, shows in no bit.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "device_testing.h"
#include "support/reference_forward.h"
#include "support/sequences.h"
#include "support/steps.h"
#include "support/tiny_adapter.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

// Root of the mean square difference relative to that of the logits, as in device_forward_test: inputs, what is between the two thin products and both of them
// are rounded to BF16.
constexpr double kBf16Bound = 2e-2;

weir_session_config on_device() {
  weir_session_config config = small_session();
  config.device = WEIR_DEVICE_CUDA;
  config.block_count = 32;
  config.step_tokens_max = 128;
  return config;
}

template <typename Expected>
double difference(const Logits& actual, const Expected& expected) {
  double differing = 0, all = 0;
  CHECK_EQ(actual.size(), expected.size());
  for (size_t row = 0; row < actual.size(); ++row) {
    for (size_t i = 0; i < actual[row].size(); ++i) {
      const double wanted = static_cast<double>(expected[row][i]), apart = static_cast<double>(actual[row][i]) - wanted;
      differing += apart * apart;
      all += wanted * wanted;
    }
  }
  return std::sqrt(differing / all);
}

// Sampled after its last three tokens: an emulated device takes its time to sample.
Run prompt(const TinyModel& model, int32_t count, weir_adapter adapter, uint64_t seed, int32_t first_block = 0) {
  Random random(seed);
  Run run{random_tokens(random, count, model.config().vocab_size), 0, blocks_for(count, first_block), {count - 3, count - 2, count - 1}};
  run.adapter = adapter;
  return run;
}

void check_merged(const weir_model_config& config, const std::string& only = "") {
  constexpr int32_t kTokens = 19;
  TinyModel model(config, DType::f32, 72);
  const LoadedModel loaded(model);
  std::vector<std::string> projections = adaptable(model);
  std::erase_if(projections, [&](const std::string& name) { return !name.ends_with(only); });
  const TinyAdapter adapter(model, projections, 5, DType::f32, 73);
  const LoadedAdapter beside(loaded.handle, adapter);
  const OpenSession session(loaded.handle, on_device());
  const Logits plain = session.step({prompt(model, kTokens, 0, 71)}, config.vocab_size).logits;
  const Logits adapted = session.step({prompt(model, kTokens, beside.handle, 71)}, config.vocab_size).logits;
  adapter.merge_into(model);
  auto expected = reference_logits(model, prompt(model, kTokens, 0, 71).token_ids);
  expected.erase(expected.begin(), expected.end() - 3);
  const double apart = difference(adapted, expected);
  if (!(apart < kBf16Bound)) throw Failure("differs by " + std::to_string(apart));
  CHECK(difference(adapted, plain) > 0.05);  // it does something
}

// Adapters of several ranks, and sequences with and without them.
class Mixed {
 public:
  explicit Mixed(const weir_model_config& config) : model_(config, DType::bf16, 81), loaded_(model_) {
    add(adaptable(model_), 8, DType::f32);
    add(adaptable(model_), 33, DType::bf16);
    add({"model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj"}, 1, DType::f16);
    const weir_adapter a = adapters_[0]->handle, b = adapters_[1]->handle, c = adapters_[2]->handle;
    for (const weir_adapter adapter : {b, weir_adapter{0}, a, b, c}) {
      runs.push_back(prompt(model_, kTokens, adapter, 85 + runs.size(), 2 * static_cast<int32_t>(runs.size())));
    }
  }

  static constexpr int32_t kTokens = 17;
  std::vector<Run> runs;

  weir_model model() const { return loaded_.handle; }
  int32_t vocab_size() const { return model_.config().vocab_size; }

  // The logits of each after its last tokens, all of them at once by chunks.
  std::vector<Logits> together(const std::vector<Run>& all, int32_t chunk) const {
    const OpenSession session(model(), on_device());
    std::vector<Logits> logits(all.size());
    for (int32_t begin = 0; begin < kTokens; begin += chunk) {
      const int32_t end = std::min(kTokens, begin + chunk);
      std::vector<Run> step;
      for (const Run& run : all) {
        Run part{{run.token_ids.begin() + begin, run.token_ids.begin() + end}, begin, run.blocks, {}, {}, run.adapter};
        for (const int32_t at : run.sample_at) {
          if (at >= begin && at < end) part.sample_at.push_back(at - begin);
        }
        step.push_back(part);
      }
      const Logits rows = session.step(step, vocab_size()).logits;
      const auto each = static_cast<std::ptrdiff_t>(step.front().sample_at.size());
      for (size_t s = 0; s < all.size(); ++s) {
        const auto own = rows.begin() + static_cast<std::ptrdiff_t>(s) * each;
        logits[s].insert(logits[s].end(), own, own + each);
      }
    }
    return logits;
  }

 private:
  void add(const std::vector<std::string>& projections, int32_t rank, DType stored) {
    tiny_.push_back(std::make_unique<TinyAdapter>(model_, projections, rank, stored, 82 + tiny_.size()));
    adapters_.push_back(std::make_unique<LoadedAdapter>(loaded_.handle, *tiny_.back()));
  }

  TinyModel model_;
  LoadedModel loaded_;
  std::vector<std::unique_ptr<TinyAdapter>> tiny_;
  std::vector<std::unique_ptr<LoadedAdapter>> adapters_;
};

weir_model_config shallow() {
  weir_model_config config = tiny_qwen3();
  config.layer_count = 1;
  return config;
}

// Each sequence's next tokens, one step after another, as an engine decodes: without logits, so that steps are recorded.
std::vector<std::vector<int32_t>> decode(const OpenSession& session, std::vector<Run> runs, int32_t steps) {
  std::vector<std::vector<int32_t>> drawn(runs.size());
  for (Run& run : runs) run.sample_at = {static_cast<int32_t>(run.token_ids.size()) - 1};
  for (int32_t i = 0; i < steps; ++i) {
    const PlanArrays arrays(runs);
    const weir_step_plan plan = arrays.plan();
    std::vector<int32_t> ids(runs.size());
    const weir_step_result result{sizeof(result), 0, ids.data(), nullptr, nullptr, nullptr, nullptr, nullptr};
    weir_error error{};
    if (weir_session_step(session.handle, &plan, &result, &error) != WEIR_OK) throw Failure(error.message);
    for (size_t s = 0; s < runs.size(); ++s) {
      drawn[s].push_back(ids[s]);
      runs[s].computed_tokens += static_cast<int32_t>(runs[s].token_ids.size());
      runs[s].token_ids = {ids[s]};
      runs[s].sample_at = {0};
    }
  }
  return drawn;
}

std::string described(const OpenSession& session) {
  char text[512];
  int64_t required = 0;
  CHECK_EQ(weir_session_describe(session.handle, text, sizeof text, &required, nullptr), WEIR_OK);
  return text;
}

}  // namespace

TEST(device_adapter, is_as_good_as_merged) {
  check_merged(tiny_llama());
  check_merged(tiny_phi3());    // fused projections
  check_merged(tiny_qwen3_moe());  // experts have none
}

TEST(device_adapter, may_update_a_projection_alone) {
  for (const char* name : {"k_proj", "up_proj"}) check_merged(tiny_llama(), name);
}

TEST(device_adapter, a_mixed_step_gives_each_sequence_the_bits_that_it_has_alone) {
  const Mixed mixed(shallow());
  std::vector<Logits> expected;
  for (const Run& run : mixed.runs) expected.push_back(mixed.together({run}, Mixed::kTokens).front());
  Run without = mixed.runs[0];
  without.adapter = 0;
  CHECK(!same_bits(expected[0], mixed.together({without}, Mixed::kTokens).front()));
  for (const int32_t chunk : {7, Mixed::kTokens}) {
    const std::vector<Logits> logits = mixed.together(mixed.runs, chunk);
    for (size_t s = 0; s < expected.size(); ++s) CHECK(same_bits(logits[s], expected[s]));
  }
}

// One recording serves other adapters in other rows.
TEST(device_adapter, recorded_steps_draw_what_plain_ones_draw) {
  constexpr int32_t kSteps = 4;
  const Mixed mixed(shallow());
  std::vector<std::vector<int32_t>> alone;
  for (const Run& run : mixed.runs) alone.push_back(decode(OpenSession(mixed.model(), on_device()), {run}, kSteps).front());
  const OpenSession session(mixed.model(), on_device());
  CHECK(decode(session, mixed.runs, kSteps) == alone);
  std::vector<Run> turned(mixed.runs.rbegin(), mixed.runs.rend());
  std::vector<std::vector<int32_t>> drawn = decode(session, turned, kSteps);
  std::ranges::reverse(drawn);
  CHECK(drawn == alone);
  const std::string text = described(session);
  CHECK(text.find("steps.graph=5\n") != std::string::npos);  // of the three decode steps of each kind all but the very first
  CHECK(text.find("graphs.failed=0\n") != std::string::npos);
}

TEST(device_adapter, a_destroyed_one_is_refused_and_leaves_the_device) {
  const TinyModel model(tiny_llama(), DType::f32, 98);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, adaptable(model), 4, DType::f32, 99);
  const OpenSession session(loaded.handle, on_device());
  const Run plain = prompt(model, 9, 0, 1);
  session.step({plain}, 97);
  const std::string before = described(session).substr(0, described(session).find("device.bytes.peak"));
  auto adapter = std::make_unique<LoadedAdapter>(loaded.handle, tiny);
  Run run = prompt(model, 9, adapter->handle, 1);
  const Logits expected = session.step({run}, 97).logits;
  CHECK(!described(session).starts_with(before));
  adapter.reset();
  bool refused = false;
  try {
    session.step({run}, 97);
  } catch (const std::runtime_error& error) {
    refused = std::string(error.what()).find("is not a live adapter") != std::string::npos;
  }
  CHECK(refused);
  session.step({plain}, 97);
  CHECK(described(session).starts_with(before));
  adapter = std::make_unique<LoadedAdapter>(loaded.handle, tiny);
  run.adapter = adapter->handle;
  CHECK(same_bits(session.step({run}, 97).logits, expected));
}

}  // namespace weir::testing

CUDA_TEST_MAIN()
