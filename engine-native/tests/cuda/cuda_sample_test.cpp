// The device's sampler: the rules as plainly as they can be written over sorted tokens, with the same whole masses, and the CPU's sampler itself.
#include <algorithm>
#include <limits>
#include <numeric>

#include "device_testing.h"
#include "kernels/exp.h"
#include "sampling/philox.h"
#include "sampling/sampler.h"

using namespace weir;
using namespace weir::cuda;

namespace {

using kernels::ScalarOps;
__extension__ typedef unsigned __int128 Wide;

struct Case {
  std::vector<float> logits;
  weir_sampling sampling;
  int64_t position;
  std::vector<uint64_t> mask;  // empty: none
};

struct Drawn {
  int32_t id;
  float logprob;
  std::vector<int32_t> top_ids;
  std::vector<float> top_logprobs;
};

std::vector<Drawn> draw(const std::vector<Case>& cases) {
  const int32_t vocab = static_cast<int32_t>(cases[0].logits.size()), count = static_cast<int32_t>(cases.size());
  std::vector<float> logits;
  std::vector<weir_sampling> samplings;
  std::vector<int64_t> positions;
  std::vector<uint64_t> masks;
  std::vector<int32_t> indices;
  const size_t words = static_cast<size_t>(vocab + 63) / 64;
  for (const Case& one : cases) {
    logits.insert(logits.end(), one.logits.begin(), one.logits.end());
    samplings.push_back(one.sampling);
    positions.push_back(one.position);
    indices.push_back(one.mask.empty() ? -1 : static_cast<int32_t>(masks.size() / words));
    masks.insert(masks.end(), one.mask.begin(), one.mask.end());
  }
  masks.resize(masks.size() + 1);
  const Array<float> logits_there(logits), logprobs(count), top_logprobs(count * kTopLogprobsMax);
  const Array<weir_sampling> samplings_there(samplings);
  const Array<int64_t> positions_there(positions);
  const Array<uint64_t> masks_there(masks);
  const Array<int32_t> indices_there(indices), ids(count), top_ids(count * kTopLogprobsMax);
  sample(stream(), {logits_there.data(), samplings_there.data(), positions_there.data(), masks_there.data(), indices_there.data(), ids.data(),
                    logprobs.data(), top_ids.data(), top_logprobs.data(), kTopLogprobsMax, vocab, count});
  const std::vector<int32_t> all_ids = ids.read(), all_tops = top_ids.read();
  const std::vector<float> all_logprobs = logprobs.read(), all_top_logprobs = top_logprobs.read();
  std::vector<Drawn> drawn;
  for (int32_t i = 0; i < count; ++i) {
    const int64_t wanted = std::max(cases[static_cast<size_t>(i)].sampling.logprob_count, 0);
    const int64_t top = int64_t{i} * kTopLogprobsMax;
    drawn.push_back({all_ids[static_cast<size_t>(i)], all_logprobs[static_cast<size_t>(i)],
                     {all_tops.begin() + top, all_tops.begin() + top + wanted},
                     {all_top_logprobs.begin() + top, all_top_logprobs.begin() + top + wanted}});
  }
  return drawn;
}

std::vector<float> allowed(const Case& one) {
  std::vector<float> logits = one.logits;
  if (!one.mask.empty()) allow_only(one.mask.data(), logits.data(), static_cast<int64_t>(logits.size()));
  for (float& logit : logits) logit = kernels::clean_logit<ScalarOps>(logit);
  return logits;
}

// weir_sampling's rules over all tokens in order, one after the other.
int32_t expected_id(const Case& one) {
  const std::vector<float> logits = allowed(one);
  std::vector<size_t> order(logits.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  const weir_sampling& sampling = one.sampling;
  if (sampling.temperature == 0.0f || std::isinf(logits[order[0]])) return static_cast<int32_t>(order[0]);
  const float scale = std::min(1.0f / sampling.temperature, std::numeric_limits<float>::max());
  const auto weight = [&](size_t id) { return kernels::exponential<ScalarOps>((logits[id] - logits[order[0]]) * scale); };
  const auto mass = [&](size_t id) { return static_cast<uint64_t>(weight(id) * 0x1p+44f); };
  if (sampling.top_k > 0 && static_cast<size_t>(sampling.top_k) < order.size()) order.resize(static_cast<size_t>(sampling.top_k));
  uint64_t total = 0, kept = 0;
  for (const size_t id : order) total += mass(id);
  const double enough = sampling.top_p < 1 ? static_cast<double>(sampling.top_p) * static_cast<double>(total) : static_cast<double>(total);
  for (const size_t id : order) {
    if (weight(id) < sampling.min_p || static_cast<double>(kept) >= enough) break;
    kept += mass(id);
  }
  const uint64_t target = static_cast<uint64_t>(static_cast<Wide>(kept) * uniform_bits(sampling.seed, static_cast<uint64_t>(one.position)) >> 24);
  uint64_t before = 0;
  for (const size_t id : order) {
    before += mass(id);
    if (before > target) return static_cast<int32_t>(id);
  }
  return -1;
}

Case random_case(Random& random, int32_t vocab) {
  Case one{random.floats(vocab, 3), {}, random.below(100000), {}};
  if (random.below(3) == 0) {  // many ties
    for (float& logit : one.logits) logit = std::round(logit);
  }
  weir_sampling& s = one.sampling;
  s.seed = static_cast<uint64_t>(random.below(1 << 30)) << 20;
  s.temperature = random.below(6) == 0 ? 0.0f : 0.2f + 0.01f * static_cast<float>(random.below(150));
  s.top_k = random.below(2) == 0 ? 0 : 1 + random.below(vocab + 10);
  s.top_p = random.below(2) == 0 ? 1.0f : 0.01f * static_cast<float>(1 + random.below(99));
  s.min_p = random.below(2) == 0 ? 0.0f : 0.01f * static_cast<float>(random.below(60));
  s.logprob_count = random.below(20) - 1;
  if (random.below(3) == 0) {
    one.mask.resize(static_cast<size_t>(vocab + 63) / 64);
    for (uint64_t& word : one.mask) word = static_cast<uint64_t>(random.below(1 << 30)) * 0x900000003u;
    one.mask[0] |= 4;
  }
  return one;
}

void check_against_cpu(const Case& one, const Drawn& drawn) {
  Sampler sampler(static_cast<int32_t>(one.logits.size()), kernels::reference_kernels());
  std::vector<float> logits = one.logits;
  if (!one.mask.empty()) allow_only(one.mask.data(), logits.data(), static_cast<int64_t>(logits.size()));
  std::vector<int32_t> ids(kTopLogprobsMax);
  std::vector<float> logprobs(kTopLogprobsMax);
  Sampler::Row row{};
  row.top_ids = ids.data();
  row.top_logprobs = logprobs.data();
  sampler.sample(logits.data(), one.sampling, one.position, row);
  CHECK_EQ(drawn.id, row.token_id);
  if (one.sampling.logprob_count < 0) return;
  const auto check_logprob = [](float actual, float expected) {
    if (actual != expected) check_close(actual, expected, 1 + std::abs(expected), 1e-6, "log-probability");
  };
  check_logprob(drawn.logprob, row.logprob);
  for (size_t i = 0; i < drawn.top_ids.size(); ++i) {
    CHECK_EQ(drawn.top_ids[i], ids[i]);
    check_logprob(drawn.top_logprobs[i], logprobs[i]);
  }
}

}  // namespace

TEST(cuda_sample, follows_the_rules_and_agrees_with_the_cpu) {
  Random random(5);
  for (const int32_t vocab : {1, 64, 1100}) {
    std::vector<Case> cases;
    for (int32_t i = 0; i < 8; ++i) cases.push_back(random_case(random, vocab));
    in_every_order([&] {
      const std::vector<Drawn> drawn = draw(cases);
      for (size_t i = 0; i < cases.size(); ++i) {
        CHECK_EQ(drawn[i].id, expected_id(cases[i]));
        check_against_cpu(cases[i], drawn[i]);
      }
    });
  }
}

TEST(cuda_sample, copes_with_what_is_no_number) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  weir_sampling hot{}, greedy{};
  hot.temperature = hot.top_p = 1;
  hot.logprob_count = greedy.logprob_count = 6;
  greedy.top_p = 1;
  std::vector<Case> cases;
  for (const weir_sampling& sampling : {hot, greedy}) {
    cases.push_back({{-inf, -inf, nan, -inf}, sampling, 3, {}});
    cases.push_back({{nan, 1, inf, inf}, sampling, 4, {}});
    cases.push_back({{-inf, nan, 1, 2}, sampling, 5, {3}});
    cases.push_back({{0.0f, -0.0f, -1, 0.0f}, sampling, 6, {}});
  }
  const std::vector<Drawn> drawn = draw(cases);
  for (size_t i = 0; i < cases.size(); ++i) check_against_cpu(cases[i], drawn[i]);
}

