#include "kernels/exp.h"

#include "kernel_testing.h"

namespace weir::kernels {
namespace {

float e_to_the(float x) { return exponential<ScalarOps>(x); }

double ulps_off(float x) {
  const double exact = std::exp(static_cast<double>(x));
  if (exact < 0x1p-149 / 2) return e_to_the(x);
  int exponent;
  std::frexp(exact, &exponent);
  const double ulp = std::ldexp(1.0, std::max(exponent - 24, -149));
  return std::abs(e_to_the(x) - exact) / ulp;
}

TEST(exponential, is_within_one_ulp) {
  double worst = 0;
  // A prime stride over the bits of every float whose exponential is neither 0 nor infinite.
  for (uint64_t bits = 0; bits < 0x100000000; bits += 1009) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
    if (!(x > -103.9f && x < 88.72f)) continue;
    worst = std::max(worst, ulps_off(x));
  }
  std::printf("worst error: %.3f ulp\n", worst);
  CHECK(worst < 1.0);
}

TEST(exponential, keeps_the_ends) {
  CHECK_EQ(e_to_the(0.0f), 1.0f);
  CHECK_EQ(e_to_the(-0.0f), 1.0f);
  CHECK_EQ(std::bit_cast<uint32_t>(e_to_the(-INFINITY)), 0u);
  CHECK_EQ(std::bit_cast<uint32_t>(e_to_the(-3e38f)), 0u);
  CHECK_EQ(std::bit_cast<uint32_t>(e_to_the(-104.0f)), 0u);
  CHECK_EQ(e_to_the(-103.9f), 0x1p-149f);
  CHECK_EQ(e_to_the(INFINITY), INFINITY);
  CHECK_EQ(e_to_the(3e38f), INFINITY);
  CHECK_EQ(e_to_the(88.8f), INFINITY);
  CHECK(std::isfinite(e_to_the(88.7f)));
  CHECK(std::isnan(e_to_the(NAN)));
  CHECK(std::isnan(e_to_the(-NAN)));
}

TEST(exponential, never_falls) {
  float before = 0;
  for (float x = -104; x < 89; x += 1e-4f) {
    const float now = e_to_the(x);
    CHECK(now >= before);
    before = now;
  }
}

double tanh_ulps_off(float x) {
  const double exact = std::tanh(static_cast<double>(x));
  int exponent;
  std::frexp(exact, &exponent);
  return std::abs(hyperbolic_tangent<ScalarOps>(x) - exact) / std::ldexp(1.0, std::max(exponent - 24, -149));
}

TEST(tangent, is_within_three_ulps) {
  double worst = 0;
  for (uint64_t bits = 0; bits < 0x100000000; bits += 1009) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
    if (std::isnormal(x)) worst = std::max(worst, tanh_ulps_off(x));
  }
  std::printf("worst error of tanh: %.3f ulp\n", worst);
  CHECK(worst < 3.0);
}

TEST(tangent, keeps_the_ends) {
  CHECK_EQ(hyperbolic_tangent<ScalarOps>(0.0f), 0.0f);
  for (const float x : {16.0f, 100.0f, 3e38f, INFINITY}) {
    CHECK_EQ(hyperbolic_tangent<ScalarOps>(x), 1.0f);
    CHECK_EQ(hyperbolic_tangent<ScalarOps>(-x), -1.0f);
  }
  CHECK(std::isnan(hyperbolic_tangent<ScalarOps>(NAN)));
  for (float x = -20; x < 20; x += 1e-3f) CHECK(std::abs(hyperbolic_tangent<ScalarOps>(x)) <= 1);
}

TEST(tangent, is_the_same_in_every_lane_of_every_instruction_set) {
  for (const KernelTable* table : vector_tables()) {
    for (uint64_t bits = 0; bits < 0x100000000; bits += 100003) {
      float x[37], expected[37], gate[37], expected_gate[37], up[37];
      for (int32_t i = 0; i < 37; ++i) {
        x[i] = expected[i] = gate[i] = expected_gate[i] = std::bit_cast<float>(static_cast<uint32_t>(bits + static_cast<uint64_t>(i) * 1000));
        up[i] = 1;
      }
      table->softcap(x, 0.75f, 37);
      reference_kernels().softcap(expected, 0.75f, 37);
      CHECK_EQ(first_difference(x, expected, 37), -1);
      table->gelu_mul(gate, up, 37);
      reference_kernels().gelu_mul(expected_gate, up, 37);
      CHECK_EQ(first_difference(gate, expected_gate, 37), -1);
    }
  }
}

// Through exp_sum of a single element, which is its exponential: all the bits that a stride meets, by register and by tail.
TEST(exponential, is_the_same_in_every_lane_of_every_instruction_set) {
  for (const KernelTable* table : vector_tables()) {
    for (uint64_t bits = 0; bits < 0x100000000; bits += 100003) {
      const float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
      float gate[37];
      float expected[37];
      float up[37];
      for (int32_t i = 0; i < 37; ++i) {
        gate[i] = expected[i] = std::bit_cast<float>(static_cast<uint32_t>(bits + static_cast<uint64_t>(i) * 1000));
        up[i] = 1;
      }
      table->silu_mul(gate, up, 37);
      reference_kernels().silu_mul(expected, up, 37);
      CHECK_EQ(first_difference(gate, expected, 37), -1);
      CHECK_EQ(table->exp_sum(&x, 1, 0, 1), reference_kernels().exp_sum(&x, 1, 0, 1));
    }
  }
}

}  // namespace
}  // namespace weir::kernels

TEST_MAIN()
