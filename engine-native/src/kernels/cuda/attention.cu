// A warp has sixteen rows, the tensor core's: the query heads that share a key-value head, of one token after another, so that what is read of the
// cache serves them all. Keys and values go from the cache to registers as they lie, in full vectors, with no stop in between: keys are rows, values
// columns (cuda_kernels.h), and which element of a head, or which position of a block, meets in a tensor-core step is ours to choose.
//
// A decode step and a chunk of a prompt differ in how the splits are handed out and in nothing else. One warp that walks all splits of its rows
// keeps their merged total beside the split at hand; warps that have one split each leave it to attention_merge, which merges by the same
// operations in the same order. What a row must not see changes nothing of it: its weights are +0, and its total is multiplied by 1.
#include "kernels/cuda/kv_pages.h"

namespace weir::cuda {
namespace {

using simt::Words2;
using simt::Words4;

constexpr int32_t kRows = 16;
constexpr int32_t kSplitBlocks = kSplitTokens / kBlockTokens;
constexpr int32_t kWarpsMax = 4;  // of a block: they walk the same keys and values at about the same time

WEIR_DEVICE float lowest() { return std::bit_cast<float>(0xff800000u); }

// What a sum that was taken under `highest` is worth under a higher one.
WEIR_DEVICE float rescale(float highest, float higher) {
  return highest == lowest() ? 0.0f : kernels::exponential<DeviceOps>(highest - higher);
}

// Of two rows, g and g + 8: the highest score, the sum of weights, and the weighted values.
template <int32_t width>
struct State {
  float highest[2];
  float sum[2];
  float values[width / 8][4];

  WEIR_DEVICE void clear() {
    WEIR_UNROLL
    for (int32_t r = 0; r < 2; ++r) highest[r] = lowest(), sum[r] = 0;
    WEIR_UNROLL
    for (int32_t n = 0; n < width / 8; ++n) {
      WEIR_UNROLL
      for (int32_t j = 0; j < 4; ++j) values[n][j] = 0;
    }
  }
};

WEIR_DEVICE float merged(float total, float total_scale, float split, float split_scale) {
  return std::fma(split, split_scale, total * total_scale);
}

template <int32_t width>
WEIR_DEVICE void merge(State<width>& total, const State<width>& split) {
  float before[2], now[2];
  WEIR_UNROLL
  for (int32_t r = 0; r < 2; ++r) {
    const float highest = split.highest[r] > total.highest[r] ? split.highest[r] : total.highest[r];
    before[r] = rescale(total.highest[r], highest);
    now[r] = rescale(split.highest[r], highest);
    total.highest[r] = highest;
    total.sum[r] = merged(total.sum[r], before[r], split.sum[r], now[r]);
  }
  WEIR_UNROLL
  for (int32_t n = 0; n < width / 8; ++n) {
    WEIR_UNROLL
    for (int32_t j = 0; j < 4; ++j) total.values[n][j] = merged(total.values[n][j], before[j / 2], split.values[n][j], now[j / 2]);
  }
}

// The rows of a warp: which token and head rows g and g + 8 are, and what they may see.
struct Rows {
  int32_t token[2];  // -1: there is no such row
  int32_t head[2];
  int32_t first[2];  // position that it sees
  int32_t last[2];   // its own
};

WEIR_DEVICE Rows rows_of(const Attention& a, const AttentionPiece& piece, int32_t kv_head, int32_t tile) {
  const int32_t group = a.query_heads / a.pages.heads;
  Rows rows;
  WEIR_UNROLL
  for (int32_t r = 0; r < 2; ++r) {
    const int32_t at = tile * kRows + simt::lane() / 4 + 8 * r;
    const bool there = at < piece.row_count * group;
    rows.token[r] = there ? piece.row_begin + at / group : -1;
    rows.head[r] = kv_head * group + at % group;
    rows.last[r] = there ? a.tables.positions[rows.token[r]] : -1;
    rows.first[r] = a.window > 0 && rows.last[r] >= a.window ? rows.last[r] - a.window + 1 : 0;
  }
  return rows;
}

template <int32_t width>
struct Queries {
  uint32_t steps[width / 16][4];

