// The adapters' share of a tile's projections. Neighbouring rows with the same adapter are a group: their input is brought down to the
// adapter's rank in one go, and from there up to the projection's outputs, to which it is added. All by the matmul of the projections
// themselves, whose results depend on their own row alone; so a row's bits do not show who was in its group.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/kernels.h"
#include "model/adapter.h"
#include "model/token_row.h"
#include "runtime/memory.h"
#include "tensor/thread_pool.h"

namespace weir {

// Working memory for a tile of up to tile_tokens rows.
struct AdapterSpace {
  AdapterSpace(int32_t tile_tokens, Arena& arena);

  struct Group {
    const Adapter* adapter;
    int32_t begin;  // rows
    int32_t end;
  };

  int32_t tile_tokens;
  Group* groups;            // [tile_tokens]
  const LowRank** updates;  // [kAdaptedTogetherMax][tile_tokens] of a projection and a group; null where it has none
  float* low;               // [kAdaptedTogetherMax][tile_tokens][WEIR_ADAPTER_RANK_MAX] the rows' inputs, brought down
};

class AdapterPass {
 public:
  AdapterPass(const kernels::KernelTable& kernels, ThreadPool& pool, const AdapterSpace& space)
      : kernels_(kernels), pool_(pool), space_(space) {}

  // Finds the groups of rows[0, count); what follows is about these rows.
  void group(const TokenRow* rows, int32_t count);

  // Says that `linear` is the place-th of the projections that are adapted together.
  void put(int32_t place, const Linear& linear);

  // A x of every row and every projection in [0, places) that its adapter updates. They all read `in`. share_work: multiply-adds that are
  // worth a thread.
  template <typename ScratchOf>
  void bring_down(int32_t places, const float* in, int64_t inputs, int64_t share_work, const ScratchOf& scratch_of);

  // Adds scale * B (A x) to outputs [row_begin, row_end) of the place-th projection, which has `width` of them. Any thread of the pool.
  void bring_up(int32_t place, float* out, int64_t width, int64_t row_begin, int64_t row_end, const kernels::Scratch& scratch) const;

 private:
  const LowRank*& update(int32_t place, int32_t group) const { return space_.updates[place * space_.tile_tokens + group]; }
  float* low(int32_t place, int64_t row) const { return space_.low + (place * space_.tile_tokens + row) * WEIR_ADAPTER_RANK_MAX; }
  void bring_down(int32_t place, const float* in, int64_t inputs, int64_t row_begin, int64_t row_end, const kernels::Scratch& scratch) const;

  const kernels::KernelTable& kernels_;
  ThreadPool& pool_;
  AdapterSpace space_;
  int32_t group_count_ = 0;
  int32_t rank_max_ = 0;  // of the groups' adapters
};

// A row of one projection is a unit, and the rows of all of them are one range, so that one waking of the workers serves them all.
template <typename ScratchOf>
void AdapterPass::bring_down(int32_t places, const float* in, int64_t inputs, int64_t share_work, const ScratchOf& scratch_of) {
  if (group_count_ == 0) return;
  const int64_t first = space_.groups[0].begin;
  const int64_t rows = space_.groups[group_count_ - 1].end - first;
  pool_.parallel_for(places * rows, share_work / (inputs * rank_max_) + 1, [&](int64_t begin, int64_t end, int32_t worker) {
    for (int64_t place = begin / rows; place * rows < end; ++place) {
      bring_down(static_cast<int32_t>(place), in, inputs, first + std::max<int64_t>(begin - place * rows, 0),
                 first + std::min(end - place * rows, rows), scratch_of(worker));
    }
  });
}

}  // namespace weir
