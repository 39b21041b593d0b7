// A block for each token. A table is always BF16 on a device, whatever its file holds.
#include "kernels/cuda/rows.h"

namespace weir::cuda {
namespace {

WEIR_KERNEL void embed_rows(Embed a) {
  const int64_t t = simt::block_x();
  const Bf16* const row = a.table + static_cast<int64_t>(a.token_ids[t]) * a.size;
  for (int32_t i = simt::thread(); i < a.size; i += kRowThreads) a.hidden[t * a.size + i] = kernels::widen(row[i]) * a.scale;
}

}  // namespace

void embed(Stream stream, const Embed& a) {
  if (a.count > 0) simt::launch(stream, "embed", embed_rows, {a.count}, kRowThreads, 0, a);
}

}  // namespace weir::cuda
