// A block for each row, which it reads once: the row stays in the block's memory between the addition and the norms. Thread i sums elements i,
// i + 256 and so on, so a sum's order depends on the row's length alone.
#include "kernels/cuda/rows.h"

namespace weir::cuda {
namespace {

struct Shared {
  float partial[kRowThreads / simt::kWarp];

  WEIR_DEVICE float* row() { return reinterpret_cast<float*>(this + 1); }  // [size]
};

// 1 / sqrt(mean of squares + epsilon) of the row in the block's memory; every thread reads what it wrote.
WEIR_DEVICE float norm_scale(Shared& shared, int32_t size, float epsilon) {
  const float* const row = shared.row();
  float squares = 0;
  for (int32_t i = simt::thread(); i < size; i += kRowThreads) squares = std::fma(row[i], row[i], squares);
  return 1.0f / std::sqrt(simt::block_sum(squares, shared.partial) / static_cast<float>(size) + epsilon);
}

WEIR_KERNEL void residual_norm_rows(ResidualNorm a) {
  Shared& shared = simt::block_memory<Shared>();
  float* const row = shared.row();
  const int64_t t = a.rows != nullptr ? a.rows[simt::block_x()] : simt::block_x();
  float* const hidden = a.hidden + t * a.size;
  if (a.delta != nullptr) {
    const float* const delta = a.delta + t * a.size;
    float scale = 1;
    if (a.delta_norm != nullptr) {
      for (int32_t i = simt::thread(); i < a.size; i += kRowThreads) row[i] = delta[i];
      scale = norm_scale(shared, a.size, a.epsilon);
    }
    for (int32_t i = simt::thread(); i < a.size; i += kRowThreads) {
      const float added = a.delta_norm != nullptr ? delta[i] * scale * a.delta_norm[i] : delta[i];
      hidden[i] = row[i] = hidden[i] + added;
    }
  } else {
    for (int32_t i = simt::thread(); i < a.size; i += kRowThreads) row[i] = hidden[i];
  }
  const float scale = a.norm != nullptr ? norm_scale(shared, a.size, a.epsilon) : 1.0f;
  const int64_t width = padded(a.size, kChunkCols);
  for (int32_t i = simt::thread(); i < width; i += kRowThreads) {
    const float value = i >= a.size ? 0.0f : a.norm != nullptr ? row[i] * scale * a.norm[i] : row[i];
    a.out[simt::block_x() * width + i] = narrowed(value);
    if (a.out_exact != nullptr && i < a.size) a.out_exact[static_cast<int64_t>(simt::block_x()) * a.size + i] = value;
  }
}

}  // namespace

void residual_norm(Stream stream, const ResidualNorm& a) {
  if (a.count == 0) return;
  const int64_t shared_bytes = static_cast<int64_t>(sizeof(Shared)) + padded(a.size, 4) * static_cast<int64_t>(sizeof(float));
  simt::launch(stream, "residual_norm", residual_norm_rows, {a.count}, kRowThreads, shared_bytes, a);
}

}  // namespace weir::cuda
