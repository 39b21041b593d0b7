// A block for each row. All that sampling asks is where, in descending order of logits, some measure has been reached: so many tokens (top-k, the
// alternatives), so much mass (top-p, the draw). Four passes over the row answer that, each settling eight bits of the logit where it happens:
// no sorting, whatever the vocabulary's size or the cut.
//
// Masses are whole numbers, so atomics may add them in any order. A weight is at most 1, which is 2^44; a row has fewer than 2^18 tokens, so that sums
// fit 63 bits. What a weight loses by it, less than 2^-44 of the highest token's, is far below what 24 uniform bits tell apart.
#include <cmath>
#include <limits>

#include "kernels/cuda/rows.h"
#include "sampling/philox.h"

namespace weir::cuda {
namespace {

constexpr int32_t kThreads = 1024;
constexpr int32_t kWarps = kThreads / simt::kWarp;
constexpr int32_t kDigits = 256;
constexpr float kOne = 0x1p+44f;  // mass of the weight 1

struct Shared {
  uint64_t digits[kDigits];
  uint64_t partial[kWarps];
  uint32_t highest[kWarps];
  uint64_t before;
  uint64_t at;
  uint32_t prefix;
  uint32_t found;
  uint32_t listed;
  uint32_t list_keys[kTopLogprobsMax];
  int32_t list_ids[kTopLogprobsMax];
};

// A logit as a number that orders as it does. Minus zero is zero; NaN is minus infinity and infinity the largest finite number.
WEIR_DEVICE uint32_t key_of(float logit) {
  logit = kernels::clean_logit<DeviceOps>(logit) + 0.0f;
  const uint32_t bits = std::bit_cast<uint32_t>(logit);
  return (bits >> 31) != 0 ? ~bits : bits | 0x80000000u;
}
WEIR_DEVICE float logit_of(uint32_t key) { return std::bit_cast<float>((key >> 31) != 0 ? key & 0x7fffffffu : ~key); }
constexpr uint32_t kLowestKey = 0x007fffffu;  // of minus infinity

// Where a measure reaches a target: at a token with this key, before which there is so much of it, and all tokens with the key together have so much.
struct Place {
  uint32_t key;
  uint64_t before;
  uint64_t at;
};

class Row {
 public:
  WEIR_DEVICE Row(const Sample& a, int32_t index, Shared& shared)
      : logits_(a.logits + static_cast<int64_t>(index) * a.vocab_size), size_(a.vocab_size), shared_(shared) {
    const int32_t mask = a.mask_indices != nullptr ? a.mask_indices[index] : -1;
    mask_ = mask >= 0 ? a.masks + static_cast<int64_t>(mask) * ((a.vocab_size + 63) / 64) : nullptr;
    uint32_t highest = 0;
    each([&](int32_t, uint32_t key) { highest = key > highest ? key : highest; });
    highest = simt::warp_max(highest);
    if (simt::lane() == 0) shared.highest[simt::warp()] = highest;
    simt::block_sync();
    for (int32_t w = 0; w < kWarps; ++w) highest = shared.highest[w] > highest ? shared.highest[w] : highest;
    highest_ = highest;
  }

  WEIR_DEVICE uint32_t highest() const { return highest_; }

  // What the mask leaves out has logit -infinity, and what it leaves in is at least the lowest finite number.
  WEIR_DEVICE uint32_t key(int32_t id) const {
    constexpr float kLowestFinite = std::numeric_limits<float>::lowest();
    const float logit = logits_[id];
    if (mask_ == nullptr) return key_of(logit);
    if ((mask_[id / 64] >> id % 64 & 1) == 0) return kLowestKey;
    return key_of(logit >= kLowestFinite ? logit : kLowestFinite);
  }

  WEIR_DEVICE float weight(uint32_t key, float scale) const {
    return kernels::exponential<DeviceOps>((logit_of(key) - logit_of(highest_)) * scale);
  }
  WEIR_DEVICE uint64_t mass(uint32_t key, float scale) const { return static_cast<uint64_t>(weight(key, scale) * kOne); }

  // The sum of measure(key) over the tokens, in every thread.
  template <typename Measure>
  WEIR_DEVICE uint64_t sum(const Measure& measure) const {
    uint64_t mine = 0;
    each([&](int32_t, uint32_t key) { mine += measure(key); });
    return simt::block_sum(mine, shared_.partial);
  }