TEST(cuda_sample, draws_each_token_as_often_as_it_is_likely) {
  constexpr int32_t kDraws = 300;
  std::vector<Case> cases;
  for (int32_t i = 0; i < kDraws; ++i) {
    Case one{{0.0f, std::log(2.0f), std::log(3.0f), std::log(4.0f)}, {}, i, {}};
    one.sampling.seed = 11;
    one.sampling.temperature = one.sampling.top_p = 1;
    one.sampling.logprob_count = -1;
    cases.push_back(one);
  }
  std::vector<int32_t> counts(4);
  for (const Drawn& one : draw(cases)) ++counts[static_cast<size_t>(one.id)];
  for (int32_t id = 0; id < 4; ++id) {  // a tenth of a draw's probability for each unit: four standard deviations are 0.113
    check_close(counts[static_cast<size_t>(id)] / static_cast<double>(kDraws), (id + 1) / 10.0, 1, 0.113, "frequency");
  }
}

// Rows with none, one and many, some of which name a token again and again.
TEST(shift_logits, equals_the_cpu_bit_for_bit_whatever_the_order) {
  constexpr int32_t kVocab = 517, kRows = 3;
  Random random(9);
  const std::vector<float> logits = random.floats(kRows * kVocab, 4);
  std::vector<weir_logit_shift> shifts = {{5, 1.3f, 0.5f}};
  for (int32_t i = 0; i < 900; ++i) shifts.push_back({random.below(40), 0.5f + static_cast<float>(random.below(4)) / 2, random.normal()});
  const std::vector<int32_t> begins = {0, 0, 1, static_cast<int32_t>(shifts.size())};
  std::vector<float> expected = logits;
  for (int32_t row = 0; row < kRows; ++row) {
    const int32_t begin = begins[static_cast<size_t>(row)];
    weir::shift_logits(shifts.data() + begin, begins[static_cast<size_t>(row) + 1] - begin, expected.data() + row * kVocab);
  }
  const Array<weir_logit_shift> shifts_there(shifts);
  const Array<int32_t> begins_there(begins);
  in_every_order([&] {
    const Array<float> there(logits);
    cuda::shift_logits(stream(), {there.data(), shifts_there.data(), begins_there.data(), kVocab, kRows});
    CHECK(same_bits(there.read(), expected));
  });
}

CUDA_TEST_MAIN()
