#include "support/tiny_adapter.h"

#include <cmath>
#include <stdexcept>

namespace weir::testing {
namespace {

constexpr const char* kWeight = ".weight";

}  // namespace

std::vector<std::string> adaptable(const TinyModel& model) {
  std::vector<std::string> names;
  for (const weir_tensor& tensor : model.header()) {
    const std::string name = tensor.name;
    if (name.ends_with("_proj.weight") && name.find("experts") == std::string::npos) {
      names.push_back(name.substr(0, name.size() - std::string(kWeight).size()));
    }
  }
  return names;
}

TinyAdapter::TinyAdapter(const TinyModel& model, const std::vector<std::string>& projections, int32_t rank, DType stored, uint64_t seed)
    : config_{sizeof(config_), rank, 1.7f, 0}, projections_(projections) {
  Random random(seed);
  for (const std::string& projection : projections) {
    const std::vector<int64_t>& shape = model.tensor(projection + kWeight).shape;
    const float narrow = 1 / std::sqrt(static_cast<float>(shape[1]));
    tensors_.emplace(projection + ".lora_A.weight", random_tensor(random, {rank, shape[1]}, stored, narrow));
    tensors_.emplace(projection + ".lora_B.weight", random_tensor(random, {shape[0], rank}, stored, 1 / std::sqrt(static_cast<float>(rank))));
  }
  path_ = write_tensors(tensors_);
}

TinyAdapter::~TinyAdapter() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

std::vector<double> TinyAdapter::update(const std::string& projection, int64_t begin, int64_t count) const {
  const StoredTensor& a = tensors_.at(projection + ".lora_A.weight");
  const StoredTensor& b = tensors_.at(projection + ".lora_B.weight");
  const size_t rank = static_cast<size_t>(config_.rank);
  const size_t inputs = static_cast<size_t>(a.shape[1]);
  const size_t rows = static_cast<size_t>(count > 0 ? count : b.shape[0]);
  std::vector<double> update(rows * inputs);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t k = 0; k < rank; ++k) {
      const double factor = static_cast<double>(config_.scale) * b.values[(static_cast<size_t>(begin) + r) * rank + k];
      for (size_t i = 0; i < inputs; ++i) update[r * inputs + i] += factor * a.values[k * inputs + i];
    }
  }
  return update;
}

void TinyAdapter::merge_into(TinyModel& model) const {
  for (const std::string& projection : projections_) model.change(projection + kWeight, update(projection));
}

int32_t load(weir_model model, const weir_adapter_config& config, const std::vector<weir_tensor>& tensors, const std::filesystem::path& path,
             weir_adapter& handle, weir_error& error) {
  const char* const name = path.c_str();
  const weir_model_source source{sizeof(source), 1, &name, tensors.data(), static_cast<int32_t>(tensors.size()), 0};
  return weir_adapter_load(model, &config, &source, &handle, &error);
}

LoadedAdapter::LoadedAdapter(weir_model model, const TinyAdapter& adapter) {
  weir_error error{};
  if (load(model, adapter.config(), header_of(adapter.tensors()), adapter.path(), handle, error) != WEIR_OK) {
    throw std::runtime_error(error.message);
  }
}

}  // namespace weir::testing
