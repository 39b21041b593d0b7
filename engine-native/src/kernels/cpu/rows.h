// How the vector kernels walk a row: whole registers first, then the elements that are left, without touching memory beyond them.
//
// for_each_register calls body(i, access) with i the first element of a register's worth; access loads, stores and multiplies whole
// registers, or only the first few lanes at the end of the row, so that a kernel's body is written once.
#pragma once

#include "kernels/kernels.h"
#include "kernels/lanes.h"

namespace weir::kernels::cpu {

template <typename Ops>
struct Whole {
  using Float = typename Ops::Float;

  template <typename From>
  static Float load(From from) { return Ops::load(from); }
  template <typename Element>
  static void store(Element* to, Float value) { Ops::store(to, value); }
  static Float fma(Float a, Float b, Float c) { return Ops::fma(a, b, c); }
  static Float select(Float a, Float) { return a; }
};

template <typename Ops>
struct First {
  using Float = typename Ops::Float;
  int32_t count;

  template <typename From>
  Float load(From from) const { return Ops::load_first(from, count); }
  template <typename Element>
  void store(Element* to, Float value) const { Ops::store_first(to, value, count); }
  Float fma(Float a, Float b, Float c) const { return Ops::fma_first(a, b, c, count); }
  Float select(Float a, Float b) const { return Ops::select_first(a, b, count); }
};

template <typename Ops, typename Body>
inline void for_each_register(int64_t size, const Body& body) {
  int64_t i = 0;
  for (; i + Ops::kWidth <= size; i += Ops::kWidth) body(i, Whole<Ops>{});
  if (i < size) body(i, First<Ops>{static_cast<int32_t>(size - i)});
}

// The same by whole sets of lanes: body(k, part, access), part being the register within the lanes. The order of lanes.h.
template <typename Ops, typename Body>
inline void for_each_lanes(int64_t size, const Body& body) {
  int64_t k = 0;
  for (; k + kLanes <= size; k += kLanes) {
    for (int32_t part = 0; part < Ops::kParts; ++part) body(k + part * Ops::kWidth, part, Whole<Ops>{});
  }
  for (int32_t part = 0; k < size; ++part, k += Ops::kWidth) {
    const int64_t left = size - k;
    if (left >= Ops::kWidth) {
      body(k, part, Whole<Ops>{});
    } else {
      body(k, part, First<Ops>{static_cast<int32_t>(left)});
    }
  }
}

}  // namespace weir::kernels::cpu
