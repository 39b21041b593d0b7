#include "model/device_weights.h"

#include <algorithm>
#include <cstring>

#include "kernels/cuda/pack.h"
#include "model/config.h"
#include "runtime/error.h"
#include "runtime/memory.h"

namespace weir {
namespace {

using cuda::Stack;
using kernels::Bf16;

// Packed here before it is copied. What does not fit goes in several copies; the smallest model's largest tile does.
constexpr int64_t kStagingBytesMax = int64_t{32} << 20;
constexpr int64_t kStagingSlackBytes = 4096;

void require_kernels(const Model& model) {
  const weir_model_config& config = model.config();
  require(config.head_size <= cuda::kHeadSizeMax, "head_size: ", config.head_size, " is above ", cuda::kHeadSizeMax,
          ", the most that a CUDA device has kernels for; use the CPU");
  require(config.hidden_size <= cuda::kNormSizeMax, "hidden_size: ", config.hidden_size, " is above ", cuda::kNormSizeMax,
          ", the most that a CUDA device has kernels for; use the CPU");
  require(config.vocab_size <= cuda::kVocabMax, "vocab_size: ", config.vocab_size, " is above ", cuda::kVocabMax,
          ", the most that a CUDA device has kernels for; use the CPU");
  require(config.expert_count == 0 || config.mlp_bias == 0, "mlp_bias: experts with biases have no kernels on a CUDA device; use the CPU");
}


}  // namespace

// Lays the weights out in an arena; where there is memory behind it, uploads them. One description of the layout serves for both.
class DeviceWeights::Loader {
 public:
  explicit Loader(Arena& arena) : arena_(arena) {}
  Loader(Arena& arena, device::Stream stream, ThreadPool& pool, int64_t staging_bytes)
      : arena_(arena), stream_(stream), pool_(&pool), staging_bytes_(staging_bytes), staging_(staging_bytes, "staging of the weights") {}

