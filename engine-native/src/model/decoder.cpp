#include "model/decoder.h"

#include "model/config.h"
#include "runtime/error.h"

namespace weir {

Decoder read_decoder(const weir_model_config& config, Weights& weights) {
  DecoderReader reader(config, weights);
  switch (config.architecture) {
    case WEIR_ARCHITECTURE_LLAMA: return read_llama(reader);
    case WEIR_ARCHITECTURE_QWEN2: return read_qwen2(reader);
    case WEIR_ARCHITECTURE_QWEN3: return read_qwen3(reader);
    case WEIR_ARCHITECTURE_PHI3: return read_phi3(reader);
    case WEIR_ARCHITECTURE_GEMMA2: return read_gemma2(reader);
    case WEIR_ARCHITECTURE_GEMMA3: return read_gemma3(reader);
    case WEIR_ARCHITECTURE_OLMO2: return read_olmo2(reader);
    case WEIR_ARCHITECTURE_MIXTRAL: return read_mixtral(reader);
    case WEIR_ARCHITECTURE_QWEN3_MOE: return read_qwen3_moe(reader);
    default: fail(WEIR_INVALID_ARGUMENT, "architecture: ", config.architecture, " is none of WEIR_ARCHITECTURE_");
  }
}

Decoder DecoderReader::begin() {
  Decoder decoder;
  decoder.embedding = weights_.matrix("model.embed_tokens.weight", config_.vocab_size, config_.hidden_size,
                                      config_.tied_embeddings == 1 ? Quantizing::finely : Quantizing::never);
  return decoder;
}

DecoderLayer DecoderReader::begin_layer(int32_t index) const {
  const weir_layer shape = layer_shape(config_, index);
  DecoderLayer layer;
  layer.attention_window = shape.attention_window;
  layer.rope_index = shape.rope_index;
  layer.sparse = shape.sparse == 1;
  return layer;
}

void DecoderReader::end(Decoder& decoder) {
  decoder.final_norm = norm("model.norm.weight");
  decoder.lm_head = config_.tied_embeddings == 1
                        ? decoder.embedding
                        : weights_.matrix("lm_head.weight", config_.vocab_size, config_.hidden_size, Quantizing::finely);
}

std::vector<float> DecoderReader::norm(const std::string& name, int64_t size) {
  const bool plus_one = config_.norm_plus_one == 1;
  std::vector<float> weight = weights_.vector(name, size, plus_one ? WEIR_STORAGE_ONE_PLUS : WEIR_STORAGE_AS_NAMED);
  if (plus_one && weights_.storage(name) != WEIR_STORAGE_ONE_PLUS) {
    for (float& element : weight) element += 1;
  }
  return weight;
}

Linear DecoderReader::linear(const std::string& name, int64_t outputs, int64_t inputs, bool bias, Quantizing quantizing,
                             int32_t understood) {
  Linear linear;
  linear.weight = weights_.matrix(name + ".weight", outputs, inputs, quantizing, understood);
  linear.paired_rows = weights_.storage(name + ".weight") == WEIR_STORAGE_PAIRED_ROWS;
  if (bias) {
    linear.bias = weights_.vector(name + ".bias", outputs, understood);
    require(weights_.storage(name + ".bias") == weights_.storage(name + ".weight"), name, ".bias: is not stored as its weight is");
  }
  return linear;
}

void DecoderReader::projections(const std::string& prefix, DecoderLayer& layer) {
  const bool bias = config_.qkv_bias == 1;
  layer.query = linear(prefix + "self_attn.q_proj", query_size(config_), config_.hidden_size, bias, Quantizing::as_asked,
                       WEIR_STORAGE_PAIRED_ROWS);
  layer.key = linear(prefix + "self_attn.k_proj", kv_size(config_), config_.hidden_size, bias, Quantizing::as_asked,
                       WEIR_STORAGE_PAIRED_ROWS);
  layer.value = linear(prefix + "self_attn.v_proj", kv_size(config_), config_.hidden_size, bias);
  layer.output = linear(prefix + "self_attn.o_proj", config_.hidden_size, query_size(config_), config_.output_bias == 1);
}

void DecoderReader::query_key_norms(const std::string& prefix, DecoderLayer& layer) {
  const bool whole = config_.qk_norm == WEIR_QK_NORM_PROJECTION;
  layer.query_norm = norm(prefix + "self_attn.q_norm.weight", whole ? query_size(config_) : config_.head_size);
  layer.key_norm = norm(prefix + "self_attn.k_norm.weight", whole ? kv_size(config_) : config_.head_size);
}

Mlp DecoderReader::read_mlp(const std::string& prefix, const MlpNames& names, int64_t width) {
  const bool bias = config_.mlp_bias == 1;
  return {linear(prefix + names.gate, width, config_.hidden_size, bias), linear(prefix + names.up, width, config_.hidden_size, bias),
          linear(prefix + names.down, config_.hidden_size, width, bias)};
}

void DecoderReader::mlp(const std::string& prefix, DecoderLayer& layer) {
  require_flag("layers.sparse", layer.sparse ? 1 : 0, 0);
  layer.mlp = read_mlp(prefix + "mlp.", kProjNames, config_.intermediate_size);
}

void DecoderReader::experts(const std::string& prefix, const MlpNames& names, DecoderLayer& layer) {
  layer.router = linear(prefix + "gate", config_.expert_count, config_.hidden_size, false, Quantizing::never);
  for (int32_t e = 0; e < config_.expert_count; ++e) {
    layer.experts.push_back(read_mlp(prefix + "experts." + std::to_string(e) + ".", names, config_.expert_intermediate_size));
  }
}

void DecoderReader::require_flag(const char* field, int32_t value, int32_t expected) const {
  require(value == expected, field, ": is ", value, ", but ", architecture_name(config_.architecture), " has ", expected);
}

}  // namespace weir
