#include "support/model_directory.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "kernels/elements.h"

namespace weir::testing {
namespace {

constexpr double kPi = 3.14159265358979323846;

int32_t architecture_of(const std::string& model_type) {
  const std::pair<const char*, int32_t> known[] = {
      {"llama", WEIR_ARCHITECTURE_LLAMA},     {"mistral", WEIR_ARCHITECTURE_LLAMA}, {"qwen2", WEIR_ARCHITECTURE_QWEN2},
      {"qwen3", WEIR_ARCHITECTURE_QWEN3},     {"phi3", WEIR_ARCHITECTURE_PHI3},     {"gemma2", WEIR_ARCHITECTURE_GEMMA2},
      {"gemma3_text", WEIR_ARCHITECTURE_GEMMA3}, {"olmo2", WEIR_ARCHITECTURE_OLMO2}, {"mixtral", WEIR_ARCHITECTURE_MIXTRAL},
      {"qwen3_moe", WEIR_ARCHITECTURE_QWEN3_MOE}};
  for (const auto& [name, architecture] : known) {
    if (model_type == name) return architecture;
  }
  throw std::runtime_error("model_type \"" + model_type + "\" is not known");
}

int32_t stored_type(const std::string& name) {
  if (name == "F32") return WEIR_DTYPE_F32;
  if (name == "F16") return WEIR_DTYPE_F16;
  if (name == "BF16") return WEIR_DTYPE_BF16;
  throw std::runtime_error("tensors of type " + name + " are not known");
}

// What a number becomes in the type that a model was trained in.
float rounded_as(const std::string& torch_dtype, double value) {
  const float single = static_cast<float>(value);
  if (torch_dtype == "bfloat16") {
    kernels::Bf16 narrow;
    kernels::narrow(single, narrow);
    return kernels::widen(narrow);
  }
  if (torch_dtype == "float16") {
    kernels::F16 narrow;
    kernels::narrow(single, narrow);
    return kernels::widen(narrow);
  }
  return single;
}

double blend(double share, double kept, double slowed) { return share * kept + (1 - share) * slowed; }

// Peng et al. 2023: pairs that turn often within the original context keep their frequency, those that turn rarely are slowed down.
void scale_yarn(std::vector<double>& frequencies, double theta, double factor, double original) {
  constexpr double kFastTurns = 32, kSlowTurns = 1;
  const double size = 2 * static_cast<double>(frequencies.size());
  const auto pair_of = [&](double turns) { return size * std::log(original / (turns * 2 * kPi)) / (2 * std::log(theta)); };
  const double low = std::max(std::floor(pair_of(kFastTurns)), 0.0), high = std::min(std::ceil(pair_of(kSlowTurns)), size - 1);
  for (size_t i = 0; i < frequencies.size(); ++i) {
    const double slowed = std::clamp((static_cast<double>(i) - low) / std::max(high - low, 0.001), 0.0, 1.0);
    frequencies[i] = blend(1 - slowed, frequencies[i], frequencies[i] / factor);
  }
}

void scale_llama3(std::vector<double>& frequencies, const Json& scaling) {
  const double low = scaling.at("low_freq_factor").number(), high = scaling.at("high_freq_factor").number();
  const double original = scaling.at("original_max_position_embeddings").number();
  for (double& frequency : frequencies) {
    const double turns = original * frequency / (2 * kPi);
    frequency = blend(std::clamp((turns - low) / (high - low), 0.0, 1.0), frequency, frequency / scaling.at("factor").number());
  }
}

}  // namespace

ModelDirectory::ModelDirectory(const std::filesystem::path& directory) {
  read_config(Json::read(directory / "config.json"));
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const std::filesystem::path& file : files) read_weights(file);
}

weir_model_source ModelDirectory::source() const {
  return {sizeof(weir_model_source), static_cast<int32_t>(paths_.size()), paths_.data(), tensors_.data(), static_cast<int32_t>(tensors_.size()), 0};
}

