// Phi-3, 3.5 and 4-mini (Abdin et al. 2024): Llama's layer, stored with two matrices in place of five. The rows of qkv_proj are those of the
// queries, then of the keys, then of the values; the first half of gate_up_proj's rows is the gate. No biases.
#include "model/config.h"
#include "model/decoder.h"

namespace weir {

Decoder read_phi3(DecoderReader& reader) {
  const weir_model_config& config = reader.config();
  reader.require_flag("qkv_bias", config.qkv_bias, 0);
  reader.require_flag("output_bias", config.output_bias, 0);
  reader.require_flag("mlp_bias", config.mlp_bias, 0);
  reader.require_flag("qk_norm", config.qk_norm, WEIR_QK_NORM_NONE);
  const int64_t query = query_size(config);
  const int64_t kv = kv_size(config);
  const int64_t inner = config.intermediate_size;
  return reader.read([&](const std::string& prefix, DecoderLayer& layer) {
    reader.require_flag("layers.sparse", layer.sparse ? 1 : 0, 0);
    layer.attention_norm = reader.norm(prefix + "input_layernorm.weight");
    const kernels::Matrix qkv = reader.linear(prefix + "self_attn.qkv_proj", query + 2 * kv, config.hidden_size, false).weight;
    layer.query.weight = kernels::row_range(qkv, 0, query);
    layer.key.weight = kernels::row_range(qkv, query, kv);
    layer.value.weight = kernels::row_range(qkv, query + kv, kv);
    layer.output = reader.linear(prefix + "self_attn.o_proj", config.hidden_size, query, false);
    layer.mlp_norm = reader.norm(prefix + "post_attention_layernorm.weight");
    const kernels::Matrix gate_up = reader.linear(prefix + "mlp.gate_up_proj", 2 * inner, config.hidden_size, false).weight;
    layer.mlp.gate.weight = kernels::row_range(gate_up, 0, inner);
    layer.mlp.up.weight = kernels::row_range(gate_up, inner, inner);
    layer.mlp.down = reader.linear(prefix + "mlp.down_proj", config.hidden_size, inner, false);
  });
}

}  // namespace weir
