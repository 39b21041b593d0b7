// Models of a few thousand random weights, written to a file of their own as the library maps it. What was stored is kept, as the exact
// values that came out of rounding, for the reference to compute with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tensor/dtype.h"
#include "weir/weir.h"

namespace weir::testing {

// splitmix64: tests need numbers that are the same everywhere, not good ones.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next();
  int32_t below(int32_t bound) { return static_cast<int32_t>(next() % static_cast<uint64_t>(bound)); }
  float between(float low, float high);

 private:
  uint64_t state_;
};

struct StoredTensor {
  std::vector<int64_t> shape;
  DType dtype;
  std::vector<std::byte> bytes;  // as the file holds them
  std::vector<float> values;     // what they stand for, exactly
};

using Tensors = std::map<std::string, StoredTensor>;  // sorted by name: the order in the file

// Elements in [offset - scale, offset + scale), rounded to the type.
StoredTensor random_tensor(Random& random, std::vector<int64_t> shape, DType dtype, float scale, float offset = 0);

// A new file of the tensors, one after the other.
std::filesystem::path write_tensors(const Tensors& tensors);

// Such a file as a caller of the library sees it. The names are those of `tensors`.
std::vector<weir_tensor> header_of(const Tensors& tensors);

// A Llama of awkward sizes; the tests of other architectures change its flags.
weir_model_config tiny_llama();
weir_model_config tiny_mistral();  // every layer sees a window
weir_model_config tiny_qwen2();
weir_model_config tiny_qwen3();
weir_model_config tiny_phi3();
weir_model_config tiny_gemma2();
weir_model_config tiny_gemma3();
weir_model_config tiny_olmo2();
weir_model_config tiny_mixtral();
weir_model_config tiny_qwen3_moe();
std::vector<weir_model_config> tiny_architectures();  // all of them

// theta^(-i / pair_count), the frequencies of an unscaled RoPE.
std::vector<double> rope_frequencies(double theta, int32_t pair_count);

class TinyModel {
 public:
  // matrices and vectors are the types that the file holds them in; only matrices may be quantized. What a config leaves at 0 gets its usual value: one RoPE of base 10000
  // over whole heads, scores over sqrt(head_size), embeddings as they are.
  TinyModel(const weir_model_config& config, DType matrices, DType vectors, uint64_t seed);
  TinyModel(const weir_model_config& config, DType stored, uint64_t seed) : TinyModel(config, stored, stored, seed) {}
  ~TinyModel();
  TinyModel(const TinyModel&) = delete;
  TinyModel& operator=(const TinyModel&) = delete;

  const weir_model_config& config() const { return config_; }  // its arrays live as long as this
  const StoredTensor& tensor(const std::string& name) const { return tensors_.at(name); }
  bool has(const std::string& name) const { return tensors_.count(name) > 0; }
  const std::filesystem::path& path() const { return path_; }

  // As a caller of weir_model_load sees the file. Tests bend the copies to their purpose.
  std::vector<weir_tensor> header() const { return header_of(tensors_); }

  // Adds to every element of a tensor, in a new file. A loaded model keeps the old one.
  void change(const std::string& name, const std::vector<double>& difference);

 private:
  void complete_config();
  void add(const std::string& name, std::vector<int64_t> shape, float scale, float offset = 0);
  void add_linear(const std::string& name, int64_t outputs, int64_t inputs, bool bias);
  void add_norm(const std::string& name, int64_t size);
  void add_attention(const std::string& prefix);
  void add_mlp(const std::string& prefix, bool sparse);

  weir_model_config config_;
  std::vector<double> frequencies_;
  weir_rope rope_{};
  DType matrices_;
  DType vectors_;
  Random random_;
  Tensors tensors_;
  std::filesystem::path path_;
};

// A shape whose rows are whole blocks of 256.
weir_model_config tiny_blocks();

// weir_model_load of a model as it is, in the types asked for; throws with the library's message.
class LoadedModel {
 public:
  explicit LoadedModel(const TinyModel& model, int32_t dtype = WEIR_DTYPE_AUTO, int32_t quantize = WEIR_DTYPE_AUTO);
  LoadedModel(const weir_model_config& config, const weir_model_source& source, int32_t dtype, int32_t quantize = WEIR_DTYPE_AUTO);
  ~LoadedModel() { weir_model_destroy(handle); }
  std::string describe() const;
  LoadedModel(const LoadedModel&) = delete;
  LoadedModel& operator=(const LoadedModel&) = delete;

  weir_model handle = 0;

 private:
  void load(weir_model_config config, const weir_model_source& source, int32_t dtype, int32_t quantize);
};

}  // namespace weir::testing
