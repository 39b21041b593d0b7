#include "sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "check.h"

namespace weir {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

weir_sampling plain(uint64_t seed, float temperature) {
  return {.seed = seed, .temperature = temperature, .top_p = 1, .min_p = 0, .top_k = 0, .logprob_count = -1, .token_index = 0};
}

std::vector<float> random_logits(uint32_t seed, int32_t size, float spread) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> logits(static_cast<size_t>(size));
  for (float& logit : logits) logit = normal(generator);
  return logits;
}

Sampler::Row sample(const std::vector<float>& logits, const weir_sampling& sampling, int64_t position) {
  Sampler sampler(static_cast<int32_t>(logits.size()), kernels::reference_kernels());
  Sampler::Row row{};
  sampler.sample(logits.data(), sampling, position, row);
  return row;
}

std::vector<int32_t> descending(const std::vector<float>& logits) {
  std::vector<int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return logits[static_cast<size_t>(a)] > logits[static_cast<size_t>(b)];
  });
  return order;
}

// The rules of weir_sampling as they are written, in double: sort, cut, draw.
struct Naive {
  std::vector<int32_t> order;
  std::vector<double> kept;  // probabilities of the first of order, not renormalised

  Naive(const std::vector<float>& logits, const weir_sampling& sampling) : order(descending(logits)) {
    size_t limit = sampling.top_k > 0 ? std::min<size_t>(static_cast<size_t>(sampling.top_k), order.size()) : order.size();
    const double highest = logits[static_cast<size_t>(order[0])];
    for (size_t i = 0; i < limit; ++i) {
      kept.push_back(std::exp((static_cast<double>(logits[static_cast<size_t>(order[i])]) - highest) / sampling.temperature));
    }
    if (sampling.top_p < 1) {
      const double total = std::accumulate(kept.begin(), kept.end(), 0.0);
      double mass = 0;
      size_t count = 0;
      while (count < kept.size() && mass < sampling.top_p * total) mass += kept[count++];
      kept.resize(count);
    }
    while (kept.back() < sampling.min_p) kept.pop_back();
  }

  // The id that u draws, or -1 where u lies so near a boundary that float weights may decide otherwise.
  int32_t draw(double u) const {
    const double total = std::accumulate(kept.begin(), kept.end(), 0.0);
    double mass = 0;
    for (size_t i = 0; i < kept.size(); ++i) {
      mass += kept[i] / total;
      if (std::abs(mass - u) < 1e-6) return -1;
      if (mass > u) return order[i];
    }
    return -1;
  }
};

TEST(sampler, agrees_with_the_naive_rules) {
  int32_t decided = 0;
  for (const int32_t size : {1, 2, 5, 31, 32, 33, 100, 1000, 5003}) {
    for (const float spread : {0.5f, 3.0f}) {
      const std::vector<float> logits = random_logits(static_cast<uint32_t>(size), size, spread);
      for (const float temperature : {0.1f, 0.7f, 1.0f, 1.9f}) {
        for (const int32_t top_k : {0, 1, 3, 40, 700}) {
          for (const float top_p : {1.0f, 0.95f, 0.3f}) {
            for (const float min_p : {0.0f, 0.05f}) {
              weir_sampling sampling = plain(42, temperature);
              sampling.top_k = top_k;
              sampling.top_p = top_p;
              sampling.min_p = min_p;
              const Naive naive(logits, sampling);
              for (int64_t position = 0; position < 5; ++position) {
                const int32_t expected = naive.draw(uniform(42, static_cast<uint64_t>(position)));
                if (expected < 0) continue;
                CHECK_EQ(sample(logits, sampling, position).token_id, expected);
                ++decided;
              }
            }
          }
        }
      }
    }
  }
  CHECK(decided > 10000);
}

TEST(sampler, draws_by_the_distribution) {
  const std::vector<float> logits = random_logits(3, 300, 2);
  for (const bool filtered : {false, true}) {
    weir_sampling sampling = plain(0, 1.3f);
    if (filtered) {
      sampling.top_k = 50;
      sampling.top_p = 0.9f;
    }
    const Naive naive(logits, sampling);
    const double total = std::accumulate(naive.kept.begin(), naive.kept.end(), 0.0);
    Sampler sampler(300, kernels::reference_kernels());
    const int32_t draws = 20000;
    std::vector<int32_t> counts(logits.size());
    for (int32_t i = 0; i < draws; ++i) {
      Sampler::Row row{};
      sampling.seed = static_cast<uint64_t>(i);
      sampler.sample(logits.data(), sampling, 17, row);
      ++counts[static_cast<size_t>(row.token_id)];
    }
    // Chi square over the tokens that expect at least 5 draws, the others pooled; 5 standard deviations above its mean is never met by chance.
    double chi_square = 0;
    double rare_expected = 0;
    double rare_count = 0;
    int32_t cells = 0;
    for (size_t i = 0; i < naive.order.size(); ++i) {
      const double expected = i < naive.kept.size() ? draws * naive.kept[i] / total : 0;
      const double count = counts[static_cast<size_t>(naive.order[i])];
      if (expected == 0) CHECK_EQ(count, 0.0);
      if (expected < 5) {
        rare_expected += expected;
        rare_count += count;
        continue;
      }
      chi_square += (count - expected) * (count - expected) / expected;
      ++cells;
    }
    if (rare_expected > 5) {
      chi_square += (rare_count - rare_expected) * (rare_count - rare_expected) / rare_expected;
      ++cells;
    }
    CHECK(cells > 10);
    CHECK(chi_square < cells + 5 * std::sqrt(2.0 * cells));
  }
}

