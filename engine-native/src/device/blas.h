// cuBLASLt, NVIDIA's library of matrix products, where a machine has it. Nothing of it is needed to build: it is loaded when it is first wanted, against prototypes
// of our own (blas.cpp). What it computes for a row may depend on how many rows there are, since it chooses its algorithm by the sizes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "device/device.h"
#include "device/memory.h"

namespace weir::device {

class Blas {
 public:
  // The first library of that name or path which is there and whole; null where there is none, or where it finds no device. Takes some memory to work in.
  static std::unique_ptr<Blas> open(const std::vector<std::string>& names, Memory& memory);
  ~Blas();
  Blas(const Blas&) = delete;
  Blas& operator=(const Blas&) = delete;

  // y[t * y_stride + r] = the sum over k of w[r * cols + k] * x[t * x_stride + k] (+ bias[r]), r in [0, outputs), t in [0, count), k in [0, cols): row by row, as
  // everything here. w and x are BF16. All begin at multiples of 16 bytes, and so do the rows of w and x.
  struct Product {
    const void* w;
    const void* x;
    int64_t x_stride;
    const float* bias;  // or null
    float* y;
    int64_t y_stride;
    int32_t outputs;
    int32_t cols;
    int32_t count;
  };

  // Whether the library has an algorithm for products of these sizes.
  bool knows(const Product& product);

  // Queues one that it knows.
  void multiply(Stream stream, const Product& product);

  const std::string& name() const { return name_; }  // with its version

 private:
  struct State;
  Blas(std::unique_ptr<State> state, std::string name, Memory& memory);

  std::unique_ptr<State> state_;
  std::string name_;
  Piece workspace_;
};

}  // namespace weir::device
