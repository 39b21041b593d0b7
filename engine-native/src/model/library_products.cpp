#include "model/library_products.h"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

using cuda::kChunkCols;
using cuda::kTileRows;
using cuda::padded;

int64_t row_bytes(const cuda::PackedMatrix& w) { return padded(w.cols, kChunkCols) * static_cast<int64_t>(sizeof(kernels::Bf16)); }

}  // namespace

std::unique_ptr<LibraryProducts> LibraryProducts::open(const DeviceWeights& weights, device::Memory& memory, int64_t unpacked_bytes_max) {
  std::unique_ptr<device::Blas> blas = device::Blas::open(device::library_names(), memory);
  if (blas == nullptr) return nullptr;
  int64_t bytes = 0;
  for (const DeviceLayer& layer : weights.layers()) {
    for (const DeviceLinear* linear : {&layer.qkv, &layer.output, &layer.router, &layer.gate_up, &layer.down}) {
      bytes = std::max(bytes, padded(linear->matrix.rows, kTileRows) * row_bytes(linear->matrix));
    }
  }
  return std::unique_ptr<LibraryProducts>(new LibraryProducts(std::move(blas), std::min(bytes, unpacked_bytes_max), memory));
}

LibraryProducts::LibraryProducts(std::unique_ptr<device::Blas> blas, int64_t unpacked_bytes, device::Memory& memory)
    : blas_(std::move(blas)), unpacked_bytes_(unpacked_bytes), unpacked_(memory, unpacked_bytes, "unpacked weights for cuBLASLt") {}

bool LibraryProducts::multiply(device::Stream stream, const cuda::Matmul& product) {
  const int32_t rows_max = static_cast<int32_t>(std::min<int64_t>(product.w.rows, unpacked_bytes_ / row_bytes(product.w) / kTileRows * kTileRows));
  if (product.count <= kOwnRowsMax || rows_max == 0) return false;
  const int32_t parts = (product.w.rows - 1) / rows_max + 1;
  const int32_t rows = padded((product.w.rows - 1) / parts + 1, kTileRows);
  const auto for_each_part = [&](const auto& body) {
    for (int32_t begin = 0; begin < product.w.rows; begin += rows) {
      if (!body(begin, std::min(rows, product.w.rows - begin))) return false;
    }
    return true;
  };
  if (!for_each_part([&](int32_t begin, int32_t count) { return blas_->knows(part(product, begin, count)); })) return false;
  for_each_part([&](int32_t begin, int32_t count) {
    cuda::unpack(stream, {product.w, begin, count, reinterpret_cast<kernels::Bf16*>(unpacked_.data())});
    blas_->multiply(stream, part(product, begin, count));
    return true;
  });
  ++product_count_;
  return true;
}

device::Blas::Product LibraryProducts::part(const cuda::Matmul& product, int32_t row_begin, int32_t row_count) const {
  return {unpacked_.data(), product.x, product.x_stride, product.bias == nullptr ? nullptr : product.bias + row_begin, product.y + row_begin, product.y_stride,
          row_count, padded(product.w.cols, kChunkCols), product.count};
}

}  // namespace weir
