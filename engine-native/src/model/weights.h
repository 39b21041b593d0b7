// The tensors of a model by name: mapped files, or copies in memory where the mapping cannot be used as it lies. Everything that a header
// can lie about is checked here, before any pointer is formed from it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernels/kernels.h"
#include "runtime/memory.h"
#include "weir/weir.h"

namespace weir {

// Whether a matrix takes part where the config asks for quantized weights.
enum class Quantizing {
  never,     // a table that is looked up, or one whose errors would decide
  as_asked,
  finely,    // with six bits at least: the LM head, of which every token depends
};

// How matrices are held, all of one type together.
struct Holding {
  int32_t matrices = 0;
  int64_t size_bytes = 0;
};

class Weights {
 public:
  // dtype and quantize are those of weir_model_config. Maps every file and checks every tensor's bounds.
  Weights(const weir_model_source& source, int32_t dtype, int32_t quantize);

  // A matrix of that name and shape, packed (kernels/packed.h) where it is quantized and multiplied, not only looked up. As stored,
  // unless dtype asks for another type, or the config for quantized weights: one that is not
  // quantized yet is then turned into blocks, of the type asked for or of the nearest that divides its rows. A storage other than
  // AS_NAMED and `understood` is refused.
  kernels::Matrix matrix(const std::string& name, int64_t rows, int64_t cols, Quantizing quantizing,
                         int32_t understood = WEIR_STORAGE_AS_NAMED);

  // Of the matrices that were asked for, by DType.
  const Holding& holding(DType dtype) const { return holdings_[static_cast<size_t>(dtype)]; }

  // A vector of that name and size, widened to FP32: norms and biases are small, and read by every kernel as floats.
  std::vector<float> vector(const std::string& name, int64_t size, int32_t understood = WEIR_STORAGE_AS_NAMED) const;

  // WEIR_STORAGE_ of a tensor that has been found.
  int32_t storage(const std::string& name) const { return tensors_.at(name).storage; }

  // The mapped files stay usable; what is touched again is read again.
  void drop_file_pages() const;

 private:
  struct Tensor {
    DType dtype;
    std::vector<int64_t> shape;
    const std::byte* data;
    int64_t size_bytes;
    int32_t file_index;
    int32_t storage;
  };

  void add(const weir_tensor& tensor);
  const Tensor& find(const std::string& name, const std::vector<int64_t>& shape, int32_t understood) const;
  DType held_dtype(const std::string& name, const Tensor& tensor, Quantizing quantizing) const;
  kernels::Matrix copy_as(const std::string& name, const Tensor& tensor, kernels::Matrix target);

  int32_t dtype_;
  int32_t quantize_;
  std::vector<std::string> file_paths_;
  std::vector<Pages> files_;
  std::vector<Pages> copies_;
  std::unordered_map<std::string, Tensor> tensors_;
  std::array<Holding, kDTypeLast + 1> holdings_{};
};

}  // namespace weir
