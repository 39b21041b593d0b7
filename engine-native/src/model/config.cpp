#include "model/config.h"

#include <algorithm>
#include <cmath>

#include "runtime/error.h"
#include "tensor/dtype.h"

namespace weir {
namespace {

constexpr int32_t kVocabMax = 1 << 24;
constexpr int32_t kWidthMax = 1 << 20;  // hidden, intermediate, and heads times head size
constexpr int32_t kLayersMax = 1024;
constexpr int32_t kContextMax = 1 << 24;
constexpr int32_t kRopesMax = 16;
constexpr int32_t kExpertsMax = 1024;
constexpr int32_t kExpertsPerTokenMax = 64;

void check_range(const char* field, int64_t value, int64_t min, int64_t max) {
  require(value >= min && value <= max, field, ": ", value, " is not in [", min, ", ", max, "]");
}

void check_flag(const char* field, int32_t value) { require(value == 0 || value == 1, field, ": ", value, " is neither 0 nor 1"); }

void check_positive(const char* field, double value) {
  require(std::isfinite(value) && value > 0, field, ": ", value, " is not a positive number");
}

void check_not_negative(const char* field, double value) {
  require(std::isfinite(value) && value >= 0, field, ": ", value, " is not a number of at least 0");
}

void check_ropes(const weir_model_config& config) {
  check_range("rope_count", config.rope_count, 1, kRopesMax);
  require(config.ropes != nullptr, "ropes is null");
  for (int32_t r = 0; r < config.rope_count; ++r) {
    const weir_rope& rope = config.ropes[r];
    check_range("ropes.pair_count", rope.pair_count, 1, config.head_size / 2);
    check_positive("ropes.amplitude", rope.amplitude);
    require(rope.frequencies != nullptr, "ropes[", r, "].frequencies is null");
    for (int32_t i = 0; i < rope.pair_count; ++i) check_not_negative("ropes.frequencies", rope.frequencies[i]);
  }
}

void check_experts(const weir_model_config& config) {
  check_range("expert_count", config.expert_count, 0, kExpertsMax);
  check_flag("expert_weights_normalized", config.expert_weights_normalized);
  const bool any = config.expert_count > 0;
  check_range("experts_per_token", config.experts_per_token, any ? 1 : 0, std::min(config.expert_count, kExpertsPerTokenMax));
  check_range("expert_intermediate_size", config.expert_intermediate_size, any ? 1 : 0, any ? kWidthMax : 0);
}

void check_layers(const weir_model_config& config) {
  for (int32_t i = 0; i < config.layer_count; ++i) {
    const weir_layer layer = layer_shape(config, i);
    check_range("layers.attention_window", layer.attention_window, 0, kContextMax);
    check_range("layers.rope_index", layer.rope_index, 0, config.rope_count - 1);
    check_range("layers.sparse", layer.sparse, 0, config.expert_count > 0 ? 1 : 0);
    check_range("layers.reserved", layer.reserved, 0, 0);
  }
}

}  // namespace

const char* architecture_name(int32_t architecture) {
  switch (architecture) {
    case WEIR_ARCHITECTURE_LLAMA: return "llama";
    case WEIR_ARCHITECTURE_QWEN2: return "qwen2";
    case WEIR_ARCHITECTURE_QWEN3: return "qwen3";
    case WEIR_ARCHITECTURE_PHI3: return "phi3";
    case WEIR_ARCHITECTURE_GEMMA2: return "gemma2";
    case WEIR_ARCHITECTURE_GEMMA3: return "gemma3";
    case WEIR_ARCHITECTURE_OLMO2: return "olmo2";
    case WEIR_ARCHITECTURE_MIXTRAL: return "mixtral";
    case WEIR_ARCHITECTURE_QWEN3_MOE: return "qwen3_moe";
    default: fail(WEIR_INVALID_ARGUMENT, "architecture: ", architecture, " is none of WEIR_ARCHITECTURE_");
  }
}

weir_layer layer_shape(const weir_model_config& config, int32_t index) {
  return config.layers == nullptr ? weir_layer{} : config.layers[index];
}

void check_config(const weir_model_config& config) {
  architecture_name(config.architecture);
  check_range("dtype", config.dtype, WEIR_DTYPE_AUTO, WEIR_DTYPE_BF16);
  check_range("vocab_size", config.vocab_size, 1, kVocabMax);
  check_range("hidden_size", config.hidden_size, 1, kWidthMax);
  check_range("intermediate_size", config.intermediate_size, 1, kWidthMax);
  check_range("layer_count", config.layer_count, 1, kLayersMax);
  check_range("head_size", config.head_size, 2, kHeadSizeMax);
  require(config.head_size % 2 == 0, "head_size: ", config.head_size, " is odd, but RoPE rotates pairs");
  check_range("query_head_count", config.query_head_count, 1, kWidthMax / config.head_size);
  check_range("kv_head_count", config.kv_head_count, 1, config.query_head_count);
  require(config.query_head_count % config.kv_head_count == 0, "kv_head_count: ", config.kv_head_count,
          " does not divide query_head_count ", config.query_head_count);
  check_range("context_tokens_max", config.context_tokens_max, 1, kContextMax);
  check_flag("tied_embeddings", config.tied_embeddings);
  check_flag("qkv_bias", config.qkv_bias);
  check_flag("output_bias", config.output_bias);
  check_flag("mlp_bias", config.mlp_bias);
  check_range("qk_norm", config.qk_norm, WEIR_QK_NORM_NONE, WEIR_QK_NORM_PROJECTION);
  check_flag("norm_plus_one", config.norm_plus_one);
  check_range("activation", config.activation, WEIR_ACTIVATION_SILU, WEIR_ACTIVATION_GELU_TANH);
  check_positive("rms_norm_epsilon", config.rms_norm_epsilon);
  check_positive("embedding_scale", config.embedding_scale);
  check_positive("attention_scale", config.attention_scale);
  check_not_negative("attention_softcap", config.attention_softcap);
  check_not_negative("logit_softcap", config.logit_softcap);
  check_ropes(config);
  check_experts(config);
  check_layers(config);
  require(config.quantize == WEIR_DTYPE_AUTO || (config.quantize >= WEIR_DTYPE_Q8_0 && config.quantize <= kDTypeLast), "quantize: ",
          config.quantize, " is no WEIR_DTYPE_ of blocks");
  check_range("reserved", config.reserved, 0, 0);
}

}  // namespace weir
