// The paged KV cache of one session: memory and where a block lies in it. Which block belongs to whom is decided in Java; a block's
// contents mean something only where a plan's tokens were stored, so they are never cleared.
#pragma once

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
  const kernels::KvLayer& layer(int32_t index) const { return layers_[static_cast<size_t>(index)]; }

 private:
  int32_t block_count_;
  Pages pages_;
  std::vector<kernels::KvLayer> layers_;
};

}  // namespace weir
