// A warp for each chunk, which it loads as a product would and stores row by row, a full vector a thread.
#include "kernels/cuda/products.h"

namespace weir::cuda {
namespace {

WEIR_DEVICE uint32_t scaled(uint32_t pair, float scale) {
  const Bf16 low{static_cast<uint16_t>(pair)}, high{static_cast<uint16_t>(pair >> 16)};
  return simt::pack_bf16(kernels::widen(low) * scale, kernels::widen(high) * scale);
}

template <typename Weights>
WEIR_KERNEL void unpack_tile(Unpack a) {
  const int64_t chunks = (a.w.cols + kChunkCols - 1) / kChunkCols;
  const int64_t at = static_cast<int64_t>(simt::block_y()) * kWarps + simt::warp();
  if (at >= chunks) return;
  const Weights weights(a.w, (a.row_begin / kTileRows + simt::block_x()) * chunks);
  typename Weights::Fetched fetched = {};
  weights.fetch(at, fetched);
  Chunk chunk = {};
  Weights::widen(fetched, chunk);
  WEIR_UNROLL
  for (int32_t half = 0; half < 2; ++half) {
    Words4 row = {{chunk.a[0][half], chunk.a[0][half + 2], chunk.a[1][half], chunk.a[1][half + 2]}};
    if (Weights::kScaled) {
      WEIR_UNROLL
      for (int32_t i = 0; i < 4; ++i) row.word[i] = scaled(row.word[i], chunk.scale[half]);
    }
    const int64_t to = static_cast<int64_t>(simt::block_x()) * kTileRows + simt::lane() / 4 + 8 * half;
    *reinterpret_cast<Words4*>(a.out + (to * chunks + at) * kChunkCols + 8 * (simt::lane() % 4)) = row;
  }
}

template <typename Weights>
void launch(Stream stream, const Unpack& a) {
  const int32_t chunks = (a.w.cols + kChunkCols - 1) / kChunkCols;
  simt::launch(stream, "unpack", unpack_tile<Weights>, {(a.row_count + kTileRows - 1) / kTileRows, (chunks + kWarps - 1) / kWarps}, kWarps * kWarp, 0, a);
}

}  // namespace

void unpack(Stream stream, const Unpack& a) {
  if (a.row_count == 0) return;
  switch (a.w.format) {
    case Format::bf16: return launch<Bf16Weights>(stream, a);
    case Format::q8: return launch<ByteWeights>(stream, a);
    case Format::q4: return launch<NibbleWeights>(stream, a);
  }
}

}  // namespace weir::cuda
