#include "session/device_steps.h"

#include <algorithm>
#include <utility>

#include "model/config.h"
#include "runtime/error.h"

namespace weir {
namespace {

using cuda::kChunkCols;
using cuda::padded;
using kernels::Bf16;

// Rows whose logits are there at once. The LM head is read once for as many.
constexpr int32_t kLogitRows = 256;
// Splits of single rows, merged afterwards, in one tile.
constexpr int32_t kSlotsMax = 1024;
constexpr size_t kGraphsMax = 64;
constexpr int32_t kCapabilityMin = 8;

int32_t selected(int32_t device) {
  const int32_t index = device - WEIR_DEVICE_CUDA;
  device::select_device(index);
  const device::Facts facts = device::device_facts(index);
  require(facts.capability_major >= kCapabilityMin, "device: ", facts.name, " has compute capability ", facts.capability_major, ".",
          facts.capability_minor, ", but its kernels need ", kCapabilityMin, ".0; use the CPU");
  return index;
}

cuda::KvFormat kv_format(const KvShape& shape) { return shape.dtype == DType::q8_0 ? cuda::KvFormat::f8 : cuda::KvFormat::bf16; }

int64_t layer_block_bytes(const KvShape& shape) { return cuda::kv_block_bytes(kv_format(shape), shape.kv_head_count, shape.head_size); }

std::vector<int32_t> rope_pairs(const Model& model) {
  std::vector<int32_t> pairs;
  for (const Rope& rope : model.ropes()) pairs.push_back(rope.pair_count());
  return pairs;
}

}  // namespace

int64_t device_block_bytes(const KvShape& shape, int32_t kv_dtype) {
  require(kv_dtype != WEIR_DTYPE_F32 && kv_dtype != WEIR_DTYPE_F16, "kv_dtype: a CUDA device holds keys and values as bfloat16, or in eight bits; ask for"
          " WEIR_DTYPE_AUTO, _BF16 or _Q8_0");
  return saturating_product(layer_block_bytes(shape), shape.layer_count);
}

const char* backends() { return "cpu cuda"; }

std::unique_ptr<Steps> make_device_steps(std::shared_ptr<const Model> model, const weir_session_config& config) {
  return std::make_unique<DeviceSteps>(std::move(model), config);
}

DeviceSteps::Workspace::Workspace(const Model& model, const weir_session_config& config, Arena& arena)
    : slots_max(static_cast<int32_t>(std::min<int64_t>(
          kSlotsMax, static_cast<int64_t>(device_tile_tokens(config)) * ((model.config().context_tokens_max - 1) / cuda::kSplitTokens + 1)))),
      activations(model.config(), rope_pairs(model), device_tile_tokens(config), slots_max, arena),
      logit_rows(std::min(config.step_samples_max, kLogitRows)) {
  const int32_t hidden_size = model.config().hidden_size;
  sampled = arena.take<Bf16>(saturating_product(config.step_samples_max, padded(hidden_size, kChunkCols)));
  logits = arena.take<float>(saturating_product(logit_rows, model.config().vocab_size));
  hidden_rounded = arena.take<Bf16>(saturating_product(device_tile_tokens(config), padded(hidden_size, kChunkCols)));
  hidden = arena.take<float>(saturating_product(device_tile_tokens(config), hidden_size));
}

DeviceSteps::Workspace DeviceSteps::place_workspace(const Model& model, const weir_session_config& config, device::Piece& piece,
                                                    device::Memory& memory) {
  Arena measure;
  const Workspace unplaced(model, config, measure);
  piece = device::Piece(memory, measure.used_bytes(), "working memory of a step");
  Arena arena(piece.data());
  return Workspace(model, config, arena);
}

// What the session may take of the device. Refused by one message, before anything is uploaded, where that is too little.
int64_t DeviceSteps::memory_limit(const Model& model, const weir_session_config& config, int32_t device_index) {
  const int64_t free_bytes = device::device_facts(device_index).free_bytes;
  const int64_t limit_bytes = config.device_bytes_max > 0 ? std::min(config.device_bytes_max, free_bytes) : free_bytes;
  Arena measure;
  const Workspace unplaced(model, config, measure);
  const int64_t weights_bytes = DeviceWeights::size_bytes(model);
  const int64_t block_bytes = device_block_bytes(model.kv_shape(config.block_tokens, config.kv_dtype), config.kv_dtype);
  const int64_t cache_bytes = saturating_product(block_bytes, static_cast<int64_t>(config.block_count) + 1);
  if (saturating_sum(saturating_sum(weights_bytes, cache_bytes), measure.used_bytes()) > limit_bytes) {
    fail(WEIR_OUT_OF_MEMORY, "block_count: ", config.block_count, " KV blocks of ", bytes_text(block_bytes), " take ",
         bytes_text(cache_bytes), ", the weights ", bytes_text(weights_bytes), " and a step's working memory ",
         bytes_text(measure.used_bytes()), ", but only ", bytes_text(limit_bytes),
         " of the device's memory are available; ask for fewer blocks, a smaller step or quantized weights");
  }
  return limit_bytes;
}

DeviceSteps::DeviceSteps(std::shared_ptr<const Model> model, const weir_session_config& config)
    : model_(std::move(model)),
      config_(config),
      device_index_(selected(config.device)),
      memory_(memory_limit(*model_, config, device_index_)),
      pool_(step_threads(config)),
      weights_(*model_, memory_, queue_.stream(), pool_),
      work_(place_workspace(*model_, config, workspace_piece_, memory_)),
      layer_block_bytes_(layer_block_bytes(model_->kv_shape(config.block_tokens, config.kv_dtype))),
      cache_(memory_, (static_cast<int64_t>(config.block_count) + 1) * layer_block_bytes_ * model_->config().layer_count, "KV cache"),
      host_cache_(std::max<int64_t>(1, config.host_block_count * layer_block_bytes_ * model_->config().layer_count), "KV blocks in the machine's memory"),
      library_(config.batch_variant == 1 ? LibraryProducts::open(weights_, memory_) : nullptr),
      forward_(*model_, weights_, lay_pages(), work_.activations, library_.get(), queue_.stream()),
      plan_(config_, model_->config().vocab_size, work_.slots_max),
      adapters_(*model_, memory_, queue_.stream(), pool_) {
  held_adapters_.reserve(static_cast<size_t>(config.step_sequences_max));
  inputs_.reserve(DeviceInputs::size_bytes(DevicePlan::largest_shape(config, work_.slots_max)), memory_, "a step's tokens and samples");
  results_.ids.reserve(config.step_samples_max, memory_, "sampled tokens");
  results_.logprobs.reserve(config.step_samples_max, memory_, "log-probabilities");
  const int64_t top_count = saturating_product(config.step_samples_max, config.top_logprobs_max);
  results_.top_ids.reserve(top_count, memory_, "likeliest tokens");
  results_.top_logprobs.reserve(top_count, memory_, "log-probabilities of the likeliest tokens");
  device::synchronize(queue_.stream());
}

DeviceSteps::~DeviceSteps() { forget_graphs(); }

std::vector<cuda::KvPages> DeviceSteps::lay_pages() const {
  const KvShape shape = model_->kv_shape(config_.block_tokens, config_.kv_dtype);
  std::vector<cuda::KvPages> pages;
  for (int64_t i = 0; i < shape.layer_count; ++i) {
    pages.push_back({cache_.data() + i * (config_.block_count + 1) * layer_block_bytes_, kv_format(shape), shape.kv_head_count, shape.head_size});
  }
  return pages;
}

template <typename Body>
void DeviceSteps::on_device(const Body& body) {
  if (lost_) fail(WEIR_DEVICE_LOST, "the device lost its context in an earlier call of this session");
  try {
    device::select_device(device_index_);
    body();
  } catch (const Error& failure) {
    lost_ = lost_ || failure.status() == WEIR_DEVICE_LOST;
    throw;
  }
}

void DeviceSteps::run(const weir_step_plan& plan, const weir_step_result& result, FindAdapter find_adapter) {
  const HeldAdapters held(held_adapters_, plan, model_, find_adapter);
  on_device([&] { step(plan, result); });
}

void DeviceSteps::step(const weir_step_plan& plan, const weir_step_result& result) {
  const PlanAdapters& adapters = adapters_.gather(held_adapters_);
  reserve(plan);  // where memory is short, here or above, nothing has been changed yet
  plan_.lay_out(plan, adapters);
  queue_.begin();
  const bool shifted = plan.shift_offsets != nullptr && plan.shift_offsets[plan.sample_count] > 0;
  if (result.logits == nullptr && plan_.recordable(plan)) {
    const InputShape shape = plan_.recorded_shape();
    send(plan, shape);
    plan_.fill_up(shape);
    replay({shape, plan_.tiles().front().split, shifted, DevicePlan::power_of_two(adapters.low_width)}, result);
  } else {
    const InputShape shape = plan_.shape(plan);
    send(plan, shape);
    launch({shape, false, shifted, adapters.low_width}, result);
    ++plain_steps_;
  }
  fetch(plan, result);
  device_milliseconds_ += static_cast<double>(queue_.finish());
  deliver(plan, result);
}

// What has no fixed size. A graph holds the addresses of these, and what has grown has moved even where there is no memory for the next.
void DeviceSteps::reserve(const weir_step_plan& plan) {
  const auto room = [this](auto& staged, int64_t count, const char* what) {
    adapters_.make_room([&] {
      if (staged.reserve(count, memory_, what)) forget_graphs();
    });
  };
  const int64_t mask_words = (static_cast<int64_t>(model_->config().vocab_size) + 63) / 64;
  room(blocks_, 1 + static_cast<int64_t>(plan.block_table_offsets[plan.sequence_count]), "block tables of a step");
  room(masks_, plan.mask_count * mask_words, "masks of a step");
  room(shifts_, plan.shift_offsets == nullptr ? 0 : plan.shift_offsets[plan.sample_count], "logit shifts of a step");
}

void DeviceSteps::send(const weir_step_plan& plan, const InputShape& shape) {
  Arena here(inputs_.host());
  const DeviceInputs in(shape, here);
  plan_.write(plan, shape, in, {blocks_.host(), masks_.host(), shifts_.host()});
  const int64_t mask_words = (static_cast<int64_t>(model_->config().vocab_size) + 63) / 64;
  inputs_.send(queue_.stream(), here.used_bytes());
  blocks_.send(queue_.stream(), 1 + static_cast<int64_t>(plan.block_table_offsets[plan.sequence_count]));
  masks_.send(queue_.stream(), plan.mask_count * mask_words);
  shifts_.send(queue_.stream(), in.shift_begins[shape.samples]);
}

// A kind of step is recorded when it comes for the second time: the first loads the kernels, which must not happen while work is recorded, and kinds
// that never come again are not worth it.
void DeviceSteps::replay(const StepKind& kind, const weir_step_result& result) {
  if (graphs_.size() == kGraphsMax && !graphs_.contains(kind)) forget_graphs();
  const auto [found, fresh] = graphs_.try_emplace(kind);
  Graph& graph = found->second;
  if (!fresh && graph.recorded == nullptr && !graph.failed) record(kind, result, graph);
  if (graph.recorded != nullptr) {
    device::replay(graph.recorded, queue_.stream());
    ++graph_steps_;
  } else {
    launch(kind, result);
    ++plain_steps_;
  }
}

void DeviceSteps::record(const StepKind& kind, const weir_step_result& result, Graph& graph) {
  try {
    device::begin_capture(queue_.stream());
    launch(kind, result);
    graph.recorded = device::end_capture(queue_.stream());
  } catch (const Error& failure) {
    device::abandon_capture(queue_.stream());
    if (failure.status() == WEIR_DEVICE_LOST) throw;
    graph.failed = true;
    ++failed_graphs_;
  }
}

void DeviceSteps::launch(const StepKind& kind, const weir_step_result& result) {
  Arena there(inputs_.device());
  const DeviceInputs in(kind.shape, there);
  for (const DeviceShare& tile : plan_.tiles()) launch_tile(kind, tile, in, result);
  launch_samples(kind, in, result);
}

void DeviceSteps::launch_tile(const StepKind& kind, const DeviceShare& tile, const DeviceInputs& in, const weir_step_result& result) {
  const int64_t hidden_size = model_->config().hidden_size;
  const int32_t groups = kind.shape.groups;
  const cuda::AdapterRows adapters{in.adapter_updates, in.adapter_begins + tile.begin / kDeviceTileTokens * (groups + 1), in.adapter_rows + tile.begin,
                                   groups,             tile.count,                                                        kind.low_width};
  const cuda::BlockTables tables{blocks_.device(), in.table_begins + tile.begin, in.positions + tile.begin};
  forward_.run({tile.count, in.token_ids + tile.begin, tables, in.pieces + tile.piece_begin, tile.piece_count, tile.piece_rows_max, tile.split,
                in.slot_begins + tile.begin, in.slot_counts + tile.begin, adapters},
               tile.sample_count + tile.hidden_count > 0);
  if (tile.sample_count > 0) {
    Bf16* const to = work_.sampled + tile.sample_begin * padded(model_->config().hidden_size, kChunkCols);
    forward_.final_norm(in.sample_rows + tile.sample_begin, tile.sample_count, to, nullptr);
  }
  if (tile.hidden_count > 0) {
    forward_.final_norm(in.hidden_rows + tile.hidden_begin, tile.hidden_count, work_.hidden_rounded, work_.hidden);
    device::copy_to_host(queue_.stream(), result.hidden + tile.hidden_begin * hidden_size, work_.hidden,
                         tile.hidden_count * hidden_size * static_cast<int64_t>(sizeof(float)));
  }
}

void DeviceSteps::launch_samples(const StepKind& kind, const DeviceInputs& in, const weir_step_result& result) {
  const int32_t vocab_size = model_->config().vocab_size, top_stride = config_.top_logprobs_max;
  const int64_t width = padded(model_->config().hidden_size, kChunkCols);
  for (int32_t begin = 0; begin < kind.shape.samples; begin += work_.logit_rows) {
    const int32_t count = std::min(work_.logit_rows, kind.shape.samples - begin);
    const int64_t top = static_cast<int64_t>(begin) * top_stride;
    forward_.logits(work_.sampled + begin * width, count, work_.logits);
    for (int32_t i = 0; result.logits != nullptr && i < count; ++i) {
      const int64_t index = plan_.sample_index(begin + i);
      device::copy_to_host(queue_.stream(), result.logits + index * vocab_size, work_.logits + static_cast<int64_t>(i) * vocab_size,
                           vocab_size * static_cast<int64_t>(sizeof(float)));
    }
    if (kind.shifted) cuda::shift_logits(queue_.stream(), {work_.logits, shifts_.device(), in.shift_begins + begin, vocab_size, count});
    cuda::sample(queue_.stream(), {work_.logits, in.samplings + begin, in.sample_positions + begin, masks_.device(), in.mask_indices + begin,
                                   results_.ids.device() + begin, results_.logprobs.device() + begin,
                                   top_stride == 0 ? nullptr : results_.top_ids.device() + top,
                                   top_stride == 0 ? nullptr : results_.top_logprobs.device() + top, top_stride, vocab_size, count,
                                   in.given_ids + begin});
  }
}

// Only what was asked for crosses.
void DeviceSteps::fetch(const weir_step_plan& plan, const weir_step_result& result) {
  int32_t most = -1;
  for (int32_t i = 0; i < plan.sample_count; ++i) most = std::max(most, plan.samples[i].logprob_count);
  const int64_t top_count = most > 0 && result.top_token_ids != nullptr ? static_cast<int64_t>(plan.sample_count) * config_.top_logprobs_max : 0;
  results_.ids.fetch(queue_.stream(), plan.sample_count);
  results_.logprobs.fetch(queue_.stream(), most >= 0 ? plan.sample_count : 0);
  results_.top_ids.fetch(queue_.stream(), top_count);
  results_.top_logprobs.fetch(queue_.stream(), top_count);
}

void DeviceSteps::deliver(const weir_step_plan& plan, const weir_step_result& result) const {
  for (int32_t i = 0; i < plan.sample_count; ++i) {
    const int32_t index = plan_.sample_index(i);
    const int32_t top_count = plan.samples[index].logprob_count;
    if (result.token_ids != nullptr) result.token_ids[index] = results_.ids.host()[i];
    if (result.logprobs != nullptr && top_count >= 0) result.logprobs[index] = results_.logprobs.host()[i];
    if (result.top_token_ids == nullptr || top_count <= 0) continue;
    const int64_t from = static_cast<int64_t>(i) * config_.top_logprobs_max, to = static_cast<int64_t>(index) * result.top_logprobs_stride;
    std::copy_n(results_.top_ids.host() + from, top_count, result.top_token_ids + to);
    std::copy_n(results_.top_logprobs.host() + from, top_count, result.top_logprobs + to);
  }
}

void DeviceSteps::forget_graphs() noexcept {
  for (const auto& [kind, graph] : graphs_) {
    if (graph.recorded != nullptr) device::destroy_graph(graph.recorded);
  }
  graphs_.clear();
}

void DeviceSteps::offload(const int32_t* blocks, const int32_t* host_blocks, int32_t count) {
  move_blocks(blocks, host_blocks, count, [this](std::byte* there, int64_t place) {
    device::copy_to_host(queue_.stream(), host_cache_.data() + place, there, layer_block_bytes_);
  });
}

void DeviceSteps::restore(const int32_t* host_blocks, const int32_t* blocks, int32_t count) {
  move_blocks(blocks, host_blocks, count, [this](std::byte* there, int64_t place) {
    device::copy_to_device(queue_.stream(), there, host_cache_.data() + place, layer_block_bytes_);
  });
}

void DeviceSteps::read_blocks(const int32_t* blocks, int32_t count, std::byte* bytes) {
  move_blocks(blocks, nullptr, count, [&](std::byte* there, int64_t place) {
    device::copy_to_host(queue_.stream(), bytes + place, there, layer_block_bytes_);
  });
}

void DeviceSteps::write_blocks(const std::byte* bytes, const int32_t* blocks, int32_t count) {
  move_blocks(blocks, nullptr, count, [&](std::byte* there, int64_t place) {
    device::copy_to_device(queue_.stream(), there, bytes + place, layer_block_bytes_);
  });
}

// Hands each layer of each block to copy, with its offset outside of the cache: at place places[i] of whole blocks, or at the i-th where places is null.
template <typename Copy>
void DeviceSteps::move_blocks(const int32_t* blocks, const int32_t* places, int32_t count, const Copy& copy) {
  on_device([&] {
    const int64_t layer_count = model_->config().layer_count;
    for (int64_t i = 0; i < count * layer_count; ++i) {
      const int64_t layer = i % layer_count, at = i / layer_count;
      const int64_t place = places == nullptr ? at : places[at];
      copy(cache_.data() + (layer * (config_.block_count + 1) + blocks[at]) * layer_block_bytes_, (place * layer_count + layer) * layer_block_bytes_);
    }
    device::synchronize(queue_.stream());
  });
}

std::string DeviceSteps::describe() const {
  return text("device=cuda:", device_index_, "\ndevice.bytes=", memory_.used_bytes(), "\ndevice.bytes.peak=", memory_.peak_bytes(),
              "\nsteps.graph=", graph_steps_, "\nsteps.plain=", plain_steps_, "\ngraphs.failed=", failed_graphs_,
              "\nsteps.device_ms=", device_milliseconds_, "\nlibrary=", library_ == nullptr ? "none" : library_->name(),
              "\nlibrary.products=", library_ == nullptr ? 0 : library_->product_count(), "\n");
}

}  // namespace weir
