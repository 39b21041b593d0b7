#include "model/device_loader.h"

#include "runtime/error.h"

namespace weir {
namespace {

using cuda::Stack;
using kernels::Bf16;

// Packed here before it is copied. What does not fit goes in several copies; the smallest layout's largest tile does.
constexpr int64_t kStagingBytesMax = int64_t{32} << 20;
constexpr int64_t kStagingSlackBytes = 4096;

}  // namespace

DeviceLoader::DeviceLoader(Arena& arena, int64_t size_bytes, device::Stream stream, ThreadPool& pool)
    : arena_(arena),
      stream_(stream),
      pool_(&pool),
      staging_bytes_(std::min(kStagingBytesMax, size_bytes + kStagingSlackBytes)),
      staging_(staging_bytes_, "staging of the weights") {}

// Rows by as many as fit the staging memory, a multiple of `grain`: made by all threads, then sent.
template <typename Make, typename Send>
void DeviceLoader::in_parts(int64_t rows, int64_t grain, int64_t row_bytes, const Make& make, const Send& send_part) {
  const int64_t part_rows = std::max<int64_t>(1, staging_bytes_ / (grain * row_bytes)) * grain;
  require(grain * row_bytes <= staging_bytes_, "a matrix has rows too long to be uploaded");
  for (part_begin_ = 0; part_begin_ < rows; part_begin_ += part_rows) {
    const int64_t part_end = std::min(rows, part_begin_ + part_rows);
    const int64_t units = (part_end - part_begin_ + grain - 1) / grain;
    pool_->parallel_for(units, 1, [&](int64_t begin, int64_t end, int32_t) {
      make(part_begin_ + begin * grain, std::min(part_end, part_begin_ + end * grain));
    });
    send_part(part_begin_, part_end);
  }
}

const Bf16* DeviceLoader::table(const kernels::Matrix& matrix) {
  Bf16* const out = arena_.take<Bf16>(saturating_product(matrix.rows, matrix.cols));
  if (measures_only()) return out;
  const int64_t row_bytes = matrix.cols * static_cast<int64_t>(sizeof(Bf16));
  in_parts(matrix.rows, 1, row_bytes, [&](int64_t begin, int64_t end) {
    std::vector<float> row(static_cast<size_t>(matrix.cols));
    for (int64_t r = begin; r < end; ++r) {
      kernels::reference_kernels().embed(matrix, static_cast<int32_t>(r), row.data());
      Bf16* const to = reinterpret_cast<Bf16*>(staging_.data() + (r - part_begin_) * row_bytes);
      for (int64_t i = 0; i < matrix.cols; ++i) kernels::narrow(row[static_cast<size_t>(i)], to[i]);
    }
  }, [&](int64_t begin, int64_t end) { send(out + begin * matrix.cols, (end - begin) * row_bytes); });
  return out;
}

cuda::PackedMatrix DeviceLoader::matrix(const std::vector<Stack>& stacks) {
  cuda::Format format = stacks.front().format();
  for (const Stack& stack : stacks) format = stack.format() == format ? format : cuda::Format::bf16;
  const int64_t rows = stacks.front().rows(), cols = stacks.front().cols();
  const int64_t data_bytes = cuda::packed_data_bytes(format, rows, cols), scale_bytes = cuda::packed_scale_bytes(format, rows, cols);
  const int64_t count = static_cast<int64_t>(stacks.size());
  std::byte* const data = arena_.take<std::byte>(saturating_product(count, data_bytes));
  std::byte* const scales = scale_bytes == 0 ? nullptr : arena_.take<std::byte>(saturating_product(count, scale_bytes));
  for (int64_t i = 0; i < count && !measures_only(); ++i) {
    upload(stacks[static_cast<size_t>(i)], format, data + i * data_bytes, scale_bytes == 0 ? nullptr : scales + i * scale_bytes);
  }
  return {data, reinterpret_cast<const uint32_t*>(scales), format, static_cast<int32_t>(rows), static_cast<int32_t>(cols)};
}

void DeviceLoader::upload(const Stack& stack, cuda::Format format, std::byte* data, std::byte* scales) {
  const int64_t cols = stack.cols();
  const int64_t tile_data = cuda::packed_data_bytes(format, cuda::kTileRows, cols);
  const int64_t tile_scales = cuda::packed_scale_bytes(format, cuda::kTileRows, cols);
  const int64_t tiles_max = std::max<int64_t>(1, staging_bytes_ / (tile_data + tile_scales));
  std::byte* const staged_scales = staging_.data() + tiles_max * tile_data;
  const int64_t row_bytes = (tile_data + tile_scales + cuda::kTileRows - 1) / cuda::kTileRows;
  in_parts(stack.rows(), cuda::kTileRows, row_bytes, [&](int64_t begin, int64_t end) {
    const int64_t tile = (begin - part_begin_) / cuda::kTileRows;
    cuda::pack(stack, begin, end, format, staging_.data() + tile * tile_data, staged_scales + tile * tile_scales);
  }, [&](int64_t begin, int64_t end) {
    const int64_t first = begin / cuda::kTileRows, tiles = (end - begin + cuda::kTileRows - 1) / cuda::kTileRows;
    copy(data + first * tile_data, staging_.data(), tiles * tile_data);
    copy(scales + first * tile_scales, staged_scales, tiles * tile_scales);
    device::synchronize(stream_);
  });
}

void DeviceLoader::send_bytes(void* to, const void* from, int64_t bytes) {
  for (int64_t begin = 0; begin < bytes; begin += staging_bytes_) {
    const int64_t part = std::min(staging_bytes_, bytes - begin);
    std::memcpy(staging_.data(), static_cast<const std::byte*>(from) + begin, static_cast<size_t>(part));
    send(static_cast<std::byte*>(to) + begin, part);
  }
}

void DeviceLoader::copy(void* to, const std::byte* from, int64_t bytes) {
  if (bytes > 0) device::copy_to_device(stream_, to, from, bytes);
}

void DeviceLoader::send(void* to, int64_t bytes) {
  copy(to, staging_.data(), bytes);
  device::synchronize(stream_);
}

}  // namespace weir
