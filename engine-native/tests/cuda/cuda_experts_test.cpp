// Choosing experts as the CPU does, bit for bit, and mixing what they give.
#include <algorithm>

#include "device_testing.h"
#include "kernels/kernels.h"
#include "model/experts.h"

using namespace weir;
using namespace weir::cuda;

namespace {

constexpr int32_t kExperts = 11, kChosen = 3, kCount = 300;

struct Choice {
  std::vector<int32_t> experts, copies, sources, begins;
  std::vector<float> weights;
};

Choice choose(const std::vector<float>& logits, bool normalized) {
  const Array<float> there(logits), weights(kCount * kChosen);
  const Array<int32_t> experts(kCount * kChosen), copies(kCount * kChosen), sources(kCount * kChosen), begins(kExperts + 1);
  choose_experts(stream(), {there.data(), experts.data(), weights.data(), copies.data(), sources.data(), begins.data(), kExperts, kChosen,
                            normalized ? 1 : 0, kCount});
  return {experts.read(), copies.read(), sources.read(), begins.read(), weights.read()};
}

}  // namespace

TEST(cuda_experts, are_those_that_the_cpu_chooses) {
  Random random(1);
  std::vector<float> logits = random.floats(kCount * kExperts);
  std::fill_n(logits.begin(), kExperts, 0.5f);                       // nothing but ties
  std::fill_n(logits.begin() + kExperts, kExperts, std::nanf(""));   // nothing but NaN
  logits[2 * kExperts + 4] = std::nanf("");
  for (const bool normalized : {false, true}) {
    in_every_order([&] {
      const Choice actual = choose(logits, normalized);
      for (int32_t t = 0; t < kCount; ++t) {
        int32_t experts[kChosen];
        float weights[kChosen];
        choose_experts(logits.data() + t * kExperts, kExperts, kChosen, normalized, experts, weights);
        for (int32_t j = 0; j < kChosen; ++j) {
          CHECK_EQ(actual.experts[static_cast<size_t>(t * kChosen + j)], experts[j]);
          const float weight = actual.weights[static_cast<size_t>(t * kChosen + j)];
          CHECK(weight == weights[j] || (std::isnan(weight) && std::isnan(weights[j])));
        }
      }
    });
  }
}

TEST(cuda_experts, rows_are_laid_out_by_expert) {
  Random random(2);
  in_every_order([&] {
    const Choice choice = choose(random.floats(kCount * kExperts), true);
    CHECK_EQ(choice.begins.front(), 0);
    CHECK_EQ(choice.begins.back(), kCount * kChosen);
    std::vector<int32_t> seen(kCount * kChosen);
    for (int32_t i = 0; i < kCount * kChosen; ++i) {
      const int32_t copy = choice.copies[static_cast<size_t>(i)];
      const size_t expert = static_cast<size_t>(choice.experts[static_cast<size_t>(i)]);
      CHECK(copy >= choice.begins[expert] && copy < choice.begins[expert + 1]);
      CHECK_EQ(choice.sources[static_cast<size_t>(copy)], i / kChosen);
      CHECK_EQ(seen[static_cast<size_t>(copy)]++, 0);
    }
  });
}

TEST(cuda_experts, mixing_adds_in_the_order_of_choosing) {
  constexpr int32_t kSize = 300, kTokens = 4;
  Random random(3);
  const std::vector<float> outputs = random.floats(kTokens * kChosen * kSize), weights = random.floats(kTokens * kChosen);
  std::vector<int32_t> copies(kTokens * kChosen);
  for (int32_t i = 0; i < kTokens * kChosen; ++i) copies[static_cast<size_t>(i)] = (i * 5 + 2) % (kTokens * kChosen);
  in_every_order([&] {
    const Array<float> outputs_there(outputs), weights_there(weights), delta(kTokens * kSize);
    const Array<int32_t> copies_there(copies);
    mix_experts(stream(), {outputs_there.data(), weights_there.data(), copies_there.data(), delta.data(), kSize, kChosen, kTokens});
    std::vector<float> expected(kTokens * kSize);
    for (int32_t i = 0; i < kTokens * kChosen; ++i) {
      kernels::reference_kernels().add_scaled(expected.data() + i / kChosen * kSize, outputs.data() + copies[static_cast<size_t>(i)] * kSize,
                                              weights[static_cast<size_t>(i)], kSize);
    }
    CHECK(same_bits(delta.read(), expected));
  });
}

CUDA_TEST_MAIN()
