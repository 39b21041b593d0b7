// Temperature never changes the order of tokens, so top-k, top-p and min-p each keep a prefix of the same descending order, and so does
// their combination. The sampler walks that order and stops at whichever cut comes first; it is sorted only as far as the walk goes, and a
// walk seldom passes the first few dozen of a vocabulary of 128k.
//
// A draw is a function of the row's bits: weights are floats from the kernels' own exponential, sums are doubles in one fixed order.
// Log-probabilities alone use the C library's logarithm; its result is rounded from double to float, and no id depends on it.
#include "sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "kernels/exp.h"

namespace weir {
namespace {

using kernels::ScalarOps;

constexpr int64_t kMaskBits = 64;
constexpr int32_t kGroupTokens = 32;
constexpr int32_t kFirstRanked = 64;  // tokens put in order at first
constexpr int32_t kRankGrowth = 8;    // and how many times as many when the walk wants more
constexpr float kLowest = -std::numeric_limits<float>::infinity();

}  // namespace

void shift_logits(const weir_logit_shift* shifts, int32_t count, float* logits) {
  for (int32_t i = 0; i < count; ++i) {
    float& logit = logits[shifts[i].token_id];
    logit = (logit > 0 ? logit / shifts[i].repetition : logit * shifts[i].repetition) + shifts[i].bias;
  }
}

void allow_only(const uint64_t* mask, float* logits, int64_t vocab_size) {
  constexpr float kLowestFinite = std::numeric_limits<float>::lowest();
  for (int64_t begin = 0; begin < vocab_size; begin += kMaskBits) {
    const uint64_t word = mask[begin / kMaskBits];
    const int64_t count = std::min(kMaskBits, vocab_size - begin);
    for (int64_t bit = 0; bit < count; ++bit) {
      float& logit = logits[begin + bit];
      const float number = logit >= kLowestFinite ? logit : kLowestFinite;  // NaN compares as false
      logit = (word >> bit & 1) != 0 ? number : kLowest;
    }
  }
}

Sampler::Sampler(int32_t vocab_size, const kernels::KernelTable& kernels)
    : vocab_size_(vocab_size),
      kernels_(kernels),
      group_highest_((vocab_size + kGroupTokens - 1) / kGroupTokens),
      scratch_(group_highest_.size()),
      order_(vocab_size) {}

void Sampler::sample(const float* logits, const weir_sampling& sampling, int64_t position, Row& row) {
  scan(logits);
  if (row.given_id >= 0) {
    row.token_id = row.given_id;
  } else {
    row.token_id = sampling.temperature == 0.0f || highest_ == kLowest ? greedy() : draw(sampling, position);
  }
  if (sampling.logprob_count >= 0) write_logprobs(sampling, row);
}

// One pass over the row: the highest logit of each group, from which greedy sampling and ranking find what they want.
void Sampler::scan(const float* logits) {
  logits_ = logits;
  highest_ = kLowest;
  ranked_ = 0;
  for (size_t g = 0; g < group_highest_.size(); ++g) {
    const int32_t begin = static_cast<int32_t>(g) * kGroupTokens;
    const int32_t end = std::min(begin + kGroupTokens, vocab_size_);
    float highest = kLowest;
    for (int32_t id = begin; id < end; ++id) highest = ScalarOps::max(logits[id], highest);
    group_highest_[g] = kernels::clean_logit<ScalarOps>(highest);
    highest_ = std::max(highest_, group_highest_[g]);
  }
}

float Sampler::logit(int32_t id) const { return kernels::clean_logit<ScalarOps>(logits_[id]); }

float Sampler::weight(int32_t id, float scale) const {
  return kernels::exponential<ScalarOps>((logit(id) - highest_) * scale);
}

int32_t Sampler::greedy() const {
  const auto group = std::find(group_highest_.begin(), group_highest_.end(), highest_) - group_highest_.begin();
  int32_t id = static_cast<int32_t>(group) * kGroupTokens;
  while (logit(id) != highest_) ++id;
  return id;
}

int32_t Sampler::draw(const weir_sampling& sampling, int64_t position) {
  // A temperature so small that its inverse overflows must not turn the highest logit's 0 * infinity into NaN.
  const float scale = std::min(1.0f / sampling.temperature, std::numeric_limits<float>::max());
  const int32_t limit = sampling.top_k > 0 ? std::min(sampling.top_k, vocab_size_) : vocab_size_;

  // The mass that top_p is a share of: of what top_k left.
  double total = 0;
  if (limit == vocab_size_) {
    total = kernels_.exp_sum(logits_, vocab_size_, highest_, scale);
  } else {
    rank(limit);
    for (int32_t i = 0; i < limit; ++i) total += weight(order_[i], scale);
  }

  double kept = total;
  if (sampling.top_p < 1.0f || sampling.min_p > 0.0f) {
    const double enough = sampling.top_p < 1.0f ? sampling.top_p * total : total;
    kept = 0;
    for (int32_t i = 0; i < limit && kept < enough; ++i) {
      rank(i + 1);
      const float next = weight(order_[i], scale);
      if (next < sampling.min_p) break;  // the highest weight is 1, so min_p is a share of it already
      kept += next;
    }
  }

  const double target = uniform(sampling.seed, static_cast<uint64_t>(position)) * kept;
  double mass = 0;
  int32_t drawn = 0;
  for (int32_t i = 0; i < limit && mass <= target; ++i) {
    rank(i + 1);
    const float next = weight(order_[i], scale);
    if (next == 0.0f) break;  // only where the two orders of summing differ by more than 2^-24 leaves: then the last token with weight
    mass += next;
    drawn = order_[i];
  }
  return drawn;
}

// Puts at least the `count` highest logits in order at the front of order_.
void Sampler::rank(int32_t count) {
  if (count <= ranked_) return;
  const int64_t grown = std::max<int64_t>(kFirstRanked, static_cast<int64_t>(ranked_) * kRankGrowth);
  ranked_ = static_cast<int32_t>(std::min<int64_t>(std::max<int64_t>(count, grown), vocab_size_));
  const auto before = [this](int32_t a, int32_t b) {
    const float logit_a = logit(a);
    const float logit_b = logit(b);
    return logit_a != logit_b ? logit_a > logit_b : a < b;
  };
  const auto end = order_.begin() + collect_candidates(ranked_);
  const auto cut = order_.begin() + ranked_;
  if (cut < end) std::nth_element(order_.begin(), cut, end, before);
  std::sort(order_.begin(), cut, before);
}

// Fills order_ with ids among which are the `count` first in order, and returns how many. The count-th highest of the groups' maxima is a
// bar that at least `count` tokens reach, and no token below it can be among the first `count`; it is worth finding while few groups
// reach it.
int32_t Sampler::collect_candidates(int32_t count) {
  const int32_t group_count = static_cast<int32_t>(group_highest_.size());
  if (count > group_count / 4) {
    std::iota(order_.begin(), order_.end(), 0);
    return vocab_size_;
  }
  std::copy(group_highest_.begin(), group_highest_.end(), scratch_.begin());
  std::nth_element(scratch_.begin(), scratch_.begin() + (count - 1), scratch_.end(), std::greater<float>());
  const float bar = scratch_[count - 1];
  int32_t found = 0;
  for (int32_t g = 0; g < group_count; ++g) {
    if (group_highest_[g] < bar) continue;
    const int32_t end = std::min((g + 1) * kGroupTokens, vocab_size_);
    for (int32_t id = g * kGroupTokens; id < end; ++id) {
      if (logit(id) >= bar) order_[found++] = id;
    }
  }
  return found;
}

void Sampler::write_logprobs(const weir_sampling& sampling, Row& row) {
  const double log_total = std::log(kernels_.exp_sum(logits_, vocab_size_, highest_, 1.0f));
  const auto logprob = [&](int32_t id) {
    return highest_ == kLowest ? kLowest : static_cast<float>(static_cast<double>(logit(id)) - highest_ - log_total);
  };
  row.logprob = logprob(row.token_id);
  const int32_t count = row.top_ids != nullptr && row.top_logprobs != nullptr ? sampling.logprob_count : 0;
  rank(std::min(count, vocab_size_));
  for (int32_t i = 0; i < count; ++i) {
    row.top_ids[i] = i < vocab_size_ ? order_[i] : -1;
    row.top_logprobs[i] = i < vocab_size_ ? logprob(order_[i]) : kLowest;
  }
}

}  // namespace weir
