// Llama 2, 3 and Mistral without a sliding window (Touvron et al. 2023; Dubey et al. 2024). One layer:
//   x += O attention(rope(Q n), rope(K n), V n)   with n = rms_norm(x)
//   x += D (silu(G n) * U n)                      with n = rms_norm(x)
// Biases are absent as published, but the format allows them (attention_bias, mlp_bias).
#include "model/decoder.h"

namespace weir {

Decoder read_llama(const weir_model_config& config, Weights& weights) {
  require_flag(config, "qk_norm", config.qk_norm, 0);
  Decoder decoder;
  decoder.embedding = weights.matrix("model.embed_tokens.weight", config.vocab_size, config.hidden_size);
  for (int32_t i = 0; i < config.layer_count; ++i) {
    const std::string prefix = layer_prefix(i);
    DecoderLayer layer;
    layer.attention_norm = weights.vector(prefix + "input_layernorm.weight", config.hidden_size);
    read_projections(config, prefix, weights, layer);
    layer.mlp_norm = weights.vector(prefix + "post_attention_layernorm.weight", config.hidden_size);
    read_swiglu(config, prefix, weights, layer);
    decoder.layers.push_back(std::move(layer));
  }
  read_head(config, weights, decoder);
  return decoder;
}

}  // namespace weir
