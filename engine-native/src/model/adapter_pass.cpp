#include "model/adapter_pass.h"

namespace weir {

AdapterSpace::AdapterSpace(int32_t tile, Arena& arena)
    : tile_tokens(tile),
      groups(arena.take<Group>(tile)),
      updates(arena.take<const LowRank*>(saturating_product(kAdaptedTogetherMax, tile))),
      low(arena.take<float>(saturating_product(kAdaptedTogetherMax * WEIR_ADAPTER_RANK_MAX, tile))) {}

void AdapterPass::group(const TokenRow* rows, int32_t count) {
  group_count_ = 0;
  rank_max_ = 0;
  for (int32_t begin = 0, end; begin < count; begin = end) {
    for (end = begin + 1; end < count && rows[end].adapter == rows[begin].adapter;) ++end;
    if (rows[begin].adapter == nullptr) continue;
    space_.groups[group_count_++] = {rows[begin].adapter, begin, end};
    rank_max_ = std::max(rank_max_, rows[begin].adapter->rank());
  }
}

void AdapterPass::put(int32_t place, const Linear& linear) {
  for (int32_t g = 0; g < group_count_; ++g) update(place, g) = space_.groups[g].adapter->find(linear);
}

void AdapterPass::bring_down(int32_t place, const float* in, int64_t inputs, int64_t row_begin, int64_t row_end,
                             const kernels::Scratch& scratch) const {
  for (int32_t g = 0; g < group_count_; ++g) {
    const AdapterSpace::Group& group = space_.groups[g];
    const int64_t begin = std::max<int64_t>(group.begin, row_begin);
    const int64_t end = std::min<int64_t>(group.end, row_end);
    const LowRank* const found = update(place, g);
    if (found == nullptr || begin >= end) continue;
    kernels_.matmul(found->a, nullptr, in + begin * inputs, inputs, static_cast<int32_t>(end - begin), low(place, begin),
                    WEIR_ADAPTER_RANK_MAX, 0, found->a.rows, scratch);
  }
}

// Block by block, through a buffer that stays in the first-level cache. How the blocks are cut shows in no bit: an output is one sum.
void AdapterPass::bring_up(int32_t place, float* out, int64_t width, int64_t row_begin, int64_t row_end,
                           const kernels::Scratch& scratch) const {
  constexpr int64_t kBlockOutputs = 64;
  constexpr int64_t kBlockTokens = 32;
  alignas(64) float added[kBlockTokens * kBlockOutputs];
  for (int32_t g = 0; g < group_count_; ++g) {
    const AdapterSpace::Group& group = space_.groups[g];
    const LowRank* const found = update(place, g);
    if (found == nullptr) continue;
    for (int64_t row = row_begin; row < row_end; row += kBlockOutputs) {
      const int64_t outputs = std::min(kBlockOutputs, row_end - row);
      const kernels::Matrix block = kernels::row_range(found->b, row, outputs);
      for (int64_t t = group.begin; t < group.end; t += kBlockTokens) {
        const int64_t tokens = std::min<int64_t>(kBlockTokens, group.end - t);
        kernels_.matmul(block, nullptr, low(place, t), WEIR_ADAPTER_RANK_MAX, static_cast<int32_t>(tokens), added, kBlockOutputs, 0,
                        outputs, scratch);
        for (int64_t i = 0; i < tokens; ++i) {
          kernels_.add_scaled(out + (t + i) * width + row, added + i * kBlockOutputs, group.adapter->scale(),
                              static_cast<int32_t>(outputs));
        }
      }
    }
  }
}

}  // namespace weir
