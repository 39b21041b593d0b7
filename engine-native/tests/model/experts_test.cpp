// The choice of experts: a function of a row's own logits; and the layout of rows by expert: a permutation.
#include "model/experts.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "check.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

struct Choice {
  std::vector<int32_t> experts;
  std::vector<float> weights;
};

Choice choose(const std::vector<float>& logits, int32_t count, bool normalized) {
  Choice choice{std::vector<int32_t>(static_cast<size_t>(count)), std::vector<float>(static_cast<size_t>(count))};
  choose_experts(logits.data(), static_cast<int32_t>(logits.size()), count, normalized, choice.experts.data(), choice.weights.data());
  return choice;
}

float sum(const std::vector<float>& values) {
  float total = 0;
  for (const float value : values) total += value;
  return total;
}

}  // namespace

TEST(experts, the_highest_logits_are_chosen_in_falling_order) {
  CHECK(choose({1, 5, -2, 4, 0}, 3, true).experts == std::vector<int32_t>({1, 3, 0}));
  CHECK(choose({1, 5}, 2, true).experts == std::vector<int32_t>({1, 0}));
}

TEST(experts, ties_go_to_the_lower_index) {
  CHECK(choose({2, 7, 2, 7, 2}, 4, true).experts == std::vector<int32_t>({1, 3, 0, 2}));
  CHECK(choose({0, 0, 0}, 2, true).experts == std::vector<int32_t>({0, 1}));
}

TEST(experts, weights_are_the_softmax_over_all_or_over_the_chosen) {
  const std::vector<float> logits = {0.5f, -1, 2, 1.25f};
  double all = 0;
  for (const float logit : logits) all += std::exp(static_cast<double>(logit));
  const double chosen = std::exp(2.0) + std::exp(1.25);
  const Choice plain = choose(logits, 2, false);
  const Choice normalized = choose(logits, 2, true);
  for (size_t j = 0; j < 2; ++j) {
    const double exact = std::exp(static_cast<double>(logits[static_cast<size_t>(plain.experts[j])]));
    CHECK(std::abs(plain.weights[j] - exact / all) < 1e-6);
    CHECK(std::abs(normalized.weights[j] - exact / chosen) < 1e-6);
  }
}

TEST(experts, odd_logits_neither_overflow_nor_stray) {
  const float nan = __builtin_nanf("");
  const float infinity = __builtin_inff();
  CHECK(choose({nan, 1, nan, 2}, 4, true).experts == std::vector<int32_t>({3, 1, 0, 2}));
  CHECK_EQ(sum(choose({nan, 1, 1, nan}, 3, true).weights), 1.0f);
  CHECK_EQ(sum(choose({3e38f, -3e38f, 0}, 2, true).weights), 1.0f);
  CHECK(choose({-infinity, -infinity, 4}, 2, true).weights == std::vector<float>({1, 0}));
  for (const std::vector<float>& logits : {std::vector<float>{nan, nan, nan}, std::vector<float>{infinity, infinity, 1}}) {
    const Choice choice = choose(logits, 2, false);
    CHECK(std::ranges::all_of(choice.experts, [](int32_t expert) { return expert >= 0 && expert < 3; }));
    CHECK(choice.experts[0] != choice.experts[1]);
  }
}

TEST(experts, copies_are_laid_out_by_expert_each_place_once) {
  weir_model_config config = tiny_qwen3_moe();
  constexpr int32_t kRows = 50;
  Arena measure;
  const ExpertChoices measured(config, kRows, measure);
  const Pages pages = Pages::allocate(measure.used_bytes(), "test");
  Arena arena(pages);
  ExpertChoices choices(config, kRows, arena);
  Random random(3);
  for (const int32_t rows : {1, 2, 17, kRows}) {
    for (int32_t t = 0; t < rows; ++t) {
      std::vector<float> logits;
      for (int32_t e = 0; e < choices.expert_count; ++e) logits.push_back(e == 4 ? -9 : random.between(-1, 1));  // 4 is never chosen
      const int64_t at = static_cast<int64_t>(t) * choices.chosen_count;
      choose_experts(logits.data(), choices.expert_count, choices.chosen_count, false, choices.experts + at, choices.weights + at);
    }
    choices.group(rows);
    const int32_t copies = rows * choices.chosen_count;
    std::set<int32_t> places;
    for (int32_t i = 0; i < copies; ++i) {
      const int32_t expert = choices.experts[i];
      CHECK(choices.copies[i] >= choices.begins[expert] && choices.copies[i] < choices.begins[expert + 1]);
      places.insert(choices.copies[i]);
    }
    CHECK_EQ(static_cast<int32_t>(places.size()), copies);
    CHECK_EQ(choices.begins[0], 0);
    CHECK_EQ(choices.begins[4], choices.begins[5]);
    CHECK_EQ(choices.begins[choices.expert_count], copies);
  }
}

}  // namespace weir::testing

TEST_MAIN()
