// Philox4x32-10: ten rounds that turn a 128-bit counter into 128 random bits under a 64-bit key (Salmon, Moraes, Dror, Shaw: "Parallel
// random numbers: as easy as 1, 2, 3", SC 2011).
#pragma once

#include <array>
#include <cstdint>

namespace weir {

// In the header, and constexpr, because the devices' kernels are compiled from it too.
constexpr std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  constexpr int32_t kRounds = 10;
  constexpr uint32_t kMultiplier0 = 0xd2511f53u;
  constexpr uint32_t kMultiplier1 = 0xcd9e8d57u;
  constexpr uint32_t kWeyl0 = 0x9e3779b9u;  // the golden ratio
  constexpr uint32_t kWeyl1 = 0xbb67ae85u;  // the square root of 3, less 1
  for (int32_t round = 0; round < kRounds; ++round) {
    const uint64_t product0 = static_cast<uint64_t>(kMultiplier0) * counter[0];
    const uint64_t product1 = static_cast<uint64_t>(kMultiplier1) * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
    key = {key[0] + kWeyl0, key[1] + kWeyl1};
  }
  return counter;
}

// 24 uniform bits: the counter's low two words are the position and the key's two words the seed; of the four words that come out, the first one's
// top bits are the number.
constexpr uint32_t uniform_bits(uint64_t seed, uint64_t position) {
  const auto words = philox4x32({static_cast<uint32_t>(position), static_cast<uint32_t>(position >> 32), 0, 0},
                                {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  return words[0] >> 8;
}

}  // namespace weir
