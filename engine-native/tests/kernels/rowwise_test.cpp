// The kernels that work on one row: RMSNorm, RoPE, add, SiLU, GELU, soft cap, embedding, KV store, sum of exponentials.
#include <algorithm>
#include <limits>

#include "kernel_testing.h"
#include "kernels/cached.h"

namespace weir::kernels {
namespace {

using testing::Flush;
using testing::Guarded;

// body(table, size, flush) for every vector table, awkward size and end of the buffers.
template <typename Body>
void for_each_shape(const Body& body) {
  for (const KernelTable* table : vector_tables()) {
    for (const int32_t size : kAwkwardSizes) {
      for (const Flush flush : {Flush::front, Flush::back}) body(*table, size, flush);
    }
  }
}

TEST(rms_norm, has_the_reference_bits) {
  for_each_shape([](const KernelTable& table, int32_t size, Flush flush) {
    Guarded<float> x(size, flush), weight(size, flush), y(size, flush), expected(size, flush);
    Values values(static_cast<uint32_t>(size));
    values.fill(x.data(), size);
    values.fill(weight.data(), size);
    table.rms_norm(x.data(), weight.data(), size, 1e-5f, y.data());
    reference_kernels().rms_norm(x.data(), weight.data(), size, 1e-5f, expected.data());
    CHECK_EQ(first_difference(y, expected, size), -1);
    table.rms_norm(x.data(), weight.data(), size, 1e-5f, x.data());
    CHECK_EQ(first_difference(x, expected, size), -1);
  });
}

TEST(rms_norm, is_the_formula) {
  for (const int32_t size : kAwkwardSizes) {
    std::vector<float> x(static_cast<size_t>(size)), weight(x), y(x);
    Values values(7);
    values.fill_ordinary(x.data(), size);
    values.fill_ordinary(weight.data(), size);
    reference_kernels().rms_norm(x.data(), weight.data(), size, 1e-6f, y.data());
    double squares = 0;
    for (const float v : x) squares += static_cast<double>(v) * v;
    const double scale = 1 / std::sqrt(squares / size + 1e-6);
    for (size_t i = 0; i < x.size(); ++i) {
      const double exact = x[i] * scale * weight[i];
      CHECK(std::abs(y[i] - exact) <= 2e-6 * std::abs(exact));
    }
  }
}

TEST(rope, has_the_reference_bits) {
  for_each_shape([](const KernelTable& table, int32_t half, Flush flush) {
    Guarded<float> x(2 * half, flush), expected(2 * half, flush), cos(half, flush), sin(half, flush);
    Values values(static_cast<uint32_t>(half));
    values.fill(x.data(), 2 * half);
    values.fill(cos.data(), half);
    values.fill(sin.data(), half);
    std::copy(x.begin(), x.end(), expected.begin());
    table.rope(x.data(), cos.data(), sin.data(), 2 * half);
    reference_kernels().rope(expected.data(), cos.data(), sin.data(), 2 * half);
    CHECK_EQ(first_difference(x, expected, 2 * half), -1);
  });
}

TEST(rope, turns_each_pair_by_its_angle) {
  float x[] = {1, 2, 3, 4, 5, 6};
  float cos[3];
  float sin[3];
  for (int32_t i = 0; i < 3; ++i) {
    cos[i] = std::cos(0.3f * static_cast<float>(i + 1));
    sin[i] = std::sin(0.3f * static_cast<float>(i + 1));
  }
  reference_kernels().rope(x, cos, sin, 6);
  for (int32_t i = 0; i < 3; ++i) {
    const double angle = 0.3 * (i + 1);
    CHECK(std::abs(x[i] - ((i + 1) * std::cos(angle) - (i + 4) * std::sin(angle))) < 1e-6);
    CHECK(std::abs(x[i + 3] - ((i + 4) * std::cos(angle) + (i + 1) * std::sin(angle))) < 1e-6);
  }
}

TEST(add, has_the_reference_bits_and_is_the_sum) {
  for_each_shape([](const KernelTable& table, int32_t size, Flush flush) {
    Guarded<float> x(size, flush), expected(size, flush), y(size, flush);
    Values values(static_cast<uint32_t>(size));
    values.fill(x.data(), size);
    values.fill(y.data(), size);
    std::copy(x.begin(), x.end(), expected.begin());
    table.add(x.data(), y.data(), size);
    for (int64_t i = 0; i < size; ++i) CHECK_EQ(x[i], expected[i] + y[i]);
    reference_kernels().add(expected.data(), y.data(), size);
    CHECK_EQ(first_difference(x, expected, size), -1);
  });
}

TEST(add_scaled, has_the_reference_bits_and_rounds_once) {
  for_each_shape([](const KernelTable& table, int32_t size, Flush flush) {
    Guarded<float> x(size, flush), expected(size, flush), y(size, flush);
    Values values(static_cast<uint32_t>(size));
    values.fill(x.data(), size);
    values.fill(y.data(), size);
    std::copy(x.begin(), x.end(), expected.begin());
    table.add_scaled(x.data(), y.data(), 0.7f, size);
    for (int64_t i = 0; i < size; ++i) CHECK(same(x[i], std::fma(y[i], 0.7f, expected[i])));
    reference_kernels().add_scaled(expected.data(), y.data(), 0.7f, size);
    CHECK_EQ(first_difference(x, expected, size), -1);
  });
}

TEST(silu_mul, has_the_reference_bits) {
  for_each_shape([](const KernelTable& table, int32_t size, Flush flush) {
    Guarded<float> gate(size, flush), expected(size, flush), up(size, flush);
    Values values(static_cast<uint32_t>(size));
    values.fill(gate.data(), size);
    values.fill(up.data(), size);
    std::copy(gate.begin(), gate.end(), expected.begin());
    table.silu_mul(gate.data(), up.data(), size);
    reference_kernels().silu_mul(expected.data(), up.data(), size);
    CHECK_EQ(first_difference(gate, expected, size), -1);
  });
}

TEST(silu_mul, is_the_formula) {
  for (float v = -100; v < 100; v += 0.37f) {
    float gate = v;
    const float up = 1.25f;
    reference_kernels().silu_mul(&gate, &up, 1);
    const double exact = v / (1 + std::exp(-static_cast<double>(v))) * up;
    CHECK(std::abs(gate - exact) <= 3e-7 * std::abs(exact) + 1e-36);
  }
}

TEST(gelu_mul, has_the_reference_bits) {
  for_each_shape([](const KernelTable& table, int32_t size, Flush flush) {
    Guarded<float> gate(size, flush), expected(size, flush), up(size, flush);
    Values values(static_cast<uint32_t>(size));
    values.fill(gate.data(), size);
    values.fill(up.data(), size);
    std::copy(gate.begin(), gate.end(), expected.begin());
    table.gelu_mul(gate.data(), up.data(), size);
    reference_kernels().gelu_mul(expected.data(), up.data(), size);
    CHECK_EQ(first_difference(gate, expected, size), -1);
  });
}

// Far below 0 the result is e to a large power, whose rounding counts as often as the power is large.
TEST(gelu_mul, is_the_formula) {
  for (float v = -9; v < 100; v += 0.037f) {
    float gate = v;
    const float up = 1.25f;
    reference_kernels().gelu_mul(&gate, &up, 1);
    const double u = std::sqrt(2 / 3.14159265358979323846) * (v + 0.044715 * std::pow(static_cast<double>(v), 3));
    const double exact = v / (1 + std::exp(-2 * u)) * up;
    CHECK(std::abs(gate - exact) <= 3e-7 * (1 + 2 * std::abs(std::min(u, 0.0))) * std::abs(exact) + 1e-36);
  }
}

TEST(softcap, has_the_reference_bits) {
  for_each_shape([](const KernelTable& table, int32_t size, Flush flush) {
    Guarded<float> x(size, flush), expected(size, flush);
    Values values(static_cast<uint32_t>(size));
    values.fill(x.data(), size);
    std::copy(x.begin(), x.end(), expected.begin());
    table.softcap(x.data(), 3, size);
    reference_kernels().softcap(expected.data(), 3, size);
    CHECK_EQ(first_difference(x, expected, size), -1);
  });
}

TEST(softcap, is_the_formula) {
  for (float v = -200; v < 200; v += 0.37f) {
    float x = v;
    reference_kernels().softcap(&x, 30, 1);
    const double exact = 30 * std::tanh(static_cast<double>(v) / 30);
    CHECK(std::abs(x - exact) <= 4e-7 * std::abs(exact));
  }
}

template <typename Element>
void check_embed(DType dtype) {
  for_each_shape([&](const KernelTable& table, int32_t size, Flush flush) {
    Guarded<Element> rows(3 * int64_t{size}, flush);
    Guarded<float> y(size, flush);
    Values values(static_cast<uint32_t>(size));
    values.fill(rows.data(), 3 * int64_t{size});
    for (const int32_t index : {0, 1, 2}) {
      table.embed({rows.data(), dtype, 3, size}, index, y.data());
      for (int64_t i = 0; i < size; ++i) CHECK(same(y[i], widen(rows[index * int64_t{size} + i])));
      reference_kernels().embed({rows.data(), dtype, 3, size}, index, y.data());
      for (int64_t i = 0; i < size; ++i) CHECK(same(y[i], widen(rows[index * int64_t{size} + i])));
    }
  });
}

TEST(embed, widens_a_row_of_f32) { check_embed<float>(DType::f32); }
TEST(embed, widens_a_row_of_f16) { check_embed<F16>(DType::f16); }
TEST(embed, widens_a_row_of_bf16) { check_embed<Bf16>(DType::bf16); }

template <typename Element>
void check_kv_store(DType dtype) {
  constexpr int32_t kBlocks = 2, kHeads = 3, kBlockTokens = 16;
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  for (const KernelTable* table : tables) {
    for (const int32_t head_size : {1, 7, 16, 17, 33, 64, 80, 128}) {
      for (const Flush flush : {Flush::front, Flush::back}) {
        const int64_t cache_size = int64_t{kBlocks} * 2 * kHeads * kBlockTokens * head_size;
        Guarded<Element> cache(cache_size, flush), expected(cache_size, flush);
        Guarded<float> k(kHeads * head_size, flush), v(kHeads * head_size, flush);
        Values values(static_cast<uint32_t>(head_size));
        values.fill(cache.data(), cache_size);
        std::copy(cache.begin(), cache.end(), expected.begin());
        values.fill(k.data(), kHeads * head_size);
        values.fill(v.data(), kHeads * head_size);
        const KvLayer layer{cache.data(), dtype, kHeads, kBlockTokens, head_size};
        for (const int32_t slot : {0, 15}) {
          table->kv_store(layer, 1, slot, k.data(), v.data());
          for (int64_t h = 0; h < kHeads; ++h) {
            for (int64_t i = 0; i < head_size; ++i) {
              // The layout as kernels.h words it.
              narrow(k[h * head_size + i], expected[(((1 * 2 + 0) * kHeads + h) * kBlockTokens + slot) * head_size + i]);
              narrow(v[h * head_size + i], expected[(((1 * 2 + 1) * kHeads + h) * kBlockTokens + slot) * head_size + i]);
            }
          }
          CHECK(cache.same_bytes(expected));
        }
      }
    }
  }
}

TEST(kv_store, writes_only_its_slot_f32) { check_kv_store<float>(DType::f32); }
TEST(kv_store, writes_only_its_slot_f16) { check_kv_store<F16>(DType::f16); }
TEST(kv_store, writes_only_its_slot_bf16) { check_kv_store<Bf16>(DType::bf16); }

// As rows of blocks: each row's bits by its own, with all kinds of values, and nothing beside it touched.
TEST(kv_store, writes_only_its_slot_q8_0) {
  constexpr int32_t kBlocks = 2, kHeads = 3, kBlockTokens = 16;
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  for (const KernelTable* table : tables) {
    for (const int32_t head_size : {1, 7, 31, 32, 33, 64, 80, 128}) {
      for (const Flush flush : {Flush::front, Flush::back}) {
        const int64_t row = (head_size + 31) / 32;
        const int64_t cache_size = kBlocks * 2 * kHeads * kBlockTokens * row;
        Guarded<Q8_0> cache(cache_size, flush), expected(cache_size, flush);
        Guarded<float> k(kHeads * head_size, flush), v(kHeads * head_size, flush);
        Values values(static_cast<uint32_t>(head_size));
        std::memset(cache.data(), 0x5a, static_cast<size_t>(cache_size) * sizeof(Q8_0));
        std::memset(expected.data(), 0x5a, static_cast<size_t>(cache_size) * sizeof(Q8_0));
        const KvLayer layer{cache.data(), DType::q8_0, kHeads, kBlockTokens, head_size};
        for (const int32_t slot : {0, 15}) {
          slot == 0 ? values.fill_ordinary(k.data(), kHeads * head_size) : values.fill(k.data(), kHeads * head_size);
          values.fill_ordinary(v.data(), kHeads * head_size);
          table->kv_store(layer, 1, slot, k.data(), v.data());
          for (int64_t h = 0; h < kHeads; ++h) {
            store_cached<ExactHalf>(k.data() + h * head_size, head_size, expected.data() + (((2 + 0) * kHeads + h) * kBlockTokens + slot) * row);
            store_cached<ExactHalf>(v.data() + h * head_size, head_size, expected.data() + (((2 + 1) * kHeads + h) * kBlockTokens + slot) * row);
          }
          CHECK(cache.same_bytes(expected));
        }
      }
    }
  }
}

TEST(kv_store, a_byte_is_within_half_a_step_of_its_value_and_odd_values_spoil_their_block_alone) {
  Values values(9);
  for (const float scale : {1.0f, 1e-4f, 3e4f}) {
    float row[96];
    Q8_0 blocks[3];
    values.fill_ordinary(row, 96);
    for (float& value : row) value *= scale;
    store_cached<ExactHalf>(row, 96, blocks);
    for (int32_t i = 0; i < 96; ++i) {
      const float step = widen(blocks[i / 32].scale);
      CHECK(std::abs(step * static_cast<float>(blocks[i / 32].q[i % 32]) - row[i]) <= 0.501f * step);
    }
    for (const float odd : {INFINITY, -INFINITY, NAN, 1e7f}) {
      row[40] = odd;
      store_cached<ExactHalf>(row, 96, blocks);
      CHECK(std::isfinite(widen(blocks[0].scale)) && std::isnan(widen(blocks[1].scale)) && std::isfinite(widen(blocks[2].scale)));
    }
  }
  const float tiny[2] = {1e-20f, -0.0f};
  Q8_0 block;
  store_cached<ExactHalf>(tiny, 2, &block);
  CHECK_EQ(widen(block.scale), 0.0f);
  for (const int8_t q : block.q) CHECK_EQ(q, 0);
}

TEST(exp_sum, has_the_reference_bits) {
  for_each_shape([](const KernelTable& table, int32_t size, Flush flush) {
    Guarded<float> x(size, flush);
    Values values(static_cast<uint32_t>(size));
    values.fill(x.data(), size);
    x[values.below(static_cast<uint32_t>(size))] = NAN;
    x[values.below(static_cast<uint32_t>(size))] = -INFINITY;
    for (const float scale : {1.0f, 0.3f, 1e30f, 3.4e38f}) {
      float highest = -INFINITY;
      for (const float value : x) highest = value > highest ? value : highest;
      if (std::isinf(highest)) highest = 0;
      const double sum = table.exp_sum(x.data(), size, highest, scale);
      CHECK_EQ(std::bit_cast<uint64_t>(sum), std::bit_cast<uint64_t>(reference_kernels().exp_sum(x.data(), size, highest, scale)));
    }
  });
}

TEST(exp_sum, is_the_formula_and_leaves_odd_logits_out) {
  std::vector<float> x(1000);
  Values values(3);
  values.fill_ordinary(x.data(), 1000);
  double exact = 0;
  for (const float value : x) exact += std::exp((static_cast<double>(value) - 2) * 0.7);
  CHECK(std::abs(reference_kernels().exp_sum(x.data(), 1000, 2, 0.7f) - exact) < 1e-6 * exact);
  const float odd[] = {NAN, -INFINITY, INFINITY, 1};
  CHECK_EQ(reference_kernels().exp_sum(odd, 4, std::numeric_limits<float>::max(), 1), 1.0);
}

}  // namespace
}  // namespace weir::kernels

TEST_MAIN()
