// A model in Hugging Face's layout as the C ABI takes it, for tests that run where there is no Java: config.json and the headers of its safetensors files, read by a
// small reader that shares nothing with the engine's. It knows what the fixtures' files say, and refuses what it does not know.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "support/json.h"
#include "weir/weir.h"

namespace weir::testing {

class ModelDirectory {
 public:
  explicit ModelDirectory(const std::filesystem::path& directory);
  ModelDirectory(const ModelDirectory&) = delete;
  ModelDirectory& operator=(const ModelDirectory&) = delete;

  const weir_model_config& config() const { return config_; }  // its arrays, and those of the source, live as long as this
  weir_model_source source() const;

 private:
  void read_config(const Json& json);
  void read_attention(const Json& json);
  void read_experts(const Json& json);
  void read_ropes(const Json& json);
  void read_layers(const Json& json);
  void add_rope(double theta, int32_t pair_count, const Json* scaling);
  void read_weights(const std::filesystem::path& file);

  std::string type_;  // model_type
  weir_model_config config_{};
  std::deque<std::vector<double>> frequencies_;
  std::vector<weir_rope> ropes_;
  std::vector<weir_layer> layers_;
  std::deque<std::string> names_;  // of tensors and of files
  std::vector<weir_tensor> tensors_;
  std::vector<const char*> paths_;
};

// Directories below that one with a config.json, by name; none where there is no such directory.
std::vector<std::filesystem::path> model_directories(const std::filesystem::path& parent);

}  // namespace weir::testing
