#include "kvcache/kv_cache.h"

#include <cstring>

namespace weir {
namespace {

int64_t layer_block_bytes(const KvShape& shape) {
  const int64_t row_bytes = kernels::kv_row_size(shape.dtype, shape.head_size) * facts(shape.dtype).block_bytes;
  return saturating_product(saturating_product(2 * row_bytes, shape.kv_head_count), shape.block_tokens);
}

}  // namespace

int64_t kv_block_bytes(const KvShape& shape) { return saturating_product(layer_block_bytes(shape), shape.layer_count); }

// Layer after layer, so that the blocks of one layer lie together: a step walks one layer at a time over all its sequences.
KvCache::KvCache(const KvShape& shape, int32_t block_count)
    : block_count_(block_count),
      layer_block_bytes_(layer_block_bytes(shape)),
      pages_(Pages::allocate(saturating_product(kv_block_bytes(shape), block_count), "KV cache")) {
  const int64_t layer_bytes = layer_block_bytes_ * block_count;
  for (int32_t i = 0; i < shape.layer_count; ++i) {
    layers_.push_back({pages_.data() + i * layer_bytes, shape.dtype, shape.kv_head_count, shape.block_tokens, shape.head_size});
  }
}

void KvCache::read(int32_t block, std::byte* outside) const {
  for (size_t i = 0; i < layers_.size(); ++i, outside += layer_block_bytes_) std::memcpy(outside, at(i, block), static_cast<size_t>(layer_block_bytes_));
}

void KvCache::write(int32_t block, const std::byte* outside) {
  for (size_t i = 0; i < layers_.size(); ++i, outside += layer_block_bytes_) std::memcpy(at(i, block), outside, static_cast<size_t>(layer_block_bytes_));
}

}  // namespace weir
