// Llama 2, 3 and Mistral (Touvron et al. 2023; Dubey et al. 2024; Jiang et al. 2023). One layer:
//   x += O attention(rope(Q n), rope(K n), V n)   with n = rms_norm(x)
//   x += D (silu(G n) * U n)                      with n = rms_norm(x)
// Mistral's attention may see a window only. Biases are absent as published, but the format allows them (attention_bias, mlp_bias).
#include "model/decoder.h"

namespace weir {

Decoder read_llama(DecoderReader& reader) {
  reader.require_flag("qk_norm", reader.config().qk_norm, WEIR_QK_NORM_NONE);
  return reader.read([&](const std::string& prefix, DecoderLayer& layer) {
    layer.attention_norm = reader.norm(prefix + "input_layernorm.weight");
    reader.projections(prefix, layer);
    layer.mlp_norm = reader.norm(prefix + "post_attention_layernorm.weight");
    reader.mlp(prefix, layer);
  });
}

}  // namespace weir
