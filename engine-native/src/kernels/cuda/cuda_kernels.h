// The operations of a decoder's forward pass on a device, one function each that queues its kernels on a stream. Activations between them are
// BF16 where a tensor core reads them and FP32 elsewhere; the residual stream is FP32; sums are FP32.
//
// The law of this folder is that of the CPU's (kernels.h): a result's bits depend on its own row alone, on one device. Not on the number of rows,
// on how the work was cut into blocks, or on where keys and values lie. So:
//  - A product's sum over K is cut into slices of kSliceCols, counted from 0. A slice is summed from +0 by tensor-core steps of sixteen
//    elements in ascending order (of quantized weights: a group of 32 by two steps, times its scale, added to the slice's sum); slices are
//    added in ascending order.
//  - Attention cuts a sequence's positions into splits of kSplitTokens, counted from 0, and a split into blocks of sixteen, in ascending order
//    by the online recurrence; splits are merged in ascending order.
//  - Every other sum goes over the threads of one block in an order that depends on the row's length.
// A tensor-core step gives each of its outputs by the same arithmetic, wherever in the tile it lies. So one token's step and a thousand tokens'
// may take different kernels and different tiles: these are free choices for speed.
//
// All pointers are to device memory, and widths as the comment says; rows that a tensor core reads are padded with zeros to a multiple of
// kChunkCols and begin at a multiple of 16 bytes.
#pragma once

#include <cstdint>

#include "device/device.h"
#include "kernels/elements.h"
#include "weir/weir.h"

