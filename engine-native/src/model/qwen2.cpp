// Qwen2 and Qwen2.5 (Yang et al. 2024): Llama's layer, with biases on the query, key and value projections and nowhere else.
#include "model/decoder.h"

namespace weir {

Decoder read_qwen2(const weir_model_config& config, Weights& weights) {
  require_flag(config, "qkv_bias", config.qkv_bias, 1);
  require_flag(config, "output_bias", config.output_bias, 0);
  require_flag(config, "mlp_bias", config.mlp_bias, 0);
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
