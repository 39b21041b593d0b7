// Steps on the CPU: a KV cache, the workers and the working memory.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/kernels.h"
#include "kvcache/kv_cache.h"
#include "model/adapter.h"
#include "model/forward.h"
#include "model/model.h"
#include "runtime/memory.h"
#include "sampling/sampler.h"
#include "session/steps.h"
#include "tensor/thread_pool.h"
#include "weir/weir.h"

namespace weir {

class CpuSteps final : public Steps {
 public:
  CpuSteps(std::shared_ptr<const Model> model, const weir_session_config& config);

  void run(const weir_step_plan& plan, const weir_step_result& result, FindAdapter find_adapter) override;
  void offload(const int32_t* blocks, const int32_t* host_blocks, int32_t count) override;
  void restore(const int32_t* host_blocks, const int32_t* blocks, int32_t count) override;
  void read_blocks(const int32_t* blocks, int32_t count, std::byte* bytes) override;
  void write_blocks(const std::byte* bytes, const int32_t* blocks, int32_t count) override;

 private:
  // Everything a step writes beside the KV cache, placed in one arena.
  struct Workspace {
    Workspace(const weir_model_config& model, const weir_session_config& config, int32_t thread_count, Arena& arena);

    Activations activations;
    int32_t tile_samples;
    TokenRow* rows;      // [step_tokens_max] tokens, those with the same adapter together
    int32_t* row_of;     // [step_tokens_max] where a token of the plan lies among the rows
    int32_t* first_token;  // [step_sequences_max] a sequence's first among the plan's tokens
    int32_t* order;      // [step_sequences_max] sequences, those with the same adapter together
    int32_t* wanted;     // [tile_tokens] the rows of a tile whose hidden states are read again: by a sample, or by the caller
    int32_t* place;      // [tile_tokens] where a row comes among those, or -1
    float* sampled;      // [step_samples_max][hidden_size] normed rows that the LM head reads
    float* logits;       // [tile_samples][vocab_size]
  };

  static Pages allocate_host_blocks(int64_t block_bytes, int32_t host_block_count);
  static Pages allocate_workspace(const Model& model, const weir_session_config& config, int32_t thread_count);
  void lay_rows(const weir_step_plan& plan);
  void compute(const weir_step_plan& plan, float* hidden);
  int32_t mark_wanted(const weir_step_plan& plan, int32_t begin, int32_t count);
  void sample(const weir_step_plan& plan, const weir_step_result& result);
  static void shift(const weir_step_plan& plan, int32_t index, float* logits);
  void sample_row(const weir_step_plan& plan, const float* logits, int32_t index, const weir_step_result& result, Sampler& sampler);

  std::shared_ptr<const Model> model_;
  const kernels::KernelTable& kernels_;
  int32_t thread_count_;
  Pages pages_;
  Arena arena_;
  Workspace work_;
  KvCache cache_;
  Pages host_blocks_;  // [host_block_count] blocks that are away from the cache
  std::vector<Sampler> samplers_;  // one for each thread
  std::vector<std::shared_ptr<const Adapter>> held_adapters_;  // by sequence, for the time of a step; null where it has none
  ThreadPool pool_;
  Forward forward_;
};

}  // namespace weir
