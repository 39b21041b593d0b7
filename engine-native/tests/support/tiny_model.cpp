#include "support/tiny_model.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "kernels/elements.h"
#include "kernels/kernels.h"
#include "kernels/quantize.h"

namespace weir::testing {
namespace {

std::vector<std::byte> encoded(const std::vector<float>& values, DType dtype) {
  const int64_t count = static_cast<int64_t>(values.size());
  std::vector<std::byte> bytes(static_cast<size_t>(stored_bytes(dtype, count)));
  if (is_quantized(dtype)) {
    if (!kernels::quantize(values.data(), count, dtype, bytes.data())) throw std::runtime_error("a weight that cannot be quantized");
  } else {
    kernels::with_elements(static_cast<void*>(bytes.data()), dtype, [&](auto* elements) {
      for (size_t i = 0; i < values.size(); ++i) kernels::narrow(values[i], elements[i]);
    });
  }
  return bytes;
}

std::vector<float> decoded(const std::vector<std::byte>& bytes, DType dtype, int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  kernels::reference_kernels().embed({bytes.data(), dtype, 1, count}, 0, values.data());
  return values;
}

StoredTensor stored(std::vector<int64_t> shape, DType dtype, const std::vector<float>& values) {
  std::vector<std::byte> bytes = encoded(values, dtype);
  std::vector<float> exact = decoded(bytes, dtype, static_cast<int64_t>(values.size()));
  return {std::move(shape), dtype, std::move(bytes), std::move(exact)};
}

}  // namespace

uint64_t Random::next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

float Random::between(float low, float high) {
  return low + (high - low) * (static_cast<float>(next() >> 40) * 0x1p-24f);
}

StoredTensor random_tensor(Random& random, std::vector<int64_t> shape, DType dtype, float scale, float offset) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(offset + random.between(-scale, scale));
  return stored(std::move(shape), dtype, values);
}

weir_model_config tiny_llama() {
  weir_model_config config{};
  config.struct_bytes = sizeof(config);
  config.architecture = WEIR_ARCHITECTURE_LLAMA;
  config.dtype = WEIR_DTYPE_AUTO;
  config.vocab_size = 97;
  config.hidden_size = 72;
  config.intermediate_size = 136;
  config.layer_count = 2;
  config.query_head_count = 6;
  config.kv_head_count = 2;
  config.head_size = 12;
  config.context_tokens_max = 200;
  config.activation = WEIR_ACTIVATION_SILU;
  config.rms_norm_epsilon = 1e-5f;
  return config;
}

weir_model_config tiny_mistral() {
  static constexpr weir_layer kLayers[] = {{11, 0, 0, 0}, {11, 0, 0, 0}};
  weir_model_config config = tiny_llama();
  config.layers = kLayers;
  return config;
}

weir_model_config tiny_qwen2() {
  weir_model_config config = tiny_llama();
  config.architecture = WEIR_ARCHITECTURE_QWEN2;
  config.qkv_bias = 1;
  config.tied_embeddings = 1;
  return config;
}

weir_model_config tiny_qwen3() {
  weir_model_config config = tiny_llama();
  config.architecture = WEIR_ARCHITECTURE_QWEN3;
  config.qk_norm = WEIR_QK_NORM_HEAD;
  config.head_size = 20;  // hidden_size is not query_head_count * head_size here
  return config;
}

// A part of each head is not turned, and what is turned is made longer, as for a stretched context.
weir_model_config tiny_phi3() {
  static const std::vector<double> frequencies = rope_frequencies(10000, 4);
  static const weir_rope rope{frequencies.data(), 4, 1.19f};
  weir_model_config config = tiny_llama();
  config.architecture = WEIR_ARCHITECTURE_PHI3;
  config.rope_count = 1;
  config.ropes = &rope;
  return config;
}

