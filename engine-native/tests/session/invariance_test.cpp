// The product's promise, compared with ==: what a sequence gets does not depend on what else is in the step, on how its tokens were split
// over steps, on which blocks hold them, on the number of threads or on the instruction set.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "check.h"
#include "kernels/kernels.h"
#include "support/sequences.h"
#include "support/steps.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

// Wide enough that even a step of one token is shared out to several threads.
weir_model_config wide_model() {
  weir_model_config config = tiny_qwen3();
  config.vocab_size = 517;
  config.hidden_size = 112;
  config.intermediate_size = 1200;
  config.context_tokens_max = 1024;
  config.head_size = 24;
  return config;
}

weir_session_config session_with(int32_t threads, int32_t isa = WEIR_ISA_AUTO) {
  weir_session_config config = small_session();
  config.block_count = 192;
  config.step_tokens_max = 1024;
  config.step_samples_max = 1024;
  config.thread_count = threads;
  config.isa = isa;
  return config;
}

// All that this machine has, but for the reference, which is as slow as it is plain.
std::vector<int32_t> vector_isas() {
  std::vector<int32_t> all;
  if (kernels::cpu_supports_avx2()) all.push_back(WEIR_ISA_AVX2);
  if (kernels::cpu_supports_avx512()) all.push_back(WEIR_ISA_AVX512);
  if (kernels::cpu_supports_avx512_vnni()) all.push_back(WEIR_ISA_AVX512_VNNI);
  if (kernels::cpu_supports_amx()) all.push_back(WEIR_ISA_AMX);
  return all;
}

class Fixture {
 public:
  explicit Fixture(DType stored = DType::bf16) : Fixture(wide_model(), stored) {}
  Fixture(const weir_model_config& config, DType stored, DType vectors) : model_(config, stored, vectors, 11), loaded_(model_) {}
  Fixture(const weir_model_config& config, DType stored) : Fixture(config, stored, stored) {}

  weir_model model() const { return loaded_.handle; }
  int32_t vocab_size() const { return model_.config().vocab_size; }

  Sequence sequence(uint64_t seed, int32_t count, int32_t first_block = 0) const {
    Random random(seed);
    return {random_tokens(random, count, vocab_size()), blocks_for(count, first_block), 0, {}};
  }

  // A sequence alone, in one step, on one thread.
  Logits alone(Sequence sequence, weir_session_config config = session_with(1)) const {
    const OpenSession session(model(), config);
    advance(session, {{&sequence, sequence.left()}}, vocab_size());
    return sequence.logits;
  }

 private:
  TinyModel model_;
  LoadedModel loaded_;
};

}  // namespace

TEST(invariance, every_instruction_set_and_thread_count_gives_the_same_bits) {
  for (const DType stored : {DType::f32, DType::f16, DType::bf16}) {
    const Fixture fixture(stored);
    const Sequence sequence = fixture.sequence(1, 90);
    const Logits expected = fixture.alone(sequence, session_with(1, WEIR_ISA_REFERENCE));
    CHECK(same_bits(fixture.alone(sequence, session_with(4, WEIR_ISA_REFERENCE)), expected));
    for (const int32_t isa : vector_isas()) {
      for (const int32_t threads : {1, 2, 3, 4, 7}) CHECK(same_bits(fixture.alone(sequence, session_with(threads, isa)), expected));
    }
  }
}

