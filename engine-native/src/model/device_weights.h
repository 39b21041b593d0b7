// The weights of a model as a device computes with them: matrices that read the same input as one, packed for the tensor cores, in one piece of the
// device's memory.
#pragma once

#include <cstdint>
#include <vector>

#include "device/memory.h"
#include "kernels/cuda/cuda_kernels.h"
#include "model/device_loader.h"
#include "model/model.h"
#include "tensor/thread_pool.h"

namespace weir {

struct DeviceLinear {
  cuda::PackedMatrix matrix;  // of experts the first
  const float* bias;          // or null
};

// What is not there is null.
struct DeviceLayer {
  int32_t attention_window;
  int32_t rope_index;
  bool sparse;
  const float* attention_norm;
  DeviceLinear qkv;  // queries, keys, values
  const float* query_norm;
  const float* key_norm;
  DeviceLinear output;
  const float* attention_post_norm;
  const float* mlp_norm;
  DeviceLinear router;   // of a sparse layer
  DeviceLinear gate_up;  // gate, then up; of a sparse layer, of all experts
  DeviceLinear down;
  const float* mlp_post_norm;
};

struct DeviceRope {
  const double* frequencies;
  double amplitude;
  int32_t pair_count;
};

class DeviceWeights {
 public:
  // Packs and uploads; returns when all of it is there. Refuses what the device has no kernels for, naming it.
  DeviceWeights(const Model& model, device::Memory& memory, device::Stream stream, ThreadPool& pool);

  // What the constructor takes of the device.
  static int64_t size_bytes(const Model& model);

  const kernels::Bf16* embedding() const { return embedding_; }
  const std::vector<DeviceLayer>& layers() const { return layers_; }
  const float* final_norm() const { return final_norm_; }
  const cuda::PackedMatrix& lm_head() const { return lm_head_; }
  const std::vector<DeviceRope>& ropes() const { return ropes_; }

 private:
  DeviceWeights() = default;
  void lay_out(const Model& model, DeviceLoader& loader);

  device::Piece memory_;
  const kernels::Bf16* embedding_ = nullptr;
  std::vector<DeviceLayer> layers_;
  const float* final_norm_ = nullptr;
  cuda::PackedMatrix lm_head_{};
  std::vector<DeviceRope> ropes_;
};

}  // namespace weir