void ModelDirectory::read_config(const Json& json) {
  type_ = json.at("model_type").string();
  const bool gemma = type_.starts_with("gemma");
  config_.struct_bytes = sizeof(config_);
  config_.architecture = architecture_of(type_);
  config_.vocab_size = json.at("vocab_size").integer();
  config_.hidden_size = json.at("hidden_size").integer();
  config_.intermediate_size = json.at("intermediate_size").integer();
  config_.layer_count = json.at("num_hidden_layers").integer();
  config_.context_tokens_max = json.at("max_position_embeddings").integer();
  config_.tied_embeddings = json.has("tie_word_embeddings") ? json.flag("tie_word_embeddings") : gemma;
  config_.mlp_bias = type_ == "llama" && json.flag("mlp_bias") ? 1 : 0;
  config_.norm_plus_one = gemma ? 1 : 0;
  config_.activation = gemma ? WEIR_ACTIVATION_GELU_TANH : WEIR_ACTIVATION_SILU;
  config_.rms_norm_epsilon = static_cast<float>(json.at("rms_norm_eps").number());
  config_.embedding_scale = gemma ? rounded_as(json.string("torch_dtype", "float32"), std::sqrt(config_.hidden_size)) : 1;
  config_.logit_softcap = static_cast<float>(json.number("final_logit_softcapping", 0));
  read_attention(json);
  read_experts(json);
  read_ropes(json);
  read_layers(json);
}

void ModelDirectory::read_attention(const Json& json) {
  config_.query_head_count = json.at("num_attention_heads").integer();
  config_.kv_head_count = json.integer("num_key_value_heads", config_.query_head_count);
  config_.head_size = json.integer("head_dim", config_.hidden_size / config_.query_head_count);
  const bool bias = json.flag("attention_bias");
  config_.qkv_bias = type_ == "qwen2" || bias ? 1 : 0;
  config_.output_bias = bias ? 1 : 0;
  config_.qk_norm = type_ == "olmo2" ? WEIR_QK_NORM_PROJECTION
                    : type_ == "gemma3_text" || type_.starts_with("qwen3") ? WEIR_QK_NORM_HEAD
                                                                           : WEIR_QK_NORM_NONE;
  config_.attention_scale = static_cast<float>(1 / std::sqrt(json.number("query_pre_attn_scalar", config_.head_size)));
  config_.attention_softcap = static_cast<float>(json.number("attn_logit_softcapping", 0));
}

void ModelDirectory::read_experts(const Json& json) {
  if (type_ == "mixtral") {
    config_.expert_count = json.at("num_local_experts").integer();
    config_.expert_intermediate_size = config_.intermediate_size;
    config_.expert_weights_normalized = 1;
  } else if (type_ == "qwen3_moe") {
    config_.expert_count = json.at("num_experts").integer();
    config_.expert_intermediate_size = json.at("moe_intermediate_size").integer();
    config_.expert_weights_normalized = json.flag("norm_topk_prob") ? 1 : 0;
  }
  if (config_.expert_count > 0) config_.experts_per_token = json.at("num_experts_per_tok").integer();
}

void ModelDirectory::read_ropes(const Json& json) {
  const double turned = json.number("partial_rotary_factor", 1) * config_.head_size;
  const int32_t pair_count = static_cast<int32_t>(turned) / 2;
  add_rope(json.at("rope_theta").number(), pair_count, json.has("rope_scaling") ? &json.at("rope_scaling") : nullptr);
  if (type_ == "gemma3_text") add_rope(json.at("rope_local_base_freq").number(), pair_count, nullptr);
  config_.rope_count = static_cast<int32_t>(ropes_.size());
  config_.ropes = ropes_.data();
  if (!json.has("rope_scaling") || json.at("rope_scaling").string("type", "") != "longrope") return;
  const double original = json.at("original_max_position_embeddings").number(), factor = config_.context_tokens_max / original;
  const Json::Array& divisors = json.at("rope_scaling").at(config_.context_tokens_max > original ? "long_factor" : "short_factor").array();
  for (size_t i = 0; i < divisors.size(); ++i) frequencies_.front()[i] /= static_cast<float>(divisors[i].number());
  if (factor > 1) ropes_.front().amplitude = static_cast<float>(std::sqrt(1 + std::log(factor) / std::log(original)));
}

