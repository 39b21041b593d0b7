// Steps on a CUDA device: the model's weights there, a KV cache, and the working memory. A step is one copy of what it is about, a queue of launches, and one
// copy of what was sampled; nothing waits in between. Steps that only decode are recorded, once for each size, and replayed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "device/memory.h"
#include "model/device_forward.h"
#include "model/device_weights.h"
#include "model/library_products.h"
#include "session/device_adapters.h"
#include "session/device_plan.h"
#include "session/steps.h"
#include "tensor/thread_pool.h"

namespace weir {

class DeviceSteps final : public Steps {
 public:
  DeviceSteps(std::shared_ptr<const Model> model, const weir_session_config& config);
  ~DeviceSteps() override;

  void run(const weir_step_plan& plan, const weir_step_result& result, FindAdapter find_adapter) override;
  void offload(const int32_t* blocks, const int32_t* host_blocks, int32_t count) override;
  void restore(const int32_t* host_blocks, const int32_t* blocks, int32_t count) override;
  void read_blocks(const int32_t* blocks, int32_t count, std::byte* bytes) override;
  void write_blocks(const std::byte* bytes, const int32_t* blocks, int32_t count) override;
  std::string describe() const override;

 private:
  // What a step leaves in the device's memory for the next launches, placed in one arena.
  struct Workspace {
    Workspace(const Model& model, const weir_session_config& config, Arena& arena);

    int32_t slots_max;
    DeviceActivations activations;
    int32_t logit_rows;
    kernels::Bf16* sampled;         // [step_samples_max][padded hidden_size] normed rows that the LM head reads
    float* logits;                  // [logit_rows][vocab_size]
    kernels::Bf16* hidden_rounded;  // [tile tokens][padded hidden_size]
    float* hidden;                  // [tile tokens][hidden_size] normed rows that were asked for
  };

  struct Results {
    device::Staged<int32_t> ids;           // [step_samples_max]
    device::Staged<float> logprobs;        // [step_samples_max]
    device::Staged<int32_t> top_ids;       // [step_samples_max][top_logprobs_max]
    device::Staged<float> top_logprobs;
  };

  // Steps of one kind are the same launches.
  struct StepKind {
    InputShape shape;
    bool split;
    bool shifted;
    int32_t low_width;  // of its adapters, at most

    auto operator<=>(const StepKind&) const = default;
  };

  struct Graph {
    CUgraphExec_st* recorded = nullptr;  // null: seen once, and run without
    bool failed = false;                 // to be recorded: runs without from then on
  };

  static Workspace place_workspace(const Model& model, const weir_session_config& config, device::Piece& piece, device::Memory& memory);
  std::vector<cuda::KvPages> lay_pages() const;
  static int64_t memory_limit(const Model& model, const weir_session_config& config, int32_t device_index);

  // One device operation; a context that is lost in it stays lost.
  template <typename Body>
  void on_device(const Body& body);

  void step(const weir_step_plan& plan, const weir_step_result& result);
  void reserve(const weir_step_plan& plan);
  void send(const weir_step_plan& plan, const InputShape& shape);
  void replay(const StepKind& kind, const weir_step_result& result);
  void record(const StepKind& kind, const weir_step_result& result, Graph& graph);
  void launch(const StepKind& kind, const weir_step_result& result);
  void launch_tile(const StepKind& kind, const DeviceShare& tile, const DeviceInputs& in, const weir_step_result& result);
  void launch_samples(const StepKind& kind, const DeviceInputs& in, const weir_step_result& result);
  void fetch(const weir_step_plan& plan, const weir_step_result& result);
  void deliver(const weir_step_plan& plan, const weir_step_result& result) const;
  void forget_graphs() noexcept;
  template <typename Copy>
  void move_blocks(const int32_t* blocks, const int32_t* places, int32_t count, const Copy& copy);

  std::shared_ptr<const Model> model_;
  weir_session_config config_;
  int32_t device_index_;
  device::Memory memory_;
  device::Queue queue_;
  ThreadPool pool_;
  DeviceWeights weights_;
  device::Piece workspace_piece_;
  Workspace work_;
  int64_t layer_block_bytes_;
  device::Piece cache_;  // layer after layer, in each its blocks and one more, where rows write that only fill a recorded step
  device::Pinned host_cache_;  // block after block, in each its layers
  std::unique_ptr<LibraryProducts> library_;  // null where results have to be the same in any company, and where there is none
  DeviceForward forward_;
  DevicePlan plan_;
  std::vector<std::shared_ptr<const Adapter>> held_adapters_;  // by sequence, for the time of a step
  DeviceAdapters adapters_;
  device::Staged<std::byte> inputs_;
  device::Staged<int32_t> blocks_;  // the block to spill in, then the plan's tables
  device::Staged<uint64_t> masks_;
  device::Staged<weir_logit_shift> shifts_;
  Results results_;
  std::map<StepKind, Graph> graphs_;
  int64_t graph_steps_ = 0;
  int64_t plain_steps_ = 0;
  int64_t failed_graphs_ = 0;
  double device_milliseconds_ = 0;
  bool lost_ = false;
};

}  // namespace weir