  const Bf16* table(const kernels::Matrix& matrix) {
    Bf16* const out = arena_.take<Bf16>(saturating_product(matrix.rows, matrix.cols));
    if (pool_ == nullptr) return out;
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

  // One matrix of a stack; or of several stacks alike, the matrices of experts, one after the other.
  cuda::PackedMatrix matrix(const std::vector<Stack>& stacks) {
    cuda::Format format = stacks.front().format();
    for (const Stack& stack : stacks) format = stack.format() == format ? format : cuda::Format::bf16;
    const int64_t rows = stacks.front().rows(), cols = stacks.front().cols();
    const int64_t data_bytes = cuda::packed_data_bytes(format, rows, cols), scale_bytes = cuda::packed_scale_bytes(format, rows, cols);
    const int64_t count = static_cast<int64_t>(stacks.size());
    std::byte* const data = arena_.take<std::byte>(saturating_product(count, data_bytes));
    std::byte* const scales = scale_bytes == 0 ? nullptr : arena_.take<std::byte>(saturating_product(count, scale_bytes));
    for (int64_t i = 0; i < count && pool_ != nullptr; ++i) {
      upload(stacks[static_cast<size_t>(i)], format, data + i * data_bytes, scale_bytes == 0 ? nullptr : scales + i * scale_bytes);
    }
    return {data, reinterpret_cast<const uint32_t*>(scales), format, static_cast<int32_t>(rows), static_cast<int32_t>(cols)};
  }

  DeviceLinear linear(const std::vector<const Linear*>& linears, int32_t head_size) {
    Stack stack;
    std::vector<float> bias;
    bool biased = false;
    for (const Linear* linear : linears) {
      const int32_t paired = linear->paired_rows ? head_size : 0;
      const Stack alone = stack_of(*linear, paired);
      stack.add(linear->weight, paired);
      biased = biased || !linear->bias.empty();
      for (int64_t r = 0; r < linear->weight.rows; ++r) {
        bias.push_back(linear->bias.empty() ? 0.0f : linear->bias[static_cast<size_t>(alone.row(r).index)]);
      }
    }
    return {matrix({stack}), biased ? array(bias) : nullptr};
  }

  template <typename Element>
  const Element* array(const std::vector<Element>& values) {
    if (values.empty()) return nullptr;
    const int64_t bytes = static_cast<int64_t>(values.size() * sizeof(Element));
    Element* const out = arena_.take<Element>(static_cast<int64_t>(values.size()));
    if (pool_ == nullptr) return out;
    for (int64_t begin = 0; begin < bytes; begin += staging_bytes_) {
      const int64_t part = std::min(staging_bytes_, bytes - begin);
      std::memcpy(staging_.data(), reinterpret_cast<const std::byte*>(values.data()) + begin, static_cast<size_t>(part));
      send(reinterpret_cast<std::byte*>(out) + begin, part);
    }
    return out;
  }

 private:
  static Stack stack_of(const Linear& linear, int32_t paired_head_size) {
    Stack stack;
    stack.add(linear.weight, paired_head_size);
    return stack;
  }

  // Rows by as many as fit the staging memory, a multiple of `grain`: made by all threads, then sent.
  template <typename Make, typename Send>
  void in_parts(int64_t rows, int64_t grain, int64_t row_bytes, const Make& make, const Send& send_part) {
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

  void upload(const Stack& stack, cuda::Format format, std::byte* data, std::byte* scales) {
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

  void copy(void* to, const std::byte* from, int64_t bytes) {
    if (bytes > 0) device::copy_to_device(stream_, to, from, bytes);
  }
  void send(void* to, int64_t bytes) {
    copy(to, staging_.data(), bytes);
    device::synchronize(stream_);
  }

  Arena& arena_;
  device::Stream stream_ = nullptr;
  ThreadPool* pool_ = nullptr;  // null: it only measures
  int64_t staging_bytes_ = 0;
  device::Pinned staging_;
  int64_t part_begin_ = 0;
};

DeviceWeights::DeviceWeights(const Model& model, device::Memory& memory, device::Stream stream, ThreadPool& pool)
    : memory_(memory, size_bytes(model), "the model's weights") {
  Arena arena(memory_.data());
  Loader loader(arena, stream, pool, std::min(kStagingBytesMax, size_bytes(model) + kStagingSlackBytes));
  lay_out(model, loader);
}

int64_t DeviceWeights::size_bytes(const Model& model) {
  require_kernels(model);
  Arena arena;
  Loader loader(arena);
  DeviceWeights unplaced;
  unplaced.lay_out(model, loader);
  return arena.used_bytes();
}

void DeviceWeights::lay_out(const Model& model, Loader& loader) {
  const Decoder& decoder = model.decoder();
  const int32_t head_size = model.config().head_size;
  const auto linear = [&](const std::vector<const Linear*>& linears) { return loader.linear(linears, head_size); };
  embedding_ = loader.table(decoder.embedding);
  for (const DecoderLayer& from : decoder.layers) {
    DeviceLayer to{};
    to.attention_window = from.attention_window;
    to.rope_index = from.rope_index;
    to.sparse = from.sparse;
    to.attention_norm = loader.array(from.attention_norm);
    to.qkv = linear({&from.query, &from.key, &from.value});
    to.query_norm = loader.array(from.query_norm);
    to.key_norm = loader.array(from.key_norm);
    to.output = linear({&from.output});
    to.attention_post_norm = loader.array(from.attention_post_norm);
    to.mlp_norm = loader.array(from.mlp_norm);
    if (from.sparse) {
      std::vector<Stack> gate_up, down;
      for (const Mlp& expert : from.experts) {
        gate_up.emplace_back(expert.gate.weight).add(expert.up.weight);
        down.emplace_back(expert.down.weight);
      }
      to.router = linear({&from.router});
      to.gate_up = {loader.matrix(gate_up), nullptr};
      to.down = {loader.matrix(down), nullptr};
    } else {
      to.gate_up = linear({&from.mlp.gate, &from.mlp.up});
      to.down = linear({&from.mlp.down});
    }
    to.mlp_post_norm = loader.array(from.mlp_post_norm);
    layers_.push_back(to);
  }
  final_norm_ = loader.array(decoder.final_norm);
  lm_head_ = loader.matrix({Stack(decoder.lm_head)});
  for (const Rope& rope : model.ropes()) ropes_.push_back({loader.array(rope.frequencies()), rope.amplitude(), rope.pair_count()});
}

}  // namespace weir
