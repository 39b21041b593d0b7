#include <algorithm>
#include <memory>

#include "block_testing.h"
#include "kernels/inputs.h"
#include "kernels/packed.h"

namespace weir::kernels {
namespace {

using testing::Flush;
using testing::Guarded;

constexpr float kUntouched = 12345;

class ScratchMemory {
 public:
  explicit ScratchMemory(int64_t bytes) : memory_(bytes / 64 * 64, Flush::front) {}
  Scratch scratch() const { return {memory_.data(), memory_.size()}; }

 private:
  Guarded<std::byte> memory_;
};

// Quantized weights, inputs and outputs between guard pages; strides longer than the rows where asked for.
template <typename Block>
struct Product {
  Matrix w;
  int32_t tokens;
  int64_t x_stride;
  int64_t y_stride;
  Guarded<Block> weights;
  Guarded<float> x;
  Guarded<float> bias;

  Product(DType dtype, int64_t rows, int64_t row_blocks, int32_t token_count, int64_t gap, Flush flush)
      : tokens(token_count),
        x_stride(row_blocks * Block::kElements + gap),
        y_stride(rows + gap),
        weights(rows * row_blocks, flush),
        x((token_count - 1) * x_stride + row_blocks * Block::kElements, flush),
        bias(rows, flush) {
    w = {weights.data(), dtype, rows, row_blocks * Block::kElements};
    Values values(static_cast<uint32_t>(rows * 31 + row_blocks * 7 + token_count));
    fill_blocks(values, weights.data(), weights.size());
    values.fill(x.data(), x.size());
    values.fill(bias.data(), bias.size());
  }

  std::unique_ptr<Guarded<float>> run(const KernelTable& table, bool with_bias, int64_t begin, int64_t end, Flush flush,
                                      const Scratch& scratch) {
    auto y = std::make_unique<Guarded<float>>((tokens - 1) * y_stride + w.rows, flush);
    std::fill(y->begin(), y->end(), kUntouched);
    table.matmul(w, with_bias ? bias.data() : nullptr, x.data(), x_stride, tokens, y->data(), y_stride, begin, end, scratch);
    return y;
  }
};

// The matrix of a product as it is packed, flush with a guard page.
struct Packed {
  Guarded<std::byte> memory;
  Matrix w;

