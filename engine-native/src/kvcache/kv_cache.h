// The paged KV cache of one session: memory and where a block lies in it. Which block belongs to whom is decided in Java; a block's
// contents mean something only where a plan's tokens were stored, so they are never cleared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/kernels.h"
#include "runtime/memory.h"

namespace weir {

struct KvShape {
  DType dtype;
  int32_t layer_count;
  int32_t kv_head_count;
  int32_t head_size;
  int32_t block_tokens;
};

// Bytes of one block over all layers, keys and values.
int64_t kv_block_bytes(const KvShape& shape);

class KvCache {
 public:
  KvCache(const KvShape& shape, int32_t block_count);

  int32_t block_count() const { return block_count_; }
  int64_t block_bytes() const { return layer_block_bytes_ * static_cast<int64_t>(layers_.size()); }

  // Copies a block between the cache and memory outside of it, where its layers lie one after the other.
  void read(int32_t block, std::byte* outside) const;
  void write(int32_t block, const std::byte* outside);

  const kernels::KvLayer& layer(int32_t index) const { return layers_[static_cast<size_t>(index)]; }

 private:
  std::byte* at(size_t layer, int32_t block) const {
    return static_cast<std::byte*>(layers_[layer].data) + block * layer_block_bytes_;
  }

  int32_t block_count_;
  int64_t layer_block_bytes_;
  Pages pages_;
  std::vector<kernels::KvLayer> layers_;
};

}  // namespace weir
