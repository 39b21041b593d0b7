// Qwen3 (Yang et al. 2025): Llama's layer, with an RMSNorm over each head of the queries and keys before RoPE, one weight of head_size for
// all heads of a layer. The head size is its own number, not hidden_size / heads. Biases are absent as published, but the format allows
// them on the attention's projections.
#include "model/decoder.h"

namespace weir {

Decoder read_qwen3(const weir_model_config& config, Weights& weights) {
  require_flag(config, "mlp_bias", config.mlp_bias, 0);
  require_flag(config, "qk_norm", config.qk_norm, 1);
  Decoder decoder;
  decoder.embedding = weights.matrix("model.embed_tokens.weight", config.vocab_size, config.hidden_size);
  for (int32_t i = 0; i < config.layer_count; ++i) {
    const std::string prefix = layer_prefix(i);
    DecoderLayer layer;
    layer.attention_norm = weights.vector(prefix + "input_layernorm.weight", config.hidden_size);
    read_projections(config, prefix, weights, layer);
    layer.query_norm = weights.vector(prefix + "self_attn.q_norm.weight", config.head_size);
    layer.key_norm = weights.vector(prefix + "self_attn.k_norm.weight", config.head_size);
    layer.mlp_norm = weights.vector(prefix + "post_attention_layernorm.weight", config.hidden_size);
    read_swiglu(config, prefix, weights, layer);
    decoder.layers.push_back(std::move(layer));
  }
  read_head(config, weights, decoder);
  return decoder;
}

}  // namespace weir
