#include "session/attention_pieces.h"

#include <algorithm>

namespace weir {
namespace {

constexpr int32_t kPieceRows = 64;  // what the warps of a few blocks take together

}  // namespace

void cut_attention(const std::vector<RowRun>& runs, int32_t row_count, int32_t slots_max, AttentionCut& cut) {
  cut.pieces.clear();
  cut.slot_begins.assign(static_cast<size_t>(row_count), 0);
  cut.slot_counts.assign(static_cast<size_t>(row_count), 0);
  cut.piece_rows_max = 0;
  cut.slot_count = 0;
  for (const RowRun& run : runs) {
    const int32_t splits = run.last_position / cuda::kSplitTokens + 1;
    if (run.row_count == 1 && splits > 1 && cut.slot_count + splits <= slots_max) {
      cut.slot_begins[static_cast<size_t>(run.row_begin)] = cut.slot_count;
      cut.slot_counts[static_cast<size_t>(run.row_begin)] = splits;
      for (int32_t s = 0; s < splits; ++s) cut.pieces.push_back({run.row_begin, 1, s, s + 1, cut.slot_count++});
      cut.piece_rows_max = std::max(cut.piece_rows_max, 1);
      continue;
    }
    for (int32_t begin = 0; begin < run.row_count; begin += kPieceRows) {
      const int32_t rows = std::min(kPieceRows, run.row_count - begin);
      cut.pieces.push_back({run.row_begin + begin, rows, 0, splits, -1});
      cut.piece_rows_max = std::max(cut.piece_rows_max, rows);
    }
  }
}

}  // namespace weir
