// Logits to ids: the rules of weir_sampling, on the CPU.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/kernels.h"
#include "weir/weir.h"

namespace weir {

// A uniform number in [0, 1) with 24 bits from Philox4x32-10: key `seed`, counter `position`.
float uniform(uint64_t seed, uint64_t position);

// Shifts a row's logits, one after the other.
void shift_logits(const weir_logit_shift* shifts, int32_t count, float* logits);

// Leaves only the tokens whose bits are set in `mask` to be drawn. One of them always is: of what a model makes of them, NaN and -infinity
// become the lowest finite number.
void allow_only(const uint64_t* mask, float* logits, int64_t vocab_size);

// Working memory of one thread for rows of one vocabulary; allocates when made, never after.
class Sampler {
 public:
  // kernels is borrowed for the sampler's life; every table gives the same samples.
  explicit Sampler(int32_t vocab_size, const kernels::KernelTable& kernels);

  struct Row {
    int32_t token_id;     // the one given or drawn
    float logprob;        // of token_id; only where sampling.logprob_count >= 0
    int32_t* top_ids;     // in: room for logprob_count, or null
    float* top_logprobs;  // in: room for logprob_count, or null
    int32_t given_id = -1;  // in: the token that is known to come, or -1 to draw one
  };

  // Samples from one row of logits. position is that of the token being drawn. NaN logits count as -infinity and +infinity as the
  // largest finite number; a row of nothing but -infinity gives id 0 with log-probability -infinity. logprob_count may exceed the
  // vocabulary: what lies beyond it is id -1 with log-probability -infinity.
  void sample(const float* logits, const weir_sampling& sampling, int64_t position, Row& row);

 private:
  void scan(const float* logits);
  int32_t greedy() const;
  int32_t draw(const weir_sampling& sampling, int64_t position);
  void write_logprobs(const weir_sampling& sampling, Row& row);

  float logit(int32_t id) const;
  float weight(int32_t id, float scale) const;
  void rank(int32_t count);
  int32_t collect_candidates(int32_t count);

  int32_t vocab_size_;
  const kernels::KernelTable& kernels_;
  const float* logits_ = nullptr;  // of the row at hand
  float highest_ = 0;              // of the row at hand
  int32_t ranked_ = 0;             // how many of order_ are in place
  std::vector<float> group_highest_;  // highest logit of each run of kGroupTokens ids
  std::vector<float> scratch_;        // as long as group_highest_
  std::vector<int32_t> order_;        // ids in descending order of logit, ties by lower id, as far as ranked_
};

}  // namespace weir
