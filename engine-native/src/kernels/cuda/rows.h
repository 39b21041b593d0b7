// What the kernels over rows share: the activations between two steps, as the CPU's kernels define them.
#pragma once

#include "kernels/cuda/cuda_kernels.h"
#include "kernels/cuda/simt.h"
#include "kernels/exp.h"

namespace weir::cuda {

constexpr int32_t kRowThreads = 256;

// The operations of exp.h on a device: IEEE's, each rounded once, so that the results are the CPU's bit for bit.
struct DeviceOps {
  using Float = float;
  WEIR_ANYWHERE static float broadcast(float value) { return value; }
  WEIR_ANYWHERE static float add(float a, float b) { return a + b; }
  WEIR_ANYWHERE static float sub(float a, float b) { return a - b; }
  WEIR_ANYWHERE static float mul(float a, float b) { return a * b; }
  WEIR_ANYWHERE static float div(float a, float b) { return a / b; }
  WEIR_ANYWHERE static float fma(float a, float b, float c) { return std::fma(a, b, c); }
  WEIR_ANYWHERE static float min(float a, float b) { return a < b ? a : b; }
  WEIR_ANYWHERE static float max(float a, float b) { return a > b ? a : b; }
  WEIR_ANYWHERE static float scale_by_power(float p, float shifted) {
    const int32_t n = static_cast<int32_t>(std::bit_cast<uint32_t>(shifted) - 0x4b400000u);
    const int32_t half = n >> 1;
    return p * power_of_two(half) * power_of_two(n - half);
  }
  WEIR_ANYWHERE static float power_of_two(int32_t n) { return std::bit_cast<float>((static_cast<uint32_t>(n) + 127u) << 23); }
};

WEIR_DEVICE Bf16 narrowed(float value) {
  Bf16 out;
  kernels::narrow(value, out);
  return out;
}

}  // namespace weir::cuda
