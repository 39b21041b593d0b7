// Qwen3 (Yang et al. 2025): Llama's layer, with an RMSNorm over each head of the queries and keys before RoPE, one weight of head_size for
// all heads of a layer. The head size is its own number, not hidden_size / heads. Biases are absent as published, but the format allows
// them on the attention's projections.
//
// Qwen3-MoE: the same, and in its sparse layers, which may be all of them, many small experts instead of the MLP.
#include "model/decoder.h"

namespace weir {
namespace {

Decoder read_qwen3_layers(DecoderReader& reader) {
  reader.require_flag("mlp_bias", reader.config().mlp_bias, 0);
  reader.require_flag("qk_norm", reader.config().qk_norm, WEIR_QK_NORM_HEAD);
  return reader.read([&](const std::string& prefix, DecoderLayer& layer) {
    layer.attention_norm = reader.norm(prefix + "input_layernorm.weight");
    reader.projections(prefix, layer);
    reader.query_key_norms(prefix, layer);
    layer.mlp_norm = reader.norm(prefix + "post_attention_layernorm.weight");
    if (layer.sparse) {
      reader.experts(prefix + "mlp.", kProjNames, layer);
    } else {
      reader.mlp(prefix, layer);
    }
  });
}

}  // namespace

Decoder read_qwen3(DecoderReader& reader) {
  reader.require_flag("expert_count", reader.config().expert_count, 0);
  return read_qwen3_layers(reader);
}

Decoder read_qwen3_moe(DecoderReader& reader) { return read_qwen3_layers(reader); }

}  // namespace weir
