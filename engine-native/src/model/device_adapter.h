// An adapter as a device computes with it: for every projection of the model, which on a device may be several of its file stacked, two thin matrices in BF16.
#pragma once

#include <cstdint>

#include "device/memory.h"
#include "kernels/cuda/cuda_kernels.h"
#include "model/adapter.h"
#include "model/device_loader.h"
#include "model/model.h"
#include "tensor/thread_pool.h"

namespace weir {

// The projections of a layer that may be updated, in the order of an adapter's updates. Experts have none.
enum class Adapted : int32_t { qkv, output, gate_up, down };
constexpr int32_t kAdaptedCount = 4;

// The most that inputs are brought down to: what is stacked has its ranks side by side.
constexpr int32_t kLowWidthMax = cuda::padded(kAdaptedTogetherMax * WEIR_ADAPTER_RANK_MAX, cuda::kChunkCols);

class DeviceAdapter {
 public:
  // Packs and uploads; returns when all of it is there.
  DeviceAdapter(const Model& model, const Adapter& adapter, device::Memory& memory, device::Stream stream, ThreadPool& pool);

  // On the device: of layer i, projection p, update i * kAdaptedCount + p.
  const cuda::AdapterUpdate* updates() const { return updates_; }

  // No update brings its inputs down to more.
  int32_t low_width() const { return low_width_; }

 private:
  DeviceAdapter() = default;
  static int64_t size_bytes(const Model& model, const Adapter& adapter);
  void lay_out(const Model& model, const Adapter& adapter, DeviceLoader& loader);
  cuda::AdapterUpdate update(const Adapter& adapter, const std::vector<const Linear*>& linears, int32_t head_size, DeviceLoader& loader);

  device::Piece memory_;
  const cuda::AdapterUpdate* updates_ = nullptr;
  int32_t low_width_ = 0;
};

}  // namespace weir
