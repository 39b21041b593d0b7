// Products with quantized weights by AMX: one instruction sums a whole group of up to sixteen tokens with sixteen rows, 16 x 16 integers. They
// leave the tile through memory, become floats and are added under both scales, in registers that keep the sums of a tile of tokens over
// a whole stretch of K. That takes about as long as three instructions on every register of integers: so this is bound by the sixteen-lane
// arithmetic, not by the tiles, and while one group is added up the next one is multiplied.
//
// Packed bytes are multiplied where they lie. Smaller codes become bytes a stretch at a time, for all tokens.
#pragma once

#include <immintrin.h>

#include <array>
#include <utility>

#include "kernels/cpu/avx512.h"
#include "kernels/cpu/matmul_blocks.h"

namespace weir::kernels {

// The registers of avx512.h, and the tiles. The first four tiles serve whole tiles of tokens, the others the last one, which has fewer.
struct Amx : Avx512Vnni {
  static constexpr int32_t kByteZero = 0;  // the instruction of tiles takes signed weights
  static Int bytes(Int weights) { return weights; }

  // What was written there is in memory: the instructions of tiles read it, and the compiler does not know that they do.
  [[gnu::always_inline]] static void written(const void* at) { __asm__ volatile("" ::"r"(at) : "memory"); }

  struct Config {
    uint8_t palette = 1;
    uint8_t start_row = 0;
    uint8_t reserved[14] = {};
    uint16_t row_bytes[16] = {};
    uint8_t rows[16] = {};
  };
  static_assert(sizeof(Config) == 64);

  // Holds the tiles for groups of `group` inputs and a last tile of `last_tokens`, until it goes.
  class Tiles {
   public:
    Tiles(int32_t group, int64_t last_tokens) {
      alignas(64) Config config;
      const auto set = [&](int32_t tile, int64_t rows, int32_t row_bytes) {
        config.rows[tile] = static_cast<uint8_t>(rows);
        config.row_bytes[tile] = static_cast<uint16_t>(row_bytes);
      };
      set(0, kTileInputs, kPanelRows * 4);
      set(1, kTileInputs, kPanelRows * 4);
      set(2, kTileInputs, group);
      set(3, group / kQuad, kPanelRows * kQuad);
      set(4, last_tokens, kPanelRows * 4);
      set(5, last_tokens, kPanelRows * 4);
      set(6, last_tokens, group);
      written(&config);
      _tile_loadconfig(&config);
    }
    ~Tiles() { _tile_release(); }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;
  };

  // integers[token][row] of one group: inputs with 32 bytes from token to token, sixteen rows of codes. The groups of a stretch take turns with
  // two tiles, so that one may still be stored while the other is filled.
  template <bool whole, bool odd>
  [[gnu::always_inline]] static void multiply(const int8_t* inputs, const std::byte* codes, int32_t* integers) {
    _tile_loadd(3, codes, kPanelRows * kQuad);
    if constexpr (whole) {
      _tile_loadd(2, inputs, kInputGroup);
      if constexpr (odd) {
        _tile_zero(1);
        _tile_dpbssd(1, 2, 3);
        _tile_stored(1, integers, kPanelRows * 4);
      } else {
        _tile_zero(0);
        _tile_dpbssd(0, 2, 3);
        _tile_stored(0, integers, kPanelRows * 4);
      }
    } else {
      _tile_loadd(6, inputs, kInputGroup);
      if constexpr (odd) {
        _tile_zero(5);
        _tile_dpbssd(5, 6, 3);
        _tile_stored(5, integers, kPanelRows * 4);
      } else {
        _tile_zero(4);
        _tile_dpbssd(4, 6, 3);
        _tile_stored(4, integers, kPanelRows * 4);
      }
    }
  }
};

namespace cpu {

constexpr int64_t kStretch = 512;  // elements of K that are opened at a time, a multiple of every block

// What a stretch of sixteen rows is opened to.
template <typename Block>
struct Panel {
  static constexpr int32_t kQuads = Block::kGroup / kQuad;  // of a group
  static constexpr int32_t kGroups = kStretch / Block::kGroup;

