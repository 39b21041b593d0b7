#include "model/decoder.h"

#include "model/config.h"
#include "runtime/error.h"

namespace weir {

Decoder read_decoder(const weir_model_config& config, Weights& weights) {
  switch (config.architecture) {
    case WEIR_ARCHITECTURE_LLAMA: return read_llama(config, weights);
    case WEIR_ARCHITECTURE_QWEN2: return read_qwen2(config, weights);
    case WEIR_ARCHITECTURE_QWEN3: return read_qwen3(config, weights);
    default: fail(WEIR_INVALID_ARGUMENT, "architecture: ", config.architecture, " is none of WEIR_ARCHITECTURE_");
  }
}

std::string layer_prefix(int32_t layer) { return "model.layers." + std::to_string(layer) + "."; }

Linear read_linear(Weights& weights, const std::string& name, int64_t outputs, int64_t inputs, bool bias) {
  Linear linear;
  linear.weight = weights.matrix(name + ".weight", outputs, inputs);
  if (bias) linear.bias = weights.vector(name + ".bias", outputs);
  return linear;
}

void read_projections(const weir_model_config& config, const std::string& prefix, Weights& weights, DecoderLayer& layer) {
  const std::string attention = prefix + "self_attn.";
  const bool bias = config.qkv_bias == 1;
  layer.query = read_linear(weights, attention + "q_proj", query_size(config), config.hidden_size, bias);
  layer.key = read_linear(weights, attention + "k_proj", kv_size(config), config.hidden_size, bias);
  layer.value = read_linear(weights, attention + "v_proj", kv_size(config), config.hidden_size, bias);
  layer.output = read_linear(weights, attention + "o_proj", config.hidden_size, query_size(config), config.output_bias == 1);
}

void read_swiglu(const weir_model_config& config, const std::string& prefix, Weights& weights, DecoderLayer& layer) {
  const std::string mlp = prefix + "mlp.";
  const bool bias = config.mlp_bias == 1;
  layer.gate = read_linear(weights, mlp + "gate_proj", config.intermediate_size, config.hidden_size, bias);
  layer.up = read_linear(weights, mlp + "up_proj", config.intermediate_size, config.hidden_size, bias);
  layer.down = read_linear(weights, mlp + "down_proj", config.hidden_size, config.intermediate_size, bias);
}

void read_head(const weir_model_config& config, Weights& weights, Decoder& decoder) {
  decoder.final_norm = weights.vector("model.norm.weight", config.hidden_size);
  decoder.lm_head = config.tied_embeddings == 1 ? decoder.embedding
                                                : weights.matrix("lm_head.weight", config.vocab_size, config.hidden_size);
}

void require_flag(const weir_model_config& config, const char* field, int32_t value, int32_t expected) {
  require(value == expected, field, ": is ", value, ", but ", architecture_name(config.architecture), " has ", expected);
}

}  // namespace weir
