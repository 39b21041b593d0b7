// A block for each row. Of the shifts of a row, which may name a token twice, each thread takes those of its own tokens, in their order; so the result is
// the CPU's, bit for bit.
#include "kernels/cuda/rows.h"

namespace weir::cuda {
namespace {

WEIR_KERNEL void shift_rows(ShiftLogits a) {
  float* const logits = a.logits + static_cast<int64_t>(simt::block_x()) * a.vocab_size;
  const int32_t end = a.begins[simt::block_x() + 1];
  for (int32_t i = a.begins[simt::block_x()]; i < end; ++i) {
    const weir_logit_shift shift = a.shifts[i];
    if (shift.token_id % kRowThreads != simt::thread()) continue;
    const float logit = logits[shift.token_id];
    logits[shift.token_id] = (logit > 0 ? logit / shift.repetition : logit * shift.repetition) + shift.bias;
  }
}

}  // namespace

void shift_logits(Stream stream, const ShiftLogits& a) {
  if (a.count > 0) simt::launch(stream, "shift_logits", shift_rows, {a.count}, kRowThreads, 0, a);
}

}  // namespace weir::cuda