TEST(sampler, greedy_takes_the_highest_and_of_equals_the_lowest_id) {
  for (const int32_t size : {1, 31, 32, 33, 64, 4097}) {
    std::vector<float> logits(static_cast<size_t>(size), -1.0f);
    CHECK_EQ(sample(logits, plain(1, 0), 0).token_id, 0);
    for (const int32_t best : {0, size / 2, size - 1}) {
      logits.assign(static_cast<size_t>(size), -1.0f);
      logits[static_cast<size_t>(best)] = 2.0f;
      logits.back() = 2.0f;
      CHECK_EQ(sample(logits, plain(1, 0), 0).token_id, best);
    }
  }
}

TEST(sampler, equal_logits_are_ordered_by_id) {
  const std::vector<float> logits(1000, 0.25f);
  for (int64_t position = 0; position < 50; ++position) {
    const int32_t expected = static_cast<int32_t>(uniform(9, static_cast<uint64_t>(position)) * 1000);
    CHECK_EQ(sample(logits, plain(9, 1), position).token_id, expected);
    weir_sampling sampling = plain(9, 1);
    sampling.top_k = 10;
    CHECK_EQ(sample(logits, sampling, position).token_id,
             static_cast<int32_t>(uniform(9, static_cast<uint64_t>(position)) * 10));
  }
}

TEST(sampler, odd_logits_never_win_by_being_odd) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float temperature : {0.0f, 1e-42f, 1.0f, 3e38f}) {
    for (int64_t position = 0; position < 20; ++position) {
      CHECK_EQ(sample({nan, -kInfinity, 1, nan}, plain(1, temperature), position).token_id, 2);
      CHECK_EQ(sample({nan, 3, kInfinity, 5}, plain(1, temperature == 3e38f ? 1.0f : temperature), position).token_id, 2);
      CHECK_EQ(sample({nan, -kInfinity, nan}, plain(1, temperature), position).token_id, 0);
    }
  }
}

TEST(sampler, a_tiny_temperature_is_greedy) {
  const std::vector<float> logits = random_logits(11, 1000, 1);
  const int32_t best = sample(logits, plain(1, 0), 0).token_id;
  for (const float temperature : {1e-45f, 1e-38f, 1e-6f}) CHECK_EQ(sample(logits, plain(1, temperature), 3).token_id, best);
}

TEST(sampler, log_probabilities_are_of_the_untempered_softmax) {
  for (const int32_t size : {1, 5, 64, 1000, 40000}) {
    const std::vector<float> logits = random_logits(static_cast<uint32_t>(size), size, 2);
    const std::vector<int32_t> order = descending(logits);
    double total = 0;
    for (const float logit : logits) total += std::exp(static_cast<double>(logit));
    for (const float temperature : {0.0f, 0.5f}) {
      int32_t ids[20];
      float logprobs[20];
      weir_sampling sampling = plain(5, temperature);
      sampling.logprob_count = 20;
      Sampler sampler(size, kernels::reference_kernels());
      Sampler::Row row{0, 0, ids, logprobs};
      sampler.sample(logits.data(), sampling, 1, row);
      const auto exact = [&](int32_t id) { return static_cast<double>(logits[static_cast<size_t>(id)]) - std::log(total); };
      CHECK(std::abs(row.logprob - exact(row.token_id)) < 2e-6);
      for (int32_t i = 0; i < 20; ++i) {
        CHECK_EQ(ids[i], i < size ? order[static_cast<size_t>(i)] : -1);
        if (i < size) CHECK(std::abs(logprobs[i] - exact(ids[i])) < 2e-6);
        if (i >= size) CHECK_EQ(logprobs[i], -kInfinity);
      }
    }
  }
}

