// Keys and values as a cache holds them: elements, or blocks of thirty-two signed bytes under one scale (Q8_0), which begin anew with every
// head of every token, so that what is stored is a function of that head alone. A head that is no whole number of blocks ends in one that is
// filled with zeros.
//
// scale * q is exact, so reading gives the same float everywhere, and attention sums in its one order whatever the type.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/blocks.h"
#include "kernels/kernels.h"

namespace weir::kernels {

// Element `at` of a head's row of blocks. Ops load whole registers from one: they never straddle blocks.
struct CachedByte {
  const Q8_0* block;
  int64_t at;  // in the block
};

template <typename Element>
[[gnu::always_inline]] inline const Element* cached_at(const Element* row, int64_t i) { return row + i; }
[[gnu::always_inline]] inline CachedByte cached_at(const Q8_0* row, int64_t i) { return {row + i / Q8_0::kElements, i % Q8_0::kElements}; }

// Calls body with `data` as a pointer to what a cache of this dtype is made of. Data is void or const void.
template <typename Data, typename Body>
inline auto with_cached(Data* data, DType dtype, const Body& body) {
  using Block = std::conditional_t<std::is_const_v<Data>, const Q8_0, Q8_0>;
  return dtype == DType::q8_0 ? body(static_cast<Block*>(data)) : with_elements(data, dtype, body);
}

// One head's key or value as blocks. The scale is the largest magnitude / 127 as an F16; each byte is the nearest integer, ties to even. Where a
// magnitude is infinite, NaN, or too large for such a scale, all of its block reads as NaN.
template <typename Half>
inline void store_cached(const float* from, int32_t size, Q8_0* to) {
  constexpr float kShift = 0x1.8p+23f;  // added to a small number, leaves it in the low bits, rounded to nearest
  for (int32_t first = 0; first < size; first += Q8_0::kElements, ++to) {
    const int32_t count = size - first < Q8_0::kElements ? size - first : Q8_0::kElements;
    int32_t magnitude = 0;  // the bits of a float's magnitude order as the floats do, infinity and NaN above all numbers
    for (int32_t i = 0; i < count; ++i) {
      const int32_t bits = std::bit_cast<int32_t>(from[first + i]) & 0x7fffffff;
      magnitude = bits > magnitude ? bits : magnitude;
    }
    to->scale = Half::narrow(std::bit_cast<float>(magnitude) / 127.0f);
    const bool number = (to->scale.bits & 0x7c00) != 0x7c00;
    if (!number) to->scale = F16{0x7e00};
    const float scale = Half::widen(to->scale);
    const float inverse = number && scale > 0 ? 1.0f / scale : 0.0f;
    for (int32_t i = 0; i < Q8_0::kElements; ++i) {
      const float scaled = number && i < count ? from[first + i] * inverse : 0.0f;
      const int32_t integer = std::bit_cast<int32_t>(scaled + kShift) - std::bit_cast<int32_t>(kShift);
      to->q[i] = static_cast<int8_t>(integer > 127 ? 127 : integer < -127 ? -127 : integer);
    }
  }
}

}  // namespace weir::kernels
