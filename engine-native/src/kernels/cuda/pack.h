// Matrices as the tensor cores take them, made once at load. A tile is kTileRows outputs; a chunk kChunkCols inputs of it, which is what the thirty-two
// threads of a warp load together, each sixteen bytes (of q4 eight) at a time. Thread `lane` holds rows g = lane / 4 and g + 8 at the eight
// inputs 8 * (lane % 4) onward: which inputs of a chunk meet in a tensor-core step is ours to choose, as long as the activations choose alike,
// and so no thread ever fetches less than a full vector.
//
// Tiles come one after another, in each its chunks in ascending order; outputs and inputs that a matrix lacks are zeros.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/cuda_kernels.h"
#include "kernels/kernels.h"

namespace weir::cuda {

// The format in which a matrix of this type is held: q8_0 and q4_0 as they are, since their integers are exact in BF16; any other as BF16.
Format packed_format(DType dtype);

int64_t packed_data_bytes(Format format, int64_t rows, int64_t cols);
int64_t packed_scale_bytes(Format format, int64_t rows, int64_t cols);  // 0 where the format has none

// Packs rows [begin, end) of the matrix, begin a multiple of kTileRows, to where they belong in data and scales. BF16 weights keep their bits; floats are
// rounded to nearest even.
void pack(const kernels::Matrix& matrix, int64_t begin, int64_t end, Format format, std::byte* data, std::byte* scales);

}  // namespace weir::cuda
