// A token's way through its heads, the pages and attention: against plain formulas in double, and the law that a row's bits are its own.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "device_testing.h"
#include "kernels/cuda/f8.h"
#include "kernels/kernels.h"

using namespace weir;
using namespace weir::cuda;

namespace {

struct Shape {
  KvFormat format;
  int32_t query_heads, kv_heads, head_size;
  int32_t window;
  float softcap;
};

constexpr float kEpsilon = 1e-5f;
constexpr double kAmplitude = 1.1;

// One sequence of `tokens` tokens whose queries, keys and values are random, in pages that lie in no order.
struct Sequence {
  Shape shape;
  int32_t tokens;
  std::vector<float> qkv;  // [tokens][query_heads + 2 * kv_heads][head_size]
  std::vector<int32_t> blocks;
  int32_t block_count;
  std::vector<double> frequencies;

  Sequence(const Shape& of, int32_t count, uint32_t seed) : shape(of), tokens(count) {
    Random random(seed);
    qkv = random.floats(int64_t{count} * (of.query_heads + 2 * of.kv_heads) * of.head_size);
    const int32_t used = (count + kBlockTokens - 1) / kBlockTokens;
    block_count = used + 3;
    for (int32_t b = 0; b < used; ++b) blocks.push_back((b * 7 + 2) % block_count);
    if (block_count % 7 == 0) std::iota(blocks.begin(), blocks.end(), 1);
    for (int32_t i = 0; i < of.head_size / 2; ++i) frequencies.push_back(std::pow(100.0, -i / double(of.head_size)));
  }

  // Of a token after RoPE, as it is held: queries in BF16, keys and values as the pages have them.
  std::vector<double> head(int32_t token, int32_t index) const {
    const int32_t size = shape.head_size, all = shape.query_heads + 2 * shape.kv_heads;
    const float* const from = qkv.data() + (int64_t{token} * all + index) * size;
    std::vector<double> out(from, from + size);
    if (index < shape.query_heads + shape.kv_heads) {
      for (int32_t i = 0; i < size / 2; ++i) {
        const double angle = token * frequencies[static_cast<size_t>(i)];
        const double cos = std::cos(angle) * kAmplitude, sin = std::sin(angle) * kAmplitude;
        out[static_cast<size_t>(i)] = double(from[i]) * cos - double(from[i + size / 2]) * sin;
        out[static_cast<size_t>(i + size / 2)] = double(from[i + size / 2]) * cos + double(from[i]) * sin;
      }
    }
    for (double& value : out) {
      const float narrow = static_cast<float>(value);
      value = double(index >= shape.query_heads && shape.format == KvFormat::f8 ? widen(narrow_f8(narrow)) : rounded(narrow));
    }
    return out;
  }

  std::vector<double> expected(int32_t token, int32_t query_head, double scale) const {
    const int32_t kv_head = query_head / (shape.query_heads / shape.kv_heads);
    const std::vector<double> query = head(token, query_head);
    const int32_t first = shape.window > 0 ? std::max(0, token - shape.window + 1) : 0;
    std::vector<double> scores, out(static_cast<size_t>(shape.head_size));
    double highest = -1e300, total = 0;
    for (int32_t p = first; p <= token; ++p) {
      const std::vector<double> key = head(p, shape.query_heads + kv_head);
      double score = 0;
      for (size_t i = 0; i < key.size(); ++i) score += query[i] * key[i];
      score *= scale;
      if (shape.softcap > 0) score = double(shape.softcap) * std::tanh(score / double(shape.softcap));
      scores.push_back(score);
      highest = std::max(highest, score);
    }
    for (int32_t p = first; p <= token; ++p) {
      const double weight = std::exp(scores[static_cast<size_t>(p - first)] - highest);
      const std::vector<double> value = head(p, shape.query_heads + shape.kv_heads + kv_head);
      total += weight;
      for (size_t i = 0; i < value.size(); ++i) out[i] += weight * value[i];
    }
    for (double& value : out) value /= total;
    return out;
  }
};

// A sequence on the device, all of whose tokens have been placed.
class Placed {
 public:
  explicit Placed(const Sequence& of)
      : sequence_(of),
        pages_(of.block_count * kv_block_bytes(of.shape.format, of.shape.kv_heads, of.shape.head_size)),
        query_(int64_t{of.tokens} * of.shape.query_heads * padded_head(of.shape.head_size)),
        blocks_(of.blocks),
        begins_(std::vector<int32_t>(static_cast<size_t>(of.tokens))),
        positions_(iota(of.tokens)) {
    const int32_t pairs = of.shape.head_size / 2;
    const Array<float> qkv(of.qkv), cos(int64_t{of.tokens} * pairs), sin(int64_t{of.tokens} * pairs);
    const Array<double> frequencies(of.frequencies);
    angles(stream(), {positions_.data(), frequencies.data(), cos.data(), sin.data(), kAmplitude, pairs, of.tokens});
    place_heads(stream(), {qkv.data(), nullptr, nullptr, cos.data(), sin.data(), tables(), pages(), query_.data(), of.shape.query_heads, pairs,
                           0, of.tokens, kEpsilon});
    device::synchronize(stream());
  }

