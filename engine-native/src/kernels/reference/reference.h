// The reference kernels: each operation as plainly as the law allows. They are the specification that the vector kernels are compared
// with, bit for bit, and what runs where no vector kernels do. Meanings are in kernels.h.
#pragma once

#include <cmath>

#include "kernels/elements.h"
#include "kernels/kernels.h"
#include "kernels/lanes.h"

namespace weir::kernels::reference {

// sum of a[k] * b[k] in the order of lanes.h.
template <typename Element>
inline float dot(const Element* a, const float* b, int64_t size) {
  float lane[kLanes] = {};
  for (int64_t k = 0; k < size; ++k) lane[k % kLanes] = std::fma(widen(a[k]), b[k], lane[k % kLanes]);
  return sum_lanes(lane);
}

void matmul(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
            int64_t row_begin, int64_t row_end, const Scratch& scratch);
void quantize_inputs(const float* x, int64_t token, const Inputs& to);
void matmul_inputs(const Matrix& w, const float* bias, const Inputs& x, float* y, int64_t y_stride, int64_t row_begin, int64_t row_end,
                   const Scratch& scratch);
void embed(const Matrix& table, int32_t index, float* y);
void rms_norm(const float* x, const float* weight, int32_t size, float epsilon, float* y);
void rope(float* x, const float* cos, const float* sin, int32_t size);
void add(float* x, const float* y, int32_t size);
void add_scaled(float* x, const float* y, float scale, int32_t size);
void silu_mul(float* gate, const float* up, int32_t size);
void gelu_mul(float* gate, const float* up, int32_t size);
void softcap(float* x, float cap, int32_t size);
void kv_store(const KvLayer& layer, int32_t block, int32_t slot, const float* k, const float* v);
void attention(const KvLayer& layer, int32_t kv_head, const int32_t* blocks, int32_t position, int32_t heads, const float* q,
               const AttentionRule& rule, float* out);
double exp_sum(const float* x, int32_t size, float max, float scale);

}  // namespace weir::kernels::reference