  // The place of the token with which the measure first exceeds the target, which all tokens together do.
  template <typename Measure>
  WEIR_DEVICE Place reach(uint64_t target, const Measure& measure) const {
    uint64_t before = 0, at = 0;
    uint32_t prefix = 0;
    for (int32_t shift = 24; shift >= 0; shift -= 8) {
      simt::block_sync();
      for (int32_t d = simt::thread(); d < kDigits; d += kThreads) shared_.digits[d] = 0;
      simt::block_sync();
      each([&](int32_t, uint32_t key) {
        if (shift == 24 || key >> (shift + 8) == prefix >> (shift + 8)) simt::atomic_add(&shared_.digits[key >> shift & 0xff], measure(key));
      });
      simt::block_sync();
      if (simt::thread() == 0) {
        int32_t digit = kDigits - 1;
        while (digit > 0 && before + shared_.digits[digit] <= target) before += shared_.digits[digit--];
        shared_.before = before;
        shared_.at = shared_.digits[digit];
        shared_.prefix = prefix | static_cast<uint32_t>(digit) << shift;
      }
      simt::block_sync();
      before = shared_.before;
      at = shared_.at;
      prefix = shared_.prefix;
    }
    return {prefix, before, at};
  }

  // The id of the nth token with this key, in ascending order of ids, in every thread.
  WEIR_DEVICE int32_t nth(uint32_t wanted, uint64_t n) const {
    uint64_t passed = 0;
    for (int32_t first = 0; first < size_; first += kThreads) {
      const int32_t id = first + simt::thread();
      const bool here = id < size_ && key(id) == wanted;
      const uint32_t votes = simt::ballot(here);
      simt::block_sync();
      if (simt::lane() == 0) shared_.partial[simt::warp()] = static_cast<uint64_t>(simt::count_bits(votes));
      simt::block_sync();
      uint64_t earlier = passed, all = passed;
      for (int32_t w = 0; w < kWarps; ++w) {
        if (w < simt::warp()) earlier += shared_.partial[w];
        all += shared_.partial[w];
      }
      earlier += static_cast<uint64_t>(simt::count_bits(votes & ((1u << simt::lane()) - 1)));
      if (here && earlier == n) shared_.found = static_cast<uint32_t>(id);
      if (all > n) break;
      passed = all;
    }
    simt::block_sync();
    return static_cast<int32_t>(shared_.found);
  }

  template <typename Body>
  WEIR_DEVICE void each(const Body& body) const {
    for (int32_t id = simt::thread(); id < size_; id += kThreads) body(id, key(id));
  }