  WEIR_DEVICE Queries(const Attention& a, const Rows& rows) {
    WEIR_UNROLL
    for (int32_t r = 0; r < 2; ++r) {
      const int64_t row = static_cast<int64_t>(rows.token[r]) * a.query_heads + rows.head[r];
      WEIR_UNROLL
      for (int32_t c = 0; c < width / kChunkCols; ++c) {
        const Words4 words = rows.token[r] >= 0 ? load8(a.query + row * width + c * kChunkCols + 8 * (simt::lane() % 4)) : Words4{};
        WEIR_UNROLL
        for (int32_t i = 0; i < 4; ++i) steps[2 * c + i / 2][r + i % 2 * 2] = words.word[i];
      }
    }
  }
};

// Scores of a block's sixteen positions: of rows g and g + 8 at positions 4 * (lane % 4) + i. Column j of the first tile is position 4 * (j / 2) + j % 2,
// and that of the second two further, so that the four scores of a thread are neighbours.
template <int32_t width, typename Element>
WEIR_DEVICE void score_block(const Attention& a, const Queries<width>& queries, const Rows& rows, const Element* keys, int32_t first,
                             float (&scores)[2][4]) {
  float product[2][4] = {};
  const int32_t g = simt::lane() / 4;
  WEIR_UNROLL
  for (int32_t c = 0; c < width / kChunkCols; ++c) {
    WEIR_UNROLL
    for (int32_t tile = 0; tile < 2; ++tile) {
      const Words4 words = load8(keys + (g / 2 * 4 + g % 2 + 2 * tile) * width + c * kChunkCols + 8 * (simt::lane() % 4));
      const uint32_t b[2][2] = {{words.word[0], words.word[1]}, {words.word[2], words.word[3]}};
      simt::mma(product[tile], queries.steps[2 * c], b[0]);
      simt::mma(product[tile], queries.steps[2 * c + 1], b[1]);
    }
  }
  WEIR_UNROLL
  for (int32_t r = 0; r < 2; ++r) {
    WEIR_UNROLL
    for (int32_t i = 0; i < 4; ++i) {
      float score = product[i / 2][2 * r + i % 2] * a.scale;
      if (a.softcap > 0) score = kernels::softcapped<DeviceOps>(score, a.softcap);
      const int32_t position = first + 4 * (simt::lane() % 4) + i;
      scores[r][i] = position >= rows.first[r] && position <= rows.last[r] ? score : lowest();
    }
  }
}

// The highest, or the sum, of the four lanes that share a row.
WEIR_DEVICE float quad_max(float value) {
  for (int32_t distance = 1; distance <= 2; distance *= 2) {
    const float other = simt::shuffle_xor(value, distance);
    value = other > value ? other : value;
  }
  return value;
}
WEIR_DEVICE float quad_sum(float value) {
  for (int32_t distance = 1; distance <= 2; distance *= 2) value = value + simt::shuffle_xor(value, distance);
  return value;
}

// Sixteen positions of the online recurrence. Weights are rounded to BF16 before they are summed, so that they sum to what they weigh. Values at
// positions from `end` on were never written by this sequence and may be anything, infinities too: they count as zeros.
template <int32_t width, typename Element>
WEIR_DEVICE void attend_block(const float (&scores)[2][4], const Element* values, int32_t first, int32_t end, State<width>& state) {
  uint32_t weights[4];
  float scale[2];
  WEIR_UNROLL
  for (int32_t r = 0; r < 2; ++r) {
    float highest = state.highest[r];
    WEIR_UNROLL
    for (int32_t i = 0; i < 4; ++i) highest = scores[r][i] > highest ? scores[r][i] : highest;
    highest = quad_max(highest);
    float sum = 0;
    Bf16 rounded[4];
    WEIR_UNROLL
    for (int32_t i = 0; i < 4; ++i) {
      rounded[i] = narrowed(scores[r][i] == lowest() ? 0.0f : kernels::exponential<DeviceOps>(scores[r][i] - highest));
      sum += kernels::widen(rounded[i]);
    }
    weights[r] = simt::pack(rounded[0], rounded[1]);
    weights[r + 2] = simt::pack(rounded[2], rounded[3]);
    scale[r] = rescale(state.highest[r], highest);
    state.sum[r] = std::fma(state.sum[r], scale[r], quad_sum(sum));
    state.highest[r] = highest;
  }
  const int32_t position = 4 * (simt::lane() % 4);
  const int32_t present = end - first - position;
  const uint32_t kept[2] = {present >= 2 ? 0xffffffffu : present == 1 ? 0xffffu : 0u,
                            present >= 4 ? 0xffffffffu : present == 3 ? 0xffffu : 0u};
  WEIR_UNROLL
  for (int32_t n = 0; n < width / 8; ++n) {
    const Words2 words = load4(values + (n * 8 + simt::lane() / 4) * kBlockTokens + position);
    const uint32_t b[2] = {words.word[0] & kept[0], words.word[1] & kept[1]};
    WEIR_UNROLL
    for (int32_t j = 0; j < 4; ++j) state.values[n][j] *= scale[j / 2];
    simt::mma(state.values[n], weights, b);
  }
}

// One split for the warp's rows, of which the highest position is end - 1.
template <int32_t width, typename Element>
WEIR_DEVICE void attend_split(const Attention& a, const Queries<width>& queries, const Rows& rows, const int32_t* blocks, int32_t kv_head,
                              int32_t split, int32_t begin, int32_t end, State<width>& state) {
  state.clear();
  const int32_t block_begin = split * kSplitBlocks > begin / kBlockTokens ? split * kSplitBlocks : begin / kBlockTokens;
  const int32_t block_end = (end + kBlockTokens - 1) / kBlockTokens;
  for (int32_t b = block_begin; b < (split + 1) * kSplitBlocks && b < block_end; ++b) {
    const Element* const run = static_cast<const Element*>(a.pages.data) + kv_run(a.pages, blocks[b], kv_head);
    float scores[2][4];
    score_block<width>(a, queries, rows, run, b * kBlockTokens, scores);
    attend_block<width>(scores, run + kBlockTokens * width, b * kBlockTokens, end, state);
  }
}

template <int32_t width>
WEIR_DEVICE void finish(const Attention& a, const Rows& rows, const State<width>& total) {
  const int32_t size = a.pages.head_size;
  WEIR_UNROLL
  for (int32_t n = 0; n < width / 8; ++n) {
    WEIR_UNROLL
    for (int32_t j = 0; j < 4; ++j) {
      const int32_t r = j / 2, element = n * 8 + simt::lane() % 4 * 2 + j % 2;
      if (rows.token[r] < 0 || element >= size) continue;
      a.out[rows.token[r] * a.out_stride + rows.head[r] * size + element] = narrowed(total.values[n][j] / total.sum[r]);
    }
  }
}

template <int32_t width>
WEIR_DEVICE void leave(const Attention& a, const Rows& rows, int32_t slot, const State<width>& state) {
  WEIR_UNROLL
  for (int32_t r = 0; r < 2; ++r) {
    if (rows.token[r] < 0) continue;
    float* const to = a.partial + (static_cast<int64_t>(slot) * a.query_heads + rows.head[r]) * (width + 2);
    WEIR_UNROLL
    for (int32_t n = 0; n < width / 8; ++n) {
      WEIR_UNROLL
      for (int32_t j = 0; j < 2; ++j) to[n * 8 + simt::lane() % 4 * 2 + j] = state.values[n][2 * r + j];
    }
    if (simt::lane() % 4 == 0) to[width] = state.highest[r], to[width + 1] = state.sum[r];
  }
}

template <int32_t width, typename Element>
WEIR_KERNEL void attend(Attention a) {
  const AttentionPiece piece = a.pieces[simt::block_x()];
  const int32_t kv_head = simt::block_y();
  const int32_t group = a.query_heads / a.pages.heads;
  const int32_t tile = simt::block_z() * (simt::threads() / simt::kWarp) + simt::warp();
  if (tile * kRows >= piece.row_count * group) return;

  const Rows rows = rows_of(a, piece, kv_head, tile);
  const Queries<width> queries(a, rows);
  // Positions that any of the warp's rows sees; its rows are in the order of their positions.
  const int32_t highest_row = tile * kRows + kRows < piece.row_count * group ? tile * kRows + kRows : piece.row_count * group;
  const int32_t end = a.tables.positions[piece.row_begin + (highest_row - 1) / group] + 1;
  const int32_t lowest_position = a.tables.positions[piece.row_begin + tile * kRows / group];
  const int32_t begin = a.window > 0 && lowest_position >= a.window ? lowest_position - a.window + 1 : 0;
  const int32_t* const blocks = a.tables.blocks + a.tables.table_begins[piece.row_begin];

  State<width> split;
  if (piece.slot >= 0) {
    attend_split<width, Element>(a, queries, rows, blocks, kv_head, piece.split_begin, begin, end, split);
    leave(a, rows, piece.slot, split);
    return;
  }
  State<width> total;
  total.clear();
  for (int32_t s = piece.split_begin; s < piece.split_end && s * kSplitTokens < end; ++s) {
    attend_split<width, Element>(a, queries, rows, blocks, kv_head, s, begin, end, split);
    merge(total, split);
  }
  finish(a, rows, total);
}

// A block for each head of a row, a thread for each element.
WEIR_KERNEL void merge_slots(AttentionMerge a) {
  const int64_t t = simt::block_x();
  const int32_t head = simt::block_y(), width = padded_head(a.head_size), element = simt::thread();
  const int32_t slots = a.slot_counts[t];
  if (slots == 0) return;
  float highest = lowest(), sum = 0, value = 0;
  for (int32_t s = 0; s < slots; ++s) {
    const float* const from = a.partial + (static_cast<int64_t>(a.slot_begins[t] + s) * a.query_heads + head) * (width + 2);
    const float higher = from[width] > highest ? from[width] : highest;
    const float before = rescale(highest, higher), now = rescale(from[width], higher);
    highest = higher;
    sum = merged(sum, before, from[width + 1], now);
    value = merged(value, before, from[element], now);
  }
  if (element < a.head_size) a.out[t * a.out_stride + head * a.head_size + element] = narrowed(value / sum);
}

template <int32_t width>
void launch_attention(Stream stream, const Attention& a) {
  const int32_t group = a.query_heads / a.pages.heads;
  const int32_t tiles = (a.piece_rows_max * group + kRows - 1) / kRows;
  const int32_t warps = tiles < kWarpsMax ? tiles : kWarpsMax;
  simt::launch(stream, "attention", a.pages.format == KvFormat::f8 ? attend<width, F8> : attend<width, Bf16>,
               {a.piece_count, a.pages.heads, (tiles + warps - 1) / warps}, warps * simt::kWarp, 0, a);
}

}  // namespace

void attention(Stream stream, const Attention& a) {
  if (a.piece_count == 0 || a.piece_rows_max == 0) return;
  switch (padded_head(a.pages.head_size)) {
    case 32: return launch_attention<32>(stream, a);
    case 64: return launch_attention<64>(stream, a);
    case 96: return launch_attention<96>(stream, a);
    case 128: return launch_attention<128>(stream, a);
    default: return launch_attention<256>(stream, a);
  }
}

void attention_merge(Stream stream, const AttentionMerge& a) {
  if (a.count > 0) simt::launch(stream, "attention_merge", merge_slots, {a.count, a.query_heads}, padded_head(a.head_size), 0, a);
}

}  // namespace weir::cuda
