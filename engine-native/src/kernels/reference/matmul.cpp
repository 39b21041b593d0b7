// Every output is one dot product of its own; there is nothing to share between rows or tokens.
#include <algorithm>

#include "kernels/inputs.h"
#include "kernels/packed.h"
#include "kernels/reference/reference.h"

namespace weir::kernels {

// Half a megabyte lies in any second-level cache, and lends a pass of a few dozen tokens room; a matrix too wide for it gets one token.
int64_t matmul_scratch_bytes(int64_t cols_max) { return std::max<int64_t>(512 * 1024, Pass::scratch_bytes(cols_max, 1)); }

namespace reference {
namespace {

// One row of quantized weights with one of inputs: sums of integers within a group, then the groups in their order.
template <typename Block>
float dot_groups(const Matrix& w, int64_t row, const Inputs& x, int64_t token) {
  constexpr int32_t kGroups = Block::kElements / Block::kGroup;
  int8_t q[Block::kElements];
  float scales[kGroups], offsets[kGroups];
  float y = 0;
  for (int64_t group = 0; group < x.cols / Block::kGroup; ++group) {
    const int64_t g = group % kGroups;
    if (g == 0) block_of<Block>(w, row, group / kGroups).template open<ExactHalf>({q, scales, offsets, 1});
    const int64_t at = x.index(token, group * Block::kGroup / kInputGroup);
    const int8_t* const inputs = x.q + at * kInputGroup + group * Block::kGroup % kInputGroup;
    int32_t sum = 0;
    for (int64_t i = 0; i < Block::kGroup; ++i) sum += q[g * Block::kGroup + i] * inputs[i];
    y = std::fma(static_cast<float>(sum), scales[g] * x.scales[at], y);
    if (Block::kOffset) y = std::fma(-offsets[g], x.totals[at], y);
  }
  return y;
}

}  // namespace

void quantize_inputs(const float* x, int64_t token, const Inputs& to) { kernels::quantize_inputs<ExactHalf>(x, token, to); }

void matmul_inputs(const Matrix& w, const float* bias, const Inputs& x, float* y, int64_t y_stride, int64_t row_begin, int64_t row_end,
                   const Scratch&) {
  with_blocks(w.data, w.dtype, [&]<typename Block>(const Block*) {
    for (int64_t r = row_begin; r < row_end; ++r) {
      for (int64_t t = 0; t < x.tokens; ++t) {
        const float sum = dot_groups<Block>(w, r, x, t);
        y[t * y_stride + r] = bias != nullptr ? sum + bias[r] : sum;
      }
    }
  });
}

void matmul(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
            int64_t row_begin, int64_t row_end, const Scratch& scratch) {
  if (is_quantized(w.dtype)) {
    return multiply_in_passes<ExactHalf>(matmul_inputs, w, bias, x, x_stride, tokens, y, y_stride, row_begin, row_end, scratch);
  }
  with_elements(w.data, w.dtype, [&](const auto* weights) {
    for (int64_t r = row_begin; r < row_end; ++r) {
      for (int64_t t = 0; t < tokens; ++t) {
        const float sum = dot(weights + r * w.cols, x + t * x_stride, w.cols);
        y[t * y_stride + r] = bias != nullptr ? sum + bias[r] : sum;
      }
    }
  });
}

}  // namespace reference
}  // namespace weir::kernels
