#include "model/model.h"

#include "model/config.h"

namespace weir {
namespace {

const weir_model_config& checked(const weir_model_config& config) {
  check_config(config);
  return config;
}

}  // namespace

Model::Model(const weir_model_config& config, const weir_model_source& source)
    : config_(checked(config)), weights_(source, config.dtype), decoder_(read_decoder(config, weights_)), rope_(config) {}

// AUTO keeps keys and values in the type of the weights, of which the embedding speaks for all.
KvShape Model::kv_shape(int32_t block_tokens) const {
  const DType dtype = config_.dtype == WEIR_DTYPE_AUTO ? decoder_.embedding.dtype : static_cast<DType>(config_.dtype);
  return {dtype, config_.layer_count, config_.kv_head_count, config_.head_size, block_tokens};
}

}  // namespace weir
