// OLMo 2 (OLMo Team 2025): blocks read the residual stream as it is, and their outputs are normed before they are added:
//   x += rms_norm(O attention(rope(norm(Q x)), rope(norm(K x)), V x))
//   x += rms_norm(D (silu(G x) * U x))
// Queries and keys are normed before RoPE as wholes, all heads of a token at once.
#include "model/decoder.h"

namespace weir {

Decoder read_olmo2(DecoderReader& reader) {
  reader.require_flag("mlp_bias", reader.config().mlp_bias, 0);
  reader.require_flag("qk_norm", reader.config().qk_norm, WEIR_QK_NORM_PROJECTION);
  return reader.read([&](const std::string& prefix, DecoderLayer& layer) {
    reader.projections(prefix, layer);
    reader.query_key_norms(prefix, layer);
    layer.attention_post_norm = reader.norm(prefix + "post_attention_layernorm.weight");
    reader.mlp(prefix, layer);
    layer.mlp_post_norm = reader.norm(prefix + "post_feedforward_layernorm.weight");
  });
}

}  // namespace weir
