// Weights are the left operand of the tensor cores and tokens the right one, so that a single token costs an eighth of a tile instead of a
// sixteenth, and both operands go from memory to registers in full vectors with no stop in between: the weights were packed for it (pack.h), and the
// sixteen bytes of activations that a thread loads are its share of two steps.
//
// Two kernels, one arithmetic. With few tokens, reading the weights is all: a block has one tile, its warps a slice each, and their sums are added
// in the order of the slices. With many, a warp walks all slices for its outputs, and adds each slice's sum as it ends. The same numbers are
// added in the same order, so which kernel ran shows in no bit.
//
// Both kernels are written for any Product, a struct that derives from what its caller says and has
//   using Weights                               how its matrices are packed
//   PackedMatrix w                              the matrix at hand
//   Range take(int32_t z)                       chooses the matrix of the blocks with that z, and tells which rows of the result are theirs
//   const Bf16* input(int32_t row)              what a row of the result is made of
//   void put(int32_t row, int32_t output, float value)
#pragma once

#include "kernels/cuda/cuda_kernels.h"
#include "kernels/cuda/pack.h"
#include "kernels/cuda/simt.h"

namespace weir::cuda {

using simt::kWarp;
using simt::Words2;
using simt::Words4;

constexpr int32_t kSliceChunks = kSliceCols / kChunkCols;
constexpr int32_t kTileTokens = 8;
constexpr int32_t kWarps = 8;
constexpr int32_t kFewAhead = 4;  // chunks: two kilobytes in flight for each warp, of BF16 four

// The left operand of a chunk's two steps, and what their sum is multiplied by: in rows g and g + 8.
struct Chunk {
  uint32_t a[2][4];
  float scale[2];
};

struct Bf16Weights {
  static constexpr Format kFormat = Format::bf16;
  static constexpr bool kScaled = false;
  struct Fetched {
    Words4 steps[2];
  };
  const Words4* data;

  WEIR_DEVICE explicit Bf16Weights(const PackedMatrix& w, int64_t first) : data(static_cast<const Words4*>(w.data) + first * 2 * kWarp) {}
  WEIR_DEVICE void fetch(int64_t chunk, Fetched& to) const {
    WEIR_UNROLL
    for (int32_t step = 0; step < 2; ++step) to.steps[step] = data[(chunk * 2 + step) * kWarp + simt::lane()];
  }
  WEIR_DEVICE static void widen(const Fetched& from, Chunk& to) {
    WEIR_UNROLL
    for (int32_t i = 0; i < 8; ++i) to.a[i / 4][i % 4] = from.steps[i / 4].word[i % 4];
  }
};

WEIR_DEVICE void widen_scales(uint32_t pair, Chunk& to) {
  to.scale[0] = kernels::widen(kernels::F16{static_cast<uint16_t>(pair)});
  to.scale[1] = kernels::widen(kernels::F16{static_cast<uint16_t>(pair >> 16)});
}

// Two signed bytes as BF16: 128 plus the lower seven bits is a BF16 whose last bit is worth one, and so is 128 or, of a negative byte, 256.
WEIR_DEVICE uint32_t widen_bytes(uint32_t word, int32_t shift) {
  constexpr uint32_t kMinusOne = 0xbf80bf80u, k128 = 0x43004300u;
  const uint32_t apart = (word >> shift & 0xffu) | (word >> shift & 0xff00u) << 8;
  return simt::fma_bf16x2(k128 | (apart & 0x00800080u), kMinusOne, k128 | (apart & 0x007f007fu));
}

struct ByteWeights {
  static constexpr Format kFormat = Format::q8;
  static constexpr bool kScaled = true;
  struct Fetched {
    Words4 bytes;
    uint32_t scales;
  };
  const Words4* data;
  const uint32_t* scales;

  WEIR_DEVICE explicit ByteWeights(const PackedMatrix& w, int64_t first)
      : data(static_cast<const Words4*>(w.data) + first * kWarp), scales(w.scales + first * (kTileRows / 2)) {}
  WEIR_DEVICE void fetch(int64_t chunk, Fetched& to) const {
    to = {data[chunk * kWarp + simt::lane()], scales[chunk * (kTileRows / 2) + simt::lane() / 4]};
  }
  WEIR_DEVICE static void widen(const Fetched& from, Chunk& to) {
    WEIR_UNROLL
    for (int32_t step = 0; step < 2; ++step) {
      WEIR_UNROLL
      for (int32_t i = 0; i < 4; ++i) to.a[step][i] = widen_bytes(from.bytes.word[2 * step + i % 2], i / 2 * 16);
    }
    widen_scales(from.scales, to);
  }
};

struct NibbleWeights {
  static constexpr Format kFormat = Format::q4;
  static constexpr bool kScaled = true;
  struct Fetched {
    Words2 nibbles;
    uint32_t scales;
  };
  const Words2* data;
  const uint32_t* scales;

