// Large products by the device's own library (device/blas.h), for sessions whose results may depend on what else is in a step. The library reads matrices row by row, so
// a part of one at a time is unpacked before it is multiplied: with many rows that costs little beside the product.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "device/blas.h"
#include "device/memory.h"
#include "kernels/cuda/cuda_kernels.h"
#include "model/device_weights.h"

namespace weir {

// Products of up to so many rows are bound by reading weights, which own kernels do as fast, packed. Recorded steps have no more, so the library is never recorded.
constexpr int32_t kOwnRowsMax = 256;

class LibraryProducts {
 public:
  // Null where the device has no such library. For products with a layer's matrices, of which at most unpacked_bytes_max are unpacked at a time: enough to keep a
  // device busy.
  static std::unique_ptr<LibraryProducts> open(const DeviceWeights& weights, device::Memory& memory, int64_t unpacked_bytes_max = int64_t{64} << 20);

  // Queues the product, or returns false where the library is not the one to ask.
  bool multiply(device::Stream stream, const cuda::Matmul& product);

  int64_t product_count() const { return product_count_; }  // that the library has computed
  const std::string& name() const { return blas_->name(); }

 private:
  LibraryProducts(std::unique_ptr<device::Blas> blas, int64_t unpacked_bytes, device::Memory& memory);
  device::Blas::Product part(const cuda::Matmul& product, int32_t row_begin, int32_t row_count) const;

  std::unique_ptr<device::Blas> blas_;
  int64_t unpacked_bytes_;
  device::Piece unpacked_;  // rows of a matrix
  int64_t product_count_ = 0;
};

}  // namespace weir
