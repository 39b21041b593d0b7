#include <algorithm>
#include <numeric>

#include "kernel_testing.h"
#include "kernels/cached.h"

namespace weir::kernels {
namespace {

using testing::Flush;
using testing::Guarded;

constexpr int32_t kHeads = 2;
constexpr int32_t kQueriesMax = 9;

// What a row of a head becomes in a cache, by the definition of its type.
template <typename Element>
void round_row(float* row, int32_t size) {
  for (int32_t i = 0; i < size; ++i) {
    Element element;
    narrow(row[i], element);
    row[i] = widen(element);
  }
}

template <>
void round_row<Q8_0>(float* row, int32_t size) {
  for (int32_t first = 0; first < size; first += 32) {
    const int32_t end = std::min(first + 32, size);
    float largest = 0;
    for (int32_t i = first; i < end; ++i) largest = std::max(largest, std::abs(row[i]));
    F16 half;
    narrow(largest / 127, half);
    const float scale = widen(half);
    for (int32_t i = first; i < end; ++i) {
      row[i] = scale == 0 ? 0 : scale * std::clamp(std::nearbyint(row[i] * (1 / scale)), -127.0f, 127.0f);
    }
  }
}

template <typename Element>
Element not_stored() {
  Element element;
  narrow(NAN, element);
  return element;
}

template <>
Q8_0 not_stored<Q8_0>() { return {F16{0x7e00}, {}}; }

// A cache that holds one sequence in shuffled blocks, none more than it needs, with NaN wherever no token was stored.
template <typename Element>
struct Sequence {
  Guarded<Element> cache;
  KvLayer layer;
  std::vector<int32_t> blocks;
  std::vector<float> q;
  std::vector<std::vector<float>> keys;    // of head 1, as stored
  std::vector<std::vector<float>> values;  // of head 1, as stored
  AttentionRule rule;

  Sequence(DType dtype, int32_t head_size, int32_t length, int32_t block_tokens, uint32_t shuffle, Flush flush)
      : cache(block_count(length, block_tokens) * 2 * kHeads * block_tokens * kv_row_size(dtype, head_size), flush),
        layer{cache.data(), dtype, kHeads, block_tokens, head_size},
        blocks(static_cast<size_t>(block_count(length, block_tokens))),
        q(static_cast<size_t>(kQueriesMax * head_size)),
        rule{1.0f / std::sqrt(static_cast<float>(head_size)), 0, 0} {
    std::iota(blocks.begin(), blocks.end(), 0);
    std::shuffle(blocks.begin(), blocks.end(), std::mt19937(shuffle));
    for (Element& element : cache) element = not_stored<Element>();
    Values random(static_cast<uint32_t>(head_size));
    random.fill_ordinary(q.data(), kQueriesMax * head_size);
    for (int32_t at = 0; at < length; ++at) {
      std::vector<float> k(static_cast<size_t>(kHeads * head_size)), v(k);
      random.fill(k.data(), kHeads * head_size);
      random.fill(v.data(), kHeads * head_size);
      for (float& value : k) value = std::clamp(value, -3.0f, 3.0f);
      for (float& value : v) value = std::clamp(value, -1e4f, 1e4f);  // all finite, as F16 too
      reference_kernels().kv_store(layer, blocks[static_cast<size_t>(at / block_tokens)], at % block_tokens, k.data(), v.data());
      keys.push_back(stored(k));
      values.push_back(stored(v));
    }
  }

  std::vector<float> stored(const std::vector<float>& row) const {
    std::vector<float> kept(row.end() - layer.head_size, row.end());
    round_row<Element>(kept.data(), layer.head_size);
    return kept;
  }

  std::vector<float> attend(const KernelTable& table, int32_t position, Flush flush, int32_t queries = 1) {
    Guarded<float> query(queries * layer.head_size, flush), out(queries * layer.head_size, flush);
    std::copy(q.begin(), q.begin() + query.size(), query.begin());
    table.attention(layer, 1, blocks.data(), position, queries, query.data(), rule, out.data());
    return {out.begin(), out.end()};
  }

