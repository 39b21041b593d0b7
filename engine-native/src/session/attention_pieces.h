// How a device's attention is cut into pieces. Which kernel walks what, and how many of them, is a free choice: every cut gives the same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cuda/cuda_kernels.h"

namespace weir {

// Rows of one sequence in a tile, consecutive tokens of it.
struct RowRun {
  int32_t row_begin;
  int32_t row_count;
  int32_t last_position;
};

struct AttentionCut {
  std::vector<cuda::AttentionPiece> pieces;
  std::vector<int32_t> slot_begins;  // by row
  std::vector<int32_t> slot_counts;
  int32_t piece_rows_max = 0;
  int32_t slot_count = 0;
};

// Chunks of prompts go to pieces of neighbouring rows, each of which walks all that its rows see. A single row, which would keep one warp busy alone
// for as long as its sequence is, is cut into its splits, as long as there are slots for what they leave to be merged. At most row_count + slots_max
// pieces.
void cut_attention(const std::vector<RowRun>& runs, int32_t row_count, int32_t slots_max, AttentionCut& cut);

}  // namespace weir