weir_model_config tiny_gemma2() {
  static constexpr weir_layer kLayers[] = {{9, 0, 0, 0}, {0, 0, 0, 0}};
  weir_model_config config = tiny_llama();
  config.architecture = WEIR_ARCHITECTURE_GEMMA2;
  config.tied_embeddings = 1;
  config.norm_plus_one = 1;
  config.activation = WEIR_ACTIVATION_GELU_TANH;
  config.embedding_scale = 8.5f;
  config.attention_scale = 0.21f;
  config.attention_softcap = 5;
  config.logit_softcap = 3;
  config.layers = kLayers;
  return config;
}

weir_model_config tiny_gemma3() {
  static constexpr weir_layer kLayers[] = {{9, 0, 0, 0}, {0, 1, 0, 0}};
  static const std::vector<double> local = rope_frequencies(10000, 6);
  static const std::vector<double> global = rope_frequencies(1e6, 6);
  static const weir_rope ropes[] = {{local.data(), 6, 1}, {global.data(), 6, 1}};
  weir_model_config config = tiny_gemma2();
  config.architecture = WEIR_ARCHITECTURE_GEMMA3;
  config.qk_norm = WEIR_QK_NORM_HEAD;
  config.attention_softcap = 0;
  config.logit_softcap = 0;
  config.layers = kLayers;
  config.rope_count = 2;
  config.ropes = ropes;
  return config;
}

weir_model_config tiny_olmo2() {
  weir_model_config config = tiny_llama();
  config.architecture = WEIR_ARCHITECTURE_OLMO2;
  config.qk_norm = WEIR_QK_NORM_PROJECTION;
  return config;
}

weir_model_config tiny_mixtral() {
  static constexpr weir_layer kLayers[] = {{0, 0, 1, 0}, {0, 0, 1, 0}};
  weir_model_config config = tiny_llama();
  config.architecture = WEIR_ARCHITECTURE_MIXTRAL;
  config.expert_count = 5;
  config.experts_per_token = 2;
  config.expert_intermediate_size = 56;
  config.expert_weights_normalized = 1;
  config.layers = kLayers;
  return config;
}

weir_model_config tiny_qwen3_moe() {
  static constexpr weir_layer kLayers[] = {{0, 0, 0, 0}, {0, 0, 1, 0}};
  weir_model_config config = tiny_qwen3();
  config.architecture = WEIR_ARCHITECTURE_QWEN3_MOE;
  config.expert_count = 9;
  config.experts_per_token = 4;
  config.expert_intermediate_size = 40;
  config.layers = kLayers;
  return config;
}

weir_model_config tiny_blocks() {
  weir_model_config config = tiny_llama();
  config.hidden_size = 256;
  config.intermediate_size = 512;
  config.query_head_count = 8;
  config.head_size = 32;
  config.kv_head_count = 2;
  return config;
}

std::vector<weir_model_config> tiny_architectures() {
  return {tiny_llama(),  tiny_mistral(), tiny_qwen2(), tiny_qwen3(),   tiny_phi3(),
          tiny_gemma2(), tiny_gemma3(),  tiny_olmo2(), tiny_mixtral(), tiny_qwen3_moe()};
}

std::vector<double> rope_frequencies(double theta, int32_t pair_count) {
  std::vector<double> frequencies;
  for (int32_t i = 0; i < pair_count; ++i) frequencies.push_back(1 / std::pow(theta, static_cast<double>(i) / pair_count));
  return frequencies;
}