  static int64_t block_count(int32_t length, int32_t block_tokens) { return (length + block_tokens - 1) / block_tokens; }
};

template <typename Element>
void compare(DType dtype) {
  for (const int32_t head_size : {1, 2, 8, 15, 16, 17, 32, 64, 72, 80, 96, 128, 130, 256}) {
    for (const Flush flush : {Flush::front, Flush::back}) {
      Sequence<Element> sequence(dtype, head_size, 99, 16, 5, flush);
      for (const int32_t position : {0, 1, 6, 14, 15, 16, 17, 30, 31, 32, 47, 63, 64, 95, 98}) {
        const std::vector<float> expected = sequence.attend(reference_kernels(), position, flush);
        for (const float value : expected) CHECK(std::isfinite(value));
        for (const KernelTable* table : vector_tables()) {
          CHECK_EQ(first_difference(sequence.attend(*table, position, flush), expected, head_size), -1);
          const int32_t queries = 2 + position % (kQueriesMax - 1);
          CHECK_EQ(first_difference(sequence.attend(*table, position, flush, queries),
                                    sequence.attend(reference_kernels(), position, flush, queries), queries * head_size), -1);
        }
      }
    }
  }
}

TEST(attention, has_the_reference_bits_f32) { compare<float>(DType::f32); }
TEST(attention, has_the_reference_bits_f16) { compare<F16>(DType::f16); }
TEST(attention, has_the_reference_bits_bf16) { compare<Bf16>(DType::bf16); }
TEST(attention, has_the_reference_bits_q8_0) { compare<Q8_0>(DType::q8_0); }

TEST(attention, placement_and_block_size_change_no_bit) {
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  for (const KernelTable* table : tables) {
    Sequence<Bf16> first(DType::bf16, 64, 200, 16, 1, Flush::back);
    for (const int32_t block_tokens : {16, 32, 64}) {
      for (uint32_t shuffle = 2; shuffle < 5; ++shuffle) {
        Sequence<Bf16> other(DType::bf16, 64, 200, block_tokens, shuffle, Flush::back);
        for (const int32_t position : {3, 100, 199}) {
          CHECK_EQ(first_difference(first.attend(*table, position, Flush::back), other.attend(*table, position, Flush::back), 64), -1);
        }
      }
    }
  }
}

TEST(attention, heads_given_together_keep_their_bits) {
  Sequence<Bf16> sequence(DType::bf16, 96, 70, 16, 1, Flush::back);
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  for (const KernelTable* table : tables) {
    for (int32_t queries = 1; queries <= kQueriesMax; ++queries) {
      const std::vector<float> together = sequence.attend(*table, 69, Flush::back, queries);
      for (int32_t h = 0; h < queries; ++h) {
        std::vector<float> alone(96);
        table->attention(sequence.layer, 1, sequence.blocks.data(), 69, 1, sequence.q.data() + h * 96, sequence.rule, alone.data());
        CHECK_EQ(first_difference(alone, together.data() + h * 96, 96), -1);
      }
    }
  }
}

template <typename Element>
void check_formula(DType dtype) {
  for (const int32_t head_size : {16, 64, 80, 128}) {
    Sequence<Element> sequence(dtype, head_size, 500, 16, 5, Flush::back);
    for (const int32_t position : {0, 15, 16, 77, 499}) {
      std::vector<double> weights;
      for (int32_t at = 0; at <= position; ++at) {
        double score = 0;
        for (size_t d = 0; d < sequence.keys[0].size(); ++d) score += static_cast<double>(sequence.q[d]) * sequence.keys[static_cast<size_t>(at)][d];
        weights.push_back(std::exp(score * sequence.rule.scale));
      }
      const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
      const std::vector<float> out = sequence.attend(reference_kernels(), position, Flush::back);
      for (size_t d = 0; d < out.size(); ++d) {
        double exact = 0;
        double magnitude = 0;
        for (size_t at = 0; at < weights.size(); ++at) {
          exact += weights[at] / total * sequence.values[at][d];
          magnitude += weights[at] / total * std::abs(sequence.values[at][d]);
        }
        CHECK(std::abs(out[d] - exact) <= 2e-5 * magnitude);
      }
    }
  }
}

// Every rule over every element type, at windows that begin and end at every kind of place in a group of sixteen.
template <typename Element>
void compare_rules(DType dtype) {
  for (const int32_t head_size : {1, 15, 16, 33, 72, 128}) {
    for (const Flush flush : {Flush::front, Flush::back}) {
      Sequence<Element> sequence(dtype, head_size, 99, 16, 5, flush);
      for (const int32_t window : {1, 2, 7, 15, 16, 17, 33, 98, 99, 100}) {
        for (const float softcap : {0.0f, 1.5f}) {
          sequence.rule.window = window;
          sequence.rule.softcap = softcap;
          for (const int32_t position : {0, 14, 15, 16, 31, 32, 40, 63, 64, 98}) {
            const int32_t queries = 1 + (position + window) % kQueriesMax;
            const std::vector<float> expected = sequence.attend(reference_kernels(), position, flush, queries);
            for (const float value : expected) CHECK(std::isfinite(value));
            for (const KernelTable* table : vector_tables()) {
              CHECK_EQ(first_difference(sequence.attend(*table, position, flush, queries), expected, queries * head_size), -1);
            }
          }
        }
      }
    }
  }
}

TEST(attention, has_the_reference_bits_under_every_rule_f32) { compare_rules<float>(DType::f32); }
TEST(attention, has_the_reference_bits_under_every_rule_f16) { compare_rules<F16>(DType::f16); }
TEST(attention, has_the_reference_bits_under_every_rule_bf16) { compare_rules<Bf16>(DType::bf16); }

// What lies before the window may be anything: its blocks need not even exist.
TEST(attention, reads_nothing_before_its_window) {
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  for (const KernelTable* table : tables) {
    for (const int32_t window : {1, 5, 16, 20, 40}) {
      Sequence<float> whole(DType::f32, 24, 99, 16, 5, Flush::back);
      Sequence<float> cut(DType::f32, 24, 99, 16, 5, Flush::back);
      whole.rule.window = cut.rule.window = window;
      const int32_t first = 99 - window;
      for (int32_t at = 0; at < first; ++at) {
        const int32_t block = cut.blocks[static_cast<size_t>(at / 16)];
        for (const int32_t half : {kKeys, kValues}) {
          std::fill_n(cut.cache.data() + kv_offset(cut.layer, block, half, 1, at % 16), 24, NAN);
        }
      }
      for (int32_t block = 0; block < first / 16; ++block) cut.blocks[static_cast<size_t>(block)] = 1 << 24;
      CHECK_EQ(first_difference(cut.attend(*table, 98, Flush::back, 3), whole.attend(*table, 98, Flush::back, 3), 72), -1);
    }
  }
}

// A window as long as the sequence hides nothing: not a bit changes.
TEST(attention, a_window_over_everything_is_none) {
  Sequence<Bf16> sequence(DType::bf16, 64, 99, 16, 5, Flush::back);
  for (const int32_t position : {0, 15, 16, 98}) {
    sequence.rule.window = 0;
    const std::vector<float> all = sequence.attend(reference_kernels(), position, Flush::back);
    sequence.rule.window = position + 1;
    CHECK_EQ(first_difference(sequence.attend(reference_kernels(), position, Flush::back), all, 64), -1);
  }
}

TEST(attention, is_the_formula_under_a_rule) {
  Sequence<float> sequence(DType::f32, 80, 300, 16, 5, Flush::back);
  for (const int32_t window : {1, 16, 70, 250}) {
    sequence.rule.window = window;
    sequence.rule.softcap = 2;
    std::vector<double> weights;
    for (size_t at = static_cast<size_t>(300 - window); at < 300; ++at) {
      double score = 0;
      for (size_t d = 0; d < 80; ++d) score += static_cast<double>(sequence.q[d]) * sequence.keys[at][d];
      weights.push_back(std::exp(2 * std::tanh(score * sequence.rule.scale / 2)));
    }
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const std::vector<float> out = sequence.attend(reference_kernels(), 299, Flush::back);
    for (size_t d = 0; d < 80; ++d) {
      double exact = 0;
      double magnitude = 0;
      for (size_t i = 0; i < weights.size(); ++i) {
        const double term = weights[i] / total * sequence.values[static_cast<size_t>(300 - window) + i][d];
        exact += term;
        magnitude += std::abs(term);
      }
      CHECK(std::abs(out[d] - exact) <= 2e-5 * magnitude);
    }
  }
}

TEST(attention, is_the_formula) { check_formula<float>(DType::f32); }
TEST(attention, is_the_formula_of_what_a_byte_holds) { check_formula<Q8_0>(DType::q8_0); }

TEST(attention, one_position_gives_its_value) {
  Sequence<float> sequence(DType::f32, 64, 1, 16, 5, Flush::back);
  const std::vector<float> out = sequence.attend(reference_kernels(), 0, Flush::back);
  for (size_t d = 0; d < out.size(); ++d) CHECK_EQ(out[d], sequence.values[0][d]);
}

// A score far above the earlier ones wipes them out, one far below adds nothing, and neither overflows.
TEST(attention, survives_extreme_scores) {
  for (const KernelTable* table : vector_tables()) {
    Sequence<float> sequence(DType::f32, 16, 40, 16, 5, Flush::back);
    for (float& value : sequence.q) value *= 1e4f;
    const std::vector<float> expected = sequence.attend(reference_kernels(), 39, Flush::back);
    for (const float value : expected) CHECK(std::isfinite(value));
    CHECK_EQ(first_difference(sequence.attend(*table, 39, Flush::back), expected, 16), -1);
  }
}

}  // namespace
}  // namespace weir::kernels

TEST_MAIN()
