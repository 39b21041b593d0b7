// A loaded model: its shape, its weights, and nothing that changes. Shared by its sessions.
#pragma once

#include <string>
#include <vector>

#include "kvcache/kv_cache.h"
#include "model/decoder.h"
#include "model/rope.h"
#include "model/weights.h"
#include "weir/weir.h"

namespace weir {

class Model {
 public:
  Model(const weir_model_config& config, const weir_model_source& source);

  // Without the arrays that were the caller's: what they said is in the decoder and the ropes.
  const weir_model_config& config() const { return config_; }
  void drop_file_pages() const { weights_.drop_file_pages(); }
  const Decoder& decoder() const { return decoder_; }
  const std::vector<Rope>& ropes() const { return ropes_; }
  std::string describe() const;  // the `key=value` lines of weir_model_describe
  KvShape kv_shape(int32_t block_tokens, int32_t kv_dtype) const;

 private:
  weir_model_config config_;
  Weights weights_;
  Decoder decoder_;
  std::vector<Rope> ropes_;
};

}  // namespace weir
