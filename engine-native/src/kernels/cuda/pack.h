// Matrices as the tensor cores take them, made once at load. A tile is kTileRows outputs; a chunk kChunkCols inputs of it, which is what the thirty-two
// threads of a warp load together, each sixteen bytes (of q4 eight) at a time. Thread `lane` holds rows g = lane / 4 and g + 8 at the eight
// inputs 8 * (lane % 4) onward: which inputs of a chunk meet in a tensor-core step is ours to choose, as long as the activations choose alike,
// and so no thread ever fetches less than a full vector.
//
// Tiles come one after another, in each its chunks in ascending order; outputs and inputs that a matrix lacks are zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/cuda/cuda_kernels.h"
#include "kernels/kernels.h"

namespace weir::cuda {

// What is packed as one matrix: rows of one or several matrices of the same inputs, one after the other. Of paired ones rows i and i + head_size / 2
// of each head lie next to each other; packed, they come in the order of their names.
class Stack {
 public:
  Stack() = default;
  Stack(const kernels::Matrix& matrix, int32_t paired_head_size = 0) { add(matrix, paired_head_size); }  // NOLINT(google-explicit-constructor): one matrix is a stack, too
  void add(const kernels::Matrix& matrix, int32_t paired_head_size = 0);

  int64_t rows() const { return rows_; }
  int64_t cols() const { return parts_.front().matrix.cols; }

  // q8_0 and q4_0 are held as they are, since their integers are exact in BF16; any other type, or several of them, as BF16.
  Format format() const;

  // A row of the stack, as a row of the matrix that it comes from.
  struct Row {
    const kernels::Matrix& matrix;
    int64_t index;
  };
  Row row(int64_t r) const;

 private:
  struct Part {
    kernels::Matrix matrix;
    int32_t paired_head_size;  // 0: its rows are in order
  };
  std::vector<Part> parts_;
  int64_t rows_ = 0;
};

int64_t packed_data_bytes(Format format, int64_t rows, int64_t cols);
int64_t packed_scale_bytes(Format format, int64_t rows, int64_t cols);  // 0 where the format has none

// Packs rows [begin, end) of the stack, begin a multiple of kTileRows, where data and scales are those of row `begin`. BF16 weights keep their bits;
// floats are rounded to nearest even.
void pack(const Stack& stack, int64_t begin, int64_t end, Format format, std::byte* data, std::byte* scales);

}  // namespace weir::cuda
