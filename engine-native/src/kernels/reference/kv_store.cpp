// A token's keys come in one row over all heads; in the cache a head's tokens lie together, because attention reads one head at a time.
#include "kernels/cached.h"
#include "kernels/reference/reference.h"

namespace weir::kernels::reference {
namespace {

template <typename Element>
void store(const float* from, int32_t size, Element* to) {
  for (int32_t i = 0; i < size; ++i) narrow(from[i], to[i]);
}

void store(const float* from, int32_t size, Q8_0* to) { store_cached<ExactHalf>(from, size, to); }

}  // namespace

void kv_store(const KvLayer& layer, int32_t block, int32_t slot, const float* k, const float* v) {
  with_cached(layer.data, layer.dtype, [&](auto* cache) {
    for (int32_t h = 0; h < layer.heads; ++h) {
      const int64_t from = static_cast<int64_t>(h) * layer.head_size;
      store(k + from, layer.head_size, cache + kv_offset(layer, block, kKeys, h, slot));
      store(v + from, layer.head_size, cache + kv_offset(layer, block, kValues, h, slot));
    }
  });
}

}  // namespace weir::kernels::reference