void ModelDirectory::add_rope(double theta, int32_t pair_count, const Json* scaling) {
  std::vector<double>& frequencies = frequencies_.emplace_back();
  for (int32_t i = 0; i < pair_count; ++i) frequencies.push_back(std::pow(theta, -static_cast<double>(i) / pair_count));
  float amplitude = 1;
  const std::string type = scaling == nullptr ? "default" : scaling->string("rope_type", scaling->string("type", "default"));
  if (type == "linear") {
    for (double& frequency : frequencies) frequency /= scaling->at("factor").number();
  } else if (type == "llama3") {
    scale_llama3(frequencies, *scaling);
  } else if (type == "yarn") {
    const double factor = scaling->at("factor").number();
    scale_yarn(frequencies, theta, factor, scaling->at("original_max_position_embeddings").number());
    amplitude = static_cast<float>(0.1 * std::log(factor) + 1);
  } else if (type != "default" && type != "longrope") {
    throw std::runtime_error("rope_type \"" + type + "\" is not known");
  }
  ropes_.push_back({frequencies.data(), pair_count, amplitude});
}

// Which layers see a window, which RoPE goes with it, and which have experts.
void ModelDirectory::read_layers(const Json& json) {
  const int32_t window = json.integer("sliding_window", 0);
  const bool used = window > 0 && (!type_.starts_with("qwen") || json.flag("use_sliding_window"));
  const int32_t pattern = type_ == "gemma2" ? 2 : json.integer("sliding_window_pattern", 6);
  for (int32_t i = 0; i < config_.layer_count; ++i) {
    bool slides = used && (!type_.starts_with("gemma") || (i + 1) % pattern != 0);
    if (type_ == "qwen2" || type_ == "qwen3") slides = slides && i >= json.integer("max_window_layers", 28);
    if (json.has("layer_types")) slides = json.at("layer_types").array()[static_cast<size_t>(i)].string() == "sliding_attention";
    bool sparse = config_.expert_count > 0;
    if (type_ == "qwen3_moe") {
      sparse = (i + 1) % json.integer("decoder_sparse_step", 1) == 0;
      for (const Json& dense : json.has("mlp_only_layers") ? json.at("mlp_only_layers").array() : Json::Array{}) sparse = sparse && dense.integer() != i;
    }
    layers_.push_back({slides ? window : 0, slides && type_ == "gemma3_text" ? 1 : 0, sparse ? 1 : 0, 0});
  }
  config_.layers = layers_.data();
}

// A length, as many bytes of JSON, and what that is about.
void ModelDirectory::read_weights(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  char prefix[sizeof(uint64_t)] = {};
  in.read(prefix, sizeof prefix);
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, prefix, sizeof header_bytes);
  if (!in || header_bytes > std::filesystem::file_size(file)) throw std::runtime_error(file.string() + " is no safetensors file");
  std::string text(header_bytes, ' ');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in) throw std::runtime_error("cannot read " + file.string());
  const int32_t file_index = static_cast<int32_t>(paths_.size());
  paths_.push_back(names_.emplace_back(file.string()).c_str());
  const Json header = Json::parse(text);
  for (const auto& [name, entry] : header.object()) {
    if (name == "__metadata__") continue;
    weir_tensor tensor{};
    tensor.name = names_.emplace_back(name).c_str();
    tensor.file_index = file_index;
    tensor.dtype = stored_type(entry.at("dtype").string());
    const Json::Array &shape = entry.at("shape").array(), &offsets = entry.at("data_offsets").array();
    tensor.rank = static_cast<int32_t>(shape.size());
    if (tensor.rank > WEIR_TENSOR_RANK_MAX || offsets.size() != 2) throw std::runtime_error(name + " is no tensor");
    for (size_t i = 0; i < shape.size(); ++i) tensor.shape[i] = static_cast<int64_t>(shape[i].number());
    tensor.offset_bytes = static_cast<int64_t>(sizeof header_bytes + header_bytes) + static_cast<int64_t>(offsets[0].number());
    tensor.size_bytes = static_cast<int64_t>(offsets[1].number() - offsets[0].number());
    tensors_.push_back(tensor);
  }
}

std::vector<std::filesystem::path> model_directories(const std::filesystem::path& parent) {
  std::vector<std::filesystem::path> found;
  if (!std::filesystem::is_directory(parent)) return found;
  for (const auto& entry : std::filesystem::directory_iterator(parent)) {
    if (std::filesystem::exists(entry.path() / "config.json")) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace weir::testing