// Of every type in which weights or keys and values may be held: any instruction set, and any company, chunking and blocks.
TEST(invariance, quantized_weights_and_caches_keep_the_promise) {
  weir_model_config config = tiny_blocks();
  config.context_tokens_max = 1024;
  const std::pair<DType, int32_t> all[] = {{DType::q8_0, WEIR_DTYPE_Q8_0}, {DType::q4_0, WEIR_DTYPE_F16},  {DType::q4_1, WEIR_DTYPE_Q8_0},
                                           {DType::q5_0, WEIR_DTYPE_Q8_0}, {DType::q5_1, WEIR_DTYPE_BF16}, {DType::q4_k, WEIR_DTYPE_Q8_0},
                                           {DType::q5_k, WEIR_DTYPE_F32},  {DType::q6_k, WEIR_DTYPE_Q8_0}, {DType::bf16, WEIR_DTYPE_Q8_0}};
  for (const auto& [stored, kv_dtype] : all) {
    const Fixture fixture(config, stored, DType::f32);
    const auto session = [kv = kv_dtype](int32_t threads, int32_t isa) {
      weir_session_config asked = session_with(threads, isa);
      asked.kv_dtype = kv;
      return asked;
    };
    const Sequence sequence = fixture.sequence(1, 70);
    const Logits expected = fixture.alone(sequence, session(1, WEIR_ISA_REFERENCE));
    for (const int32_t isa : vector_isas()) {
      for (const int32_t threads : {1, 4}) CHECK(same_bits(fixture.alone(sequence, session(threads, isa)), expected));
    }
    Sequence chunked = fixture.sequence(1, 70, 40);
    Sequence stranger = fixture.sequence(2, 160, 20);
    const OpenSession opened(fixture.model(), session(3, WEIR_ISA_AUTO));
    for (int32_t chunk = 1; chunked.left() > 0; chunk = chunk % 19 + 3) {
      std::vector<std::pair<Sequence*, int32_t>> shares = {{&chunked, std::min(chunk, chunked.left())}};
      if (stranger.left() > 0) shares.emplace_back(&stranger, std::min(7, stranger.left()));
      advance(opened, shares, fixture.vocab_size());
    }
    CHECK(same_bits(chunked.logits, expected));
  }
}

// Windows, experts, norms and caps on every side: each architecture alone, by every instruction set, in chunks, and in company.
TEST(invariance, every_architecture_keeps_the_promise) {
  for (const weir_model_config& config : tiny_architectures()) {
    const Fixture fixture(config, DType::bf16);
    const Sequence sequence = fixture.sequence(21, 70);
    const Logits expected = fixture.alone(sequence, session_with(1, WEIR_ISA_REFERENCE));
    for (const int32_t isa : vector_isas()) {
      for (const int32_t threads : {1, 4}) CHECK(same_bits(fixture.alone(sequence, session_with(threads, isa)), expected));
    }
    Random random(22);
    const OpenSession session(fixture.model(), session_with(3));
    Sequence chunked = sequence;
    chunked.blocks = {9, 3, 7, 1, 5};
    for (int32_t stranger = 0; chunked.left() > 0; ++stranger) {
      Sequence company = fixture.sequence(100 + static_cast<uint64_t>(stranger), 1 + random.below(90), 20);
      advance(session, {{&company, company.left()}, {&chunked, 1 + random.below(std::min(chunked.left(), 20))}}, fixture.vocab_size());
    }
    CHECK(same_bits(chunked.logits, expected));
  }
}

TEST(invariance, any_chunking_gives_the_same_bits) {
  const Fixture fixture;
  const Logits expected = fixture.alone(fixture.sequence(2, 75));
  for (const int32_t chunk : {1, 2, 3, 7, 15, 16, 17, 40, 74}) {
    Sequence sequence = fixture.sequence(2, 75);
    const OpenSession session(fixture.model(), session_with(2));
    while (sequence.left() > 0) advance(session, {{&sequence, std::min(chunk, sequence.left())}}, fixture.vocab_size());
    CHECK(same_bits(sequence.logits, expected));
  }
}

TEST(invariance, a_step_longer_than_its_tiles_equals_short_steps) {
  const Fixture fixture;
  const Sequence sequence = fixture.sequence(3, 700);
  const Logits expected = fixture.alone(sequence, session_with(4));
  Sequence chunked = sequence;
  const OpenSession session(fixture.model(), session_with(3));
  while (chunked.left() > 0) advance(session, {{&chunked, std::min(96, chunked.left())}}, fixture.vocab_size());
  CHECK(same_bits(chunked.logits, expected));
}

