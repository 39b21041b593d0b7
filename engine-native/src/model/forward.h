// One decoder forward pass over a tile of tokens, from ids to the last layer's output, through a paged KV cache.
//
// Work is split over threads by outputs and rows, never over a sum, and every kernel's result depends on its own row alone. So the bits of
// a row do not depend on the tile's other rows, on how the tile was cut, on the number of threads or on the instruction set.
#pragma once

#include <cstdint>

#include "kernels/kernels.h"
#include "kvcache/kv_cache.h"
#include "model/model.h"
#include "runtime/memory.h"
#include "tensor/thread_pool.h"

namespace weir {

// A token of a step: where it stands in its sequence, and the sequence's block table.
struct TokenRow {
  int32_t token_id;
  int32_t position;
  const int32_t* blocks;
};

// Working memory for a tile of up to tile_tokens rows; row t of an array begins at t times its width.
struct Activations {
  Activations(const weir_model_config& config, int32_t tile_tokens, Arena& arena);

  int32_t tile_tokens;
  float* hidden;     // [hidden_size] the residual stream
  float* normed;     // [hidden_size]
  float* query;      // [query_size]
  float* key;        // [kv_size]
  float* value;      // [kv_size]
  float* attention;  // [query_size]
  float* gate;       // [intermediate_size]
  float* up;         // [intermediate_size]
  float* delta;      // [hidden_size] what a block adds to the residual stream
  float* cos;        // [head_size / 2]
  float* sin;        // [head_size / 2]
  int64_t* attention_work;  // [tile_tokens + 1] multiply-adds of attention before row t
  TokenRow* kept;           // [tile_tokens] the rows that the last layer finishes
};

class Forward {
 public:
  Forward(const Model& model, const kernels::KernelTable& kernels, KvCache& cache, ThreadPool& pool, const Activations& activations);

  // Stores the keys and values of rows[0, count), count at most tile_tokens, and leaves the last layer's output for row wanted[j] in row
  // j of `hidden`. Rows of one sequence come in order of their positions; wanted ascends.
  void run(const TokenRow* rows, int32_t count, const int32_t* wanted, int32_t wanted_count);

  // The final norm of row `row` of `hidden`.
  void final_norm(int32_t row, float* out) const;

  // logits[t] = LM head times hidden[t], for rows that final_norm made.
  void logits(const float* normed, int32_t count, float* out) const;

 private:
  struct Projection {
    const Linear& linear;
    float* out;
  };

  void embed(const TokenRow* rows, int32_t count);
  void weigh_attention(const TokenRow* rows, int32_t count);
  void project_heads(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow* rows, int32_t count);
  const TokenRow* keep(const TokenRow* rows, const int32_t* wanted, int32_t wanted_count);
  void feed_forward(const DecoderLayer& weights, int32_t count);
  void norm(const std::vector<float>& weight, int32_t count);
  void add_delta(int32_t count);
  void project(std::initializer_list<Projection> projections, const float* in, int32_t count);
  void place(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow& row, int32_t t);
  void attention(const kernels::KvLayer& cache, const TokenRow* rows, int32_t count);

  const Model& model_;
  const weir_model_config& config_;
  const kernels::KernelTable& kernels_;
  KvCache& cache_;
  ThreadPool& pool_;
  Activations a_;
};

}  // namespace weir
