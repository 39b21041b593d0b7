// Adapters of random weights for tiny models, in a file of their own, and what they come to when they are merged into the model's weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/tiny_model.h"
#include "weir/weir.h"

namespace weir::testing {

// The projections of a model that can be adapted, as its file calls them: without ".weight".
std::vector<std::string> adaptable(const TinyModel& model);

class TinyAdapter {
 public:
  TinyAdapter(const TinyModel& model, const std::vector<std::string>& projections, int32_t rank, DType stored, uint64_t seed);
  ~TinyAdapter();
  TinyAdapter(const TinyAdapter&) = delete;
  TinyAdapter& operator=(const TinyAdapter&) = delete;

  const weir_adapter_config& config() const { return config_; }
  const std::filesystem::path& path() const { return path_; }
  const Tensors& tensors() const { return tensors_; }

  // scale * B A of rows [begin, begin + count) of a projection; of all where count is 0.
  std::vector<double> update(const std::string& projection, int64_t begin = 0, int64_t count = 0) const;

  // W + scale * B A in place of W, rounded to the type that the model is stored in.
  void merge_into(TinyModel& model) const;

 private:
  weir_adapter_config config_;
  std::vector<std::string> projections_;
  Tensors tensors_;
  std::filesystem::path path_;
};

// weir_adapter_load, whatever comes of it. The handle is 0 where it was refused.
int32_t load(weir_model model, const weir_adapter_config& config, const std::vector<weir_tensor>& tensors, const std::filesystem::path& path,
             weir_adapter& handle, weir_error& error);

// A loaded adapter; throws with the library's message where it is refused.
class LoadedAdapter {
 public:
  LoadedAdapter(weir_model model, const TinyAdapter& adapter);
  ~LoadedAdapter() { weir_adapter_destroy(handle); }
  LoadedAdapter(const LoadedAdapter&) = delete;
  LoadedAdapter& operator=(const LoadedAdapter&) = delete;

  weir_adapter handle = 0;
};

}  // namespace weir::testing