  static std::vector<int32_t> iota(int32_t count) {
    std::vector<int32_t> values(static_cast<size_t>(count));
    for (int32_t i = 0; i < count; ++i) values[static_cast<size_t>(i)] = i;
    return values;
  }

  BlockTables tables() const { return {blocks_.data(), begins_.data(), positions_.data()}; }
  KvPages pages() const { return {pages_.data(), sequence_.shape.format, sequence_.shape.kv_heads, sequence_.shape.head_size}; }
  float scale() const { return 1 / std::sqrt(static_cast<float>(sequence_.shape.head_size)); }

  // Attention of all tokens, handed out as the pieces say; `slots` of them are merged afterwards.
  std::vector<Bf16> attend(const std::vector<AttentionPiece>& pieces, const std::vector<int32_t>& slot_begins,
                           const std::vector<int32_t>& slot_counts, int32_t slots) const {
    const Shape& shape = sequence_.shape;
    const int64_t stride = padded(shape.query_heads * shape.head_size, kChunkCols);
    int32_t rows_max = 0;
    for (const AttentionPiece& piece : pieces) rows_max = std::max(rows_max, piece.row_count);
    const Array<AttentionPiece> pieces_there(pieces);
    const Array<float> partial(int64_t{std::max(slots, 1)} * shape.query_heads * (padded_head(shape.head_size) + 2));
    const Array<Bf16> out(sequence_.tokens * stride);
    const Array<int32_t> begins(slot_begins), counts(slot_counts);
    attention(stream(), {query_.data(), pages(), tables(), pieces_there.data(), static_cast<int32_t>(pieces.size()), rows_max,
                         shape.query_heads, scale(), shape.softcap, shape.window, partial.data(), out.data(), stride});
    attention_merge(stream(), {partial.data(), begins.data(), counts.data(), shape.query_heads, shape.head_size, sequence_.tokens, out.data(),
                               stride});
    return out.read();
  }

  // As one chunk.
  std::vector<Bf16> attend_together() const {
    const int32_t splits = (sequence_.tokens + kSplitTokens - 1) / kSplitTokens;
    const std::vector<int32_t> none(static_cast<size_t>(sequence_.tokens));
    return attend({{0, sequence_.tokens, 0, splits, -1}}, none, none, 0);
  }

  // Each token for itself, every split by a warp of its own; those before the window are nobody's.
  std::vector<Bf16> attend_apart() const {
    std::vector<AttentionPiece> pieces;
    std::vector<int32_t> begins, counts;
    int32_t slots = 0;
    for (int32_t t = 0; t < sequence_.tokens; ++t) {
      const int32_t window = sequence_.shape.window;
      const int32_t first = window > 0 && t >= window ? (t - window + 1) / kSplitTokens : 0;
      begins.push_back(slots);
      for (int32_t s = first; s <= t / kSplitTokens; ++s) pieces.push_back({t, 1, s, s + 1, slots++});
      counts.push_back(slots - begins.back());
    }
    return attend(pieces, begins, counts, slots);
  }

 private:
  const Sequence& sequence_;
  Array<std::byte> pages_;
  Array<Bf16> query_;
  Array<int32_t> blocks_, begins_, positions_;
};

void check_attention(const Shape& shape, int32_t tokens) {
  const Sequence sequence(shape, tokens, 17);
  const Placed placed(sequence);
  const std::vector<Bf16> together = placed.attend_together();
  const int64_t stride = padded(shape.query_heads * shape.head_size, kChunkCols);
  for (const int32_t t : {0, 1, tokens / 2, tokens - 2, tokens - 1}) {
    for (int32_t h = 0; h < shape.query_heads; ++h) {
      const std::vector<double> expected = sequence.expected(t, h, double(placed.scale()));
      for (int32_t i = 0; i < shape.head_size; ++i) {
        const float actual = widened(together[static_cast<size_t>(t * stride + h * shape.head_size + i)]);
        check_close(actual, expected[static_cast<size_t>(i)], 1 + std::abs(expected[static_cast<size_t>(i)]), 0.01,
                    "token " + std::to_string(t) + ", head " + std::to_string(h) + ", element " + std::to_string(i));
      }
    }
  }
  CHECK(same_bits(placed.attend_apart(), together));
}

}  // namespace

