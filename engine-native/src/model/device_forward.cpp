#include "model/device_forward.h"

#include <algorithm>
#include <utility>

#include "model/config.h"

namespace weir {

using cuda::kChunkCols;
using cuda::padded;
using kernels::Bf16;

namespace {

const DeviceLinear& linear_of(const DeviceLayer& layer, Adapted which) {
  switch (which) {
    case Adapted::qkv: return layer.qkv;
    case Adapted::output: return layer.output;
    case Adapted::gate_up: return layer.gate_up;
    case Adapted::down: break;
  }
  return layer.down;
}

}  // namespace

DeviceActivations::DeviceActivations(const weir_model_config& config, const std::vector<int32_t>& rope_pairs, int32_t tile, int32_t slots_max,
                                     Arena& arena) {
  const int64_t copy_count = saturating_product(tile, config.experts_per_token);
  const int64_t head_width = cuda::padded_head(config.head_size);
  const auto rows = [&](int64_t width) { return saturating_product(tile, width); };
  const auto widest = [&](int64_t dense, int64_t sparse) { return std::max(rows(dense), saturating_product(copy_count, sparse)); };
  hidden = arena.take<float>(rows(config.hidden_size));
  input = arena.take<Bf16>(rows(padded(config.hidden_size, kChunkCols)));
  qkv = arena.take<float>(rows(query_size(config) + 2 * kv_size(config)));
  query = arena.take<Bf16>(rows(config.query_head_count * head_width));
  partial = arena.take<float>(saturating_product(slots_max, config.query_head_count * (head_width + 2)));
  attention_bytes = rows(padded(query_size(config), kChunkCols)) * static_cast<int64_t>(sizeof(Bf16));
  attention = arena.take<Bf16>(rows(padded(query_size(config), kChunkCols)));
  delta = arena.take<float>(rows(config.hidden_size));
  gate_up = arena.take<float>(widest(2 * static_cast<int64_t>(config.intermediate_size), 2 * static_cast<int64_t>(config.expert_intermediate_size)));
  inner = arena.take<Bf16>(widest(padded(config.intermediate_size, kChunkCols), padded(config.expert_intermediate_size, kChunkCols)));
  low = arena.take<Bf16>(rows(kLowWidthMax));
  for (const int32_t pairs : rope_pairs) {
    cos.push_back(arena.take<float>(rows(pairs)));
    sin.push_back(arena.take<float>(rows(pairs)));
  }
  router_logits = arena.take<float>(rows(config.expert_count));
  experts = arena.take<int32_t>(copy_count);
  expert_weights = arena.take<float>(copy_count);
  copies = arena.take<int32_t>(copy_count);
  sources = arena.take<int32_t>(copy_count);
  begins = arena.take<int32_t>(static_cast<int64_t>(config.expert_count) + 1);
  expert_outputs = arena.take<float>(saturating_product(copy_count, config.hidden_size));
}

DeviceForward::DeviceForward(const Model& model, const DeviceWeights& weights, std::vector<cuda::KvPages> pages,
                             const DeviceActivations& activations, LibraryProducts* library, device::Stream stream)
    : config_(model.config()), weights_(weights), pages_(std::move(pages)), a_(activations), library_(library), stream_(stream) {
  device::fill(stream_, a_.attention, 0, a_.attention_bytes);  // what pads a row is read, and never written
}

void DeviceForward::run(const DeviceTile& tile, bool whole) {
  cuda::embed(stream_, {weights_.embedding(), tile.token_ids, a_.hidden, config_.hidden_size, tile.count, config_.embedding_scale});
  for (size_t r = 0; r < weights_.ropes().size(); ++r) {
    const DeviceRope& rope = weights_.ropes()[r];
    cuda::angles(stream_, {tile.tables.positions, rope.frequencies, a_.cos[r], a_.sin[r], rope.amplitude, rope.pair_count, tile.count});
  }
  Pending pending;
  for (size_t i = 0; i < weights_.layers().size(); ++i) {
    const DeviceLayer& layer = weights_.layers()[i];
    add_and_norm(pending, layer.attention_norm, tile.count);
    project(tile, i, Adapted::qkv, a_.input, a_.qkv);
    place(layer, pages_[i], tile);
    if (!whole && i + 1 == weights_.layers().size()) return;  // its keys and values are all that remains of the tile
    attend(layer, pages_[i], tile);
    project(tile, i, Adapted::output, a_.attention, a_.delta);
    add_and_norm({a_.delta, layer.attention_post_norm}, layer.mlp_norm, tile.count);
    if (layer.sparse) {
      mix_experts(layer, tile.count);
    } else {
      feed_forward(tile, i);
    }
    pending = {a_.delta, layer.mlp_post_norm};
  }
  add_and_norm(pending, nullptr, tile.count);
}

// Adds what the last block gave, and leaves in `input` what the next one reads.
void DeviceForward::add_and_norm(const Pending& pending, const float* norm, int32_t count) {
  cuda::residual_norm(stream_, {a_.hidden, pending.delta, pending.norm, norm, nullptr, a_.input, nullptr, config_.hidden_size, count,
                                config_.rms_norm_epsilon});
}

// A product, and what the rows' adapters add to it.
void DeviceForward::project(const DeviceTile& tile, size_t layer, Adapted which, const Bf16* in, float* out) {
  const DeviceLinear& linear = linear_of(weights_.layers()[layer], which);
  multiply(linear, in, out, tile.count);
  const int32_t outputs = linear.matrix.rows;
  cuda::adapt(stream_, {tile.adapters, static_cast<int32_t>(layer) * kAdaptedCount + static_cast<int32_t>(which), in,
                        padded(linear.matrix.cols, kChunkCols), a_.low, kLowWidthMax, out, outputs, outputs});
}

void DeviceForward::multiply(const DeviceLinear& linear, const Bf16* in, float* out, int32_t count) {
  const cuda::Matmul product{linear.matrix, linear.bias, in, padded(linear.matrix.cols, kChunkCols), out, linear.matrix.rows, count, {}};
  if (library_ == nullptr || !library_->multiply(stream_, product)) cuda::matmul(stream_, product);
}

void DeviceForward::multiply_experts(const DeviceLinear& linear, const Bf16* in, float* out, int32_t count, const int32_t* sources) {
  cuda::matmul(stream_, {linear.matrix, linear.bias, in, padded(linear.matrix.cols, kChunkCols), out, linear.matrix.rows, count,
                         {a_.begins, sources, config_.expert_count}});
}

void DeviceForward::place(const DeviceLayer& layer, const cuda::KvPages& pages, const DeviceTile& tile) {
  const size_t rope = static_cast<size_t>(layer.rope_index);
  cuda::place_heads(stream_, {a_.qkv, layer.query_norm, layer.key_norm, a_.cos[rope], a_.sin[rope], tile.tables, pages, a_.query,
                              config_.query_head_count, weights_.ropes()[rope].pair_count,
                              config_.qk_norm == WEIR_QK_NORM_PROJECTION ? 1 : 0, tile.count, config_.rms_norm_epsilon});
}

void DeviceForward::attend(const DeviceLayer& layer, const cuda::KvPages& pages, const DeviceTile& tile) {
  const int64_t stride = padded(query_size(config_), kChunkCols);
  cuda::attention(stream_, {a_.query, pages, tile.tables, tile.pieces, tile.piece_count, tile.piece_rows_max, config_.query_head_count,
                            config_.attention_scale, config_.attention_softcap, layer.attention_window, a_.partial, a_.attention, stride});
  if (!tile.split) return;
  cuda::attention_merge(stream_, {a_.partial, tile.slot_begins, tile.slot_counts, config_.query_head_count, config_.head_size, tile.count,
                                  a_.attention, stride});
}

void DeviceForward::feed_forward(const DeviceTile& tile, size_t layer) {
  project(tile, layer, Adapted::gate_up, a_.input, a_.gate_up);
  cuda::activate(stream_, {a_.gate_up, a_.inner, config_.intermediate_size, tile.count, config_.activation});
  project(tile, layer, Adapted::down, a_.inner, a_.delta);
}

void DeviceForward::mix_experts(const DeviceLayer& layer, int32_t count) {
  const int32_t chosen = config_.experts_per_token;
  multiply(layer.router, a_.input, a_.router_logits, count);
  cuda::choose_experts(stream_, {a_.router_logits, a_.experts, a_.expert_weights, a_.copies, a_.sources, a_.begins, config_.expert_count,
                                 chosen, config_.expert_weights_normalized, count});
  multiply_experts(layer.gate_up, a_.input, a_.gate_up, count * chosen, a_.sources);
  cuda::activate(stream_, {a_.gate_up, a_.inner, config_.expert_intermediate_size, count * chosen, config_.activation});
  multiply_experts(layer.down, a_.inner, a_.expert_outputs, count * chosen, nullptr);
  cuda::mix_experts(stream_, {a_.expert_outputs, a_.expert_weights, a_.copies, a_.delta, config_.hidden_size, chosen, count});
}

void DeviceForward::final_norm(const int32_t* rows, int32_t count, Bf16* out, float* out_exact) {
  cuda::residual_norm(stream_, {a_.hidden, nullptr, nullptr, weights_.final_norm(), rows, out, out_exact, config_.hidden_size, count,
                                config_.rms_norm_epsilon});
}

void DeviceForward::logits(const Bf16* normed, int32_t count, float* out) {
  const cuda::PackedMatrix& head = weights_.lm_head();
  cuda::matmul(stream_, {head, nullptr, normed, padded(head.cols, kChunkCols), out, head.rows, count, {}});
  if (config_.logit_softcap > 0) cuda::softcap(stream_, {out, static_cast<int64_t>(count) * head.rows, config_.logit_softcap});
}

}  // namespace weir