namespace weir::cuda {

using device::Stream;
using kernels::Bf16;

constexpr int32_t kTileRows = 16;    // outputs that one tensor-core step computes
constexpr int32_t kChunkCols = 32;   // inputs that one load of a thread covers
constexpr int32_t kSliceCols = 256;  // part of the law: see above
constexpr int32_t kBlockTokens = 16;   // of the KV cache
constexpr int32_t kSplitTokens = 256;  // part of the law: see above

constexpr int32_t padded(int32_t size, int32_t multiple) { return (size + multiple - 1) / multiple * multiple; }

// ---- matrices ----

// How a matrix is held on the device: packed for the tensor cores' fragments (pack.h).
enum class Format : int32_t { bf16, q8, q4 };

struct PackedMatrix {
  const void* data;
  const uint32_t* scales;  // null where the format has none
  Format format;
  int32_t rows;
  int32_t cols;  // before padding
};

// Rows of a batch sorted by expert: those of expert e are rows [begins[e], begins[e + 1]) of the result, and row i is made of row sources[i] of
// the input. Expert e's matrix lies e times the packed size behind the first.
struct ExpertRows {
  const int32_t* begins;
  const int32_t* sources;  // null: row i of the input
  int32_t expert_count;
};

// y[t * y_stride + r] = dot(w row r, x + t * x_stride) (+ bias[r]), r in [0, w.rows), t in [0, count). Of experts, count is the number of all
// rows of the result.
struct Matmul {
  PackedMatrix w;
  const float* bias;  // or null; of experts, one expert's after another's
  const Bf16* x;
  int64_t x_stride;  // at least the padded cols
  float* y;
  int64_t y_stride;
  int32_t count;
  ExpertRows experts;  // begins null: one matrix for all rows
};
void matmul(Stream stream, const Matmul& a);

// Rows [row_begin, row_begin + row_count) of a matrix as a library of products reads them: row after row, each of the padded cols, rounded to BF16.
// row_begin is a multiple of kTileRows; up to the next multiple of it behind the last, rows of zeros may be written.
struct Unpack {
  PackedMatrix w;
  int32_t row_begin;
  int32_t row_count;
  Bf16* out;
};
void unpack(Stream stream, const Unpack& a);

// ---- adapters ----

// What an adapter adds to one projection: scale * b (a x), both BF16. Where it leaves the projection as it is, both have no rows.
struct AdapterUpdate {
  PackedMatrix a;  // as many rows as b has cols, a multiple of kChunkCols
  PackedMatrix b;
  float scale;
};

// Rows of a batch by the adapter that they have: those of group g are rows[begins[g]] and so on, before rows[begins[g + 1]].
struct AdapterRows {
  const AdapterUpdate* const* updates;  // [group_count] of each group's adapter, by projection
  const int32_t* begins;                // [group_count + 1] from 0
  const int32_t* rows;                  // [begins[group_count]]
  int32_t group_count;                  // 0: no row has an adapter
  int32_t row_count;                    // at least begins[group_count]
  int32_t low_width;                    // no a has more rows
};

// y[t * y_stride + r] += scale * dot(b row r, rounded(a (x + t * x_stride))) for each of those rows t, by its adapter's update of that projection.
struct Adapt {
  AdapterRows adapters;
  int32_t projection;
  const Bf16* x;
  int64_t x_stride;
  Bf16* low;  // [row_count][low_stride] for what is between the two products
  int64_t low_stride;
  float* y;
  int64_t y_stride;
  int32_t outputs;  // of the projection
};
void adapt(Stream stream, const Adapt& a);

// ---- rows ----

// hidden[t] = row token_ids[t] of the table, times scale.
struct Embed {
  const Bf16* table;  // [..][size]
  const int32_t* token_ids;
  float* hidden;  // [count][size]
  int32_t size;
  int32_t count;
  float scale;
};
void embed(Stream stream, const Embed& a);

// For i in [0, count), of row t = rows[i] (or i): hidden[t] += delta[t], normed by delta_norm before where there is one; out[i] is hidden[t] normed
// by norm, or as it is. The norms multiply as rms_norm of kernels.h does.
struct ResidualNorm {
  float* hidden;            // [..][size]
  const float* delta;       // [..][size], or null: nothing is added
  const float* delta_norm;  // [size] or null
  const float* norm;        // [size] or null
  const int32_t* rows;      // [count], or null; ascending where something is added
  Bf16* out;                // [count][padded size]
  float* out_exact;         // [count][size] the same before it is rounded, or null
  int32_t size;             // at most kNormSizeMax
  int32_t count;
  float epsilon;
};
constexpr int32_t kNormSizeMax = 32768;
void residual_norm(Stream stream, const ResidualNorm& a);

// out[t][i] = activation(gate[t][i]) * up[t][i], i in [0, size), zero up to the padded size.
struct Activate {
  const float* gate_up;  // [count][2 * size]: gate, then up
  Bf16* out;             // [count][padded size]
  int32_t size;
  int32_t count;
  int32_t activation;  // WEIR_ACTIVATION_
};
void activate(Stream stream, const Activate& a);

// logits[i] = cap * tanh(logits[i] / cap).
struct Softcap {
  float* logits;
  int64_t size;
  float cap;
};
void softcap(Stream stream, const Softcap& a);

// ---- keys, values, attention ----

enum class KvFormat : int32_t { bf16, f8 };  // f8: E4M3, eight bits

// Where the keys and values of one layer lie. Block b, head h: kBlockTokens rows of keys, each of the padded head size; then for each element of the
// padded head size kBlockTokens values, so that a tensor core reads them as they lie.
struct KvPages {
  void* data;
  KvFormat format;
  int32_t heads;
  int32_t head_size;
};
constexpr int32_t kHeadSizeMax = 256;
constexpr int32_t padded_head(int32_t size) { return size <= 128 ? padded(size, kChunkCols) : kHeadSizeMax; }
int64_t kv_block_bytes(KvFormat format, int32_t heads, int32_t head_size);

// cos and sin of positions[t] * frequencies[i], in double, times amplitude.
struct Angles {
  const int32_t* positions;
  const double* frequencies;  // [pair_count]
  float* cos;                 // [count][pair_count]
  float* sin;
  double amplitude;
  int32_t pair_count;
  int32_t count;
};
void angles(Stream stream, const Angles& a);

// What a sequence's block table is to its rows: row t's position p lies in block blocks[table_begins[t] + p / kBlockTokens].
struct BlockTables {
  const int32_t* blocks;
  const int32_t* table_begins;  // [count]
  const int32_t* positions;     // [count]
};

// Splits the projections of a token into its heads, norms and turns queries and keys, and stores keys and values.
struct PlaceHeads {
  const float* qkv;         // [count][query_heads + 2 * kv heads][head_size]
  const float* query_norm;  // [head_size], or of all heads where norm_whole; null: none
  const float* key_norm;
  const float* cos;  // [count][pair_count]
  const float* sin;
  BlockTables tables;
  KvPages pages;
  Bf16* query;  // [count][query_heads][padded head_size]
  int32_t query_heads;
  int32_t pair_count;
  int32_t norm_whole;
  int32_t count;
  float epsilon;
};
void place_heads(Stream stream, const PlaceHeads& a);

// One piece of attention: rows [row_begin, row_begin + row_count) of a batch, which are consecutive tokens of one sequence, over splits
// [split_begin, split_end). With slot -1 these are all splits that its rows see, and the piece finishes them. Otherwise it is one row over one
// split, and what it has goes to that slot of `partial`.
struct AttentionPiece {
  int32_t row_begin;
  int32_t row_count;  // 0: nothing is to be done
  int32_t split_begin;
  int32_t split_end;
  int32_t slot;
};

// out[t] = attention of kernels.h for each head, rounded. Queries and the softmax's weights are BF16 before they are multiplied.
struct Attention {
  const Bf16* query;  // [..][query_heads][padded head_size]
  KvPages pages;
  BlockTables tables;
  const AttentionPiece* pieces;  // [piece_count]
  int32_t piece_count;
  int32_t piece_rows_max;  // no piece has more rows
  int32_t query_heads;
  float scale;
  float softcap;   // 0: none
  int32_t window;  // 0: none
  float* partial;  // [slots][query_heads][padded head_size + 2]: sums, then the highest score and the sum of weights
  Bf16* out;       // [..][out_stride], heads of head_size after each other
  int64_t out_stride;
};
void attention(Stream stream, const Attention& a);

// Finishes row t from slots [slot_begins[t], slot_begins[t] + slot_counts[t]), which are its splits in ascending order; a row with none is left alone.
struct AttentionMerge {
  const float* partial;
  const int32_t* slot_begins;  // [count]
  const int32_t* slot_counts;  // [count]
  int32_t query_heads;
  int32_t head_size;
  int32_t count;
  Bf16* out;
  int64_t out_stride;
};
void attention_merge(Stream stream, const AttentionMerge& a);

// ---- mixtures of experts ----

// choose_experts of model/experts.h for each row, and the rows laid out by expert: sources and begins as ExpertRows wants them, copies[t * chosen + j]
// is where row t's j-th expert's copy lies.
struct ChooseExperts {
  const float* logits;  // [count][expert_count]
  int32_t* experts;     // [count][chosen]
  float* weights;       // [count][chosen]
  int32_t* copies;      // [count][chosen]
  int32_t* sources;     // [count * chosen]
  int32_t* begins;      // [expert_count + 1]
  int32_t expert_count;  // at most kExpertsMax
  int32_t chosen;
  int32_t normalized;
  int32_t count;
};
constexpr int32_t kExpertsMax = 1024;
void choose_experts(Stream stream, const ChooseExperts& a);

// delta[t] = the sum over j of weights[t][j] * outputs[copies[t][j]], in the order of j.
struct MixExperts {
  const float* outputs;  // [count * chosen][size]
  const float* weights;
  const int32_t* copies;
  float* delta;  // [count][size]
  int32_t size;
  int32_t chosen;
  int32_t count;
};
void mix_experts(Stream stream, const MixExperts& a);

// ---- sampling ----

// The shifts of row t, one after the other.
struct ShiftLogits {
  float* logits;  // [count][vocab_size]
  const weir_logit_shift* shifts;
  const int32_t* begins;  // [count + 1]
  int32_t vocab_size;
  int32_t count;
};
void shift_logits(Stream stream, const ShiftLogits& a);

// weir_sampling's rules on rows of logits, by integer masses: a token's weight is exp((logit - highest) / temperature) in units of 2^-44, so that
// sums are the same in any order.
struct Sample {
  const float* logits;             // [count][vocab_size]
  const weir_sampling* sampling;   // [count]
  const int64_t* positions;        // [count] of the tokens being drawn
  const uint64_t* masks;           // [..][(vocab_size + 63) / 64]
  const int32_t* mask_indices;     // [count] -1: no mask; null: so of all
  int32_t* token_ids;              // [count]
  float* logprobs;                 // [count]
  int32_t* top_ids;                // [count][top_stride], or null
  float* top_logprobs;             // [count][top_stride], or null
  int32_t top_stride;              // at most kTopLogprobsMax
  int32_t vocab_size;  // at most kVocabMax
  int32_t count;
  const int32_t* given_ids = nullptr;  // [count] the token that is known to come, -1: one is drawn; null: so of all
};
constexpr int32_t kTopLogprobsMax = 64;
constexpr int32_t kVocabMax = (1 << 18) - 1;
void sample(Stream stream, const Sample& a);

}  // namespace weir::cuda
