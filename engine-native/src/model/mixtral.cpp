// Mixtral (Jiang et al. 2024): Mistral's layer with experts instead of the MLP, w1 being the gate, w3 what is gated and w2 the way back:
//   x += sum over the chosen e of p_e W2_e (silu(W1_e n) * W3_e n)   with n = rms_norm(x), p = softmax(R n) over the chosen
#include "model/decoder.h"

namespace weir {

Decoder read_mixtral(DecoderReader& reader) {
  reader.require_flag("mlp_bias", reader.config().mlp_bias, 0);
  reader.require_flag("qk_norm", reader.config().qk_norm, WEIR_QK_NORM_NONE);
  return reader.read([&](const std::string& prefix, DecoderLayer& layer) {
    reader.require_flag("layers.sparse", layer.sparse ? 1 : 0, 1);
    layer.attention_norm = reader.norm(prefix + "input_layernorm.weight");
    reader.projections(prefix, layer);
    layer.mlp_norm = reader.norm(prefix + "post_attention_layernorm.weight");
    reader.experts(prefix + "block_sparse_moe.", {"w1", "w3", "w2"}, layer);
  });
}

}  // namespace weir
