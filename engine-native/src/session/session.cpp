#include "session/session.h"

#include <algorithm>

#include "runtime/error.h"
#include "runtime/machine.h"

namespace weir {
namespace {

constexpr int32_t kBlockTokens = 16;
constexpr int32_t kBlocksMax = 1 << 26;
constexpr int32_t kStepMax = 1 << 20;  // tokens, sequences or samples
constexpr int32_t kTopLogprobsMax = 64;
constexpr int32_t kThreadsMax = 256;
constexpr int32_t kDevicesMax = 64;

void check_range(const char* field, int64_t value, int64_t min, int64_t max) {
  require(value >= min && value <= max, field, ": ", value, " is not in [", min, ", ", max, "]");
}

const weir_session_config& checked(const weir_session_config& config) {
  check_range("block_count", config.block_count, 1, kBlocksMax);
  check_range("block_tokens", config.block_tokens, kBlockTokens, kBlockTokens);
  check_range("step_tokens_max", config.step_tokens_max, 1, kStepMax);
  check_range("step_sequences_max", config.step_sequences_max, 1, kStepMax);
  check_range("step_samples_max", config.step_samples_max, 1, kStepMax);
  check_range("top_logprobs_max", config.top_logprobs_max, 0, kTopLogprobsMax);
  check_range("thread_count", config.thread_count, 0, kThreadsMax);
  check_range("device", config.device, WEIR_DEVICE_CPU, WEIR_DEVICE_CUDA + kDevicesMax - 1);
  const bool cpu = config.device == WEIR_DEVICE_CPU;
  check_range("host_block_count", config.host_block_count, 0, kBlocksMax);
  check_range("batch_variant", config.batch_variant, 0, cpu ? 0 : 1);
  check_range("reserved", config.reserved, 0, 0);
  check_range("device_bytes_max", config.device_bytes_max, 0, cpu ? 0 : INT64_MAX);
  return config;
}

StepLimits limits(const weir_model_config& model, const weir_session_config& config) {
  return {model.vocab_size,       model.context_tokens_max,  config.block_count,      config.block_tokens,
          config.step_tokens_max, config.step_sequences_max, config.step_samples_max, config.top_logprobs_max};
}

}  // namespace

int32_t step_threads(const weir_session_config& config) {
  return config.thread_count > 0 ? config.thread_count : std::min(inspect_machine().cores_physical, kThreadsMax);
}

HeldAdapters::HeldAdapters(std::vector<std::shared_ptr<const Adapter>>& held, const weir_step_plan& plan, const std::shared_ptr<const Model>& model,
                           FindAdapter find_adapter)
    : HeldAdapters(held) {
  for (int32_t s = 0; s < plan.sequence_count; ++s) {
    const weir_adapter handle = plan.adapters == nullptr ? 0 : plan.adapters[s];
    held_.push_back(handle == 0 ? nullptr : find_adapter(handle));
    require(handle == 0 || held_.back()->belongs_to(model), "adapters[", s, "]: handle ", handle, " is an adapter of another model");
  }
}

Session::Session(const std::shared_ptr<const Model>& model, const weir_session_config& config)
    : owner_(std::this_thread::get_id()),
      block_count_(checked(config).block_count),
      host_block_count_(config.host_block_count),
      steps_(config.device == WEIR_DEVICE_CPU ? make_cpu_steps(model, config) : make_device_steps(model, config)),
      last_write_(static_cast<size_t>(block_count_)),
      plan_check_(limits(model->config(), config), last_write_.data()) {}

void Session::step(const weir_step_plan& plan, const weir_step_result& result, FindAdapter find_adapter) {
  plan_check_.check(plan, result);
  steps_->run(plan, result, find_adapter);
}

void Session::check_moves(const int32_t* blocks, const int32_t* host_blocks, int32_t count) const {
  check_range("count", count, 0, std::min(block_count_, host_block_count_));
  require(count == 0 || blocks != nullptr, "blocks is null");
  require(count == 0 || host_blocks != nullptr, "host_blocks is null");
  for (int32_t i = 0; i < count; ++i) {
    check_range("blocks", blocks[i], 0, block_count_ - 1);
    check_range("host_blocks", host_blocks[i], 0, host_block_count_ - 1);
  }
}

void Session::offload(const int32_t* blocks, const int32_t* host_blocks, int32_t count) {
  check_moves(blocks, host_blocks, count);
  steps_->offload(blocks, host_blocks, count);
}

void Session::restore(const int32_t* host_blocks, const int32_t* blocks, int32_t count) {
  check_moves(blocks, host_blocks, count);
  steps_->restore(host_blocks, blocks, count);
}

void Session::check_copies(const int32_t* blocks, int32_t count, const std::byte* bytes) const {
  check_range("count", count, 0, block_count_);
  require(count == 0 || blocks != nullptr, "blocks is null");
  require(count == 0 || bytes != nullptr, "bytes is null");
  for (int32_t i = 0; i < count; ++i) check_range("blocks", blocks[i], 0, block_count_ - 1);
}

void Session::read_blocks(const int32_t* blocks, int32_t count, std::byte* bytes) {
  check_copies(blocks, count, bytes);
  steps_->read_blocks(blocks, count, bytes);
}

void Session::write_blocks(const std::byte* bytes, const int32_t* blocks, int32_t count) {
  check_copies(blocks, count, bytes);
  steps_->write_blocks(bytes, blocks, count);
}

}  // namespace weir
