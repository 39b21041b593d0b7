// The formats: what their bits mean, in every table, against the definitions of block_testing.h.
#include "block_testing.h"

namespace weir::kernels {
namespace {

using testing::Flush;
using testing::Guarded;

std::vector<const KernelTable*> all_tables() {
  std::vector<const KernelTable*> tables = vector_tables();
  tables.push_back(&reference_kernels());
  return tables;
}

TEST(blocks, stand_for_what_the_format_says) {
  for (const DType dtype : kBlockTypes) {
    with_blocks(static_cast<const void*>(nullptr), dtype, [&]<typename Block>(const Block*) {
      CHECK_EQ(static_cast<int32_t>(sizeof(Block)), facts(dtype).block_bytes);
      CHECK_EQ(Block::kElements, facts(dtype).block_elements);
      for (const Flush flush : {Flush::front, Flush::back}) {
        for (const int64_t row_blocks : {1, 2, 5}) {
          constexpr int32_t kRows = 3;
          const int64_t cols = row_blocks * Block::kElements;
          Values values(7);
          const Guarded<Block> stored(kRows * row_blocks, flush);
          fill_blocks(values, stored.data(), stored.size());
          for (const KernelTable* table : all_tables()) {
            for (int32_t row = 0; row < kRows; ++row) {
              const Guarded<float> y(cols, flush);
              table->embed({stored.data(), dtype, kRows, cols}, row, y.data());
              for (int64_t i = 0; i < cols; ++i) {
                const double exact = weight_of(dtype, stored.data() + row * row_blocks, i);
                CHECK(same(y[i], static_cast<float>(exact)));  // one rounding at most
              }
            }
          }
        }
      }
    });
  }
}

}  // namespace
}  // namespace weir::kernels

TEST_MAIN()