  alignas(64) std::byte codes[kStretch * kPanelRows];  // [group][quad][row][kQuad]
  alignas(64) float scales[kGroups * kPanelRows];
  alignas(64) float offsets[kGroups * kPanelRows];
};

// A stretch of sixteen rows as the tiles take it.
struct Stretch {
  const std::byte* codes;  // of one group after the other
  const float* scales;   // [group][row]
  const float* offsets;  // the same, of formats that have them
  int64_t first;         // group of K
  int64_t count;
};

// Adds a group's integers to the sums of its tokens, under the scales of both.
template <typename Ops, typename Block, int32_t Tokens>
[[gnu::always_inline]] inline void add_scaled_group(const Stretch& stretch, int64_t group, const Inputs& x, int64_t at, const int32_t* integers,
                                                    typename Ops::Float (&sums)[Tokens]) {
  const typename Ops::Float scales = Ops::load(stretch.scales + group * kPanelRows);
#pragma GCC unroll 16
  for (int32_t t = 0; t < Tokens; ++t) {
    const typename Ops::Float scale = Ops::mul(scales, Ops::broadcast(x.scales[at + t]));
    sums[t] = Ops::fma(Ops::to_float(Ops::load_int(integers + t * kPanelRows)), scale, sums[t]);
    if constexpr (Block::kOffset) {
      const typename Ops::Float offsets = Ops::negate(Ops::load(stretch.offsets + group * kPanelRows));
      sums[t] = Ops::fma(offsets, Ops::broadcast(x.totals[at + t]), sums[t]);
    }
  }
}

// Adds a stretch to the sums of the Tokens tokens of the tile that begins with `token`.
template <typename Ops, typename Block, int32_t Tokens>
inline void add_tile(const Stretch& stretch, const Inputs& x, int64_t token, float* to) {
  constexpr int32_t kGroupsOfInputs = kInputGroup / Block::kGroup;
  constexpr bool kWhole = Tokens == kTileInputs;
  alignas(64) int32_t even[Tokens * kPanelRows];
  alignas(64) int32_t odd[Tokens * kPanelRows];
  typename Ops::Float sums[Tokens];
#pragma GCC unroll 16
  for (int32_t t = 0; t < Tokens; ++t) sums[t] = Ops::load(to + t * kPanelRows);
  const int64_t begin = x.index(token, stretch.first / kGroupsOfInputs);
  const auto index_of = [=](int64_t g) { return begin + g / kGroupsOfInputs * Tokens; };
  const int8_t* const q = x.q;
  const auto inputs_of = [=](int64_t g) { return q + index_of(g) * kInputGroup + g % kGroupsOfInputs * Block::kGroup; };
  const std::byte* const codes = stretch.codes;
  constexpr int64_t kGroupBytes = kPanelRows * Block::kGroup;
  Ops::template multiply<kWhole, false>(inputs_of(0), codes, even);
  int64_t g = 1;
  for (; g + 1 < stretch.count; g += 2) {
    Ops::template multiply<kWhole, true>(inputs_of(g), codes + g * kGroupBytes, odd);
    add_scaled_group<Ops, Block, Tokens>(stretch, g - 1, x, index_of(g - 1), even, sums);
    Ops::template multiply<kWhole, false>(inputs_of(g + 1), codes + (g + 1) * kGroupBytes, even);
    add_scaled_group<Ops, Block, Tokens>(stretch, g, x, index_of(g), odd, sums);
  }
  if (g < stretch.count) Ops::template multiply<kWhole, true>(inputs_of(g), codes + g * kGroupBytes, odd);
  add_scaled_group<Ops, Block, Tokens>(stretch, g - 1, x, index_of(g - 1), even, sums);
  if (g < stretch.count) add_scaled_group<Ops, Block, Tokens>(stretch, g, x, index_of(g), odd, sums);
#pragma GCC unroll 16
  for (int32_t t = 0; t < Tokens; ++t) Ops::store(to + t * kPanelRows, sums[t]);
}

template <typename Ops, typename Block>
inline void add_tiles(const Stretch& stretch, const Inputs& x, int64_t token, int64_t tokens, float* sums) {
  using AddTile = void (*)(const Stretch&, const Inputs&, int64_t, float*);
  static constexpr auto kAddTile = []<int32_t... i>(std::integer_sequence<int32_t, i...>) {
    return std::array<AddTile, kTileInputs>{add_tile<Ops, Block, i + 1>...};
  }(std::make_integer_sequence<int32_t, kTileInputs>{});
  for (; tokens > 0; token += kTileInputs, tokens -= kTileInputs, sums += kTileInputs * kPanelRows) {
    kAddTile[static_cast<size_t>(x.tile_tokens(token) - 1)](stretch, x, token, sums);
  }
}

// Opens groups [first, first + count) of a packed panel.
template <typename Ops, typename Block>
inline Stretch open_packed(const std::byte* at, const PanelShape& shape, int64_t first, int64_t count, Panel<Block>& panel) {
  constexpr bool kBytes = Block::kType == DType::q8_0;
  const FromPacked<Ops, Block> from(at, shape);
  for (int64_t g = 0; g < count; ++g) {
    Ops::store(panel.scales + g * kPanelRows, from.scale(first + g, 0));
    if constexpr (Block::kOffset) Ops::store(panel.offsets + g * kPanelRows, from.offset(first + g, 0));
    if constexpr (!kBytes) {
      for (int32_t q = 0; q < panel.kQuads; ++q) {
        const typename Ops::Int centred = _mm512_sub_epi8(from.quad(first + g, q, 0), _mm512_set1_epi8(from.kZero));
        Ops::store_int(panel.codes + (g * panel.kQuads + q) * kPanelRows * kQuad, centred);
      }
    }
  }
  const std::byte* codes = panel.codes;
  if constexpr (kBytes) codes = from.codes + first * shape.block_bytes;
  return {codes, panel.scales, panel.offsets, first, count};
}

template <typename Tiled>
inline void multiply_tiles(const Matrix& w, const float* bias, const Inputs& x, float* y, int64_t y_stride, int64_t row_begin,
                           int64_t row_end, const Scratch& scratch) {
  if (x.tokens == 1 || !w.packed) return matmul_inputs<Avx512Vnni>(w, bias, x, y, y_stride, row_begin, row_end, scratch);
  with_blocks(w.data, w.dtype, [&]<typename Block>(const Block*) {
    const typename Tiled::Tiles tiles(Block::kGroup, (x.tokens - 1) % kTileInputs + 1);
    const int64_t groups = w.cols / Block::kGroup;
    const PanelShape shape = panel_shape(w.dtype, w.cols);
    for_each_panel<Tiled>(w, bias, x, y, y_stride, row_begin, row_end, scratch, [&](int64_t row, int64_t token, int64_t tokens, float* sums) {
      Panel<Block> panel;
      for (int64_t first = 0; first < groups; first += panel.kGroups) {
        const int64_t count = groups - first < panel.kGroups ? groups - first : panel.kGroups;
        const Stretch stretch = open_packed<Tiled, Block>(panel_of(w, row).panel, shape, first, count, panel);
        Tiled::written(&panel);
        add_tiles<Tiled, Block>(stretch, x, token, tokens, sums);
      }
    });
  });
}

}  // namespace cpu
}  // namespace weir::kernels
