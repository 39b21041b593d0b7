#include "sampling/philox.h"

#include <cmath>

#include "check.h"
#include "sampling/sampler.h"

namespace weir {
namespace {

using Words = std::array<uint32_t, 4>;

// The three vectors that the generator's authors publish for philox4x32 with ten rounds.
TEST(philox, gives_the_published_answers) {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(uniform, is_the_top_24_bits_of_the_first_word) {
  CHECK_EQ(uniform(0, 0), static_cast<float>(0x6627e8) / 16777216.0f);
  const uint64_t position = 0x1122334455667788;
  const uint64_t seed = 0x99aabbccddeeff00;
  const Words words = philox4x32({0x55667788, 0x11223344, 0, 0}, {0xddeeff00, 0x99aabbcc});
  CHECK_EQ(uniform(seed, position), static_cast<float>(words[0] >> 8) / 16777216.0f);
}

TEST(uniform, stays_below_one_and_has_the_mean_and_variance_of_a_uniform) {
  const int32_t count = 100000;
  double sum = 0;
  double squares = 0;
  for (int32_t i = 0; i < count; ++i) {
    const double u = uniform(7, static_cast<uint64_t>(i));
    CHECK(u >= 0 && u < 1);
    sum += u;
    squares += u * u;
  }
  const double mean = sum / count;
  CHECK(std::abs(mean - 0.5) < 5 * std::sqrt(1.0 / 12 / count));
  CHECK(std::abs(squares / count - mean * mean - 1.0 / 12) < 5 * std::sqrt(1.0 / 180 / count));
}

}  // namespace
}  // namespace weir

TEST_MAIN()
