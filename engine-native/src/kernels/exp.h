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

// x as n ln 2 + r, for an x that is no larger than exponential lets through.
template <typename Ops>
struct Reduced {
  typename Ops::Float shifted;    // 1.5 * 2^23 + n
  typename Ops::Float remainder;  // r
  typename Ops::Float quotient;   // (e^r - 1) / r
};

template <typename Ops>
constexpr Reduced<Ops> reduce(typename Ops::Float x) {
  using Float = typename Ops::Float;
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
  return {shifted, r, p};
}

template <typename Ops>
constexpr typename Ops::Float exponential(typename Ops::Float x) {
  const Reduced<Ops> reduced = reduce<Ops>(Ops::min(Ops::broadcast(89.0f), Ops::max(Ops::broadcast(-105.0f), x)));
  return Ops::scale_by_power(Ops::fma(reduced.quotient, reduced.remainder, Ops::broadcast(1.0f)), reduced.shifted);
}

// tanh x = t / (t + 2) with t = e^2x - 1 = 2^n (e^r - 1) + (2^n - 1), which loses nothing near 0, where n is 0 and t is e^r - 1. Beyond
// +-16 the result is +-1 to the last bit, so the argument stops there. The measured error is below 3 ulp (exp_test.cpp).
template <typename Ops>
constexpr typename Ops::Float hyperbolic_tangent(typename Ops::Float x) {
  using Float = typename Ops::Float;
  x = Ops::min(Ops::broadcast(16.0f), Ops::max(Ops::broadcast(-16.0f), x));
  const Reduced<Ops> reduced = reduce<Ops>(Ops::add(x, x));
  const Float power = Ops::scale_by_power(Ops::broadcast(1.0f), reduced.shifted);
  const Float above_one = Ops::mul(reduced.remainder, reduced.quotient);
  const Float t = Ops::fma(power, above_one, Ops::sub(power, Ops::broadcast(1.0f)));
  return Ops::div(t, Ops::add(t, Ops::broadcast(2.0f)));
}

// cap * tanh(x / cap).
template <typename Ops>
constexpr typename Ops::Float softcapped(typename Ops::Float x, typename Ops::Float cap) {
  return Ops::mul(hyperbolic_tangent<Ops>(Ops::div(x, cap)), cap);
}

// v / 2 * (1 + tanh(u)) = v / (1 + e^-2u), with u = sqrt(2 / pi) * (v + 0.044715 v^3): the sigmoid needs no tanh. -2u = v (a + b v^2).
template <typename Ops>
constexpr typename Ops::Float gelu_tanh(typename Ops::Float v) {
  using Float = typename Ops::Float;
  const Float slope = Ops::fma(Ops::mul(v, v), Ops::broadcast(-0.0713548162726f), Ops::broadcast(-1.5957691216f));
  return Ops::div(v, Ops::add(Ops::broadcast(1.0f), exponential<Ops>(Ops::mul(v, slope))));
}

// A logit as sampling counts it: NaN is -infinity, and +infinity the largest finite number, so that differences of logits are no NaN.
template <typename Ops>
constexpr typename Ops::Float clean_logit(typename Ops::Float logit) {
  const typename Ops::Float number = Ops::max(logit, Ops::broadcast(-std::numeric_limits<float>::infinity()));
  return Ops::min(number, Ops::broadcast(std::numeric_limits<float>::max()));
}

// The scalar instantiation's operations.
struct ScalarOps {
  using Float = float;

  static float broadcast(float value) { return value; }
  static float add(float a, float b) { return a + b; }
  static float sub(float a, float b) { return a - b; }
  static float mul(float a, float b) { return a * b; }
  static float div(float a, float b) { return a / b; }
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