TEST(sampler, a_row_without_a_number_gives_id_0_and_no_probability) {
  int32_t ids[2];
  float logprobs[2];
  weir_sampling sampling = plain(5, 1);
  sampling.logprob_count = 2;
  const std::vector<float> logits(100, -kInfinity);
  Sampler sampler(100, kernels::reference_kernels());
  Sampler::Row row{7, 0, ids, logprobs};
  sampler.sample(logits.data(), sampling, 1, row);
  CHECK_EQ(row.token_id, 0);
  CHECK_EQ(row.logprob, -kInfinity);
  CHECK_EQ(ids[0], 0);
  CHECK_EQ(ids[1], 1);
  CHECK_EQ(logprobs[1], -kInfinity);
}

// By whatever rule: a masked row gives what the allowed tokens alone would give, and never another one.
TEST(sampler, draws_from_what_a_mask_allows) {
  for (const int32_t size : {1, 63, 64, 65, 129, 5000}) {
    for (uint32_t seed = 0; seed < 20; ++seed) {
      std::mt19937 generator(seed);
      std::vector<uint64_t> mask((static_cast<size_t>(size) + 63) / 64);
      std::vector<int32_t> allowed;
      for (int32_t id = 0; id < size; ++id) {
        if (generator() % 7 != 0 && id + 1 < size) continue;
        mask[static_cast<size_t>(id) / 64] |= uint64_t{1} << (id % 64);
        allowed.push_back(id);
      }
      std::vector<float> logits = random_logits(seed, size, 2);
      std::vector<float> few;
      for (const int32_t id : allowed) few.push_back(logits[static_cast<size_t>(id)]);
      allow_only(mask.data(), logits.data(), size);
      weir_sampling sampling = plain(seed, static_cast<float>(seed % 3) * 0.6f);
      sampling.top_k = seed % 2 == 0 ? 3 : 0;
      sampling.top_p = seed % 5 == 0 ? 0.7f : 1.0f;
      CHECK_EQ(sample(logits, sampling, seed).token_id, allowed[static_cast<size_t>(sample(few, sampling, seed).token_id)]);
    }
  }
}

TEST(sampler, an_allowed_token_is_drawn_whatever_the_model_makes_of_it) {
  const uint64_t mask = 0b0110'0000;
  for (const float logit : {-kInfinity, std::numeric_limits<float>::quiet_NaN(), kInfinity, -3.0e38f}) {
    for (const float temperature : {0.0f, 1.0f, 2.0f}) {
      std::vector<float> logits(40, 9.0f);
      logits[5] = logits[6] = logit;
      allow_only(&mask, logits.data(), 40);
      const int32_t id = sample(logits, plain(3, temperature), 8).token_id;
      CHECK(id == 5 || id == 6);
    }
  }
}

TEST(sampler, shifts_divide_or_multiply_and_then_add) {
  std::vector<float> logits = {3, -3, 0, 5, 1, 2};
  const weir_logit_shift shifts[] = {{0, 2, 0}, {1, 2, 0}, {2, 2, -1}, {3, 1, -kInfinity}, {4, 0.5f, 0.25f}, {4, 1, 1}};
  shift_logits(shifts, 6, logits.data());
  CHECK(logits == std::vector<float>({1.5f, -6, -1, -kInfinity, 3.25f, 2}));
  CHECK_EQ(sample(logits, plain(1, 0), 0).token_id, 4);
}

TEST(sampler, a_given_token_is_not_drawn_but_weighed) {
  const std::vector<float> logits = random_logits(5, 100, 2);
  Sampler sampler(100, kernels::reference_kernels());
  weir_sampling sampling = plain(1, 1);
  sampling.logprob_count = 3;
  int32_t ids[3];
  float logprobs[3];
  Sampler::Row drawn{0, 0, ids, logprobs};
  sampler.sample(logits.data(), sampling, 4, drawn);
  Sampler::Row given{0, 0, ids, logprobs, drawn.token_id};
  sampler.sample(logits.data(), sampling, 5, given);
  CHECK_EQ(given.token_id, drawn.token_id);
  CHECK_EQ(given.logprob, drawn.logprob);
  given.given_id = ids[2];
  sampler.sample(logits.data(), sampling, 4, given);
  CHECK_EQ(given.token_id, ids[2]);
  CHECK_EQ(given.logprob, logprobs[2]);
}

TEST(sampler, rows_do_not_remember_each_other) {
  Sampler sampler(5000, kernels::reference_kernels());
  weir_sampling sampling = plain(8, 2.5f);
  for (uint32_t seed = 0; seed < 20; ++seed) {
    sampling.top_k = seed % 3 == 0 ? 700 : 0;
    sampling.top_p = seed % 2 == 0 ? 0.8f : 1.0f;
    const std::vector<float> logits = random_logits(seed, 5000, 1);
    Sampler::Row row{};
    sampler.sample(logits.data(), sampling, seed, row);
    CHECK_EQ(row.token_id, sample(logits, sampling, seed).token_id);
  }
}

}  // namespace
}  // namespace weir

TEST_MAIN()
