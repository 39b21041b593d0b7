// Logits to ids: the rules of weir_sampling, on the CPU.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/weir.h"

namespace weir {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a uniform number in [0, 1) with 24 bits, from
// key `seed` and counter `position`.
float uniform(uint64_t seed, uint64_t position);

// Working memory of one thread for rows of one vocabulary; allocates when made, never after.
class Sampler {
 public:
  explicit Sampler(int32_t vocab_size, int32_t top_logprobs_max);

  struct Row {
    int32_t token_id;
    float logprob;          // of token_id; only where sampling.logprob_count >= 0
    int32_t* top_ids;       // in: room for logprob_count, or null
    float* top_logprobs;    // in: room for logprob_count, or null
  };

  // Samples from one row of logits. position is that of the token being drawn. NaN logits count as -infinity; a row without any finite
  // logit gives id 0.
  void sample(const float* logits, const weir_sampling& sampling, int64_t position, Row& row);

 private:
  int32_t vocab_size_;
  int32_t top_logprobs_max_;
  std::vector<float> probabilities_;
  std::vector<int32_t> order_;
};

}  // namespace weir