  WEIR_DEVICE explicit NibbleWeights(const PackedMatrix& w, int64_t first)
      : data(static_cast<const Words2*>(w.data) + first * kWarp), scales(w.scales + first * (kTileRows / 2)) {}
  WEIR_DEVICE void fetch(int64_t chunk, Fetched& to) const {
    to = {data[chunk * kWarp + simt::lane()], scales[chunk * (kTileRows / 2) + simt::lane() / 4]};
  }
  // 128 plus a nibble is a BF16 whose last bit is worth one.
  WEIR_DEVICE static void widen(const Fetched& from, Chunk& to) {
    constexpr uint32_t kOne = 0x3f803f80u, k128 = 0x43004300u, kMinus136 = 0xc308c308u;
    WEIR_UNROLL
    for (int32_t step = 0; step < 2; ++step) {
      WEIR_UNROLL
      for (int32_t i = 0; i < 4; ++i) {
        to.a[step][i] = simt::fma_bf16x2(k128 | (from.nibbles.word[step] >> 4 * i & 0x000f000fu), kOne, kMinus136);
      }
    }
    widen_scales(from.scales, to);
  }
};

// A thread's share of the right operand: eight inputs of one token in each tile of tokens; zeros where there is no token.
template <int32_t tiles>
struct Tokens {
  const Bf16* rows[tiles];

