// The tensors of a model by name: mapped files, or copies in memory where the mapping cannot be used as it lies. Everything that a header
// can lie about is checked here, before any pointer is formed from it.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernels/kernels.h"
#include "runtime/memory.h"
#include "weir/weir.h"

namespace weir {

class Weights {
 public:
  // dtype is that of weir_model_config. Maps every file and checks every tensor's bounds.
  Weights(const weir_model_source& source, int32_t dtype);

  // A matrix of that name and shape, as stored unless dtype asks for another type.
  kernels::Matrix matrix(const std::string& name, int64_t rows, int64_t cols);

  // A vector of that name and size, widened to FP32: norms and biases are small, and read by every kernel as floats.
  std::vector<float> vector(const std::string& name, int64_t size) const;

 private:
  struct Tensor {
    DType dtype;
    std::vector<int64_t> shape;
    const std::byte* data;
    int64_t size_bytes;
    int32_t file_index;
  };

  void add(const weir_tensor& tensor);
  const Tensor& find(const std::string& name, const std::vector<int64_t>& shape) const;
  DType held_dtype(const std::string& name, const Tensor& tensor) const;
  const void* copy_rounded(const std::string& name, const Tensor& tensor, DType target);

  int32_t dtype_;
  std::vector<std::string> file_paths_;
  std::vector<Pages> files_;
  std::vector<Pages> copies_;
  std::unordered_map<std::string, Tensor> tensors_;
};

}  // namespace weir
