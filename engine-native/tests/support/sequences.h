// Sequences on their way through several steps, for the tests that compare ways.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "support/steps.h"

namespace weir::testing {

using Logits = std::vector<std::vector<float>>;

bool same_bits(const Logits& a, const Logits& b);

// Sampled after every token from `sampled_from` on.
struct Sequence {
  std::vector<int32_t> token_ids;
  std::vector<int32_t> blocks;
  int32_t computed = 0;
  Logits logits;
  int32_t sampled_from = 0;

  int32_t left() const { return static_cast<int32_t>(token_ids.size()) - computed; }
  Run next(int32_t count) const;
};

// One step, with so many tokens of each.
void advance(const OpenSession& session, const std::vector<std::pair<Sequence*, int32_t>>& shares, int32_t vocab_size);

}  // namespace weir::testing