TEST(invariance, any_company_any_blocks_any_split_gives_the_same_bits) {
  const Fixture fixture;
  constexpr int32_t kSequences = 9;
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    Random random(seed);
    std::vector<int32_t> free_blocks = blocks_for(192 * 16);
    for (size_t i = free_blocks.size() - 1; i > 0; --i) std::swap(free_blocks[i], free_blocks[static_cast<size_t>(random.below(static_cast<int32_t>(i) + 1))]);
    std::vector<Sequence> sequences;
    std::vector<Logits> expected;
    for (int32_t s = 0; s < kSequences; ++s) {
      sequences.push_back(fixture.sequence(100 * seed + static_cast<uint64_t>(s), 1 + random.below(80)));
      expected.push_back(fixture.alone(sequences.back()));
      for (int32_t& block : sequences.back().blocks) {
        block = free_blocks.back();
        free_blocks.pop_back();
      }
    }
    const OpenSession session(fixture.model(), session_with(1 + random.below(4)));
    for (bool working = true; working;) {
      std::vector<std::pair<Sequence*, int32_t>> shares;
      for (Sequence& sequence : sequences) {
        if (sequence.left() > 0 && random.below(3) > 0) shares.emplace_back(&sequence, 1 + random.below(std::min(sequence.left(), 24)));
      }
      if (!shares.empty()) advance(session, shares, fixture.vocab_size());
      working = std::ranges::any_of(sequences, [](const Sequence& sequence) { return sequence.left() > 0; });
    }
    for (int32_t s = 0; s < kSequences; ++s) CHECK(same_bits(sequences[static_cast<size_t>(s)].logits, expected[static_cast<size_t>(s)]));
  }
}

// The last layer finishes only the rows that are sampled; which those are must not show in any of them, nor in later steps.
TEST(invariance, sampling_few_rows_or_none_changes_no_other) {
  const Fixture fixture;
  const Sequence sequence = fixture.sequence(9, 600);
  const Logits expected = fixture.alone(sequence);
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    Random random(seed);
    const OpenSession session(fixture.model(), session_with(1 + random.below(4)));
    Sequence walker = sequence;
    while (walker.left() > 0) {
      Run run = walker.next(1 + random.below(std::min(walker.left(), seed == 1 ? 600 : 150)));
      const int32_t every = 1 + random.below(40);
      std::erase_if(run.sample_at, [&](int32_t) { return random.below(every) > 0; });
      const StepOutput output = session.step({run}, fixture.vocab_size());
      for (size_t i = 0; i < run.sample_at.size(); ++i) {
        CHECK(same_bits({output.logits[i]}, {expected[static_cast<size_t>(walker.computed + run.sample_at[i])]}));
      }
      walker.computed += static_cast<int32_t>(run.token_ids.size());
    }
  }
}

TEST(invariance, a_shared_prefix_gives_the_bits_of_a_computed_one) {
  const Fixture fixture;
  const Sequence whole = fixture.sequence(4, 60);
  const Logits expected = fixture.alone(whole);
  const OpenSession session(fixture.model(), session_with(4));
  Sequence first = whole;
  first.blocks = {10, 11, 12, 13};
  advance(session, {{&first, 60}}, fixture.vocab_size());
  std::vector<Sequence> sharers(2, whole);
  sharers[0].blocks = {10, 11, 20, 21};  // two and one full blocks of the prefix, then blocks of their own
  sharers[0].computed = 32;
  sharers[1].blocks = {10, 30, 31, 32};
  sharers[1].computed = 16;
  advance(session, {{&sharers[0], 28}, {&sharers[1], 44}}, fixture.vocab_size());
  CHECK(same_bits(sharers[0].logits, Logits(expected.begin() + 32, expected.end())));
  CHECK(same_bits(sharers[1].logits, Logits(expected.begin() + 16, expected.end())));
}

TEST(invariance, what_a_block_held_before_does_not_matter) {
  const Fixture fixture;
  const OpenSession session(fixture.model(), session_with(2));
  Sequence stranger = fixture.sequence(5, 64);
  advance(session, {{&stranger, 64}}, fixture.vocab_size());
  Sequence sequence = fixture.sequence(6, 50);
  advance(session, {{&sequence, 50}}, fixture.vocab_size());
  CHECK(same_bits(sequence.logits, fixture.alone(fixture.sequence(6, 50))));
}

