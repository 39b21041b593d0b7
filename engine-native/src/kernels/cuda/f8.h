// E4M3: a sign, four bits of exponent, three of fraction; no infinity, the largest number is 448, NaN is 0x7f. Written out, so that every
// processor stores the same bytes; reading is exact.
#pragma once

#include <bit>
#include <cstdint>

namespace weir::cuda {

struct F8 {
  uint8_t bits;
};

constexpr float kF8Max = 448.0f;

// The fraction and exponent bits of an E4M3 are those of a float 120 powers of two smaller, subnormals included.
constexpr float widen(F8 value) {
  const uint32_t magnitude = value.bits & 0x7fu;
  const uint32_t sign = static_cast<uint32_t>(value.bits & 0x80u) << 24;
  if (magnitude == 0x7fu) return std::bit_cast<float>(sign | 0x7fc00000u);
  return std::bit_cast<float>(sign | magnitude << 20) * 0x1p+120f;
}

// Rounds to nearest, ties to even; what is beyond the largest number becomes it.
constexpr F8 narrow_f8(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint8_t sign = static_cast<uint8_t>(bits >> 24 & 0x80u);
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return F8{static_cast<uint8_t>(sign | 0x7fu)};
  if (magnitude >= std::bit_cast<uint32_t>(kF8Max)) return F8{static_cast<uint8_t>(sign | 0x7eu)};
  if (magnitude >= 0x3c800000u) {  // 2^-6, the smallest normal E4M3
    const uint32_t rebased = magnitude - (120u << 23);
    return F8{static_cast<uint8_t>(sign | (rebased + 0x7ffffu + (rebased >> 20 & 1u)) >> 20)};
  }
  // Counts in units of 2^-9: 1.5 * 2^14 has that for its last bit, and the addition rounds to nearest even.
  const float shifted = std::bit_cast<float>(magnitude) + 0x1.8p+14f;
  return F8{static_cast<uint8_t>(sign | (std::bit_cast<uint32_t>(shifted) - std::bit_cast<uint32_t>(0x1.8p+14f)))};
}

}  // namespace weir::cuda
