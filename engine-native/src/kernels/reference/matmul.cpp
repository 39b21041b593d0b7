// Every output is one dot product of its own; there is nothing to share between rows or tokens.
#include <algorithm>

#include "kernels/blocks.h"
#include "kernels/inputs.h"
#include "kernels/reference/reference.h"

namespace weir::kernels {

// Half a megabyte lies in any second-level cache, and lends a pass of a few dozen tokens room; a matrix too wide for it gets one token.
int64_t matmul_scratch_bytes(int64_t cols_max) { return std::max<int64_t>(512 * 1024, Pass::token_bytes(cols_max)); }

namespace reference {
namespace {

// One row of quantized weights with one of inputs: sums of integers within a group, then the groups in the order of lanes.h.
template <typename Block>
float dot_groups(const Block* weights, const Inputs& x, int64_t row) {
  constexpr int32_t kGroups = Block::kElements / Block::kGroup;
  int8_t q[Block::kElements];
  float scales[kGroups], offsets[kGroups];
  float lanes[kLanes] = {};
  for (int64_t group = 0; group < x.cols / Block::kGroup; ++group) {
    const int64_t g = group % kGroups;
    if (g == 0) weights[group / kGroups].template open<ExactHalf>({q, scales, offsets, 1});
    const int64_t k = group * Block::kGroup;
    int32_t sum = 0;
    for (int64_t i = 0; i < Block::kGroup; ++i) sum += q[g * Block::kGroup + i] * x.q[row * x.cols + k + i];
    const int64_t at = row * (x.cols / kInputGroup) + k / kInputGroup;
    float& lane = lanes[group % kLanes];
    lane = std::fma(static_cast<float>(sum), scales[g] * x.scales[at], lane);
    if (Block::kOffset) lane = std::fma(-offsets[g], x.sums[at], lane);
  }
  return sum_lanes(lanes);
}

}  // namespace

void matmul(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
            int64_t row_begin, int64_t row_end, const Scratch& scratch) {
  const auto each_output = [&](const auto& product) {
    for (int64_t r = row_begin; r < row_end; ++r) {
      for (int64_t t = 0; t < tokens; ++t) y[t * y_stride + r] = bias != nullptr ? product(r, t) + bias[r] : product(r, t);
    }
  };
  if (!is_quantized(w.dtype)) {
    return with_elements(w.data, w.dtype, [&](const auto* weights) {
      each_output([&](int64_t r, int64_t t) { return dot(weights + r * w.cols, x + t * x_stride, w.cols); });
    });
  }
  with_blocks(w.data, w.dtype, [&]<typename Block>(const Block* blocks) {
    const Pass pass(w.cols, 1, scratch);
    for (int64_t t = 0; t < tokens; ++t) {
      quantize_inputs<ExactHalf>(x + t * x_stride, 0, 0, pass.inputs);
      for (int64_t r = row_begin; r < row_end; ++r) {
        const float sum = dot_groups(blocks + r * (w.cols / Block::kElements), pass.inputs, 0);
        y[t * y_stride + r] = bias != nullptr ? sum + bias[r] : sum;
      }
    }
  });
}

}  // namespace reference
}  // namespace weir::kernels
