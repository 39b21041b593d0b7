// The promise on a device, compared with ==: company, chunks, blocks, splits of attention, recorded steps, and blocks that were away change no bit.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "device_testing.h"
#include "support/sequences.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

weir_session_config on_device() {
  weir_session_config config = small_session();
  config.device = WEIR_DEVICE_CUDA;
  config.block_count = 96;
  config.step_tokens_max = 400;
  config.step_samples_max = 400;
  config.host_block_count = 32;
  return config;
}

// A model of one layer is enough where several would only cost time.
weir_model_config shallow() {
  weir_model_config config = tiny_qwen3();
  config.layer_count = 1;
  config.context_tokens_max = 1024;
  return config;
}

class Fixture {
 public:
  explicit Fixture(const weir_model_config& config, DType stored = DType::bf16) : model_(config, stored, DType::f32, 11), loaded_(model_) {}

  weir_model model() const { return loaded_.handle; }
  int32_t vocab_size() const { return model_.config().vocab_size; }
  // Sampled after the last `sampled` of its tokens alone: an emulated device takes its time to sample.
  Sequence sequence(uint64_t seed, int32_t count, int32_t first_block = 0, int32_t sampled = 5) const {
    Random random(seed);
    return {random_tokens(random, count, vocab_size()), blocks_for(count, first_block), 0, {}, count - sampled};
  }
  Logits alone(Sequence sequence) const {
    const OpenSession session(model(), on_device());
    advance(session, {{&sequence, sequence.left()}}, vocab_size());
    return sequence.logits;
  }

 private:
  TinyModel model_;
  LoadedModel loaded_;
};

int64_t described(const OpenSession& session, const std::string& key) {
  char text[512];
  int64_t required = 0;
  CHECK_EQ(weir_session_describe(session.handle, text, sizeof text, &required, nullptr), WEIR_OK);
  const std::string all = text;
  const size_t at = all.find(key + "=");
  CHECK(at != std::string::npos);
  return std::stoll(all.substr(at + key.size() + 1));
}

// Each sequence's next token, sampled by its own rule: what an engine decodes with.
std::vector<int32_t> decode(const OpenSession& session, const std::vector<Sequence*>& sequences) {
  std::vector<Run> runs;
  for (const Sequence* sequence : sequences) runs.push_back({{sequence->token_ids.back()}, sequence->computed, sequence->blocks, {0}});
  PlanArrays arrays(runs);
  for (size_t i = 0; i < sequences.size(); ++i) {
    arrays.samples[i].temperature = 0.9f;
    arrays.samples[i].seed = static_cast<uint64_t>(sequences[i]->token_ids.front());
    arrays.samples[i].logprob_count = 0;
  }
  std::vector<int32_t> ids(sequences.size());
  std::vector<float> logprobs(sequences.size());
  const weir_step_plan plan = arrays.plan();
  const weir_step_result result{sizeof(result), 0, ids.data(), logprobs.data(), nullptr, nullptr, nullptr, nullptr};
  weir_error error{};
  if (weir_session_step(session.handle, &plan, &result, &error) != WEIR_OK) throw Failure(error.message);
  for (size_t i = 0; i < sequences.size(); ++i) {
    ++sequences[i]->computed;
    sequences[i]->token_ids.push_back(ids[i]);
    sequences[i]->logits.push_back({logprobs[i]});
  }
  return ids;
}

// Everything but the last of its tokens is computed.
void prefill(const OpenSession& session, Sequence& sequence) {
  session.step({{{sequence.token_ids.begin(), sequence.token_ids.end() - 1}, 0, sequence.blocks, {}}}, 0);
  sequence.computed = static_cast<int32_t>(sequence.token_ids.size()) - 1;
}

}  // namespace

TEST(device_invariance, every_architecture_in_chunks_and_in_company) {
  for (const weir_model_config& config : tiny_architectures()) {
    const Fixture fixture(config);
    const Sequence sequence = fixture.sequence(21, 26);
    const Logits expected = fixture.alone(sequence);
    const OpenSession session(fixture.model(), on_device());
    Sequence chunked = sequence;
    chunked.blocks = {9, 3};
    Sequence company = fixture.sequence(22, 24, 20, 1);
    for (const int32_t chunk : {1, 7, 17, 1}) advance(session, {{&company, 6}, {&chunked, chunk}}, fixture.vocab_size());
    CHECK(same_bits(chunked.logits, expected));
  }
}

// A row's attention over several splits: by one warp, by several and a merge, and as part of a chunk.
TEST(device_invariance, long_contexts_by_any_cut_of_attention) {
  const Fixture fixture(shallow());
  const Sequence sequence = fixture.sequence(3, 290);
  const Logits expected = fixture.alone(sequence);
  const OpenSession session(fixture.model(), on_device());
  Sequence walker = sequence;
  Sequence company = fixture.sequence(4, 40, 40, 1);
  for (const int32_t chunk : {200, 55, 1, 1, 30, 1, 1, 1}) advance(session, {{&walker, chunk}, {&company, 1 + chunk % 4}}, fixture.vocab_size());
  CHECK(same_bits(walker.logits, expected));
}