TEST(cuda_attention, is_the_softmax_of_scores_and_the_same_bits_however_it_is_cut) {
  in_every_order([] {
    check_attention({KvFormat::bf16, 4, 2, 32, 0, 0}, 37);
    check_attention({KvFormat::bf16, 3, 1, 24, 0, 0}, 19);    // heads that are padded, rows that straddle tiles
    check_attention({KvFormat::f8, 4, 1, 64, 0, 0}, 21);
    check_attention({KvFormat::bf16, 2, 2, 96, 9, 0}, 40);    // a window
    check_attention({KvFormat::bf16, 2, 1, 128, 0, 5}, 18);   // capped scores
    check_attention({KvFormat::f8, 2, 1, 256, 20, 30}, 33);
    check_attention({KvFormat::bf16, 20, 1, 32, 0, 0}, 5);    // more heads than a tile has rows
  });
}

TEST(cuda_attention, merges_splits_of_long_sequences_in_order) {
  check_attention({KvFormat::bf16, 2, 1, 32, 0, 0}, 2 * kSplitTokens + 20);
  check_attention({KvFormat::bf16, 2, 1, 32, 100, 0}, kSplitTokens + 150);
}

TEST(cuda_attention, does_not_read_values_that_nobody_wrote) {
  const Sequence sequence({KvFormat::bf16, 2, 1, 32, 0, 0}, 5, 3);  // pages begin as NaN
  for (const Bf16 value : Placed(sequence).attend_together()) CHECK(std::isfinite(widened(value)));
}

TEST(cuda_attention, heads_are_normed_one_by_one_or_all_together) {
  constexpr int32_t kQueryHeads = 3, kKvHeads = 1, kSize = 24, kWidth = 32, kAll = kQueryHeads + 2 * kKvHeads;
  Random random(5);
  const std::vector<float> qkv = random.floats(kAll * kSize);
  const std::vector<float> query_norm = random.floats(kQueryHeads * kSize), key_norm = random.floats(kKvHeads * kSize);
  const kernels::KernelTable& cpu = kernels::reference_kernels();
  for (const bool whole : {false, true}) {
    in_every_order([&] {
      const Array<float> qkv_there(qkv), query_norm_there(query_norm), key_norm_there(key_norm);
      const Array<float> cos(std::vector<float>{0.5f, 1}), sin(std::vector<float>{0.25f, 0});
      const Array<int32_t> blocks(std::vector<int32_t>{1}), begins(std::vector<int32_t>{0}), positions(std::vector<int32_t>{6});
      const Array<Bf16> query(kQueryHeads * kWidth), pages(2 * kv_block_bytes(KvFormat::bf16, kKvHeads, kSize) / 2);
      place_heads(stream(), {qkv_there.data(), query_norm_there.data(), key_norm_there.data(), cos.data(), sin.data(),
                             {blocks.data(), begins.data(), positions.data()}, {pages.data(), KvFormat::bf16, kKvHeads, kSize}, query.data(),
                             kQueryHeads, 2, whole ? 1 : 0, 1, kEpsilon});
      std::vector<float> heads(qkv.begin(), qkv.begin() + (kQueryHeads + kKvHeads) * kSize);
      float* const key = heads.data() + kQueryHeads * kSize;
      for (int32_t h = 0; h < (whole ? 1 : kQueryHeads); ++h) {
        cpu.rms_norm(heads.data() + h * kSize, query_norm.data(), whole ? kQueryHeads * kSize : kSize, kEpsilon, heads.data() + h * kSize);
      }
      cpu.rms_norm(key, key_norm.data(), kSize, kEpsilon, key);
      const float cos_here[] = {0.5f, 1}, sin_here[] = {0.25f, 0};
      for (int32_t h = 0; h < kQueryHeads + kKvHeads; ++h) cpu.rope(heads.data() + h * kSize, cos_here, sin_here, 4);
      const std::vector<Bf16> queries = query.read(), held = pages.read();
      for (int32_t i = 0; i < kQueryHeads * kWidth; ++i) {
        const float expected = i % kWidth < kSize ? heads[static_cast<size_t>(i / kWidth * kSize + i % kWidth)] : 0.0f;
        check_close(widened(queries[static_cast<size_t>(i)]), expected, 1 + std::abs(expected), 0.005, "query");
      }
      const size_t block = 2 * kBlockTokens * kWidth;  // the second of the pool
      for (size_t i = 0; i < kWidth; ++i) {
        const float expected_key = i < kSize ? key[i] : 0.0f, expected_value = i < kSize ? qkv[4 * kSize + i] : 0.0f;
        check_close(widened(held[block + 6 * kWidth + i]), expected_key, 1 + std::abs(expected_key), 0.005, "key");
        CHECK_EQ(widened(held[block + kBlockTokens * kWidth + i * kBlockTokens + 6]), rounded(expected_value));
      }
    });
  }
}

CUDA_TEST_MAIN()
