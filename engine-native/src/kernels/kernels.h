// The operations of a decoder's forward pass, one function pointer each. Every instruction set fills one table; the forward pass calls
// through the table that the session chose, and splits the work over threads itself by the ranges that the functions take.
//
// The law of this folder: a result's bits depend on its own row alone. Every sum over K runs in one fixed order (16 lanes, element k goes
// to lane k mod 16, one fused multiply-add each in order of k, lanes past the end left alone, then the fixed tree of `lanes.h`),
// whatever the number of rows in the batch, the range that a thread got, or the instruction set. So the reference, AVX2 and AVX-512
// tables agree bit for bit (of a NaN, only that it is one), and tests compare with ==.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/dtype.h"

namespace weir::kernels {

// A weight matrix as it lies in its file or in memory: row r holds the weights of output r. Of a quantized type, cols is a multiple of its
// block. Not owned.
struct Matrix {
  const void* data;
  DType dtype;
  int64_t rows;  // outputs
  int64_t cols;  // inputs, K
};

// Where the keys and values of one layer lie: block b, slot i, head h is row ((b * 2 + v) * heads + h) * block_tokens + i, v = 0 for keys
// and 1 for values. A row is head_size elements of f32, f16 or bf16, or as many blocks of q8_0 as hold them (cached.h).
struct KvLayer {
  void* data;
  DType dtype;
  int32_t heads;
  int32_t block_tokens;
  int32_t head_size;
};

// Rows [begin, begin + count) of a matrix: one of several that a file keeps as one.
inline Matrix row_range(const Matrix& matrix, int64_t begin, int64_t count) {
  const int64_t row_bytes = stored_bytes(matrix.dtype, matrix.cols);
  return {static_cast<const char*>(matrix.data) + begin * row_bytes, matrix.dtype, count, matrix.cols};
}

// What becomes of the dot product of a query and a key, and which keys there are.
struct AttentionRule {
  float scale;     // score = dot product * scale
  float softcap;   // c > 0: score = c * tanh(score / c); 0: none
  int32_t window;  // most positions that a query sees, its own included; 0: all up to its own

  [[gnu::always_inline]] int32_t first_position(int32_t position) const { return window > 0 && position >= window ? position - window + 1 : 0; }
};

constexpr int32_t kKeys = 0;
constexpr int32_t kValues = 1;

// Elements or blocks in a row of a cache.
[[gnu::always_inline]] constexpr int64_t kv_row_size(DType dtype, int32_t head_size) {
  return (head_size + facts(dtype).block_elements - 1) / facts(dtype).block_elements;
}

// Elements or blocks from the start of a layer's cache to one token's keys (half = kKeys) or values of one head.
[[gnu::always_inline]] inline int64_t kv_offset(const KvLayer& layer, int32_t block, int32_t half, int32_t head, int32_t slot) {
  const int64_t run = (static_cast<int64_t>(block) * 2 + half) * layer.heads + head;
  return (run * layer.block_tokens + slot) * kv_row_size(layer.dtype, layer.head_size);
}

// Memory that one thread lends to matmul for the time of a call, aligned to 64 bytes: at least matmul_scratch_bytes of the widest matrix.
struct Scratch {
  std::byte* data;
  int64_t size_bytes;
};

int64_t matmul_scratch_bytes(int64_t cols_max);

struct KernelTable {
  const char* name;  // "reference", "avx2", "avx512", "avx512_vnni"

  // y[t * y_stride + r] = dot(w row r, x + t * x_stride) (+ bias[r] where bias is not null), for r in [row_begin, row_end), t in [0, tokens).
  // Where w is quantized, x becomes signed bytes first (inputs.h). The products of a group of weights, which share a scale, are summed as
  // integers; group g then counts as element g of the order above: lane g mod 16 = fma(sum, scale of w * scale of x, lane), and where the
  // format has offsets lane = fma(-offset, sum of x, lane) after it.
  void (*matmul)(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
                 int64_t row_begin, int64_t row_end, const Scratch& scratch);

  // y[i] = widened row `index` of the table, i in [0, cols): scale * q - offset where it is quantized.
  void (*embed)(const Matrix& table, int32_t index, float* y);

  // y[i] = x[i] * (1 / sqrt(mean(x^2) + epsilon)) * weight[i], i in [0, size). y may be x.
  void (*rms_norm)(const float* x, const float* weight, int32_t size, float epsilon, float* y);

  // Rotates one head in place, halves paired as Hugging Face does: (x[i], x[i + size/2]) by angle i. cos and sin have size/2 elements.
  void (*rope)(float* x, const float* cos, const float* sin, int32_t size);

  // x[i] += y[i].
  void (*add)(float* x, const float* y, int32_t size);

  // x[i] += y[i] * scale, rounded once.
  void (*add_scaled)(float* x, const float* y, float scale, int32_t size);

  // gate[i] = silu(gate[i]) * up[i], silu(v) = v / (1 + exp(-v)).
  void (*silu_mul)(float* gate, const float* up, int32_t size);

  // gate[i] = gelu(gate[i]) * up[i], gelu(v) = v / 2 * (1 + tanh(sqrt(2 / pi) * (v + 0.044715 v^3))).
  void (*gelu_mul)(float* gate, const float* up, int32_t size);

  // x[i] = cap * tanh(x[i] / cap), cap above 0.
  void (*softcap)(float* x, float cap, int32_t size);

  // Stores one token's keys and values (heads * head_size each) into its slot, rounded to nearest even where the cache is not f32.
  // Of q8_0, each head becomes blocks of its own.
  void (*kv_store)(const KvLayer& layer, int32_t block, int32_t slot, const float* k, const float* v);

  // Attention of `heads` query heads that share a key-value head, at one position, over the positions of its sequence up to it that the
  // rule lets it see: softmax(score(q k^T)) v by the online recurrence, 16 positions at a time. A group begins at a multiple of 16, also
  // where a window cuts it, so that the result depends neither on block_tokens (a multiple of 16) nor on placement. What lies before the
  // window is not read. q and out have heads * head_size elements; blocks is the sequence's table. Heads are given together to be fast:
  // each one's bits are its own.
  void (*attention)(const KvLayer& layer, int32_t kv_head, const int32_t* blocks, int32_t position, int32_t heads,
                    const float* q, const AttentionRule& rule, float* out);

  // Sum of exp((x[i] - max) * scale) over a row of logits, each term a float, the sum in double. NaN counts as -infinity, +infinity as
  // the largest finite number.
  double (*exp_sum)(const float* x, int32_t size, float max, float scale);
};

const KernelTable& reference_kernels();
const KernelTable& avx2_kernels();    // only where cpu_supports_avx2()
const KernelTable& avx512_kernels();  // only where cpu_supports_avx512()
const KernelTable& avx512_vnni_kernels();  // only where cpu_supports_avx512_vnni()

bool cpu_supports_avx2();         // AVX2, FMA and F16C
bool cpu_supports_avx512();       // AVX-512 F, BW, VL and DQ
bool cpu_supports_avx512_vnni();  // those and VNNI

}  // namespace weir::kernels