TEST(device_invariance, quantized_weights_and_eight_bit_caches_keep_the_promise) {
  weir_model_config shape = tiny_blocks();
  shape.layer_count = 1;
  for (const DType stored : {DType::q8_0, DType::q4_0}) {
    const Fixture fixture(shape, stored);
    weir_session_config config = on_device();
    config.kv_dtype = WEIR_DTYPE_Q8_0;
    Sequence whole = fixture.sequence(5, 20), chunked = fixture.sequence(5, 20, 4);
    const OpenSession one(fixture.model(), config), other(fixture.model(), config);
    advance(one, {{&whole, 20}}, fixture.vocab_size());
    for (const int32_t chunk : {3, 16, 1}) advance(other, {{&chunked, chunk}}, fixture.vocab_size());
    CHECK(same_bits(chunked.logits, whole.logits));
  }
}

TEST(device_invariance, a_shared_prefix_gives_the_bits_of_a_computed_one) {
  const Fixture fixture(shallow());
  const Sequence whole = fixture.sequence(4, 40, 0, 8);
  const Logits expected = fixture.alone(whole);
  const OpenSession session(fixture.model(), on_device());
  Sequence first = whole;
  first.blocks = {10, 11, 12};
  advance(session, {{&first, 40}}, fixture.vocab_size());
  Sequence sharer = whole;
  sharer.blocks = {10, 11, 20};
  sharer.computed = 32;
  advance(session, {{&sharer, 8}}, fixture.vocab_size());
  CHECK(same_bits(sharer.logits, expected));
}

// The second step of a kind is recorded, later ones are replayed, whoever is in them; batches are filled up to a power of two, and contexts cross into
// a second split on the way.
TEST(device_invariance, recorded_steps_draw_what_plain_ones_draw) {
  const Fixture fixture(shallow());
  constexpr int32_t kSteps = 5;
  std::vector<Sequence> alone;
  for (uint64_t s = 0; s < 3; ++s) alone.push_back(fixture.sequence(30 + s, s == 0 ? 254 : 5 + static_cast<int32_t>(s)));
  for (Sequence& sequence : alone) {
    sequence.blocks = blocks_for(280);
    const OpenSession session(fixture.model(), on_device());
    prefill(session, sequence);
    for (int32_t i = 0; i < kSteps; ++i) decode(session, {&sequence});
    CHECK(described(session, "steps.graph") >= 2);
    CHECK_EQ(described(session, "graphs.failed"), 0);
  }
  const OpenSession session(fixture.model(), on_device());
  std::vector<Sequence> together;
  std::vector<Sequence*> all;
  for (size_t s = 0; s < alone.size(); ++s) {
    together.push_back(fixture.sequence(30 + s, s == 0 ? 254 : 5 + static_cast<int32_t>(s)));
    together[s].blocks = blocks_for(280, 20 * static_cast<int32_t>(s));
    prefill(session, together[s]);
  }
  for (Sequence& sequence : together) all.push_back(&sequence);
  for (int32_t i = 0; i < kSteps; ++i) decode(session, all);
  CHECK(described(session, "steps.graph") >= 2);
  for (size_t s = 0; s < alone.size(); ++s) {
    CHECK(together[s].token_ids == alone[s].token_ids);
    CHECK(same_bits(together[s].logits, alone[s].logits));
  }
}

TEST(device_invariance, blocks_that_were_away_are_the_same_when_they_are_back) {
  const Fixture fixture(tiny_llama());
  const Logits expected = fixture.alone(fixture.sequence(8, 40));
  const OpenSession session(fixture.model(), on_device());
  Sequence sequence = fixture.sequence(8, 40);
  advance(session, {{&sequence, 35}}, fixture.vocab_size());
  const std::vector<int32_t> places = {31, 0, 7};
  CHECK_EQ(weir_session_offload(session.handle, sequence.blocks.data(), places.data(), 3, nullptr), WEIR_OK);
  Sequence stranger = fixture.sequence(9, 48, 0, 1);  // takes its blocks meanwhile
  advance(session, {{&stranger, 48}}, fixture.vocab_size());
  sequence.blocks = {50, 2, 51};
  CHECK_EQ(weir_session_restore(session.handle, places.data(), sequence.blocks.data(), 3, nullptr), WEIR_OK);
  advance(session, {{&sequence, 5}}, fixture.vocab_size());
  CHECK(same_bits(sequence.logits, expected));

  int64_t block_bytes = 0;
  CHECK_EQ(weir_model_block_bytes(fixture.model(), WEIR_DEVICE_CUDA, on_device().block_tokens, on_device().kv_dtype, &block_bytes, nullptr), WEIR_OK);
  std::vector<std::byte> bytes(static_cast<size_t>(3 * block_bytes));
  CHECK_EQ(weir_session_read_blocks(session.handle, sequence.blocks.data(), 3, bytes.data(), nullptr), WEIR_OK);
  const OpenSession later(fixture.model(), on_device());
  Sequence woken = fixture.sequence(8, 40);
  woken.blocks = {4, 60, 3};
  woken.computed = 35;
  CHECK_EQ(weir_session_write_blocks(later.handle, bytes.data(), woken.blocks.data(), 3, nullptr), WEIR_OK);
  advance(later, {{&woken, 5}}, fixture.vocab_size());
  CHECK(!woken.logits.empty() && woken.logits.size() <= expected.size());
  CHECK(same_bits(woken.logits, Logits(expected.end() - static_cast<std::ptrdiff_t>(woken.logits.size()), expected.end())));

  const int32_t beyond = 32;
  CHECK_EQ(weir_session_offload(session.handle, sequence.blocks.data(), &beyond, 1, nullptr), WEIR_INVALID_ARGUMENT);
}

}  // namespace weir::testing

CUDA_TEST_MAIN()
