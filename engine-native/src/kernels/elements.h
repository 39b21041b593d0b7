// Stored element types as C++ types, and the exact scalar conversions between them and float. The vector kernels use the processor's
// own conversions, which give the same bits: a NaN keeps its sign and the top of its payload and becomes quiet.
//
// Everything is constexpr and branch-for-branch integer arithmetic, so that no rounding mode or compiler flag can change it.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "tensor/dtype.h"

namespace weir::kernels {

struct F16 {
  uint16_t bits;
};

struct Bf16 {
  uint16_t bits;
};

constexpr float widen(float value) { return value; }

constexpr float widen(Bf16 value) { return std::bit_cast<float>(static_cast<uint32_t>(value.bits) << 16); }

constexpr float widen(F16 value) {
  const uint32_t sign = static_cast<uint32_t>(value.bits & 0x8000u) << 16;
  const uint32_t exponent = (value.bits >> 10) & 0x1fu;
  const uint32_t fraction = value.bits & 0x3ffu;
  if (exponent == 0x1f) {
    const uint32_t quiet = fraction == 0 ? 0 : 0x00400000u;
    return std::bit_cast<float>(sign | 0x7f800000u | quiet | fraction << 13);
  }
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 0x1p-24f;  // zero or subnormal: both factors and the product are exact
  return sign == 0 ? magnitude : -magnitude;
}

constexpr void narrow(float value, float& out) { out = value; }

// Rounds to nearest, ties to even.
constexpr void narrow(float value, Bf16& out) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
  const uint32_t rounded = nan ? bits | 0x00400000u : bits + 0x7fffu + (bits >> 16 & 1u);
  out.bits = static_cast<uint16_t>(rounded >> 16);
}

// Rounds to nearest, ties to even; overflow gives infinity.
constexpr void narrow(float value, F16& out) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  uint32_t half;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u | (magnitude >> 13 & 0x1ffu);
  } else if (magnitude >= 0x477ff000u) {  // 65520, the midpoint above the largest F16
    half = 0x7c00u;
  } else if (magnitude >= 0x38800000u) {  // 2^-14, the smallest normal F16
    const uint32_t rebased = magnitude - (112u << 23);
    half = (rebased + 0xfffu + (rebased >> 13 & 1u)) >> 13;
  } else if (magnitude >= 0x33000000u) {  // 2^-25, half of the smallest subnormal F16: counts in units of 2^-24
    const uint32_t shift = 126u - (magnitude >> 23);
    const uint32_t significand = (magnitude & 0x7fffffu) | 0x800000u;
    const uint32_t units = significand >> shift;
    const uint32_t remainder = significand & ((1u << shift) - 1u);
    const uint32_t midpoint = 1u << (shift - 1u);
    half = units + (remainder > midpoint || (remainder == midpoint && (units & 1u) != 0) ? 1u : 0u);
  } else {
    half = 0;
  }
  out.bits = static_cast<uint16_t>(sign | half);
}

// Calls body with `data` as a pointer to the C++ type that dtype names. Data is void or const void.
template <typename Data, typename Body>
inline auto with_elements(Data* data, DType dtype, const Body& body) {
  const auto call = [&]<typename Element>(Element) {
    return body(static_cast<std::conditional_t<std::is_const_v<Data>, const Element, Element>*>(data));
  };
  switch (dtype) {
    case DType::f32: return call(float{});
    case DType::f16: return call(F16{});
    default: break;  // quantized types have no elements (blocks.h)
  }
  return call(Bf16{});
}

}  // namespace weir::kernels
