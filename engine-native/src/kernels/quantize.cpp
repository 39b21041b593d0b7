#include "kernels/quantize.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "kernels/blocks.h"

namespace weir::kernels {
namespace {

constexpr int32_t kCandidates = 9;       // to either side of the scale that the extremes suggest
constexpr float kCandidateStep = 0.1f;  // of the largest integer

// To nearest; the least squares of a group at the edge of the range may ask for more than an F16 holds.
F16 half(float value) {
  F16 out;
  narrow(std::clamp(value, -kQuantizableMax, kQuantizableMax), out);
  return out;
}

// To nearest, ties to even, of a value that fits: added to 1.5 * 2^23, it is left in the low bits. Vectors do this as scalars do.
int32_t rounded(float value) {
  constexpr float kShift = 0x1.8p+23f;
  return std::bit_cast<int32_t>(value + kShift) - std::bit_cast<int32_t>(kShift);
}

int32_t nearest(float value, int32_t least, int32_t most) {
  return rounded(std::clamp(value, static_cast<float>(least), static_cast<float>(most)));
}

// The integers nearest to a group under a scale and an offset.
void round_group(const float* x, int32_t size, float scale, float offset, int32_t least, int32_t most, int32_t* q) {
  const float inverse = scale == 0 ? 0 : 1 / scale;
  const float low = static_cast<float>(least);
  const float high = static_cast<float>(most);
  for (int32_t i = 0; i < size; ++i) {
    const float value = (x[i] + offset) * inverse;
    const float above = value > low ? value : low;
    q[i] = rounded(above < high ? above : high);
  }
}

// weight = scale * q - offset. Of all integers, those are best whose fit has the least squared error; since the squares of the weights
// themselves are the same for all, it is enough to know by how much a fit lowers them.
struct Fit {
  float scale = 0;
  float offset = 0;
  double gain = 0;
};

struct Sums {
  double x = 0, q = 0, xq = 0, qq = 0;
};

Sums sums_of(const float* x, int32_t size, const int32_t* q) {
  constexpr int32_t kTogether = 8;  // sums side by side, which a compiler may take at once
  float x_sums[kTogether] = {};
  float xq_sums[kTogether] = {};
  int32_t q_sum = 0;
  int32_t qq_sum = 0;
  for (int32_t i = 0; i < size; i += kTogether) {
    for (int32_t j = 0; j < kTogether; ++j) {
      x_sums[j] += x[i + j];
      xq_sums[j] += x[i + j] * static_cast<float>(q[i + j]);
      q_sum += q[i + j];
      qq_sum += q[i + j] * q[i + j];
    }
  }
  Sums sums;
  for (int32_t j = 0; j < kTogether; ++j) {
    sums.x += x_sums[j];
    sums.xq += xq_sums[j];
  }
  sums.q = q_sum;
  sums.qq = qq_sum;
  return sums;
}

// The scale of least squares for given integers, without an offset.
Fit fit_scale(const Sums& sums) {
  if (sums.qq == 0) return {};
  const double scale = sums.xq / sums.qq;
  return {static_cast<float>(scale), 0, scale * sums.xq};
}

// Scale and offset of least squares for given integers. An offset that may not be negative is 0 where it would be.
Fit fit_scale_and_offset(const Sums& sums, int32_t size, bool offset_may_be_negative) {
  const double determinant = size * sums.qq - sums.q * sums.q;
  if (determinant <= 0) return fit_scale(sums);
  const double scale = (size * sums.xq - sums.x * sums.q) / determinant;
  const double offset = (sums.q * sums.xq - sums.qq * sums.x) / determinant;
  if (offset < 0 && !offset_may_be_negative) return fit_scale(sums);
  return {static_cast<float>(scale), static_cast<float>(offset), scale * sums.xq - offset * sums.x};
}

// The best scale for q in [-most - 1, most]. The extreme weight takes the end of the range that has one integer more.
Fit search_scale(const float* x, int32_t size, int32_t most) {
  float extreme = 0;
  for (int32_t i = 0; i < size; ++i) extreme = std::abs(x[i]) > std::abs(extreme) ? x[i] : extreme;
  if (extreme == 0) return {};
  int32_t q[kGroupMax];
  Fit best;
  best.gain = -INFINITY;
  for (int32_t c = -kCandidates; c <= kCandidates; ++c) {
    const float scale = extreme / -(static_cast<float>(most + 1) + kCandidateStep * static_cast<float>(c));
    round_group(x, size, scale, 0, -most - 1, most, q);
    const Fit fit = fit_scale(sums_of(x, size, q));
    if (fit.gain > best.gain) best = fit;
  }
  return best;
}

// The best scale and offset for q in [0, most].
Fit search_scale_and_offset(const float* x, int32_t size, int32_t most, bool offset_may_be_negative) {
  float low = offset_may_be_negative ? x[0] : std::min(x[0], 0.0f);
  float high = x[0];
  for (int32_t i = 1; i < size; ++i) {
    low = std::min(low, x[i]);
    high = std::max(high, x[i]);
  }
  if (high <= low) return {0, -low, 0};
  int32_t q[kGroupMax];
  Fit best;
  best.gain = -INFINITY;
  for (int32_t c = -kCandidates; c <= kCandidates; ++c) {
    const float scale = (high - low) / (static_cast<float>(most) + kCandidateStep * static_cast<float>(c));
    round_group(x, size, scale, -low, 0, most, q);
    const Fit fit = fit_scale_and_offset(sums_of(x, size, q), size, offset_may_be_negative);
    if (fit.gain > best.gain) best = fit;
  }
  return best;
}

void pack_nibbles(const int32_t* q, int32_t size, uint8_t* bits) {
  for (int32_t i = 0; i < size; ++i) bits[i] = static_cast<uint8_t>((q[i] & 0xf) | (q[i + size] & 0xf) << 4);
}

void pack_fifth(const int32_t* q, uint8_t* fifth) {
  uint32_t high = 0;
  for (uint32_t i = 0; i < 32; ++i) high |= static_cast<uint32_t>(q[i] >> 4 & 1) << i;
  std::memcpy(fifth, &high, sizeof high);
}

// At 8 bits the search gains nothing: the scale that spans the group is within rounding of the best.
void quantize_block(const float* x, Q8_0& block) {
  float largest = 0;
  for (int32_t i = 0; i < 32; ++i) largest = std::max(largest, std::abs(x[i]));
  block.scale = half(largest / 127);
  int32_t q[32];
  round_group(x, 32, widen(block.scale), 0, -127, 127, q);
  for (int32_t i = 0; i < 32; ++i) block.q[i] = static_cast<int8_t>(q[i]);
}

void quantize_block(const float* x, Q4_0& block) {
  block.scale = half(search_scale(x, 32, 7).scale);
  int32_t q[32];
  round_group(x, 32, widen(block.scale), 0, -8, 7, q);
  for (int32_t& value : q) value += 8;
  pack_nibbles(q, 16, block.bits);
}

void quantize_block(const float* x, Q5_0& block) {
  block.scale = half(search_scale(x, 32, 15).scale);
  int32_t q[32];
  round_group(x, 32, widen(block.scale), 0, -16, 15, q);
  for (int32_t& value : q) value += 16;
  pack_nibbles(q, 16, block.bits);
  pack_fifth(q, block.fifth);
}

// Scale and offset as they are stored, and the integers that they then give the weights.
template <typename Block>
void quantize_with_least(const float* x, int32_t most, Block& block, int32_t* q) {
  const Fit fit = search_scale_and_offset(x, 32, most, true);
  block.scale = half(fit.scale);
  block.least = half(-fit.offset);
  round_group(x, 32, widen(block.scale), -widen(block.least), 0, most, q);
}

void quantize_block(const float* x, Q4_1& block) {
  int32_t q[32];
  quantize_with_least(x, 15, block, q);
  pack_nibbles(q, 16, block.bits);
}

void quantize_block(const float* x, Q5_1& block) {
  int32_t q[32];
  quantize_with_least(x, 31, block, q);
  pack_nibbles(q, 16, block.bits);
  pack_fifth(q, block.fifth);
}

// Scales and offsets of eight groups of 32 as six bits each, and the integers that they then give the weights.
template <typename Block>
void quantize_groups(const float* x, int32_t most, Block& block, int32_t* q) {
  Fit fits[8];
  float scale_max = 0;
  float offset_max = 0;
  for (int32_t g = 0; g < 8; ++g) {
    fits[g] = search_scale_and_offset(x + 32 * g, 32, most, false);
    scale_max = std::max(scale_max, fits[g].scale);
    offset_max = std::max(offset_max, fits[g].offset);
  }
  block.scale = half(scale_max / 63);
  block.offset = half(offset_max / 63);
  const float scale_unit = widen(block.scale);
  const float offset_unit = widen(block.offset);
  std::memset(block.of_group.bytes, 0, sizeof block.of_group.bytes);
  for (int32_t g = 0; g < 8; ++g) {
    const int32_t scale = scale_unit == 0 ? 0 : nearest(fits[g].scale / scale_unit, 0, 63);
    const int32_t offset = offset_unit == 0 ? 0 : nearest(fits[g].offset / offset_unit, 0, 63);
    block.of_group.set(g, scale, offset);
    round_group(x + 32 * g, 32, scale_unit * static_cast<float>(scale), offset_unit * static_cast<float>(offset), 0, most, q + 32 * g);
  }
}

void quantize_block(const float* x, Q4_K& block) {
  int32_t q[256];
  quantize_groups(x, 15, block, q);
  for (int32_t pair = 0; pair < 4; ++pair) pack_nibbles(q + 64 * pair, 32, block.bits + 32 * pair);
}

void quantize_block(const float* x, Q5_K& block) {
  int32_t q[256];
  quantize_groups(x, 31, block, q);
  for (int32_t pair = 0; pair < 4; ++pair) pack_nibbles(q + 64 * pair, 32, block.bits + 32 * pair);
  for (int32_t i = 0; i < 32; ++i) {
    int32_t bits = 0;
    for (int32_t g = 0; g < 8; ++g) bits |= (q[32 * g + i] >> 4 & 1) << g;
    block.fifth[i] = static_cast<uint8_t>(bits);
  }
}

void quantize_block(const float* x, Q6_K& block) {
  float scales[16];
  float extreme = 0;
  for (int32_t g = 0; g < 16; ++g) {
    scales[g] = search_scale(x + 16 * g, 16, 31).scale;
    extreme = std::abs(scales[g]) > std::abs(extreme) ? scales[g] : extreme;
  }
  block.scale = half(extreme / -128);
  const float unit = widen(block.scale);
  int32_t q[256];
  for (int32_t g = 0; g < 16; ++g) {
    block.of_group[g] = static_cast<int8_t>(unit == 0 ? 0 : nearest(scales[g] / unit, -128, 127));
    round_group(x + 16 * g, 16, unit * static_cast<float>(block.of_group[g]), 0, -32, 31, q + 16 * g);
  }
  for (int32_t& value : q) value += 32;
  for (int32_t h = 0; h < 2; ++h) {
    const int32_t* const from = q + 128 * h;
    pack_nibbles(from, 64, block.low + 64 * h);
    for (int32_t i = 0; i < 32; ++i) {
      block.high[32 * h + i] =
          static_cast<uint8_t>(from[i] >> 4 | (from[i + 32] >> 4) << 2 | (from[i + 64] >> 4) << 4 | (from[i + 96] >> 4) << 6);
    }
  }
}

}  // namespace

bool quantize(const float* from, int64_t count, DType dtype, void* to) {
  for (int64_t i = 0; i < count; ++i) {
    if (!(std::abs(from[i]) <= kQuantizableMax)) return false;
  }
  with_blocks(to, dtype, [&]<typename Block>(Block* blocks) {
    for (int64_t b = 0; b < count / Block::kElements; ++b) quantize_block(from + b * Block::kElements, blocks[b]);
  });
  return true;
}

}  // namespace weir::kernels
