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
  bool paired_rows = false;  // y comes with elements i and i + head_size / 2 of each head next to each other

  const float* bias_or_null() const { return bias.empty() ? nullptr : bias.data(); }
};

// y = down(activation(gate x) * up x)
struct Mlp {
  Linear gate, up, down;
};

// A norm that is not there is empty. The input of a block is normed before it, its output after it, or both.
struct DecoderLayer {
  int32_t attention_window = 0;  // 0: none
  int32_t rope_index = 0;
  bool sparse = false;  // experts instead of one MLP
  std::vector<float> attention_norm;
  Linear query, key, value, output;
  std::vector<float> query_norm, key_norm;  // before RoPE; over as many elements as they have, a head or all heads
  std::vector<float> attention_post_norm;
  std::vector<float> mlp_norm;
  Mlp mlp;                   // of a dense layer
  Linear router;             // of a sparse layer: a logit for each expert
  std::vector<Mlp> experts;  // of a sparse layer
  std::vector<float> mlp_post_norm;
};

struct Decoder {
  kernels::Matrix embedding;  // [vocab, hidden]
  std::vector<DecoderLayer> layers;
  std::vector<float> final_norm;
  kernels::Matrix lm_head;  // [vocab, hidden]; the embedding where they are tied
};

struct MlpNames {
  const char* gate;
  const char* up;
  const char* down;
};
constexpr MlpNames kProjNames = {"gate_proj", "up_proj", "down_proj"};

// What the architectures share: a reader states its layer's tensors in the order of the computation.
class DecoderReader {
 public:
  DecoderReader(const weir_model_config& config, Weights& weights) : config_(config), weights_(weights) {}

  const weir_model_config& config() const { return config_; }

  // The embedding, read_layer(prefix, layer) for each layer, the final norm and the LM head. Names in a layer begin with its prefix.
  template <typename ReadLayer>
  Decoder read(const ReadLayer& read_layer) {
    Decoder decoder = begin();
    for (int32_t i = 0; i < config_.layer_count; ++i) {
      decoder.layers.push_back(begin_layer(i));
      read_layer("model.layers." + std::to_string(i) + ".", decoder.layers.back());
    }
    end(decoder);
    return decoder;
  }

  // A norm's weight as it multiplies, over hidden_size elements.
  std::vector<float> norm(const std::string& name) { return norm(name, config_.hidden_size); }

  void projections(const std::string& prefix, DecoderLayer& layer);  // of queries, keys and values, and the attention's output
  void query_key_norms(const std::string& prefix, DecoderLayer& layer);
  void mlp(const std::string& prefix, DecoderLayer& layer);
  void experts(const std::string& prefix, const MlpNames& names, DecoderLayer& layer);
  Linear linear(const std::string& name, int64_t outputs, int64_t inputs, bool bias, Quantizing quantizing = Quantizing::as_asked,
                int32_t understood = WEIR_STORAGE_AS_NAMED);

  // Refuses a flag that the architecture does not have.
  void require_flag(const char* field, int32_t value, int32_t expected) const;

 private:
  Decoder begin();
  DecoderLayer begin_layer(int32_t index) const;
  void end(Decoder& decoder);
  std::vector<float> norm(const std::string& name, int64_t size);
  Mlp read_mlp(const std::string& prefix, const MlpNames& names, int64_t width);

  const weir_model_config& config_;
  Weights& weights_;
};

// One file each: the paper's block, the tensors' names, the flags that the architecture allows.
Decoder read_llama(DecoderReader& reader);
Decoder read_qwen2(DecoderReader& reader);
Decoder read_qwen3(DecoderReader& reader);
Decoder read_phi3(DecoderReader& reader);
Decoder read_gemma2(DecoderReader& reader);
Decoder read_gemma3(DecoderReader& reader);
Decoder read_olmo2(DecoderReader& reader);
Decoder read_mixtral(DecoderReader& reader);
Decoder read_qwen3_moe(DecoderReader& reader);

Decoder read_decoder(const weir_model_config& config, Weights& weights);

}  // namespace weir
