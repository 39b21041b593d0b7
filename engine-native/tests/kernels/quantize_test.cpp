// Quantization against what its formats can do at all: the error of each type over ordinary weights, and that nothing is ever far off.
#include <cmath>
#include <numeric>

#include "block_testing.h"
#include "kernels/quantize.h"

namespace weir::kernels {
namespace {

using testing::Flush;
using testing::Guarded;

struct Bound {
  DType dtype;
  double error;       // of normal weights: root of mean squared error over the root of mean square, at most
  double worst_step;  // of any weight: at most this part of the largest magnitude in its block
};

// Errors as measured and rounded up in the third digit. The worst weight is an extreme that the search clips to serve the others better: it
// loses up to about a step.
constexpr Bound kBounds[] = {
    {DType::q8_0, 0.0054, 0.0042}, {DType::q4_0, 0.0815, 0.15}, {DType::q4_1, 0.0706, 0.1}, {DType::q5_0, 0.0406, 0.07},
    {DType::q5_1, 0.0341, 0.06},   {DType::q4_k, 0.0721, 0.15}, {DType::q5_k, 0.0361, 0.07}, {DType::q6_k, 0.0174, 0.04},
};

std::vector<double> back(DType dtype, const std::vector<uint8_t>& blocks, int64_t count) {
  std::vector<double> out;
  for (int64_t i = 0; i < count; ++i) out.push_back(weight_of(dtype, blocks.data(), i));
  return out;
}

std::vector<uint8_t> quantized(DType dtype, const std::vector<float>& weights) {
  std::vector<uint8_t> blocks(static_cast<size_t>(stored_bytes(dtype, static_cast<int64_t>(weights.size()))));
  CHECK(quantize(weights.data(), static_cast<int64_t>(weights.size()), dtype, blocks.data()));
  return blocks;
}

TEST(quantize, keeps_the_error_within_its_bound) {
  constexpr int64_t kCount = 64 * 1024;
  for (const Bound& bound : kBounds) {
    for (const float scale : {1.0f, 0.02f}) {
      std::vector<float> weights(kCount);
      Values values(11);
      values.fill_ordinary(weights.data(), kCount);
      double square = 0;
      for (float& weight : weights) {
        weight *= scale;
        square += static_cast<double>(weight) * weight;
      }
      const std::vector<double> restored = back(bound.dtype, quantized(bound.dtype, weights), kCount);
      double error = 0;
      for (size_t i = 0; i < weights.size(); ++i) error += (restored[i] - weights[i]) * (restored[i] - weights[i]);
      const double relative = std::sqrt(error / square);
      std::printf("  %-5s at %.2f: %.5f\n", facts(bound.dtype).name, static_cast<double>(scale), relative);
      CHECK(relative <= bound.error);
    }
  }
}

// Weights of all shapes: none may be further off than a step of its format, however uneven the groups are.
TEST(quantize, is_never_far_off) {
  constexpr int64_t kCount = 256;
  for (const Bound& bound : kBounds) {
    double most = 0;
    for (uint32_t seed = 0; seed < 200; ++seed) {
      std::vector<float> weights(kCount);
      Values values(seed);
      values.fill_ordinary(weights.data(), kCount);
      if (seed % 4 == 1) weights[values.below(kCount)] = 100;
      if (seed % 4 == 2) {
        for (size_t i = 0; i < kCount; ++i) weights[i] *= std::pow(10.0f, static_cast<float>(i / 16 % 4) - 2);
      }
      if (seed % 4 == 3) {
        for (float& weight : weights) weight += 3;
      }
      const std::vector<double> restored = back(bound.dtype, quantized(bound.dtype, weights), kCount);
      double largest = 0;
      for (const float weight : weights) largest = std::max(largest, std::abs(static_cast<double>(weight)));
      double worst = 0;
      for (size_t i = 0; i < kCount; ++i) worst = std::max(worst, std::abs(restored[i] - weights[i]) / largest);
      most = std::max(most, worst);
      if (worst > bound.worst_step) std::printf("  %s, seed %u: %.4f\n", facts(bound.dtype).name, seed, worst);
      CHECK(worst <= bound.worst_step);
    }
    std::printf("  %-5s loses %.4f of the largest magnitude at most\n", facts(bound.dtype).name, most);
  }
}

// What a format can hold exactly it does: its own integers come back, and so does nothing at all.
TEST(quantize, keeps_zeros_and_what_is_already_on_the_grid) {
  for (const Bound& bound : kBounds) {
    const std::vector<float> zeros(512, 0.0f);
    for (const double weight : back(bound.dtype, quantized(bound.dtype, zeros), 512)) CHECK_EQ(weight, 0.0);
    std::vector<float> tiny(512, 1e-30f);
    for (const double weight : back(bound.dtype, quantized(bound.dtype, tiny), 512)) CHECK(std::abs(weight) < 1e-7);
  }
  for (const DType dtype : {DType::q4_0, DType::q5_0}) {
    const int32_t most = dtype == DType::q4_0 ? 7 : 15;
    std::vector<float> grid(32);
    for (int32_t i = 0; i < 32; ++i) grid[static_cast<size_t>(i)] = 0.125f * static_cast<float>(i % (2 * most + 2) - most - 1);
    const std::vector<double> restored = back(dtype, quantized(dtype, grid), 32);
    for (size_t i = 0; i < 32; ++i) CHECK_EQ(restored[i], static_cast<double>(grid[i]));
  }
}

TEST(quantize, refuses_what_no_scale_can_hold) {
  for (const Bound& bound : kBounds) {
    for (const float bad : {NAN, INFINITY, -INFINITY, 70000.0f}) {
      std::vector<float> weights(256, 1.0f);
      weights[77] = bad;
      std::vector<uint8_t> blocks(static_cast<size_t>(stored_bytes(bound.dtype, 256)));
      CHECK(!quantize(weights.data(), 256, bound.dtype, blocks.data()));
      weights[77] = 65504;
      CHECK(quantize(weights.data(), 256, bound.dtype, blocks.data()));
      CHECK(std::abs(weight_of(bound.dtype, blocks.data(), 77) - 65504) <= bound.worst_step * 65504);
    }
  }
}

TEST(quantize, writes_its_blocks_and_nothing_else) {
  for (const Bound& bound : kBounds) {
    for (const Flush flush : {Flush::front, Flush::back}) {
      const int64_t count = 3 * facts(bound.dtype).block_elements;
      const Guarded<float> weights(count, flush);
      Values values(3);
      values.fill_ordinary(weights.data(), count);
      const Guarded<uint16_t> blocks(stored_bytes(bound.dtype, count) / 2, flush);
      CHECK(quantize(weights.data(), count, bound.dtype, blocks.data()));
    }
  }
}

}  // namespace
}  // namespace weir::kernels

TEST_MAIN()
