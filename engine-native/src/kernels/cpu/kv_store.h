// Narrows each head's keys and values into their slot.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/elements.h"

namespace weir::kernels::cpu {

template <typename Ops>
void kv_store(const KvLayer& layer, int32_t block, int32_t slot, const float* k, const float* v) {
  with_elements(layer.data, layer.dtype, [&](auto* cache) {
    for (int32_t h = 0; h < layer.heads; ++h) {
      const int64_t from = static_cast<int64_t>(h) * layer.head_size;
      auto* key = cache + kv_offset(layer, block, kKeys, h, slot);
      auto* value = cache + kv_offset(layer, block, kValues, h, slot);
      for_each_register<Ops>(layer.head_size, [&](int64_t i, auto at) {
        at.store(key + i, at.load(k + from + i));
        at.store(value + i, at.load(v + from + i));
      });
    }
  });
}

}  // namespace weir::kernels::cpu
