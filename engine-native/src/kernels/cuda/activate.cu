// The formulas are the CPU's, operation by operation (exp.h); only the result is rounded to BF16.
#include "kernels/cuda/rows.h"

namespace weir::cuda {
namespace {

WEIR_DEVICE float silu(float v) { return v / (1.0f + kernels::exponential<DeviceOps>(-v)); }

template <bool gelu>
WEIR_KERNEL void activate_rows(Activate a) {
  const int64_t width = padded(a.size, kChunkCols);
  const int64_t t = simt::block_y();
  const int64_t i = static_cast<int64_t>(simt::block_x()) * kRowThreads + simt::thread();
  if (i >= width) return;
  const float* const gate = a.gate_up + 2 * t * a.size;
  const float* const up = gate + a.size;
  float value = 0;
  if (i < a.size) value = (gelu ? kernels::gelu_tanh<DeviceOps>(gate[i]) : silu(gate[i])) * up[i];
  a.out[t * width + i] = narrowed(value);
}

constexpr int32_t kGridMax = 65535;  // in y

}  // namespace

void activate(Stream stream, const Activate& a) {
  const int32_t width = padded(a.size, kChunkCols);
  for (int32_t first = 0; first < a.count; first += kGridMax) {
    Activate part = a;
    part.gate_up += static_cast<int64_t>(first) * 2 * a.size;
    part.out += static_cast<int64_t>(first) * width;
    part.count = a.count - first < kGridMax ? a.count - first : kGridMax;
    simt::launch(stream, "activate", a.activation == WEIR_ACTIVATION_GELU_TANH ? activate_rows<true> : activate_rows<false>,
                 {(width + kRowThreads - 1) / kRowThreads, part.count}, kRowThreads, 0, part);
  }
}

}  // namespace weir::cuda
