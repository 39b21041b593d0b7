#include "kernels/cuda/pack.h"

#include <cstring>
#include <vector>

#include "kernels/blocks.h"
#include "kernels/packed.h"
#include "runtime/error.h"

namespace weir::cuda {
namespace {

using kernels::Matrix;

constexpr int32_t kLanes = 32;
constexpr int64_t kPairBytes = 4;

int64_t tiles(int64_t rows) { return (rows + kTileRows - 1) / kTileRows; }
int64_t chunks(int64_t cols) { return (cols + kChunkCols - 1) / kChunkCols; }

int64_t chunk_bytes(Format format) {
  switch (format) {
    case Format::bf16: return kTileRows * kChunkCols * 2;
    case Format::q8: return kTileRows * kChunkCols;
    case Format::q4: break;
  }
  return kTileRows * kChunkCols / 2;
}

// One tile before it is packed: a value of Element for each row and input.
template <typename Element>
struct Tile {
  int64_t cols;
  std::vector<Element> values;

  explicit Tile(int64_t padded_cols) : cols(padded_cols), values(static_cast<size_t>(kTileRows * padded_cols)) {}
  Element& at(int64_t row, int64_t col) { return values[static_cast<size_t>(row * cols + col)]; }
  const Element& at(int64_t row, int64_t col) const { return values[static_cast<size_t>(row * cols + col)]; }
};

void pack_chunk(const Tile<kernels::Bf16>& tile, int64_t chunk, std::byte* to) {
  for (int32_t step = 0; step < 2; ++step) {
    for (int32_t lane = 0; lane < kLanes; ++lane) {
      const int64_t row = lane / 4;
      const int64_t col = chunk * kChunkCols + 8 * (lane % 4) + 4 * step;
      const kernels::Bf16 fragment[8] = {tile.at(row, col),     tile.at(row, col + 1),     tile.at(row + 8, col),     tile.at(row + 8, col + 1),
                                         tile.at(row, col + 2), tile.at(row, col + 3), tile.at(row + 8, col + 2), tile.at(row + 8, col + 3)};
      std::memcpy(to + (step * kLanes + lane) * static_cast<int64_t>(sizeof fragment), fragment, sizeof fragment);
    }
  }
}

// Words of four bytes: row g and row g + 8 of the first step, then of the second.
void pack_bytes(const Tile<int8_t>& tile, int64_t chunk, std::byte* to) {
  for (int32_t lane = 0; lane < kLanes; ++lane) {
    for (int32_t word = 0; word < 4; ++word) {
      const int64_t col = chunk * kChunkCols + 8 * (lane % 4) + 4 * (word / 2);
      std::memcpy(to + lane * 16 + word * 4, &tile.at(lane / 4 + word % 2 * 8, col), 4);
    }
  }
}

// A word for each step: nibbles i and i + 4 of it are the two halves of fragment word i, each weight plus eight.
void pack_nibbles(const Tile<int8_t>& tile, int64_t chunk, std::byte* to) {
  for (int32_t lane = 0; lane < kLanes; ++lane) {
    for (int32_t step = 0; step < 2; ++step) {
      uint32_t word = 0;
      for (int32_t i = 0; i < 4; ++i) {
        const int64_t row = lane / 4 + i % 2 * 8;
        const int64_t col = chunk * kChunkCols + 8 * (lane % 4) + 4 * step + i / 2 * 2;
        word |= static_cast<uint32_t>(tile.at(row, col) + 8) << 4 * i;
        word |= static_cast<uint32_t>(tile.at(row, col + 1) + 8) << (4 * i + 16);
      }
      std::memcpy(to + lane * 8 + step * 4, &word, sizeof word);
    }
  }
}

void pack_floats(const Stack& stack, int64_t first, int64_t count, std::byte* data) {
  const int64_t chunk_count = chunks(stack.cols());
  Tile<kernels::Bf16> tile(chunk_count * kChunkCols);
  std::vector<float> row(static_cast<size_t>(stack.cols()));
  for (int64_t r = 0; r < count; ++r) {
    const Stack::Row from = stack.row(first + r);
    kernels::reference_kernels().embed(from.matrix, static_cast<int32_t>(from.index), row.data());
    for (int64_t c = 0; c < stack.cols(); ++c) kernels::narrow(row[static_cast<size_t>(c)], tile.at(r, c));
  }
  for (int64_t c = 0; c < chunk_count; ++c) pack_chunk(tile, c, data + c * chunk_bytes(Format::bf16));
}

// Blocks of thirty-two under one scale, q8_0 or q4_0: a block is a chunk.
template <typename Block>
void pack_blocks(const Stack& stack, int64_t first, int64_t count, Format format, std::byte* data, std::byte* scales) {
  static_assert(Block::kElements == kChunkCols && Block::kGroup == kChunkCols && !Block::kOffset);
  const int64_t chunk_count = chunks(stack.cols());
  Tile<int8_t> tile(stack.cols());
  Tile<kernels::F16> scale(chunk_count);
  for (int64_t r = 0; r < count; ++r) {
    const Stack::Row from = stack.row(first + r);
    for (int64_t c = 0; c < chunk_count; ++c) {
      float widened = 0;
      float unused = 0;
      const Block block = kernels::block_of<Block>(from.matrix, from.index, c);
      block.template open<kernels::ExactHalf>({&tile.at(r, c * kChunkCols), &widened, &unused, 1});
      scale.at(r, c) = block.scale;
    }
  }
  for (int64_t c = 0; c < chunk_count; ++c) {
    if (format == Format::q8) {
      pack_bytes(tile, c, data + c * chunk_bytes(format));
    } else {
      pack_nibbles(tile, c, data + c * chunk_bytes(format));
    }
    for (int64_t g = 0; g < kTileRows / 2; ++g) {
      const kernels::F16 pair[2] = {scale.at(g, c), scale.at(g + 8, c)};
      std::memcpy(scales + (c * (kTileRows / 2) + g) * kPairBytes, pair, sizeof pair);
    }
  }
}

}  // namespace

void Stack::add(const Matrix& matrix, int32_t paired_head_size) {
  require(parts_.empty() || matrix.cols == cols(), "matrices of ", matrix.cols, " and ", parts_.empty() ? 0 : cols(), " inputs are no stack");
  parts_.push_back({matrix, paired_head_size});
  rows_ += matrix.rows;
}

Format Stack::format() const {
  for (const Part& part : parts_) {
    if (part.matrix.dtype != parts_.front().matrix.dtype) return Format::bf16;
  }
  const DType dtype = parts_.front().matrix.dtype;
  return dtype == DType::q8_0 ? Format::q8 : dtype == DType::q4_0 ? Format::q4 : Format::bf16;
}

Stack::Row Stack::row(int64_t r) const {
  size_t part = 0;
  while (r >= parts_[part].matrix.rows) r -= parts_[part++].matrix.rows;
  const int64_t head_size = parts_[part].paired_head_size;
  if (head_size == 0) return {parts_[part].matrix, r};
  const int64_t element = r % head_size, half = head_size / 2;
  return {parts_[part].matrix, r - element + (element < half ? 2 * element : 2 * (element - half) + 1)};
}

int64_t packed_data_bytes(Format format, int64_t rows, int64_t cols) { return tiles(rows) * chunks(cols) * chunk_bytes(format); }

int64_t packed_scale_bytes(Format format, int64_t rows, int64_t cols) {
  return format == Format::bf16 ? 0 : tiles(rows) * chunks(cols) * kTileRows / 2 * kPairBytes;
}

void pack(const Stack& stack, int64_t begin, int64_t end, Format format, std::byte* data, std::byte* scales) {
  for (int64_t first = begin; first < end; first += kTileRows) {
    const int64_t count = first + kTileRows <= stack.rows() ? kTileRows : stack.rows() - first;
    std::byte* const tile_data = data + packed_data_bytes(format, first - begin, stack.cols());
    std::byte* const tile_scales = scales + packed_scale_bytes(format, first - begin, stack.cols());
    switch (format) {
      case Format::bf16: pack_floats(stack, first, count, tile_data); break;
      case Format::q8: pack_blocks<kernels::Q8_0>(stack, first, count, format, tile_data, tile_scales); break;
      case Format::q4: pack_blocks<kernels::Q4_0>(stack, first, count, format, tile_data, tile_scales); break;
    }
  }
}

}  // namespace weir::cuda
