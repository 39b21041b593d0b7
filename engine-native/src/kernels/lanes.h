// The one order in which a sum over K is taken, by every instruction set.
//
// Sixteen lanes begin at +0. Element k is added to lane k mod 16 by one fused multiply-add, in ascending k. Where K is no multiple of 16
// the last elements touch their own lanes alone: a lane without an element keeps its bits. Then a tree adds the lanes:
//
//   eight sums of lane i and lane i + 8, four sums of those i and i + 4, two sums of those i and i + 2, and the sum of the last two.
//
// Sixteen is one AVX-512 register or two of AVX2, and every step of the tree is one addition of the register's halves. IEEE addition
// commutes, so a kernel may reduce several outputs in one register, as long as each output sees this tree.
#pragma once

#include <cstdint>

namespace weir::kernels {

constexpr int32_t kLanes = 16;

// Adds the lanes by the tree, in place: the sum is lane[0].
template <typename Float>
[[gnu::always_inline]] constexpr Float sum_lanes(Float* lane) {
  for (int32_t half = kLanes / 2; half > 0; half /= 2) {
    for (int32_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  }
  return lane[0];
}

}  // namespace weir::kernels