TEST(invariance, blocks_that_were_away_are_the_same_when_they_are_back) {
  const Fixture fixture;
  const Logits expected = fixture.alone(fixture.sequence(8, 40));
  const Logits rest(expected.begin() + 35, expected.end());
  weir_session_config config = session_with(2);
  config.host_block_count = 8;
  const OpenSession session(fixture.model(), config);
  Sequence sequence = fixture.sequence(8, 40);
  sequence.sampled_from = 35;
  advance(session, {{&sequence, 35}}, fixture.vocab_size());
  const std::vector<int32_t> places = {7, 0, 3};
  CHECK_EQ(weir_session_offload(session.handle, sequence.blocks.data(), places.data(), 3, nullptr), WEIR_OK);
  Sequence stranger = fixture.sequence(9, 48);  // takes its blocks meanwhile
  advance(session, {{&stranger, 48}}, fixture.vocab_size());
  sequence.blocks = {50, 2, 51};
  CHECK_EQ(weir_session_restore(session.handle, places.data(), sequence.blocks.data(), 3, nullptr), WEIR_OK);

  int64_t block_bytes = 0;
  CHECK_EQ(weir_model_block_bytes(fixture.model(), WEIR_DEVICE_CPU, config.block_tokens, config.kv_dtype, &block_bytes, nullptr), WEIR_OK);
  std::vector<std::byte> bytes(static_cast<size_t>(3 * block_bytes));
  CHECK_EQ(weir_session_read_blocks(session.handle, sequence.blocks.data(), 3, bytes.data(), nullptr), WEIR_OK);
  Sequence woken = sequence;
  advance(session, {{&sequence, 5}}, fixture.vocab_size());
  CHECK(same_bits(sequence.logits, rest));

  const OpenSession later(fixture.model(), session_with(1));
  woken.blocks = {4, 60, 3};
  CHECK_EQ(weir_session_write_blocks(later.handle, bytes.data(), woken.blocks.data(), 3, nullptr), WEIR_OK);
  advance(later, {{&woken, 5}}, fixture.vocab_size());
  CHECK(same_bits(woken.logits, rest));

  const int32_t beyond = 8;
  CHECK_EQ(weir_session_offload(session.handle, sequence.blocks.data(), &beyond, 1, nullptr), WEIR_INVALID_ARGUMENT);
}

// The draw is a function of the row's bits, the seed and the position: so it too is the same in any company, and twice for one row.
TEST(invariance, samples_depend_on_row_seed_and_position_alone) {
  const Fixture fixture;
  const auto drawn = [&fixture](int32_t threads, const std::vector<Run>& runs, int32_t samples) {
    PlanArrays arrays(runs);
    arrays.samples.clear();
    for (int32_t i = 0; i < samples; ++i) {
      weir_sampling sampling = greedy(19);
      sampling.temperature = 1.3f;
      sampling.top_p = 0.95f;
      sampling.seed = static_cast<uint64_t>(i / 2);
      arrays.samples.push_back(sampling);
    }
    const OpenSession session(fixture.model(), session_with(threads));
    std::vector<int32_t> ids(static_cast<size_t>(samples));
    const weir_step_plan plan = arrays.plan();
    const weir_step_result result{sizeof(result), 0, ids.data(), nullptr, nullptr, nullptr, nullptr, nullptr};
    CHECK_EQ(weir_session_step(session.handle, &plan, &result, nullptr), WEIR_OK);
    return ids;
  };
  const Run run = fixture.sequence(7, 20).next(20);
  Run other = fixture.sequence(8, 33, 100).next(33);
  const std::vector<int32_t> expected = drawn(1, {run}, 80);
  CHECK(drawn(4, {run}, 80) == expected);
  CHECK(drawn(3, {run, other}, 80) == expected);
  bool varied = false;
  for (size_t i = 0; i < expected.size(); i += 2) {
    CHECK_EQ(expected[i], expected[i + 1]);
    varied = varied || expected[i] != expected[0];
  }
  CHECK(varied);
}

}  // namespace weir::testing

TEST_MAIN()
