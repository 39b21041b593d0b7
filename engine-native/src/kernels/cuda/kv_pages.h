// Where keys and values lie, and how they become what a tensor core reads.
#pragma once

#include "kernels/cuda/cuda_kernels.h"
#include "kernels/cuda/f8.h"
#include "kernels/cuda/rows.h"

namespace weir::cuda {

// Elements before head `head` of block `block`: its keys begin there, its values kBlockTokens times the padded head size later.
WEIR_DEVICE int64_t kv_run(const KvPages& pages, int32_t block, int32_t head) {
  return (static_cast<int64_t>(block) * pages.heads + head) * 2 * kBlockTokens * padded_head(pages.head_size);
}

WEIR_DEVICE void store_kv(Bf16* to, float value) { *to = narrowed(value); }
WEIR_DEVICE void store_kv(F8* to, float value) { *to = narrow_f8(value); }

// Four consecutive elements as BF16, in one load.
WEIR_DEVICE simt::Words2 load4(const Bf16* from) { return *reinterpret_cast<const simt::Words2*>(from); }
WEIR_DEVICE simt::Words2 load4(const F8* from) {
  const uint32_t word = *reinterpret_cast<const uint32_t*>(from);
  float values[4];
  WEIR_UNROLL
  for (int32_t i = 0; i < 4; ++i) values[i] = widen(F8{static_cast<uint8_t>(word >> 8 * i)});
  return {{simt::pack_bf16(values[0], values[1]), simt::pack_bf16(values[2], values[3])}};
}

// Eight of them.
WEIR_DEVICE simt::Words4 load8(const Bf16* from) { return *reinterpret_cast<const simt::Words4*>(from); }
WEIR_DEVICE simt::Words4 load8(const F8* from) {
  const simt::Words2 low = load4(from), high = load4(from + 4);
  return {{low.word[0], low.word[1], high.word[0], high.word[1]}};
}

}  // namespace weir::cuda
