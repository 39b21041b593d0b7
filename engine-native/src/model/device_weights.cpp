#include "model/device_weights.h"

#include "kernels/cuda/pack.h"
#include "runtime/error.h"

namespace weir {
namespace {

using cuda::Stack;

void require_kernels(const Model& model) {
  const weir_model_config& config = model.config();
  require(config.head_size <= cuda::kHeadSizeMax, "head_size: ", config.head_size, " is above ", cuda::kHeadSizeMax,
          ", the most that a CUDA device has kernels for; use the CPU");
  require(config.hidden_size <= cuda::kNormSizeMax, "hidden_size: ", config.hidden_size, " is above ", cuda::kNormSizeMax,
          ", the most that a CUDA device has kernels for; use the CPU");
  require(config.vocab_size <= cuda::kVocabMax, "vocab_size: ", config.vocab_size, " is above ", cuda::kVocabMax,
          ", the most that a CUDA device has kernels for; use the CPU");
}

// Matrices that read the same input as one, their outputs one after the other.
DeviceLinear linear_of(DeviceLoader& loader, const std::vector<const Linear*>& linears, int32_t head_size) {
  Stack stack;
  std::vector<float> bias;
  bool biased = false;
  for (const Linear* linear : linears) {
    const int32_t paired = linear->paired_rows ? head_size : 0;
    const Stack alone(linear->weight, paired);
    stack.add(linear->weight, paired);
    biased = biased || !linear->bias.empty();
    for (int64_t r = 0; r < linear->weight.rows; ++r) {
      bias.push_back(linear->bias.empty() ? 0.0f : linear->bias[static_cast<size_t>(alone.row(r).index)]);
    }
  }
  return {loader.matrix({stack}), biased ? loader.array(bias) : nullptr};
}

struct DeviceExperts {
  DeviceLinear gate_up, down;
};

DeviceExperts experts_of(DeviceLoader& loader, const std::vector<Mlp>& mlps) {
  std::vector<Stack> gate_up, down;
  std::vector<float> gate_up_bias, down_bias;  // of all experts or of none
  const auto append = [](std::vector<float>& to, const std::vector<float>& bias) { to.insert(to.end(), bias.begin(), bias.end()); };
  for (const Mlp& expert : mlps) {
    gate_up.emplace_back(expert.gate.weight).add(expert.up.weight);
    down.emplace_back(expert.down.weight);
    append(gate_up_bias, expert.gate.bias);
    append(gate_up_bias, expert.up.bias);
    append(down_bias, expert.down.bias);
  }
  return {{loader.matrix(gate_up), loader.array(gate_up_bias)}, {loader.matrix(down), loader.array(down_bias)}};
}

}  // namespace

DeviceWeights::DeviceWeights(const Model& model, device::Memory& memory, device::Stream stream, ThreadPool& pool)
    : memory_(memory, size_bytes(model), "the model's weights") {
  Arena arena(memory_.data());
  DeviceLoader loader(arena, size_bytes(model), stream, pool);
  lay_out(model, loader);
}

int64_t DeviceWeights::size_bytes(const Model& model) {
  require_kernels(model);
  Arena arena;
  DeviceLoader loader(arena);
  DeviceWeights unplaced;
  unplaced.lay_out(model, loader);
  return arena.used_bytes();
}

void DeviceWeights::lay_out(const Model& model, DeviceLoader& loader) {
  const Decoder& decoder = model.decoder();
  const int32_t head_size = model.config().head_size;
  const auto linear = [&](const std::vector<const Linear*>& linears) { return linear_of(loader, linears, head_size); };
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
      to.router = linear({&from.router});
      const DeviceExperts all = experts_of(loader, from.experts);
      to.gate_up = all.gate_up;
      to.down = all.down;
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
