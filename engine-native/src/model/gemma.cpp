// Gemma 2 and 3 (Gemma Team 2024, 2025). One layer, with a norm on either side of each block:
//   x += rms_norm(O attention(rope(Q n), rope(K n), V n))   with n = rms_norm(x)
//   x += rms_norm(D (gelu(G n) * U n))                      with n = rms_norm(x)
// A norm multiplies by 1 + its stored weight, embeddings are scaled by sqrt(hidden_size), and layers with a window alternate with
// full ones. Gemma 2 caps the scores and the logits; Gemma 3 norms each head of the queries and keys instead, and gives windowed
// and full layers a RoPE each. All of that but the names of the tensors is in the config.
#include "model/decoder.h"

namespace weir {
namespace {

Decoder read_gemma(DecoderReader& reader) {
  reader.require_flag("mlp_bias", reader.config().mlp_bias, 0);
  return reader.read([&](const std::string& prefix, DecoderLayer& layer) {
    layer.attention_norm = reader.norm(prefix + "input_layernorm.weight");
    reader.projections(prefix, layer);
    if (reader.config().qk_norm != WEIR_QK_NORM_NONE) reader.query_key_norms(prefix, layer);
    layer.attention_post_norm = reader.norm(prefix + "post_attention_layernorm.weight");
    layer.mlp_norm = reader.norm(prefix + "pre_feedforward_layernorm.weight");
    reader.mlp(prefix, layer);
    layer.mlp_post_norm = reader.norm(prefix + "post_feedforward_layernorm.weight");
  });
}

}  // namespace

Decoder read_gemma2(DecoderReader& reader) {
  reader.require_flag("qk_norm", reader.config().qk_norm, WEIR_QK_NORM_NONE);
  return read_gemma(reader);
}

Decoder read_gemma3(DecoderReader& reader) {
  reader.require_flag("qk_norm", reader.config().qk_norm, WEIR_QK_NORM_HEAD);
  return read_gemma(reader);
}

}  // namespace weir
