// The CPU's formula, bit for bit.
#include "kernels/cuda/rows.h"

namespace weir::cuda {
namespace {

WEIR_KERNEL void softcap_all(Softcap a) {
  const int64_t i = static_cast<int64_t>(simt::block_x()) * kRowThreads + simt::thread();
  if (i < a.size) a.logits[i] = kernels::softcapped<DeviceOps>(a.logits[i], a.cap);
}

}  // namespace

void softcap(Stream stream, const Softcap& a) {
  if (a.size == 0) return;
  simt::launch(stream, "softcap", softcap_all, {static_cast<int32_t>((a.size + kRowThreads - 1) / kRowThreads)}, kRowThreads, 0, a);
}

}  // namespace weir::cuda
