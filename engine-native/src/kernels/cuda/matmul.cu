// One matrix for all rows, or experts' matrices each for its own; the arithmetic is in products.h.
#include "kernels/cuda/products.h"

namespace weir::cuda {
namespace {

template <typename Packed>
struct MatmulProduct : Matmul {
  using Weights = Packed;

  WEIR_DEVICE Range take(int32_t expert) {
    if (experts.begins == nullptr) return {0, count};
    const int64_t tiles = (w.rows + kTileRows - 1) / kTileRows;
    const int64_t chunks = (w.cols + kChunkCols - 1) / kChunkCols;
    constexpr int64_t kChunkBytes = Weights::kFormat == Format::bf16 ? 1024 : Weights::kFormat == Format::q8 ? 512 : 256;
    w.data = static_cast<const char*>(w.data) + expert * tiles * chunks * kChunkBytes;
    if (Weights::kScaled) w.scales += expert * tiles * chunks * (kTileRows / 2);
    if (bias != nullptr) bias += static_cast<int64_t>(expert) * w.rows;
    return {experts.begins[expert], experts.begins[expert + 1]};
  }

  WEIR_DEVICE const Bf16* input(int32_t row) const {
    return x + static_cast<int64_t>(experts.sources != nullptr ? experts.sources[row] : row) * x_stride;
  }

  WEIR_DEVICE void put(int32_t row, int32_t output, float value) const {
    y[row * y_stride + output] = bias != nullptr ? value + bias[output] : value;
  }
};

template <typename Weights>
void launch(Stream stream, const Matmul& a) {
  launch_product(stream, MatmulProduct<Weights>{a}, {a.w.rows, a.count, a.experts.begins != nullptr ? a.experts.expert_count : 1});
}

}  // namespace

void matmul(Stream stream, const Matmul& a) {
  if (a.count == 0) return;
  switch (a.w.format) {
    case Format::bf16: return launch<Bf16Weights>(stream, a);
    case Format::q8: return launch<ByteWeights>(stream, a);
    case Format::q4: return launch<NibbleWeights>(stream, a);
  }
}

}  // namespace weir::cuda
