// A token's keys come in one row over all heads; in the cache a head's tokens lie together, because attention reads one head at a time.
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {

void kv_store(const KvLayer& layer, int32_t block, int32_t slot, const float* k, const float* v) {
  with_elements(layer.data, layer.dtype, [&](auto* cache) {
    for (int32_t h = 0; h < layer.heads; ++h) {
      const int64_t from = static_cast<int64_t>(h) * layer.head_size;
      auto* key = cache + kv_offset(layer, block, kKeys, h, slot);
      auto* value = cache + kv_offset(layer, block, kValues, h, slot);
      for (int32_t i = 0; i < layer.head_size; ++i) {
        narrow(k[from + i], key[i]);
        narrow(v[from + i], value[i]);
      }
    }
  });
}

}  // namespace weir::kernels::reference