TinyModel::TinyModel(const weir_model_config& config, DType matrices, DType vectors, uint64_t seed)
    : config_(config), matrices_(matrices), vectors_(vectors), random_(seed) {
  complete_config();
  const int64_t hidden = config.hidden_size;
  add("model.embed_tokens.weight", {config.vocab_size, hidden}, 1);
  for (int32_t i = 0; i < config.layer_count; ++i) {
    const std::string prefix = "model.layers." + std::to_string(i) + ".";
    const bool gemma = config.architecture == WEIR_ARCHITECTURE_GEMMA2 || config.architecture == WEIR_ARCHITECTURE_GEMMA3;
    const bool olmo = config.architecture == WEIR_ARCHITECTURE_OLMO2;
    if (!olmo) add_norm(prefix + "input_layernorm", hidden);
    add_attention(prefix + "self_attn.");
    add_norm(prefix + "post_attention_layernorm", hidden);
    if (gemma) add_norm(prefix + "pre_feedforward_layernorm", hidden);
    add_mlp(prefix, config.layers != nullptr && config.layers[i].sparse == 1);
    if (gemma || olmo) add_norm(prefix + "post_feedforward_layernorm", hidden);
  }
  add_norm("model.norm", hidden);
  if (config.tied_embeddings == 0) add("lm_head.weight", {config.vocab_size, hidden}, 2 / std::sqrt(static_cast<float>(hidden)));
  path_ = write_tensors(tensors_);
}

void TinyModel::complete_config() {
  if (config_.ropes == nullptr) {
    frequencies_ = rope_frequencies(10000, config_.head_size / 2);
    rope_ = {frequencies_.data(), config_.head_size / 2, 1};
    config_.rope_count = 1;
    config_.ropes = &rope_;
  }
  if (config_.attention_scale == 0) config_.attention_scale = 1 / std::sqrt(static_cast<float>(config_.head_size));
  if (config_.embedding_scale == 0) config_.embedding_scale = 1;
}

void TinyModel::add_linear(const std::string& name, int64_t outputs, int64_t inputs, bool bias) {
  add(name + ".weight", {outputs, inputs}, 2 / std::sqrt(static_cast<float>(inputs)));
  if (bias) add(name + ".bias", {outputs}, 0.5f);
}

void TinyModel::add_norm(const std::string& name, int64_t size) {
  add(name + ".weight", {size}, 0.3f, config_.norm_plus_one == 1 ? 0 : 1);
}

void TinyModel::add_attention(const std::string& prefix) {
  const int64_t hidden = config_.hidden_size;
  const int64_t query = static_cast<int64_t>(config_.query_head_count) * config_.head_size;
  const int64_t kv = static_cast<int64_t>(config_.kv_head_count) * config_.head_size;
  if (config_.architecture == WEIR_ARCHITECTURE_PHI3) {
    add_linear(prefix + "qkv_proj", query + 2 * kv, hidden, false);
  } else {
    add_linear(prefix + "q_proj", query, hidden, config_.qkv_bias == 1);
    add_linear(prefix + "k_proj", kv, hidden, config_.qkv_bias == 1);
    add_linear(prefix + "v_proj", kv, hidden, config_.qkv_bias == 1);
  }
  add_linear(prefix + "o_proj", hidden, query, config_.output_bias == 1);
  if (config_.qk_norm == WEIR_QK_NORM_NONE) return;
  const bool head = config_.qk_norm == WEIR_QK_NORM_HEAD;
  add_norm(prefix + "q_norm", head ? config_.head_size : query);
  add_norm(prefix + "k_norm", head ? config_.head_size : kv);
}

