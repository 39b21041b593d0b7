// The shapes of models that step_bench measures steps of.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "weir/weir.h"

namespace weir::bench {

// One plain RoPE over heads of `size`, whose usual scale goes with it.
inline void set_heads(weir_model_config& config, int32_t size) {
  static std::vector<double> frequencies;
  static weir_rope rope;
  frequencies.clear();
  for (int32_t i = 0; i < size / 2; ++i) frequencies.push_back(std::pow(1e6, -2.0 * i / size));
  rope = {frequencies.data(), size / 2, 1};
  config.head_size = size;
  config.attention_scale = 1 / std::sqrt(static_cast<float>(size));
  config.rope_count = 1;
  config.ropes = &rope;
}

inline weir_model_config qwen_half_billion() {
  weir_model_config config{};
  config.struct_bytes = sizeof(config);
  config.architecture = WEIR_ARCHITECTURE_QWEN2;
  config.vocab_size = 151936;
  config.hidden_size = 896;
  config.intermediate_size = 4864;
  config.layer_count = 24;
  config.query_head_count = 14;
  config.kv_head_count = 2;
  config.context_tokens_max = 4096;
  config.tied_embeddings = 1;
  config.qkv_bias = 1;
  config.activation = WEIR_ACTIVATION_SILU;
  config.rms_norm_epsilon = 1e-6f;
  config.embedding_scale = 1;
  set_heads(config, 64);
  return config;
}

inline weir_model_config demo() {
  weir_model_config config = qwen_half_billion();
  config.vocab_size = 1024;
  config.hidden_size = 192;
  config.intermediate_size = 512;
  config.layer_count = 6;
  config.query_head_count = 6;
  config.kv_head_count = 3;
  set_heads(config, 32);
  return config;
}

inline weir_model_config tiny() {
  weir_model_config config = qwen_half_billion();
  config.vocab_size = 1024;
  config.hidden_size = 64;
  config.intermediate_size = 96;
  config.layer_count = 1;
  config.query_head_count = 4;
  set_heads(config, 16);
  return config;
}

inline weir_model_config tiny_llama() {
  weir_model_config config = qwen_half_billion();
  config.architecture = WEIR_ARCHITECTURE_LLAMA;
  config.vocab_size = 32000;
  config.hidden_size = 2048;
  config.intermediate_size = 5632;
  config.layer_count = 22;
  config.query_head_count = 32;
  config.kv_head_count = 4;
  config.context_tokens_max = 8192;
  config.tied_embeddings = 0;
  config.qkv_bias = 0;
  set_heads(config, 64);
  return config;
}

inline weir_model_config llama3(int32_t hidden_size, int32_t intermediate_size, int32_t layer_count, int32_t head_size, bool tied) {
  weir_model_config config = tiny_llama();
  config.vocab_size = 128256;
  config.hidden_size = hidden_size;
  config.intermediate_size = intermediate_size;
  config.layer_count = layer_count;
  config.query_head_count = 32;
  config.kv_head_count = 8;
  config.tied_embeddings = tied ? 1 : 0;
  set_heads(config, head_size);
  return config;
}

}  // namespace weir::bench
