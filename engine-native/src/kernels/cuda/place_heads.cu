// A block for each token; a warp takes one head after the other through its own corner of the block's memory. The arithmetic is the CPU's, operation
// by operation, but for the order of a norm's sum.
#include "kernels/cuda/kv_pages.h"

namespace weir::cuda {
namespace {

constexpr int32_t kWarps = kRowThreads / simt::kWarp;

struct Shared {
  float partial[kWarps];
  float head[kWarps][kHeadSizeMax];
};

struct Norm {
  const float* weight;  // of the head at hand, or null
  float scale;
};

// 1 / sqrt(mean of squares + epsilon) over `size` elements from `from` on, by the whole block.
WEIR_DEVICE float whole_scale(const float* from, int32_t size, float epsilon, float* partial) {
  float squares = 0;
  for (int32_t i = simt::thread(); i < size; i += kRowThreads) squares = std::fma(from[i], from[i], squares);
  return 1.0f / std::sqrt(simt::block_sum(squares, partial) / static_cast<float>(size) + epsilon);
}

// Loads a head, norms it where it has a norm, and turns it. The warp is in step when this returns.
WEIR_DEVICE void prepare(const PlaceHeads& a, int32_t t, const float* from, Norm norm, bool head_norm, float* head) {
  const int32_t size = a.pages.head_size;
  for (int32_t i = simt::lane(); i < size; i += simt::kWarp) head[i] = from[i];
  if (norm.weight != nullptr) {
    if (head_norm) {
      float squares = 0;
      for (int32_t i = simt::lane(); i < size; i += simt::kWarp) squares = std::fma(head[i], head[i], squares);
      norm.scale = 1.0f / std::sqrt(simt::warp_sum(squares) / static_cast<float>(size) + a.epsilon);
    }
    for (int32_t i = simt::lane(); i < size; i += simt::kWarp) head[i] = head[i] * norm.scale * norm.weight[i];
  }
  simt::warp_sync();
  for (int32_t i = simt::lane(); i < a.pair_count; i += simt::kWarp) {
    const float cos = a.cos[static_cast<int64_t>(t) * a.pair_count + i], sin = a.sin[static_cast<int64_t>(t) * a.pair_count + i];
    const float x = head[i], y = head[i + a.pair_count];
    head[i] = std::fma(-y, sin, x * cos);
    head[i + a.pair_count] = std::fma(x, sin, y * cos);
  }
  simt::warp_sync();
}

template <typename Element>
WEIR_KERNEL void place_token(PlaceHeads a) {
  Shared& shared = simt::block_memory<Shared>();
  const int32_t t = simt::block_x();
  const int32_t size = a.pages.head_size, width = padded_head(size);
  const int32_t kv_heads = a.pages.heads;
  const float* const qkv = a.qkv + static_cast<int64_t>(t) * (a.query_heads + 2 * kv_heads) * size;
  float query_scale = 1, key_scale = 1;
  if (a.norm_whole != 0 && a.query_norm != nullptr) {
    query_scale = whole_scale(qkv, a.query_heads * size, a.epsilon, shared.partial);
    key_scale = whole_scale(qkv + a.query_heads * size, kv_heads * size, a.epsilon, shared.partial);
  }
  const int32_t position = a.tables.positions[t];
  const int32_t block = a.tables.blocks[a.tables.table_begins[t] + position / kBlockTokens];
  const int32_t slot = position % kBlockTokens;
  Element* const pages = static_cast<Element*>(a.pages.data);
  float* const head = shared.head[simt::warp()];

  for (int32_t h = simt::warp(); h < a.query_heads + kv_heads; h += kWarps) {
    const bool query = h < a.query_heads;
    const int32_t at = query ? h : h - a.query_heads;
    const float* const norm = query ? a.query_norm : a.key_norm;
    const int32_t norm_at = a.norm_whole != 0 ? at * size : 0;
    prepare(a, t, qkv + h * size, {norm != nullptr ? norm + norm_at : nullptr, query ? query_scale : key_scale}, a.norm_whole == 0, head);
    if (query) {
      Bf16* const to = a.query + (static_cast<int64_t>(t) * a.query_heads + at) * width;
      for (int32_t i = simt::lane(); i < width; i += simt::kWarp) to[i] = narrowed(i < size ? head[i] : 0.0f);
    } else {
      Element* const keys = pages + kv_run(a.pages, block, at) + slot * width;
      Element* const values = pages + kv_run(a.pages, block, at) + kBlockTokens * width + slot;
      const float* const value = qkv + (h + kv_heads) * size;
      for (int32_t i = simt::lane(); i < width; i += simt::kWarp) {
        store_kv(keys + i, i < size ? head[i] : 0.0f);
        store_kv(values + i * kBlockTokens, i < size ? value[i] : 0.0f);
      }
    }
    simt::warp_sync();
  }
}

WEIR_KERNEL void turn_angles(Angles a) {
  const int64_t at = static_cast<int64_t>(simt::block_x()) * kRowThreads + simt::thread();
  if (at >= static_cast<int64_t>(a.count) * a.pair_count) return;
  const double angle = a.positions[at / a.pair_count] * a.frequencies[at % a.pair_count];
  a.cos[at] = static_cast<float>(std::cos(angle) * a.amplitude);
  a.sin[at] = static_cast<float>(std::sin(angle) * a.amplitude);
}

}  // namespace

int64_t kv_block_bytes(KvFormat format, int32_t heads, int32_t head_size) {
  return int64_t{2} * kBlockTokens * heads * padded_head(head_size) * (format == KvFormat::f8 ? 1 : 2);
}

void angles(Stream stream, const Angles& a) {
  const int64_t all = static_cast<int64_t>(a.count) * a.pair_count;
  if (all > 0) {
    simt::launch(stream, "angles", turn_angles, {static_cast<int32_t>((all + kRowThreads - 1) / kRowThreads)}, kRowThreads, 0, a);
  }
}

void place_heads(Stream stream, const PlaceHeads& a) {
  if (a.count == 0) return;
  simt::launch(stream, "place_heads", a.pages.format == KvFormat::f8 ? place_token<F8> : place_token<Bf16>, {a.count}, kRowThreads,
               padded(sizeof(Shared), 16), a);
}

}  // namespace weir::cuda