  // Result rows first + 8 * tile + lane / 4, as far as they are below end.
  template <typename Product>
  WEIR_DEVICE Tokens(const Product& a, int32_t first, int32_t end) {
    WEIR_UNROLL
    for (int32_t n = 0; n < tiles; ++n) {
      const int32_t row = first + n * kTileTokens + simt::lane() / 4;
      rows[n] = row < end ? a.input(row) + 8 * (simt::lane() % 4) : nullptr;
    }
  }
  WEIR_DEVICE Words4 load(int32_t tile, int64_t chunk) const {
    return rows[tile] != nullptr ? *reinterpret_cast<const Words4*>(rows[tile] + chunk * kChunkCols) : Words4{};
  }
};

// Adds a chunk's two steps for one tile of tokens.
template <typename Weights, int32_t row_tiles, int32_t token_tiles>
WEIR_DEVICE void add_chunk(const Chunk (&chunk)[row_tiles], const uint32_t (&b)[2][2], int32_t n,
                           float (&sum)[row_tiles][token_tiles][4]) {
  WEIR_UNROLL
  for (int32_t m = 0; m < row_tiles; ++m) {
    if (Weights::kScaled) {
      float group[4] = {};
      simt::mma(group, chunk[m].a[0], b[0]);
      simt::mma(group, chunk[m].a[1], b[1]);
      WEIR_UNROLL
      for (int32_t j = 0; j < 4; ++j) sum[m][n][j] = std::fma(group[j], chunk[m].scale[j / 2], sum[m][n][j]);
    } else {
      simt::mma(sum[m][n], chunk[m].a[0], b[0]);
      simt::mma(sum[m][n], chunk[m].a[1], b[1]);
    }
  }
}

// Adds chunks [begin, end) of one slice to sum, which began as +0. `ahead` chunks are fetched before the first of them is used: what a chunk
// past the end would add is zero, so only the fetching asks where the end is.
template <int32_t ahead, typename Weights, int32_t row_tiles, int32_t token_tiles>
WEIR_DEVICE void add_slice(const Weights (&weights)[row_tiles], const Tokens<token_tiles>& tokens, int64_t begin, int64_t end,
                           float (&sum)[row_tiles][token_tiles][4]) {
  for (int64_t first = begin; first < begin + kSliceChunks && first < end; first += ahead) {
    typename Weights::Fetched fetched[ahead][row_tiles] = {};
    WEIR_UNROLL
    for (int32_t i = 0; i < ahead; ++i) {
      WEIR_UNROLL
      for (int32_t m = 0; m < row_tiles; ++m) {
        if (first + i < end) weights[m].fetch(first + i, fetched[i][m]);
      }
    }
    WEIR_UNROLL
    for (int32_t i = 0; i < ahead; ++i) {
      Chunk chunk[row_tiles];
      WEIR_UNROLL
      for (int32_t m = 0; m < row_tiles; ++m) Weights::widen(fetched[i][m], chunk[m]);
      WEIR_UNROLL
      for (int32_t n = 0; n < token_tiles; ++n) {
        const Words4 x = first + i < end ? tokens.load(n, first + i) : Words4{};
        const uint32_t b[2][2] = {{x.word[0], x.word[1]}, {x.word[2], x.word[3]}};
        add_chunk<Weights>(chunk, b, n, sum);
      }
    }
  }
}

struct Range {
  int32_t begin, end;
};

template <int32_t token_tiles>
struct FewShared {
  float sum[kWarps][kTileRows][token_tiles * kTileTokens];
};

// A block has one tile of outputs, and token_tiles tiles of tokens at a time.
template <typename Product, int32_t token_tiles>
WEIR_KERNEL void matmul_few(Product a) {
  using Weights = typename Product::Weights;
  constexpr int32_t kTokens = token_tiles * kTileTokens;
  constexpr int32_t kOutputs = kTileRows * kTokens;
  constexpr int32_t kThreads = kWarps * kWarp;
  constexpr int32_t kEach = (kOutputs + kThreads - 1) / kThreads;
  auto& shared = simt::block_memory<FewShared<token_tiles>>();
  const Range rows = a.take(simt::block_z());
  if (simt::block_x() * kTileRows >= a.w.rows) return;
  const int64_t chunks = (a.w.cols + kChunkCols - 1) / kChunkCols;
  const int32_t slices = static_cast<int32_t>((chunks + kSliceChunks - 1) / kSliceChunks);
  const Weights weights[1] = {Weights(a.w, simt::block_x() * chunks)};

  for (int32_t first = rows.begin + simt::block_y() * kTokens; first < rows.end; first += simt::grid_y() * kTokens) {
    const Tokens<token_tiles> tokens(a, first, rows.end);
    float total[kEach] = {};
    for (int32_t round = 0; round < slices; round += kWarps) {
      const int32_t slice = round + simt::warp();
      float sum[1][token_tiles][4] = {};
      if (slice < slices) add_slice<kFewAhead>(weights, tokens, slice * kSliceChunks, chunks, sum);
      simt::block_sync();
      WEIR_UNROLL
      for (int32_t n = 0; n < token_tiles; ++n) {
        WEIR_UNROLL
        for (int32_t j = 0; j < 4; ++j) {
          shared.sum[simt::warp()][simt::lane() / 4 + j / 2 * 8][n * kTileTokens + simt::lane() % 4 * 2 + j % 2] = sum[0][n][j];
        }
      }
      simt::block_sync();
      const int32_t present = slices - round < kWarps ? slices - round : kWarps;
      WEIR_UNROLL
      for (int32_t e = 0; e < kEach; ++e) {
        const int32_t at = e * kThreads + simt::thread();
        for (int32_t s = 0; s < present && at < kOutputs; ++s) total[e] += shared.sum[s][at % kTileRows][at / kTileRows];
      }
    }
    WEIR_UNROLL
    for (int32_t e = 0; e < kEach; ++e) {
      const int32_t at = e * kThreads + simt::thread();
      const int32_t output = simt::block_x() * kTileRows + at % kTileRows;
      const int32_t token = first + at / kTileRows;
      if (at >= kOutputs || output >= a.w.rows || token >= rows.end) continue;
      a.put(token, output, total[e]);
    }
  }
}

// A block of 4 x 2 warps, each with 2 tiles of outputs and 8 of tokens: 128 x 128.
constexpr int32_t kManyRowTiles = 2, kManyTokenTiles = 8, kManyWarpsDown = 4, kManyWarpsAcross = 2;
constexpr int32_t kManyBlockTiles = kManyRowTiles * kManyWarpsDown;
constexpr int32_t kManyBlockTokens = kManyTokenTiles * kTileTokens * kManyWarpsAcross;

template <typename Product>
WEIR_KERNEL void matmul_many(Product a) {
  using Weights = typename Product::Weights;
  const Range rows = a.take(simt::block_z());
  const int64_t chunks = (a.w.cols + kChunkCols - 1) / kChunkCols;
  const int32_t tiles = (a.w.rows + kTileRows - 1) / kTileRows;
  const int32_t tile = simt::block_x() * kManyBlockTiles + simt::warp() % kManyWarpsDown * kManyRowTiles;
  if (tile >= tiles) return;
  const auto weights_of = [&](int32_t m) { return Weights(a.w, (tile + m < tiles ? tile + m : tiles - 1) * chunks); };
  const Weights weights[kManyRowTiles] = {weights_of(0), weights_of(1)};

  const int32_t begin = rows.begin + simt::warp() / kManyWarpsDown * kManyTokenTiles * kTileTokens;
  for (int32_t first = begin + simt::block_y() * kManyBlockTokens; first < rows.end; first += simt::grid_y() * kManyBlockTokens) {
    const Tokens<kManyTokenTiles> tokens(a, first, rows.end);
    float total[kManyRowTiles][kManyTokenTiles][4] = {};
    for (int64_t slice = 0; slice < chunks; slice += kSliceChunks) {
      float sum[kManyRowTiles][kManyTokenTiles][4] = {};
      add_slice<1>(weights, tokens, slice, chunks, sum);
      WEIR_UNROLL
      for (int32_t m = 0; m < kManyRowTiles; ++m) {
        WEIR_UNROLL
        for (int32_t n = 0; n < kManyTokenTiles; ++n) {
          WEIR_UNROLL
          for (int32_t j = 0; j < 4; ++j) total[m][n][j] += sum[m][n][j];
        }
      }
    }
    WEIR_UNROLL
    for (int32_t m = 0; m < kManyRowTiles; ++m) {
      WEIR_UNROLL
      for (int32_t n = 0; n < kManyTokenTiles; ++n) {
        WEIR_UNROLL
        for (int32_t j = 0; j < 4; ++j) {
          const int32_t output = (tile + m) * kTileRows + simt::lane() / 4 + j / 2 * 8;
          const int32_t token = first + n * kTileTokens + simt::lane() % 4 * 2 + j % 2;
          if (output < a.w.rows && token < rows.end) a.put(token, output, total[m][n][j]);
        }
      }
    }
  }
}

constexpr int32_t kFewTokensMax = 64;
constexpr int32_t kGridMax = 65535;  // in y and z

// Of how many results a product is made at most.
struct Extent {
  int32_t outputs;
  int32_t rows;      // of all matrices together
  int32_t matrices;  // the z that there are
};

template <int32_t token_tiles, typename Product>
void launch_few(Stream stream, const Product& a, const Extent& extent) {
  const int32_t passes = extent.matrices > 1 ? 1 : (extent.rows + token_tiles * kTileTokens - 1) / (token_tiles * kTileTokens);
  simt::launch(stream, "matmul_few", matmul_few<Product, token_tiles>, {(extent.outputs + kTileRows - 1) / kTileRows, passes, extent.matrices},
               kWarps * kWarp, sizeof(FewShared<token_tiles>), a);
}

// How the rows are shared among several matrices is not known here; on average each gets this many, and one that gets more walks them in several passes.
template <typename Product>
void launch_product(Stream stream, const Product& a, const Extent& extent) {
  const int32_t rows = (extent.rows + extent.matrices - 1) / extent.matrices;
  if (rows > kFewTokensMax) {
    const int32_t passes = (rows + kManyBlockTokens - 1) / kManyBlockTokens;
    const int32_t tiles = (extent.outputs + kTileRows - 1) / kTileRows;
    simt::launch(stream, "matmul_many", matmul_many<Product>,
                 {(tiles + kManyBlockTiles - 1) / kManyBlockTiles, passes < kGridMax ? passes : kGridMax, extent.matrices},
                 kManyWarpsDown * kManyWarpsAcross * kWarp, 0, a);
  } else if (rows > 4 * kTileTokens) {
    launch_few<8>(stream, a, extent);
  } else if (rows > 2 * kTileTokens) {
    launch_few<4>(stream, a, extent);
  } else if (rows > kTileTokens) {
    launch_few<2>(stream, a, extent);
  } else {
    launch_few<1>(stream, a, extent);
  }
}

}  // namespace weir::cuda
