// What a step sends to a device, but for what has no fixed size: one layout, which places the arrays in the machine's memory for the host to write and in the
// device's for kernels to read.
#pragma once

#include <cstdint>

#include "kernels/cuda/cuda_kernels.h"
#include "runtime/memory.h"
#include "weir/weir.h"

namespace weir {

// Rows of a tile at most. At this size a product is bound by arithmetic, and working memory stays a small part of a device's.
constexpr int32_t kDeviceTileTokens = 2048;

struct InputShape {
  int32_t rows;
  int32_t pieces;
  int32_t samples;
  int32_t hidden;
  int32_t groups;  // of rows with the same adapter

  int32_t tiles() const { return (rows + kDeviceTileTokens - 1) / kDeviceTileTokens; }

  auto operator<=>(const InputShape&) const = default;
};

struct DeviceInputs {
  DeviceInputs(const InputShape& shape, Arena& arena)
      : token_ids(arena.take<int32_t>(shape.rows)),
        positions(arena.take<int32_t>(shape.rows)),
        table_begins(arena.take<int32_t>(shape.rows)),
        slot_begins(arena.take<int32_t>(shape.rows)),
        slot_counts(arena.take<int32_t>(shape.rows)),
        pieces(arena.take<cuda::AttentionPiece>(shape.pieces)),
        sample_rows(arena.take<int32_t>(shape.samples)),
        samplings(arena.take<weir_sampling>(shape.samples)),
        sample_positions(arena.take<int64_t>(shape.samples)),
        mask_indices(arena.take<int32_t>(shape.samples)),
        given_ids(arena.take<int32_t>(shape.samples)),
        shift_begins(arena.take<int32_t>(static_cast<int64_t>(shape.samples) + 1)),
        hidden_rows(arena.take<int32_t>(shape.hidden)),
        adapter_updates(arena.take<const cuda::AdapterUpdate*>(shape.groups)),
        adapter_begins(arena.take<int32_t>(shape.groups == 0 ? 0 : static_cast<int64_t>(shape.tiles()) * (shape.groups + 1))),
        adapter_rows(arena.take<int32_t>(shape.groups == 0 ? 0 : shape.rows)) {}

  static int64_t size_bytes(const InputShape& shape) {
    Arena measure;
    const DeviceInputs unplaced(shape, measure);
    return measure.used_bytes();
  }

  // By row; rows, and where slots begin, count from the tile's first.
  int32_t* token_ids;
  int32_t* positions;
  int32_t* table_begins;
  int32_t* slot_begins;
  int32_t* slot_counts;
  cuda::AttentionPiece* pieces;
  // By sample, in the order of their rows.
  int32_t* sample_rows;
  weir_sampling* samplings;
  int64_t* sample_positions;
  int32_t* mask_indices;
  int32_t* given_ids;
  int32_t* shift_begins;
  int32_t* hidden_rows;
  // By group; which rows it has, by tile: a tile's rows stand from its first on.
  const cuda::AdapterUpdate** adapter_updates;
  int32_t* adapter_begins;
  int32_t* adapter_rows;
};

}  // namespace weir
