// Qwen2 and Qwen2.5 (Yang et al. 2024): Llama's layer, with biases on the query, key and value projections and nowhere else.
#include "model/decoder.h"

namespace weir {

Decoder read_qwen2(DecoderReader& reader) {
  reader.require_flag("qkv_bias", reader.config().qkv_bias, 1);
  reader.require_flag("output_bias", reader.config().output_bias, 0);
  reader.require_flag("mlp_bias", reader.config().mlp_bias, 0);
  reader.require_flag("qk_norm", reader.config().qk_norm, WEIR_QK_NORM_NONE);
  return reader.read([&](const std::string& prefix, DecoderLayer& layer) {
    layer.attention_norm = reader.norm(prefix + "input_layernorm.weight");
    reader.projections(prefix, layer);
    layer.mlp_norm = reader.norm(prefix + "post_attention_layernorm.weight");
    reader.mlp(prefix, layer);
  });
}

}  // namespace weir
