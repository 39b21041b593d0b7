// e^x as a fixed sequence of IEEE operations, written once: the scalar and the vector instantiations agree bit for bit, which no library
// function promises between instruction sets.
//
// x = n ln 2 + r with |r| <= ln 2 / 2, e^x = 2^n e^r. e^r is 1 + r + r^2 q(r), q of degree 4, fitted to the least maximal relative error
// (4e-9 with coefficients rounded to float). 2^n is applied as two factors, because n runs from -152 to 128 and neither end is a float's
// exponent: underflow then rounds once, into the subnormals, and overflow becomes infinity. NaN stays NaN, -infinity gives +0.
// The measured error is below 1 ulp over all finite floats (exp_test.cpp).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace weir::kernels {

// Ops gives the type Float, its arithmetic on floats, and scale_by_power; min(a, b) is a < b ? a : b and max(a, b) is a > b ? a : b,
// as the x86 instructions have it, so that a NaN in b survives.
template <typename Ops>
inline typename Ops::Float exponential(typename Ops::Float x) {
  using Float = typename Ops::Float;
  x = Ops::min(Ops::broadcast(89.0f), Ops::max(Ops::broadcast(-105.0f), x));
  // Adding 1.5 * 2^23 leaves n in the low bits of the sum, rounded to nearest.
  const Float shifted = Ops::fma(x, Ops::broadcast(0x1.715476p+0f), Ops::broadcast(0x1.8p+23f));
  const Float n = Ops::sub(shifted, Ops::broadcast(0x1.8p+23f));
  Float r = Ops::fma(n, Ops::broadcast(-0x1.62e430p-1f), x);
  r = Ops::fma(n, Ops::broadcast(0x1.05c610p-29f), r);
  Float p = Ops::broadcast(0x1.6a2434p-10f);
  p = Ops::fma(p, r, Ops::broadcast(0x1.1239e2p-7f));
  p = Ops::fma(p, r, Ops::broadcast(0x1.5558f2p-5f));
  p = Ops::fma(p, r, Ops::broadcast(0x1.555492p-3f));
  p = Ops::fma(p, r, Ops::broadcast(0x1.fffffcp-2f));
  p = Ops::fma(p, r, Ops::broadcast(1.0f));
  p = Ops::fma(p, r, Ops::broadcast(1.0f));
  return Ops::scale_by_power(p, shifted);
}

// A logit as sampling counts it: NaN is -infinity, and +infinity the largest finite number, so that differences of logits are no NaN.
template <typename Ops>
inline typename Ops::Float clean_logit(typename Ops::Float logit) {
  const typename Ops::Float number = Ops::max(logit, Ops::broadcast(-std::numeric_limits<float>::infinity()));
  return Ops::min(number, Ops::broadcast(std::numeric_limits<float>::max()));
}

// The scalar instantiation's operations.
struct ScalarOps {
  using Float = float;

  static float broadcast(float value) { return value; }
  static float sub(float a, float b) { return a - b; }
  static float fma(float a, float b, float c) { return std::fma(a, b, c); }
  static float min(float a, float b) { return a < b ? a : b; }
  static float max(float a, float b) { return a > b ? a : b; }

  // p * 2^n, where n is the low bits of `shifted` = 1.5 * 2^23 + n.
  static float scale_by_power(float p, float shifted) {
    const int32_t n = static_cast<int32_t>(std::bit_cast<uint32_t>(shifted) - 0x4b400000u);
    const int32_t half = n >> 1;
    return p * power_of_two(half) * power_of_two(n - half);
  }

 private:
  static float power_of_two(int32_t n) { return std::bit_cast<float>((static_cast<uint32_t>(n) + 127u) << 23); }
};

}  // namespace weir::kernels
