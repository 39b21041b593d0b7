// One decoder forward pass over a tile of tokens, from ids to the last layer's output, through a paged KV cache.
//
// Work is split over threads by outputs and rows, never over a sum, and every kernel's result depends on its own row alone. So the bits of
// a row do not depend on the tile's other rows, on how the tile was cut, on the number of threads or on the instruction set.
#pragma once

#include <cstdint>

#include "kernels/kernels.h"
#include "kvcache/kv_cache.h"
#include "model/adapter_pass.h"
#include "model/experts.h"
#include "model/model.h"
#include "model/token_row.h"
#include "runtime/memory.h"
#include "tensor/thread_pool.h"

namespace weir {

constexpr int32_t kLogitRowsMax = 32;  // rows that the LM head takes at a time

// Working memory for a tile of up to tile_tokens rows; row t of an array begins at t times its width.
struct Activations {
  Activations(const weir_model_config& config, int32_t tile_tokens, int32_t thread_count, Arena& arena);

  int32_t tile_tokens;
  float* hidden;     // [hidden_size] the residual stream
  float* normed;     // [hidden_size] what a block reads, where a norm stands before it
  float* query;      // [query_size]
  float* key;        // [kv_size]
  float* value;      // [kv_size]
  float* attention;  // [query_size]
  float* gate;       // [intermediate_size], or [expert_intermediate_size] of each copy of a row
  float* up;         // the same
  float* delta;      // [hidden_size] what a block adds to the residual stream
  float* cos;        // [head_size / 2] for each RoPE, one RoPE after the other; the first pair_count are used
  float* sin;        // the same
  int64_t* attention_work;  // [tile_tokens + 1] multiply-adds of attention before row t
  TokenRow* kept;           // [tile_tokens] the rows that the last layer finishes
  ExpertChoices choices;    // of a sparse layer, as are the following
  float* router_logits;     // [expert_count]
  float* expert_inputs;     // [hidden_size] of each copy of a row
  float* expert_outputs;    // [hidden_size] of each copy of a row
  AdapterSpace adapter_space;
  std::byte* inputs;        // of products with quantized weights (kernels::Inputs)
  int64_t scratch_bytes;    // of each thread
  std::byte* scratch;       // [thread_count][scratch_bytes] what matmul borrows

  kernels::Scratch scratch_of(int32_t worker) const { return {scratch + worker * scratch_bytes, scratch_bytes}; }
};

class Forward {
 public:
  Forward(const Model& model, const kernels::KernelTable& kernels, KvCache& cache, ThreadPool& pool, const Activations& activations);

  // Stores the keys and values of rows[0, count), count at most tile_tokens, and leaves the last layer's output for row wanted[j] in row
  // j of `hidden`. Rows of one sequence come in order of their positions; wanted ascends.
  void run(const TokenRow* rows, int32_t count, const int32_t* wanted, int32_t wanted_count);

  // The final norm of row `row` of `hidden`.
  void final_norm(int32_t row, float* out) const;

  // logits[t] = LM head times hidden[t], for at most kLogitRowsMax rows that final_norm made.
  void logits(const float* normed, int32_t count, float* out);

 private:
  struct Projection {
    const Linear& linear;
    float* out;
  };

  // What a product reads: rows of floats, and the same as bytes where the weights are quantized. Experts have rows only, of their own.
  struct Operand {
    const float* rows;
    const kernels::Inputs* bytes;  // null: none
    int32_t count;
  };

  void embed(const TokenRow* rows, int32_t count);
  Operand operand(const float* rows, const kernels::Matrix& weight, int32_t count);
  Operand block_input(const std::vector<float>& norm, const kernels::Matrix& weight, int32_t count);
  void multiply(const kernels::Matrix& weight, const float* bias, const Operand& in, float* out, int64_t begin, int64_t end,
                const kernels::Scratch& scratch) const;
  void project_heads(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow* rows, const Operand& in);
  void unpair(float* heads, int32_t width, int32_t count);
  void place(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow& row, int32_t t);
  const TokenRow* keep(const TokenRow* rows, const int32_t* wanted, int32_t wanted_count);
  void weigh_attention(const kernels::AttentionRule& rule, const TokenRow* rows, int32_t count);
  void attention(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow* rows, int32_t count);
  void feed_forward(const Mlp& mlp, const Operand& in);
  void mix_experts(const DecoderLayer& weights, const Operand& in);
  void choose(const DecoderLayer& weights, const Operand& in);
  template <typename Body>
  void for_each_expert(int64_t outputs, int64_t inputs, int32_t count, const Body& body);
  void gate_and_up(const Mlp& mlp, const Operand& in, float* gate, float* up, int64_t begin, int64_t end, const AdapterPass* adapters,
                   const kernels::Scratch& scratch);
  void add_delta(const std::vector<float>& norm, int32_t count);
  void project(std::initializer_list<Projection> projections, const Operand& in);

  const Model& model_;
  const weir_model_config& config_;
  const kernels::KernelTable& kernels_;
  KvCache& cache_;
  ThreadPool& pool_;
  void (*activate_)(float* gate, const float* up, int32_t size);  // a kernel
  Activations a_;
  kernels::Inputs inputs_{};
  AdapterPass adapters_;
};

}  // namespace weir
