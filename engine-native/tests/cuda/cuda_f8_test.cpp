// E4M3, exhaustively.
#include "kernels/cuda/f8.h"

#include <cmath>

#include "check.h"

using namespace weir::cuda;

TEST(f8, every_code_reads_as_its_definition_and_writes_back) {
  for (int32_t code = 0; code < 256; ++code) {
    const int32_t exponent = code >> 3 & 15, fraction = code & 7;
    const float value = widen(F8{static_cast<uint8_t>(code)});
    if ((code & 0x7f) == 0x7f) {
      CHECK(std::isnan(value));
    } else {
      const double magnitude = exponent == 0 ? std::ldexp(fraction, -9) : std::ldexp(8 + fraction, exponent - 10);
      CHECK_EQ(static_cast<double>(value), code >= 128 ? -magnitude : magnitude);
      CHECK_EQ(std::signbit(value), code >= 128);
    }
    CHECK_EQ(static_cast<int32_t>(narrow_f8(value).bits), code);
  }
}

TEST(f8, numbers_become_the_nearest_code_ties_the_even_one) {
  for (int32_t code = 0; code < 0x7e; ++code) {
    const float low = widen(F8{static_cast<uint8_t>(code)}), high = widen(F8{static_cast<uint8_t>(code + 1)});
    const float middle = low + (high - low) / 2;
    CHECK_EQ(static_cast<int32_t>(narrow_f8(middle).bits), code % 2 == 0 ? code : code + 1);
    CHECK_EQ(static_cast<int32_t>(narrow_f8(std::nextafter(middle, 0.0f)).bits), code);
    CHECK_EQ(static_cast<int32_t>(narrow_f8(std::nextafter(middle, 1e9f)).bits), code + 1);
    CHECK_EQ(static_cast<int32_t>(narrow_f8(-middle).bits), 0x80 + (code % 2 == 0 ? code : code + 1));
  }
}

TEST(f8, what_is_too_large_becomes_the_largest_number) {
  CHECK_EQ(static_cast<int32_t>(narrow_f8(449).bits), 0x7e);
  CHECK_EQ(static_cast<int32_t>(narrow_f8(-INFINITY).bits), 0xfe);
  CHECK_EQ(static_cast<int32_t>(narrow_f8(1e-30f).bits), 0);
}

TEST_MAIN()
