#include "kernels/elements.h"

#include <array>

#include "kernel_testing.h"

namespace weir::kernels {
namespace {

uint16_t to_f16(float value) {
  F16 half;
  narrow(value, half);
  return half.bits;
}

uint16_t to_bf16(float value) {
  Bf16 brief;
  narrow(value, brief);
  return brief.bits;
}

TEST(f16, every_number_survives_a_round_trip) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const F16 half{static_cast<uint16_t>(bits)};
    const bool nan = (bits & 0x7fff) > 0x7c00;
    CHECK_EQ(to_f16(widen(half)), nan ? bits | 0x200 : bits);
    CHECK_EQ(std::isnan(widen(half)), nan);
  }
}

TEST(f16, widens_to_what_its_fields_say) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const int32_t exponent = static_cast<int32_t>(bits >> 10);
    const double fraction = (bits & 0x3ff) / 1024.0;
    const double expected = exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
    CHECK_EQ(static_cast<double>(widen(F16{static_cast<uint16_t>(bits)})), expected);
  }
}

// Between two neighbours lie their midpoint, which goes to the even one, and the floats beside it.
TEST(f16, rounds_to_nearest_even) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const double low = widen(F16{static_cast<uint16_t>(bits)});
    const double high = bits == 0x7bff ? 65536.0 : widen(F16{static_cast<uint16_t>(bits + 1)});
    const float middle = static_cast<float>((low + high) / 2);
    CHECK_EQ(to_f16(middle), bits + (bits & 1));
    CHECK_EQ(to_f16(std::nextafter(middle, 0.0f)), bits);
    CHECK_EQ(to_f16(std::nextafter(middle, 1e9f)), bits + 1);
    CHECK_EQ(to_f16(-middle), 0x8000 | (bits + (bits & 1)));
  }
  CHECK_EQ(to_f16(3e38f), 0x7c00);
  CHECK_EQ(to_f16(-INFINITY), 0xfc00);
}

TEST(bf16, rounds_to_nearest_even) {
  for (uint32_t bits = 0; bits < 0x7f80; ++bits) {
    const auto at = [&](uint32_t low) { return std::bit_cast<float>(bits << 16 | low); };
    CHECK_EQ(to_bf16(at(0)), bits);
    CHECK_EQ(to_bf16(at(0x7fff)), bits);
    CHECK_EQ(to_bf16(at(0x8000)), bits + (bits & 1));
    CHECK_EQ(to_bf16(at(0x8001)), bits + 1);
    CHECK_EQ(to_bf16(-at(0x8001)), 0x8000 | (bits + 1));
    CHECK_EQ(std::bit_cast<uint32_t>(widen(Bf16{static_cast<uint16_t>(bits)})), bits << 16);
  }
}

TEST(bf16, nan_stays_nan) {
  for (const uint32_t bits : {0x7f800001u, 0x7fffffffu, 0xff800001u, 0xffffffffu, 0x7fc00000u}) {
    CHECK(std::isnan(widen(Bf16{to_bf16(std::bit_cast<float>(bits))})));
    CHECK(std::isnan(widen(F16{to_f16(std::bit_cast<float>(bits))})));
  }
}

// The processor's own conversions, through the kernels that use them, on every pattern and around every rounding.
template <typename Element>
void compare_conversions(DType dtype) {
  constexpr int32_t kHeadSize = 4096;
  for (const KernelTable* table : vector_tables()) {
    std::vector<Element> patterns(0x10000);
    for (uint32_t bits = 0; bits < 0x10000; ++bits) patterns[bits].bits = static_cast<uint16_t>(bits);
    std::vector<float> wide(0x10000);
    table->embed({patterns.data(), dtype, 1, 0x10000}, 0, wide.data());
    for (uint32_t bits = 0; bits < 0x10000; ++bits) CHECK(same(wide[bits], widen(patterns[bits])));

    std::vector<float> values(kHeadSize);
    std::vector<Element> stored(2 * kHeadSize);
    KvLayer layer{stored.data(), dtype, 1, 1, kHeadSize};
    for (uint32_t high = 0; high < 0x10000; high += kHeadSize / 8) {
      for (uint32_t i = 0; i < kHeadSize; ++i) {
        static constexpr std::array<uint32_t, 8> kLow{0, 1, 0x1000, 0x7fff, 0x8000, 0x8001, 0xf000, 0xffff};
        values[i] = std::bit_cast<float>((high + i / 8) << 16 | kLow[i % 8]);
      }
      table->kv_store(layer, 0, 0, values.data(), values.data());
      for (uint32_t i = 0; i < 2 * kHeadSize; ++i) {
        Element expected;
        narrow(values[i % kHeadSize], expected);
        CHECK_EQ(stored[i].bits, expected.bits);
      }
    }
  }
}

TEST(f16, vector_conversions_are_the_scalar_ones) { compare_conversions<F16>(DType::f16); }
TEST(bf16, vector_conversions_are_the_scalar_ones) { compare_conversions<Bf16>(DType::bf16); }

}  // namespace
}  // namespace weir::kernels

TEST_MAIN()