  Packed(const Matrix& from, Flush flush) : memory(packed_bytes(from.dtype, from.rows, from.cols), flush), w(from) {
    const int64_t row_bytes = stored_bytes(from.dtype, from.cols);
    const int64_t panel_bytes = panel_shape(from.dtype, from.cols).size_bytes;
    for (int64_t row = 0; row < from.rows; row += kPanelRows) {
      pack_panel(from.dtype, static_cast<const std::byte*>(from.data) + row * row_bytes, std::min<int64_t>(kPanelRows, from.rows - row), from.cols,
                 memory.data() + row / kPanelRows * panel_bytes);
    }
    w.data = memory.data();
    w.packed = true;
  }
};

// A packed matrix gives in every table the bits that the reference gives of the matrix as it was; so do rows of it that begin within a panel.
template <typename Block>
void compare(DType dtype, int64_t rows, int64_t row_blocks, int32_t tokens, int64_t gap, Flush flush) {
  Product<Block> product(dtype, rows, row_blocks, tokens, gap, flush);
  const bool with_bias = (rows + row_blocks + tokens) % 2 == 0;
  const ScratchMemory memory(matmul_scratch_bytes(product.w.cols));
  const auto expected = product.run(reference_kernels(), with_bias, 0, rows, flush, memory.scratch());
  const Packed packed(product.w, flush);
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  for (const KernelTable* table : tables) {
    product.w = packed.w;
    const auto y = product.run(*table, with_bias, 0, rows, flush, memory.scratch());
    CHECK_EQ(first_difference(*y, *expected, y->size()), -1);
    const auto part = product.run(*table, with_bias, rows / 3, rows - rows / 4, flush, memory.scratch());
    for (int64_t i = 0; i < part->size(); ++i) {
      const int64_t row = i % product.y_stride;
      CHECK(same((*part)[i], row >= rows / 3 && row < rows - rows / 4 ? (*expected)[i] : kUntouched));
    }
    const int64_t first = rows / 2;
    product.w = row_range(packed.w, first, rows - first);
    const auto later = product.run(*table, false, 0, rows - first, flush, memory.scratch());
    product.w = row_range(packed.w, 0, rows);
    const auto all = product.run(*table, false, 0, rows, flush, memory.scratch());
    for (int64_t t = 0; t < tokens; ++t) {
      const int64_t stride = product.y_stride;
      CHECK_EQ(first_difference(later->data() + t * stride, all->data() + t * stride + first, rows - first), -1);
    }
    std::vector<float> row(static_cast<size_t>(product.w.cols)), unpacked_row(row);
    table->embed(packed.w, static_cast<int32_t>(rows - 1), row.data());
    reference_kernels().embed({product.weights.data(), dtype, rows, product.w.cols}, static_cast<int32_t>(rows - 1), unpacked_row.data());
    CHECK_EQ(first_difference(row, unpacked_row, product.w.cols), -1);
  }
}

template <typename Body>
void for_each_type(const Body& body) {
  for (const DType dtype : kBlockTypes) {
    with_blocks(static_cast<const void*>(nullptr), dtype, [&]<typename Block>(const Block*) { body.template operator()<Block>(dtype); });
  }
}

TEST(matmul_blocks, has_the_reference_bits) {
  for_each_type([]<typename Block>(DType dtype) {
    constexpr int64_t kPerBlock = Block::kElements / 32;
    for (const Flush flush : {Flush::front, Flush::back}) {
      for (const int64_t groups : {1, 2, 3, 15, 16, 17, 31, 33, 40, 72}) {
        const int64_t row_blocks = (groups + kPerBlock - 1) / kPerBlock;
        compare<Block>(dtype, 33, row_blocks, 1, groups % 3, flush);
        compare<Block>(dtype, 17, row_blocks, 2 + static_cast<int32_t>(groups) % 5, groups % 3, flush);
      }
      for (const int32_t rows : {1, 2, 15, 16, 31, 32, 33, 50}) {
        for (const int32_t tokens : {1, 2, 3, 4, 5, 7, 8, 13}) compare<Block>(dtype, rows, 1, tokens, 0, flush);
      }
      for (const int32_t tokens : {15, 16, 17, 31, 33, 40, 67}) compare<Block>(dtype, 18, 2, tokens, 3, flush);
    }
  });
}

// A matrix that is looked up, not multiplied, is not packed; multiplied nevertheless, it is so by the reference.
TEST(matmul_blocks, takes_what_is_not_packed) {
  for_each_type([]<typename Block>(DType dtype) {
    Product<Block> product(dtype, 20, 2, 3, 1, Flush::back);
    const ScratchMemory memory(matmul_scratch_bytes(product.w.cols));
    const auto expected = product.run(reference_kernels(), true, 0, 20, Flush::back, memory.scratch());
    for (const KernelTable* table : vector_tables()) {
      const auto y = product.run(*table, true, 0, 20, Flush::back, memory.scratch());
      CHECK_EQ(first_difference(*y, *expected, y->size()), -1);
    }
  });
}

// However rows are split over threads, and tokens over steps and passes, each output keeps its bits, and no other is written.
TEST(matmul_blocks, splitting_changes_no_bit) {
  for_each_type([]<typename Block>(DType dtype) {
    constexpr int64_t kRows = 75;
    constexpr int32_t kTokens = 21;
    Product<Block> product(dtype, kRows, 768 / Block::kElements, kTokens, 0, Flush::back);
    const Packed packed(product.w, Flush::back);
    product.w = packed.w;
    const ScratchMemory memory(matmul_scratch_bytes(768));
    for (const KernelTable* table : vector_tables()) {
      const auto whole = product.run(*table, true, 0, kRows, Flush::back, memory.scratch());
      for (const auto& [begin, end] : {std::pair<int64_t, int64_t>{0, 1}, {1, 17}, {3, 40}, {59, 75}, {74, 75}, {5, 5}}) {
        const auto part = product.run(*table, true, begin, end, Flush::back, memory.scratch());
        for (int64_t i = 0; i < part->size(); ++i) {
          const int64_t row = i % product.y_stride;
          CHECK(same((*part)[i], row >= begin && row < end ? (*whole)[i] : kUntouched));
        }
      }
      for (const int64_t pass_tokens : {1, 2, 5, 20}) {
        const ScratchMemory little(Pass::scratch_bytes(768, pass_tokens) + 63);
        const auto y = product.run(*table, true, 0, kRows, Flush::back, little.scratch());
        CHECK_EQ(first_difference(*y, *whole, whole->size()), -1);
      }
    }
  });
}

// Whatever an input's row holds, it is that row's affair: infinity and NaN make NaN of its outputs, magnitudes too small to scale make zero.
TEST(matmul_blocks, a_row_keeps_its_infinities_to_itself) {
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  for (const KernelTable* table : tables) {
    Product<Q8_0> product(DType::q8_0, 20, 2, 5, 0, Flush::back);
    for (Q8_0& block : product.weights) narrow(0.5f, block.scale);
    const Packed packed(product.w, Flush::back);
    product.w = packed.w;
    product.x[0 * 64 + 3] = INFINITY;
    product.x[1 * 64 + 33] = -NAN;
    std::fill_n(product.x.data() + 2 * 64, 64, 1e-37f);
    std::fill_n(product.x.data() + 3 * 64, 64, -0.0f);
    const ScratchMemory memory(matmul_scratch_bytes(64));
    const auto y = product.run(*table, false, 0, 20, Flush::back, memory.scratch());
    for (int64_t r = 0; r < 20; ++r) {
      CHECK(std::isnan((*y)[0 * 20 + r]));
      CHECK(std::isnan((*y)[1 * 20 + r]));
      CHECK_EQ((*y)[2 * 20 + r], 0.0f);
      CHECK_EQ((*y)[3 * 20 + r], 0.0f);
      CHECK(std::isfinite((*y)[4 * 20 + r]));
    }
  }
}

// The reference against double: an input is off by at most half of 1/127 of the largest of its thirty-two. The errors are of both signs:
// their sum stays far below that of their bounds.
TEST(matmul_blocks, is_the_formula) {
  for_each_type([]<typename Block>(DType dtype) {
    constexpr int64_t kCols = 1024;
    constexpr int64_t kRows = 8;
    constexpr double kRounding = 1e-5;  // of floats, against the largest product
    Product<Block> product(dtype, kRows, kCols / Block::kElements, 1, 0, Flush::back);
    Values values(5);
    for (Block& block : product.weights) {
      narrow(values.ordinary(), block.scale);
      if constexpr (requires { block.least; }) narrow(values.ordinary(), block.least);
      if constexpr (requires { block.offset; }) narrow(values.ordinary(), block.offset);
    }
    values.fill_ordinary(product.x.data(), kCols);
    const ScratchMemory memory(matmul_scratch_bytes(kCols));
    const auto y = product.run(reference_kernels(), false, 0, kRows, Flush::back, memory.scratch());
    for (int64_t r = 0; r < kRows; ++r) {
      double exact = 0;
      double bound = 0;
      double largest_product = 0;
      for (int64_t k = 0; k < kCols; ++k) {
        double largest = 0;
        for (int64_t i = k / 32 * 32; i < k / 32 * 32 + 32; ++i) largest = std::max(largest, std::abs(static_cast<double>(product.x[i])));
        const double weight = weight_of(dtype, product.weights.data() + r * (kCols / Block::kElements), k);
        exact += weight * product.x[k];
        bound += std::abs(weight) * largest / 254;
        largest_product = std::max(largest_product, std::abs(weight) * largest);
      }
      CHECK(std::abs((*y)[r] - exact) <= 0.2 * bound + kRounding * largest_product);
    }
  });
}

}  // namespace
}  // namespace weir::kernels

TEST_MAIN()
