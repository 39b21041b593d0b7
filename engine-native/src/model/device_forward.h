// One decoder forward pass over a tile of tokens on a device: forward.h's, as launches that are queued on a stream. Nothing here waits.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cuda/cuda_kernels.h"
#include "model/device_adapter.h"
#include "model/device_weights.h"
#include "model/library_products.h"
#include "runtime/memory.h"

namespace weir {

// What the tokens of a tile are; all of it is on the device.
struct DeviceTile {
  int32_t count;
  const int32_t* token_ids;  // [count]
  cuda::BlockTables tables;  // [count]
  const cuda::AttentionPiece* pieces;  // [piece_count]
  int32_t piece_count;
  int32_t piece_rows_max;
  bool split;                  // whether some piece has a slot
  const int32_t* slot_begins;  // [count]
  const int32_t* slot_counts;  // [count]
  cuda::AdapterRows adapters;
};

// Working memory on the device for a tile of up to tile_tokens rows, with attention in up to slots_max splits.
struct DeviceActivations {
  DeviceActivations(const weir_model_config& config, const std::vector<int32_t>& rope_pairs, int32_t tile_tokens, int32_t slots_max, Arena& arena);

  float* hidden;            // [hidden_size] the residual stream
  kernels::Bf16* input;     // [padded hidden_size] what a block reads
  float* qkv;               // [query_size + 2 kv_size]
  kernels::Bf16* query;     // [query heads][padded head size]
  float* partial;           // [slots_max][query heads][padded head size + 2]
  kernels::Bf16* attention; // [padded query_size]
  float* delta;             // [hidden_size] what a block adds to the residual stream
  float* gate_up;           // [2 intermediate_size], or of each copy of a row, as the next
  kernels::Bf16* inner;     // [padded intermediate_size]
  kernels::Bf16* low;       // [kLowWidthMax] what an adapter brought its input down to
  std::vector<float*> cos;  // of each RoPE [pair_count]
  std::vector<float*> sin;
  float* router_logits;     // of a sparse layer, as all that follows
  int32_t* experts;
  float* expert_weights;
  int32_t* copies;
  int32_t* sources;
  int32_t* begins;          // [expert_count + 1]
  float* expert_outputs;    // [hidden_size] of each copy of a row
  int64_t attention_bytes;  // of the whole array, which has to be zero before the first use
};

class DeviceForward {
 public:
  // pages are those of each layer. library, which outlives this, may be null.
  DeviceForward(const Model& model, const DeviceWeights& weights, std::vector<cuda::KvPages> pages, const DeviceActivations& activations,
                LibraryProducts* library, device::Stream stream);

  // Stores the keys and values of the tile's rows. Where `whole`, leaves the last layer's output in the residual stream.
  void run(const DeviceTile& tile, bool whole);

  // out[i] = the final norm of row rows[i] of the residual stream; out_exact the same before it is rounded, or null.
  void final_norm(const int32_t* rows, int32_t count, kernels::Bf16* out, float* out_exact);

  // logits[i] = LM head times row i.
  void logits(const kernels::Bf16* normed, int32_t count, float* out);

 private:
  // What is still to be added to the residual stream.
  struct Pending {
    const float* delta = nullptr;
    const float* norm = nullptr;
  };

  void add_and_norm(const Pending& pending, const float* norm, int32_t count);
  void project(const DeviceTile& tile, size_t layer, Adapted which, const kernels::Bf16* in, float* out);
  void multiply(const DeviceLinear& linear, const kernels::Bf16* in, float* out, int32_t count);
  void multiply_experts(const DeviceLinear& linear, const kernels::Bf16* in, float* out, int32_t count, const int32_t* sources);
  void place(const DeviceLayer& layer, const cuda::KvPages& pages, const DeviceTile& tile);
  void attend(const DeviceLayer& layer, const cuda::KvPages& pages, const DeviceTile& tile);
  void feed_forward(const DeviceTile& tile, size_t layer);
  void mix_experts(const DeviceLayer& layer, int32_t count);

  const weir_model_config& config_;
  const DeviceWeights& weights_;
  std::vector<cuda::KvPages> pages_;
  DeviceActivations a_;
  LibraryProducts* library_;
  device::Stream stream_;
};

}  // namespace weir
