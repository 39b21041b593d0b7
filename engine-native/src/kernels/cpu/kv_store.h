// Narrows each head's keys and values into their slot.
#pragma once

#include "kernels/cached.h"
#include "kernels/cpu/rows.h"

namespace weir::kernels::cpu {

template <typename Ops, typename Element>
inline void store_row(const float* from, int32_t size, Element* to) {
  if constexpr (std::is_same_v<Element, Q8_0>) {
    store_cached<Ops>(from, size, to);
  } else {
    for_each_register<Ops>(size, [&](int64_t i, auto at) { at.store(to + i, at.load(from + i)); });
  }
}

template <typename Ops>
void kv_store(const KvLayer& layer, int32_t block, int32_t slot, const float* k, const float* v) {
  with_cached(layer.data, layer.dtype, [&](auto* cache) {
    for (int32_t h = 0; h < layer.heads; ++h) {
      const int64_t from = static_cast<int64_t>(h) * layer.head_size;
      store_row<Ops>(k + from, layer.head_size, cache + kv_offset(layer, block, kKeys, h, slot));
      store_row<Ops>(v + from, layer.head_size, cache + kv_offset(layer, block, kValues, h, slot));
    }
  });
}

}  // namespace weir::kernels::cpu
