#include "model/model.h"

#include "model/config.h"
#include "runtime/error.h"

namespace weir {
namespace {

const weir_model_config& checked(const weir_model_config& config) {
  check_config(config);
  return config;
}

}  // namespace

Model::Model(const weir_model_config& config, const weir_model_source& source)
    : config_(checked(config)),
      weights_(source, config.dtype, config.quantize),
      decoder_(read_decoder(config, weights_)),
      ropes_(config.ropes, config.ropes + config.rope_count) {
  config_.ropes = nullptr;
  config_.layers = nullptr;
}

std::string Model::describe() const {
  std::string out;
  for (int32_t i = WEIR_DTYPE_F32; i <= kDTypeLast; ++i) {
    const DType dtype = static_cast<DType>(i);
    const Holding& holding = weights_.holding(dtype);
    if (holding.matrices == 0) continue;
    const std::string key = std::string("weights.") + facts(dtype).name;
    out += key + ".matrices=" + std::to_string(holding.matrices) + "\n" + key + ".bytes=" + std::to_string(holding.size_bytes) + "\n";
  }
  return out;
}

// AUTO keeps keys and values in the type of the weights, of which the embedding speaks for all; where that is quantized, in F16.
KvShape Model::kv_shape(int32_t block_tokens, int32_t kv_dtype) const {
  require(kv_dtype >= WEIR_DTYPE_AUTO && kv_dtype <= WEIR_DTYPE_Q8_0, "kv_dtype: ", kv_dtype,
          " is none of WEIR_DTYPE_AUTO, _F32, _F16, _BF16, _Q8_0");
  const int32_t asked = kv_dtype == WEIR_DTYPE_AUTO ? config_.dtype : kv_dtype;
  const DType stored = is_quantized(decoder_.embedding.dtype) ? DType::f16 : decoder_.embedding.dtype;
  const DType dtype = asked == WEIR_DTYPE_AUTO ? stored : static_cast<DType>(asked);
  return {dtype, config_.layer_count, config_.kv_head_count, config_.head_size, block_tokens};
}

}  // namespace weir
