// Lays out what a device is to hold in an arena; where there is memory behind that, makes it with all threads and uploads it, in parts that fit a small piece of pinned
// memory. One description of a layout serves both to measure it and to fill it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "device/memory.h"
#include "kernels/cuda/cuda_kernels.h"
#include "kernels/cuda/pack.h"
#include "runtime/memory.h"
#include "tensor/thread_pool.h"

namespace weir {

class DeviceLoader {
 public:
  // It only measures.
  explicit DeviceLoader(Arena& arena) : arena_(arena) {}

  // It fills the memory behind the arena, with layouts of size_bytes at most. What it returns is there when it returns it.
  DeviceLoader(Arena& arena, int64_t size_bytes, device::Stream stream, ThreadPool& pool);

  bool measures_only() const { return pool_ == nullptr; }

  // As BF16, row after row.
  const kernels::Bf16* table(const kernels::Matrix& matrix);

  // One matrix of a stack; or of several stacks alike, the matrices of experts, one after the other.
  cuda::PackedMatrix matrix(const std::vector<cuda::Stack>& stacks);

  // Null where there are none.
  template <typename Element>
  const Element* array(const std::vector<Element>& values) {
    if (values.empty()) return nullptr;
    Element* const out = arena_.take<Element>(static_cast<int64_t>(values.size()));
    if (!measures_only()) send_bytes(out, values.data(), static_cast<int64_t>(values.size() * sizeof(Element)));
    return out;
  }

 private:
  template <typename Make, typename Send>
  void in_parts(int64_t rows, int64_t grain, int64_t row_bytes, const Make& make, const Send& send_part);
  void upload(const cuda::Stack& stack, cuda::Format format, std::byte* data, std::byte* scales);
  void send_bytes(void* to, const void* from, int64_t bytes);
  void copy(void* to, const std::byte* from, int64_t bytes);
  void send(void* to, int64_t bytes);

  Arena& arena_;
  device::Stream stream_ = nullptr;
  ThreadPool* pool_ = nullptr;  // null: it only measures
  int64_t staging_bytes_ = 0;
  device::Pinned staging_;
  int64_t part_begin_ = 0;
};

}  // namespace weir
