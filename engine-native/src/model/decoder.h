// The weights of a decoder-only transformer by their part in the computation, and the readers that know each architecture's names and
// rules. The forward pass (forward.h) asks only what is there, never which architecture it is.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"
#include "model/weights.h"
#include "weir/weir.h"

namespace weir {

// y = W x (+ b): the bias is empty where there is none.
struct Linear {
  kernels::Matrix weight;
  std::vector<float> bias;

  const float* bias_or_null() const { return bias.empty() ? nullptr : bias.data(); }
};

struct DecoderLayer {
  std::vector<float> attention_norm;
  Linear query, key, value, output;
  std::vector<float> query_norm, key_norm;  // over each head, before RoPE; empty where there is none
  std::vector<float> mlp_norm;
  Linear gate, up, down;
};

struct Decoder {
  kernels::Matrix embedding;  // [vocab, hidden]
  std::vector<DecoderLayer> layers;
  std::vector<float> final_norm;
  kernels::Matrix lm_head;  // [vocab, hidden]; the embedding where they are tied
};

// One file each: the paper's block, the tensors' names, the flags that the architecture allows.
Decoder read_llama(const weir_model_config& config, Weights& weights);
Decoder read_qwen2(const weir_model_config& config, Weights& weights);
Decoder read_qwen3(const weir_model_config& config, Weights& weights);

Decoder read_decoder(const weir_model_config& config, Weights& weights);

// What the architectures share, in the order of the computation.
std::string layer_prefix(int32_t layer);
Linear read_linear(Weights& weights, const std::string& name, int64_t outputs, int64_t inputs, bool bias);
void read_projections(const weir_model_config& config, const std::string& prefix, Weights& weights, DecoderLayer& layer);
void read_swiglu(const weir_model_config& config, const std::string& prefix, Weights& weights, DecoderLayer& layer);
void read_head(const weir_model_config& config, Weights& weights, Decoder& decoder);
void require_flag(const weir_model_config& config, const char* field, int32_t value, int32_t expected);

}  // namespace weir
