// Hidden states that a step gives back: what the LM head reads, for the rows asked for, with the bits that they have in any company.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "check.h"
#include "support/steps.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

using Rows = std::vector<std::vector<float>>;

constexpr int32_t kTokens = 75;

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

class Fixture {
 public:
  Fixture() : model_(tiny_llama(), DType::f32, 51), loaded_(model_) {
    Random random(52);
    token_ids_ = random_tokens(random, kTokens, vocab_size());
  }

  const TinyModel& model() const { return model_; }
  weir_model handle() const { return loaded_.handle; }
  int32_t vocab_size() const { return model_.config().vocab_size; }
  int32_t hidden_size() const { return model_.config().hidden_size; }

  // Tokens [begin, begin + count) of the sequence, with the hidden states of all of them wanted.
  Run run(int32_t begin, int32_t count, int32_t first_block = 0) const {
    Run run{{token_ids_.begin() + begin, token_ids_.begin() + begin + count}, begin, blocks_for(kTokens, first_block), {}};
    for (int32_t i = 0; i < count; ++i) run.hidden_at.push_back(i);
    return run;
  }

  Rows whole() const {
    const OpenSession session(handle(), small_session());
    return session.step({run(0, kTokens)}, vocab_size(), hidden_size()).hidden;
  }

 private:
  TinyModel model_;
  LoadedModel loaded_;
  std::vector<int32_t> token_ids_;
};

}  // namespace

TEST(hidden, is_what_the_lm_head_reads) {
  const Fixture fixture;
  const OpenSession session(fixture.handle(), small_session());
  Run run = fixture.run(0, kTokens);
  run.sample_at = {0, 40, 74};
  const StepOutput output = session.step({run}, fixture.vocab_size(), fixture.hidden_size());
  const std::vector<float>& head = fixture.model().tensor("lm_head.weight").values;
  for (size_t i = 0; i < run.sample_at.size(); ++i) {
    const std::vector<float>& hidden = output.hidden[static_cast<size_t>(run.sample_at[i])];
    for (size_t v = 0; v < output.logits[i].size(); ++v) {
      double logit = 0;
      for (size_t k = 0; k < hidden.size(); ++k) logit += static_cast<double>(head[v * hidden.size() + k]) * static_cast<double>(hidden[k]);
      CHECK(std::abs(logit - static_cast<double>(output.logits[i][v])) < 1e-5);
    }
  }
}

TEST(hidden, any_chunking_and_company_gives_the_same_bits) {
  const Fixture fixture;
  const Rows expected = fixture.whole();
  CHECK_EQ(expected.size(), size_t{kTokens});
  for (const int32_t chunk : {1, 7, 16, 40}) {
    const OpenSession session(fixture.handle(), small_session());
    const int32_t stranger_block = 32;
    Run stranger = fixture.run(0, 9, stranger_block);
    stranger.sample_at = {8};
    for (int32_t begin = 0; begin < kTokens; begin += chunk) {
      const int32_t count = std::min(chunk, kTokens - begin);
      const Rows rows = session.step({stranger, fixture.run(begin, count)}, fixture.vocab_size(), fixture.hidden_size()).hidden;
      for (int32_t i = 0; i < count; ++i) {
        CHECK(same_bits(rows[static_cast<size_t>(9 + i)], expected[static_cast<size_t>(begin + i)]));
      }
    }
  }
}

TEST(hidden, rows_that_nobody_asks_for_do_not_cross) {
  const Fixture fixture;
  const Rows expected = fixture.whole();
  const OpenSession session(fixture.handle(), small_session());
  Run run = fixture.run(0, kTokens);
  run.hidden_at = {74};
  const Rows rows = session.step({run}, fixture.vocab_size(), fixture.hidden_size()).hidden;
  CHECK_EQ(rows.size(), size_t{1});
  CHECK(same_bits(rows[0], expected[74]));
}

// More rows than a tile has: the caller's buffer is filled tile by tile.
TEST(hidden, a_step_of_several_tiles_gives_all_rows_in_order) {
  weir_model_config config = tiny_llama();
  config.context_tokens_max = 2000;
  const TinyModel model(config, DType::f32, 53);
  const LoadedModel loaded(model);
  weir_session_config wide = small_session();
  wide.block_count = 128;
  wide.step_tokens_max = 1200;
  const OpenSession session(loaded.handle, wide);
  Random random(54);
  Run run{random_tokens(random, 1200, config.vocab_size), 0, blocks_for(1200), {1199}};
  for (int32_t i = 0; i < 1200; i += 3) run.hidden_at.push_back(i);
  const StepOutput whole = session.step({run}, config.vocab_size, config.hidden_size);
  weir_session_config usual = small_session();
  usual.block_count = wide.block_count;
  const OpenSession narrow(loaded.handle, usual);
  for (int32_t begin = 0; begin < 1200; begin += 240) {
    Run part{{run.token_ids.begin() + begin, run.token_ids.begin() + begin + 240}, begin, run.blocks, {}};
    for (int32_t i = 0; i < 240; i += 3) part.hidden_at.push_back(i);
    const Rows rows = narrow.step({part}, config.vocab_size, config.hidden_size).hidden;
    for (size_t i = 0; i < rows.size(); ++i) CHECK(same_bits(rows[i], whole.hidden[static_cast<size_t>(begin) / 3 + i]));
  }
}

}  // namespace weir::testing

TEST_MAIN()