void TinyModel::add_mlp(const std::string& prefix, bool sparse) {
  const int64_t hidden = config_.hidden_size;
  const int64_t inner = sparse ? config_.expert_intermediate_size : config_.intermediate_size;
  const auto add_one = [&](const std::string& mlp, const std::vector<std::string>& names) {
    add_linear(mlp + names[0], inner, hidden, config_.mlp_bias == 1);
    add_linear(mlp + names[1], inner, hidden, config_.mlp_bias == 1);
    add_linear(mlp + names[2], hidden, inner, config_.mlp_bias == 1);
  };
  if (config_.architecture == WEIR_ARCHITECTURE_PHI3) {
    add_linear(prefix + "mlp.gate_up_proj", 2 * inner, hidden, false);
    add_linear(prefix + "mlp.down_proj", hidden, inner, false);
  } else if (!sparse) {
    add_one(prefix + "mlp.", {"gate_proj", "up_proj", "down_proj"});
  } else {
    const bool mixtral = config_.architecture == WEIR_ARCHITECTURE_MIXTRAL;
    const std::string moe = prefix + (mixtral ? "block_sparse_moe." : "mlp.");
    add_linear(moe + "gate", config_.expert_count, hidden, false);
    for (int32_t e = 0; e < config_.expert_count; ++e) {
      const std::string expert = moe + "experts." + std::to_string(e) + ".";
      if (mixtral) add_one(expert, {"w1", "w3", "w2"});
      if (!mixtral) add_one(expert, {"gate_proj", "up_proj", "down_proj"});
    }
  }
}

void TinyModel::change(const std::string& name, const std::vector<double>& difference) {
  StoredTensor& tensor = tensors_.at(name);
  std::vector<float> values = tensor.values;
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(static_cast<double>(values[i]) + difference[i]);
  tensor = stored(tensor.shape, tensor.dtype, values);
  std::filesystem::remove(path_);
  path_ = write_tensors(tensors_);
}

TinyModel::~TinyModel() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void TinyModel::add(const std::string& name, std::vector<int64_t> shape, float scale, float offset) {
  const DType dtype = shape.size() == 1 ? vectors_ : matrices_;
  tensors_.emplace(name, random_tensor(random_, std::move(shape), dtype, scale, offset));
}

std::filesystem::path write_tensors(const Tensors& tensors) {
  std::string path = (std::filesystem::temp_directory_path() / "weir-tiny-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) throw std::runtime_error("no temporary file: " + path);
  close(file);
  std::ofstream out(path, std::ios::binary);
  for (const auto& [name, tensor] : tensors) {
    out.write(reinterpret_cast<const char*>(tensor.bytes.data()), static_cast<std::streamsize>(tensor.bytes.size()));
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
  return path;
}

std::vector<weir_tensor> header_of(const Tensors& tensors) {
  std::vector<weir_tensor> header;
  int64_t offset_bytes = 0;
  for (const auto& [name, tensor] : tensors) {
    weir_tensor entry{};
    entry.name = name.c_str();
    entry.dtype = static_cast<int32_t>(tensor.dtype);
    entry.rank = static_cast<int32_t>(tensor.shape.size());
    for (size_t i = 0; i < tensor.shape.size(); ++i) entry.shape[i] = tensor.shape[i];
    entry.offset_bytes = offset_bytes;
    entry.size_bytes = static_cast<int64_t>(tensor.bytes.size());
    offset_bytes += entry.size_bytes;
    header.push_back(entry);
  }
  return header;
}

LoadedModel::LoadedModel(const TinyModel& model, int32_t dtype, int32_t quantize) {
  const std::vector<weir_tensor> header = model.header();
  const char* path = model.path().c_str();
  load(model.config(), {sizeof(weir_model_source), 1, &path, header.data(), static_cast<int32_t>(header.size()), 0}, dtype, quantize);
}

LoadedModel::LoadedModel(const weir_model_config& config, const weir_model_source& source, int32_t dtype, int32_t quantize) {
  load(config, source, dtype, quantize);
}

void LoadedModel::load(weir_model_config config, const weir_model_source& source, int32_t dtype, int32_t quantize) {
  config.dtype = dtype;
  config.quantize = quantize;
  weir_error error{};
  if (weir_model_load(&config, &source, &handle, &error) != WEIR_OK) throw std::runtime_error(error.message);
}

std::string LoadedModel::describe() const {
  char text[4096];
  int64_t required = 0;
  weir_error error{};
  if (weir_model_describe(handle, text, sizeof text, &required, &error) != WEIR_OK) throw std::runtime_error(error.message);
  return text;
}

}  // namespace weir::testing
