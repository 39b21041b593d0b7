#include "support/sequences.h"

#include <algorithm>
#include <cstring>

namespace weir::testing {

bool same_bits(const Logits& a, const Logits& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].size() != b[i].size() || std::memcmp(a[i].data(), b[i].data(), a[i].size() * sizeof(float)) != 0) return false;
  }
  return true;
}

Run Sequence::next(int32_t count) const {
  Run run{{token_ids.begin() + computed, token_ids.begin() + computed + count}, computed, blocks, {}};
  for (int32_t i = std::max(0, sampled_from - computed); i < count; ++i) run.sample_at.push_back(i);
  return run;
}

void advance(const OpenSession& session, const std::vector<std::pair<Sequence*, int32_t>>& shares, int32_t vocab_size) {
  std::vector<Run> runs;
  std::vector<size_t> sampled;
  for (const auto& [sequence, count] : shares) {
    runs.push_back(sequence->next(count));
    sampled.push_back(runs.back().sample_at.size());
  }
  StepOutput output = session.step(runs, vocab_size);
  auto row = output.logits.begin();
  for (size_t s = 0; s < shares.size(); ++s) {
    const auto& [sequence, count] = shares[s];
    sequence->computed += count;
    for (size_t i = 0; i < sampled[s]; ++i) sequence->logits.push_back(std::move(*row++));
  }
}

}  // namespace weir::testing
