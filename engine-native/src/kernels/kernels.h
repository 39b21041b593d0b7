// The operations of a decoder's forward pass, one function pointer each. Every instruction set fills one table; the forward pass calls
// through the table that the session chose, and splits the work over threads itself by the ranges that the functions take.
//
// The law of this folder: a result's bits depend on its own row alone. Every sum over K runs in one fixed order (16 lanes, element k goes
// to lane k mod 16, one fused multiply-add each in order of k, lanes past the end left alone, then the fixed tree of `lanes.h`; of quantized
// weights group after group), whatever the number of rows in the batch, the range that a thread got, or the instruction set. So all tables
// agree bit for bit (of a NaN, only that it is one), and tests compare with ==.
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
  bool packed = false;     // into panels of sixteen rows (packed.h), of which row 0 is
  int32_t panel_row = 0;   // this one of the first panel
};

constexpr int32_t kInputGroup = 32;  // inputs that share a scale
constexpr int32_t kTileInputs = 16;  // tokens whose inputs lie together

// Inputs of products with quantized weights, as inputs.h makes them: thirty-two of a token at a time, a group, are signed bytes under one scale.
// They lie by tiles of sixteen tokens (the last may have fewer), in a tile by groups, in a group by tokens.
struct Inputs {
  int64_t cols;      // of a token; a multiple of kInputGroup
  int32_t tokens;
  int8_t* q;         // of group i: 32 bytes
  float* scales;     // of group i, as all that follows
  float* totals;     // scale times the sum of q: what an offset of the weights is multiplied by
  int32_t* sums;     // of q
  int32_t* halves;   // of the first sixteen of q

  [[gnu::always_inline]] int64_t groups() const { return cols / kInputGroup; }

  // Which of all groups is group `group` of token `token`.
  [[gnu::always_inline]] int64_t index(int64_t token, int64_t group) const {
    const int64_t first = token - token % kTileInputs;
    return first * groups() + group * tile_tokens(first) + (token - first);
  }

  // Tokens of the tile that begins with token `first`.
  [[gnu::always_inline]] int64_t tile_tokens(int64_t first) const { return tokens - first < kTileInputs ? tokens - first : kTileInputs; }

  static constexpr int64_t kGroupBytes = kInputGroup + 2 * sizeof(float) + 2 * sizeof(int32_t);

  // Laid out in `memory`, which holds kGroupBytes for each group and is aligned to 64 bytes.
  [[gnu::always_inline]] static Inputs in(void* memory, int64_t cols, int32_t tokens) {
    const int64_t count = cols / kInputGroup * tokens;
    float* const floats = reinterpret_cast<float*>(static_cast<int8_t*>(memory) + count * kInputGroup);
    int32_t* const integers = reinterpret_cast<int32_t*>(floats + 2 * count);
    return {cols, tokens, static_cast<int8_t*>(memory), floats, floats + count, integers, integers + count};
  }
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
Matrix row_range(const Matrix& matrix, int64_t begin, int64_t count);

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
  const char* name;  // "reference", "avx2", "avx512", "avx512_vnni", "amx"

  // y[t * y_stride + r] = dot(w row r, x + t * x_stride) (+ bias[r] where bias is not null), for r in [row_begin, row_end), t in [0, tokens).
  // Where w is quantized, x becomes signed bytes first (inputs.h), and the rest is matmul_inputs.
  void (*matmul)(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
                 int64_t row_begin, int64_t row_end, const Scratch& scratch);

  // Makes row `token` of `to` from x (inputs.h).
  void (*quantize_inputs)(const float* x, int64_t token, const Inputs& to);

  // The same product, w quantized and of as many cols as x, for all tokens of x. The products of a group of weights, which share a scale, are
  // summed as integers; from +0 on, y = fma(sum, scale of w * scale of x, y) for group after group, each followed, where the format has
  // offsets, by y = fma(-offset, total of x, y).
  void (*matmul_inputs)(const Matrix& w, const float* bias, const Inputs& x, float* y, int64_t y_stride, int64_t row_begin, int64_t row_end,
                        const Scratch& scratch);

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
const KernelTable& amx_kernels();          // only where cpu_supports_amx()

bool cpu_supports_avx2();         // AVX2, FMA and F16C
bool cpu_supports_avx512();       // AVX-512 F, BW, VL and DQ
bool cpu_supports_avx512_vnni();  // those and VNNI
bool cpu_supports_amx();          // those and AMX with 8-bit integers, which the system lets this process use

}  // namespace weir::kernels
