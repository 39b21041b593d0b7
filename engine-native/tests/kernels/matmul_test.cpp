#include <algorithm>
#include <memory>

#include "kernel_testing.h"

namespace weir::kernels {
namespace {

using testing::Flush;
using testing::Guarded;

constexpr float kUntouched = 12345;

// Weights, inputs and outputs between guard pages; strides longer than the rows where asked for.
template <typename Element>
struct Product {
  Matrix w;
  int32_t tokens;
  int64_t x_stride;
  int64_t y_stride;
  Guarded<Element> weights;
  Guarded<float> x;
  Guarded<float> bias;

  Product(DType dtype, int64_t rows, int64_t cols, int32_t token_count, int64_t gap, Flush flush)
      : tokens(token_count),
        x_stride(cols + gap),
        y_stride(rows + gap),
        weights(rows * cols, flush),
        x((token_count - 1) * x_stride + cols, flush),
        bias(rows, flush) {
    w = {weights.data(), dtype, rows, cols};
    Values values(static_cast<uint32_t>(rows * 31 + cols * 7 + token_count));
    values.fill(weights.data(), weights.size());
    values.fill(x.data(), x.size());
    values.fill(bias.data(), bias.size());
  }

  std::unique_ptr<Guarded<float>> run(const KernelTable& table, bool with_bias, int64_t begin, int64_t end, Flush flush) {
    auto y = std::make_unique<Guarded<float>>((tokens - 1) * y_stride + w.rows, flush);
    std::fill(y->begin(), y->end(), kUntouched);
    table.matmul(w, with_bias ? bias.data() : nullptr, x.data(), x_stride, tokens, y->data(), y_stride, begin, end, {});
    return y;
  }
};

template <typename Element>
void compare(DType dtype, int64_t rows, int64_t cols, int32_t tokens, int64_t gap, Flush flush) {
  Product<Element> product(dtype, rows, cols, tokens, gap, flush);
  const bool with_bias = (rows + cols + tokens) % 2 == 0;
  const auto expected = product.run(reference_kernels(), with_bias, 0, rows, flush);
  for (const KernelTable* table : vector_tables()) {
    const auto y = product.run(*table, with_bias, 0, rows, flush);
    CHECK_EQ(first_difference(*y, *expected, y->size()), -1);
  }
}

template <typename Element>
void compare_sizes(DType dtype) {
  for (const Flush flush : {Flush::front, Flush::back}) {
    for (const int32_t cols : kAwkwardSizes) compare<Element>(dtype, 17, cols, 1 + cols % 5, cols % 3, flush);
    for (const int32_t rows : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 100}) {
      for (const int32_t tokens : {1, 2, 3, 4, 5, 6, 7}) compare<Element>(dtype, rows, 33, tokens, 0, flush);
    }
    for (const int32_t tokens : {8, 15, 16, 31, 63, 64, 65, 66, 67, 68, 127, 130}) compare<Element>(dtype, 18, 49, tokens, 3, flush);
    for (const int32_t cols : {1024, 1025, 2047, 2049, 3000}) compare<Element>(dtype, 16, cols, 7, 0, flush);
  }
}

TEST(matmul, has_the_reference_bits_f32) { compare_sizes<float>(DType::f32); }
TEST(matmul, has_the_reference_bits_f16) { compare_sizes<F16>(DType::f16); }
TEST(matmul, has_the_reference_bits_bf16) { compare_sizes<Bf16>(DType::bf16); }

// However rows are split over threads and tokens over steps, each output keeps its bits, and no other is written.
TEST(matmul, splitting_changes_no_bit) {
  constexpr int64_t kRows = 75;
  constexpr int64_t kCols = 1100;
  constexpr int32_t kTokens = 70;
  Product<Bf16> product(DType::bf16, kRows, kCols, kTokens, 0, Flush::back);
  for (const KernelTable* table : vector_tables()) {
    const auto whole = product.run(*table, true, 0, kRows, Flush::back);
    for (const auto& [begin, end] : {std::pair<int64_t, int64_t>{0, 1}, {1, 17}, {3, 40}, {59, 75}, {60, 75}, {74, 75}, {5, 5}}) {
      const auto part = product.run(*table, true, begin, end, Flush::back);
      for (int64_t i = 0; i < part->size(); ++i) {
        const int64_t row = i % product.y_stride;
        CHECK(same((*part)[i], row >= begin && row < end ? (*whole)[i] : kUntouched));
      }
    }
    for (const int32_t count : {1, 2, 3, 4, 5, 64, 65}) {
      std::vector<float> y(static_cast<size_t>(kTokens * kRows));
      for (int32_t t = 0; t < kTokens; t += count) {
        table->matmul(product.w, product.bias.data(), product.x.data() + t * product.x_stride, product.x_stride,
                      std::min(count, kTokens - t), y.data() + t * kRows, kRows, 0, kRows, {});
      }
      CHECK_EQ(first_difference(y, *whole, kTokens * kRows), -1);
    }
  }
}

TEST(matmul, infinities_and_nans_reach_their_outputs_alone) {
  for (const KernelTable* table : vector_tables()) {
    for (const int32_t tokens : {1, 5}) {
      Product<float> product(DType::f32, 20, 50, tokens, 0, Flush::back);
      product.weights[3 * 50 + 49] = INFINITY;
      product.weights[7 * 50 + 20] = NAN;
      product.x[(tokens - 1) * product.x_stride + 48] = -INFINITY;
      const auto expected = product.run(reference_kernels(), false, 0, 20, Flush::back);
      const auto y = product.run(*table, false, 0, 20, Flush::back);
      CHECK_EQ(first_difference(*y, *expected, y->size()), -1);
      CHECK(std::isnan((*y)[7]));
      CHECK(tokens == 1 || std::isfinite((*y)[6]));
    }
  }
}

// Every product underflows to -0, and so does their sum. A tail padded with zeros would add +0 to the lanes beyond it, and give +0.
TEST(matmul, a_tail_leaves_the_other_lanes_alone) {
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  for (const KernelTable* table : tables) {
    for (const int32_t cols : {17, 24, 25, 31}) {
      for (const int32_t tokens : {1, 2, 5}) {
        const std::vector<float> w(static_cast<size_t>(cols), 1e-30f);
        const std::vector<float> x(static_cast<size_t>(cols * tokens), -1e-30f);
        std::vector<float> y(static_cast<size_t>(tokens), 1.0f);
        table->matmul({w.data(), DType::f32, 1, cols}, nullptr, x.data(), cols, tokens, y.data(), 1, 0, 1, {});
        for (const float value : y) CHECK(value == 0.0f && std::signbit(value));
      }
    }
  }
}

// The reference against double: sixteen chains of K / 16 roundings each, and four more, all below the sum of magnitudes.
TEST(matmul, is_the_formula) {
  for (const int32_t cols : kAwkwardSizes) {
    std::vector<float> w(static_cast<size_t>(cols)), x(w);
    Values values(static_cast<uint32_t>(cols));
    values.fill_ordinary(w.data(), cols);
    values.fill_ordinary(x.data(), cols);
    float y;
    reference_kernels().matmul({w.data(), DType::f32, 1, cols}, nullptr, x.data(), cols, 1, &y, 1, 0, 1, {});
    double exact = 0;
    double magnitude = 0;
    for (size_t k = 0; k < w.size(); ++k) {
      exact += static_cast<double>(w[k]) * x[k];
      magnitude += std::abs(static_cast<double>(w[k]) * x[k]);
    }
    CHECK(std::abs(y - exact) <= (cols / 16 + 5) * 0x1p-24 * magnitude);
  }
}

}  // namespace
}  // namespace weir::kernels

TEST_MAIN()
