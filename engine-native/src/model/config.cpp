#include "model/config.h"

#include <cmath>

#include "runtime/error.h"

namespace weir {
namespace {

constexpr int32_t kVocabMax = 1 << 24;
constexpr int32_t kWidthMax = 1 << 20;  // hidden, intermediate, and heads times head size
constexpr int32_t kLayersMax = 1024;
constexpr int32_t kHeadSizeMax = 1024;
constexpr int32_t kContextMax = 1 << 24;

void check_range(const char* field, int64_t value, int64_t min, int64_t max) {
  require(value >= min && value <= max, field, ": ", value, " is not in [", min, ", ", max, "]");
}

void check_flag(const char* field, int32_t value) { require(value == 0 || value == 1, field, ": ", value, " is neither 0 nor 1"); }

void check_positive(const char* field, double value) {
  require(std::isfinite(value) && value > 0, field, ": ", value, " is not a positive number");
}

void check_rope(const weir_model_config& config) {
  check_positive("rope_theta", config.rope_theta);
  check_range("rope_scaling", config.rope_scaling, WEIR_ROPE_SCALING_NONE, WEIR_ROPE_SCALING_LINEAR);
  if (config.rope_scaling == WEIR_ROPE_SCALING_NONE) return;
  check_positive("rope_factor", config.rope_factor);
  if (config.rope_scaling == WEIR_ROPE_SCALING_LINEAR) return;
  check_positive("rope_low_freq_factor", config.rope_low_freq_factor);
  check_positive("rope_high_freq_factor", config.rope_high_freq_factor);
  require(config.rope_low_freq_factor < config.rope_high_freq_factor, "rope_low_freq_factor: ", config.rope_low_freq_factor,
          " is not below rope_high_freq_factor ", config.rope_high_freq_factor);
  check_range("rope_original_context_tokens", config.rope_original_context_tokens, 1, kContextMax);
}

}  // namespace

const char* architecture_name(int32_t architecture) {
  switch (architecture) {
    case WEIR_ARCHITECTURE_LLAMA: return "llama";
    case WEIR_ARCHITECTURE_QWEN2: return "qwen2";
    case WEIR_ARCHITECTURE_QWEN3: return "qwen3";
    default: fail(WEIR_INVALID_ARGUMENT, "architecture: ", architecture, " is none of WEIR_ARCHITECTURE_");
  }
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
  check_flag("qk_norm", config.qk_norm);
  check_positive("rms_norm_epsilon", config.rms_norm_epsilon);
  check_rope(config);
  check_range("quantize", config.quantize, WEIR_DTYPE_AUTO, WEIR_DTYPE_AUTO);
  check_range("reserved", config.reserved, 0, 0);
}

}  // namespace weir
