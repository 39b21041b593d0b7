#include "support/tiny_model.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "kernels/elements.h"

namespace weir::testing {
namespace {

template <typename Element>
Element narrowed(float value) {
  Element element;
  kernels::narrow(value, element);
  return element;
}

float as_stored(float value, DType dtype) {
  switch (dtype) {
    case DType::f16: return kernels::widen(narrowed<kernels::F16>(value));
    case DType::bf16: return kernels::widen(narrowed<kernels::Bf16>(value));
    default: return value;
  }
}

template <typename Element>
void write_values(std::ofstream& out, const std::vector<float>& values) {
  for (const float value : values) {
    const Element element = narrowed<Element>(value);
    out.write(reinterpret_cast<const char*>(&element), sizeof(element));
  }
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
  config.rms_norm_epsilon = 1e-5f;
  config.rope_theta = 10000;
  return config;
}

weir_model_config tiny_qwen2() {
  weir_model_config config = tiny_llama();
  config.architecture = WEIR_ARCHITECTURE_QWEN2;
  config.qkv_bias = 1;
  config.tied_embeddings = 1;
  config.rope_theta = 1e6;
  return config;
}

weir_model_config tiny_qwen3() {
  weir_model_config config = tiny_llama();
  config.architecture = WEIR_ARCHITECTURE_QWEN3;
  config.qk_norm = 1;
  config.head_size = 20;  // hidden_size is not query_head_count * head_size here
  config.rope_theta = 1e6;
  return config;
}

TinyModel::TinyModel(const weir_model_config& config, DType matrices, DType vectors, uint64_t seed)
    : config_(config), matrices_(matrices), vectors_(vectors), random_(seed) {
  const int64_t hidden = config.hidden_size;
  const int64_t inner = config.intermediate_size;
  const int64_t query = static_cast<int64_t>(config.query_head_count) * config.head_size;
  const int64_t kv = static_cast<int64_t>(config.kv_head_count) * config.head_size;
  const auto linear = [&](const std::string& name, int64_t outputs, int64_t inputs, bool bias) {
    add(name + ".weight", {outputs, inputs}, 2 / std::sqrt(static_cast<float>(inputs)));
    if (bias) add(name + ".bias", {outputs}, 0.5f);
  };
  add("model.embed_tokens.weight", {config.vocab_size, hidden}, 1);
  for (int32_t i = 0; i < config.layer_count; ++i) {
    const std::string prefix = "model.layers." + std::to_string(i) + ".";
    add(prefix + "input_layernorm.weight", {hidden}, 0.3f, 1);
    linear(prefix + "self_attn.q_proj", query, hidden, config.qkv_bias == 1);
    linear(prefix + "self_attn.k_proj", kv, hidden, config.qkv_bias == 1);
    linear(prefix + "self_attn.v_proj", kv, hidden, config.qkv_bias == 1);
    linear(prefix + "self_attn.o_proj", hidden, query, config.output_bias == 1);
    if (config.qk_norm == 1) {
      add(prefix + "self_attn.q_norm.weight", {config.head_size}, 0.3f, 1);
      add(prefix + "self_attn.k_norm.weight", {config.head_size}, 0.3f, 1);
    }
    add(prefix + "post_attention_layernorm.weight", {hidden}, 0.3f, 1);
    linear(prefix + "mlp.gate_proj", inner, hidden, config.mlp_bias == 1);
    linear(prefix + "mlp.up_proj", inner, hidden, config.mlp_bias == 1);
    linear(prefix + "mlp.down_proj", hidden, inner, config.mlp_bias == 1);
  }
  add("model.norm.weight", {hidden}, 0.3f, 1);
  if (config.tied_embeddings == 0) add("lm_head.weight", {config.vocab_size, hidden}, 2 / std::sqrt(static_cast<float>(hidden)));
  write();
}

TinyModel::~TinyModel() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void TinyModel::add(const std::string& name, std::vector<int64_t> shape, float scale, float offset) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  const DType dtype = shape.size() == 1 ? vectors_ : matrices_;
  StoredTensor tensor{std::move(shape), dtype, {}};
  for (int64_t i = 0; i < count; ++i) tensor.values.push_back(as_stored(offset + random_.between(-scale, scale), dtype));
  tensors_.emplace(name, std::move(tensor));
}

void TinyModel::write() {
  std::string pattern = (std::filesystem::temp_directory_path() / "weir-tiny-XXXXXX").string();
  const int file = mkstemp(pattern.data());
  if (file < 0) throw std::runtime_error("no temporary file: " + pattern);
  close(file);
  path_ = pattern;
  std::ofstream out(pattern, std::ios::binary);
  for (const auto& [name, tensor] : tensors_) {
    switch (tensor.dtype) {
      case DType::f32: write_values<float>(out, tensor.values); break;
      case DType::f16: write_values<kernels::F16>(out, tensor.values); break;
      case DType::bf16: write_values<kernels::Bf16>(out, tensor.values); break;
    }
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + pattern);
}

std::vector<weir_tensor> TinyModel::header() const {
  std::vector<weir_tensor> header;
  int64_t offset_bytes = 0;
  for (const auto& [name, tensor] : tensors_) {
    weir_tensor entry{};
    entry.name = name.c_str();
    entry.dtype = static_cast<int32_t>(tensor.dtype);
    entry.rank = static_cast<int32_t>(tensor.shape.size());
    for (size_t i = 0; i < tensor.shape.size(); ++i) entry.shape[i] = tensor.shape[i];
    entry.offset_bytes = offset_bytes;
    entry.size_bytes = static_cast<int64_t>(tensor.values.size()) * element_bytes(tensor.dtype);
    offset_bytes += entry.size_bytes;
    header.push_back(entry);
  }
  return header;
}

LoadedModel::LoadedModel(const TinyModel& model, int32_t dtype) {
  const std::vector<weir_tensor> header = model.header();
  const char* path = model.path().c_str();
  const weir_model_source source{sizeof(source), 1, &path, header.data(), static_cast<int32_t>(header.size()), 0};
  weir_model_config config = model.config();
  config.dtype = dtype;
  weir_error error{};
  if (weir_model_load(&config, &source, &handle, &error) != WEIR_OK) throw std::runtime_error(error.message);
}

}  // namespace weir::testing