 private:
  const float* logits_;
  const uint64_t* mask_;
  int32_t size_;
  Shared& shared_;
  uint32_t highest_ = 0;
};

WEIR_DEVICE uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

// Of the tokens that top-k leaves: those with a higher key than its place's, and so many with that one.
struct Limit {
  uint32_t key;
  uint64_t ties;
};

// The mass that top-k, top-p and min-p leave, which is always of a prefix of the descending order.
WEIR_DEVICE uint64_t kept_mass(const Row& row, const weir_sampling& sampling, int32_t vocab_size, float scale) {
  const auto mass = [&](uint32_t key) { return row.mass(key, scale); };
  Limit limit{0, 0};
  if (sampling.top_k > 0 && sampling.top_k < vocab_size) {
    const Place place = row.reach(static_cast<uint64_t>(sampling.top_k - 1), [](uint32_t) { return uint64_t{1}; });
    limit = {place.key, static_cast<uint64_t>(sampling.top_k) - place.before};
  }
  const uint64_t total = row.sum([&](uint32_t key) { return key > limit.key ? mass(key) : 0; }) + limit.ties * mass(limit.key);
  uint64_t kept = total;
  if (sampling.top_p < 1.0f) {
    const double share = static_cast<double>(sampling.top_p) * static_cast<double>(total);
    const uint64_t floor = static_cast<uint64_t>(share);
    const uint64_t enough = smaller(total, static_cast<double>(floor) < share ? floor + 1 : floor);
    if (enough > 0) {
      const Place place = row.reach(enough - 1, mass);
      const uint64_t one = mass(place.key);
      kept = place.before + ((enough - 1 - place.before) / one + 1) * one;
    } else {
      kept = mass(row.highest());
    }
  }
  if (sampling.min_p > 0.0f) {
    const auto heavy = [&](uint32_t key) { return row.weight(key, scale) < sampling.min_p ? 0 : mass(key); };
    const uint64_t heavy_mass = row.sum([&](uint32_t key) { return key > limit.key ? heavy(key) : 0; }) + limit.ties * heavy(limit.key);
    kept = smaller(kept, heavy_mass);
  }
  return kept;
}

WEIR_DEVICE int32_t draw(const Row& row, const weir_sampling& sampling, int64_t position, int32_t vocab_size) {
  const float inverse = 1.0f / sampling.temperature;
  const float scale = inverse < std::numeric_limits<float>::max() ? inverse : std::numeric_limits<float>::max();
  const uint64_t kept = kept_mass(row, sampling, vocab_size, scale);
  const uint64_t uniform = uniform_bits(sampling.seed, static_cast<uint64_t>(position));
  const uint64_t target = (kept >> 24) * uniform + ((kept & 0xffffffu) * uniform >> 24);  // kept * uniform / 2^24, rounded down
  const Place place = row.reach(target, [&](uint32_t key) { return row.mass(key, scale); });
  return row.nth(place.key, (target - place.before) / row.mass(place.key, scale));
}

// The `count` first tokens in order, with their log-probabilities.
WEIR_DEVICE void list_top(const Row& row, int32_t count, int32_t vocab_size, float highest, double log_total, Shared& shared,
                          int32_t* ids, float* logprobs) {
  const int32_t listed = count < vocab_size ? count : vocab_size;
  const Place place = row.reach(static_cast<uint64_t>(listed - 1), [](uint32_t) { return uint64_t{1}; });
  if (simt::thread() == 0) shared.listed = 0;
  simt::block_sync();
  row.each([&](int32_t id, uint32_t key) {
    if (key <= place.key) return;
    const uint32_t at = simt::atomic_next(&shared.listed);
    shared.list_keys[at] = key;
    shared.list_ids[at] = id;
  });
  for (uint64_t tie = 0; place.before + tie < static_cast<uint64_t>(listed); ++tie) {
    const int32_t id = row.nth(place.key, tie);
    if (simt::thread() != 0) continue;
    shared.list_keys[place.before + tie] = place.key;
    shared.list_ids[place.before + tie] = id;
  }
  simt::block_sync();
  const int32_t i = simt::thread();
  if (i >= count) return;
  if (i >= listed) {
    ids[i] = -1;
    logprobs[i] = logit_of(kLowestKey);
    return;
  }
  int32_t rank = 0;
  for (int32_t j = 0; j < listed; ++j) {
    const bool earlier = shared.list_keys[j] != shared.list_keys[i] ? shared.list_keys[j] > shared.list_keys[i]
                                                                    : shared.list_ids[j] < shared.list_ids[i];
    rank += earlier ? 1 : 0;
  }
  ids[rank] = shared.list_ids[i];
  logprobs[rank] = static_cast<float>(static_cast<double>(logit_of(shared.list_keys[i])) - highest - log_total);
}

WEIR_KERNEL void sample_row(Sample a) {
  Shared& shared = simt::block_memory<Shared>();
  const int32_t index = simt::block_x();
  const weir_sampling& sampling = a.sampling[index];
  const Row row(a, index, shared);
  const bool nothing = row.highest() == kLowestKey;
  const int32_t given = a.given_ids != nullptr ? a.given_ids[index] : -1;
  const int32_t id = given >= 0                                     ? given
                     : sampling.temperature == 0.0f || nothing ? row.nth(row.highest(), 0)
                                                               : draw(row, sampling, a.positions[index], a.vocab_size);
  if (simt::thread() == 0) a.token_ids[index] = id;
  if (sampling.logprob_count < 0) return;
  // Of a row of nothing but -infinity every log-probability is -infinity.
  const double total = nothing ? 0 : static_cast<double>(row.sum([&](uint32_t key) { return row.mass(key, 1.0f); })) / static_cast<double>(kOne);
  const double log_total = nothing ? std::numeric_limits<double>::infinity() : std::log(total);
  const float highest = nothing ? 0.0f : logit_of(row.highest());
  const float logit = nothing ? 0.0f : logit_of(row.key(id));
  if (simt::thread() == 0) a.logprobs[index] = static_cast<float>(static_cast<double>(logit) - highest - log_total);
  if (sampling.logprob_count == 0 || a.top_ids == nullptr) return;
  const int64_t top = static_cast<int64_t>(index) * a.top_stride;
  list_top(row, sampling.logprob_count, a.vocab_size, highest, log_total, shared, a.top_ids + top, a.top_logprobs + top);
}

}  // namespace

void sample(Stream stream, const Sample& a) {
  if (a.count > 0) simt::launch(stream, "sample", sample_row, {a.count}, kThreads, padded(sizeof(Shared), 16), a);
}

}  // namespace weir::cuda
