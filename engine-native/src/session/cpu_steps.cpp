#include "session/cpu_steps.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/error.h"
#include "runtime/machine.h"

namespace weir {
namespace {

// A step runs as tiles, so that its working memory does not grow with it. At these sizes a tile's arithmetic outweighs reading the weights
// once more, and, results being independent of how tokens are grouped, a tile's size changes no bit.
constexpr int32_t kTileTokens = 512;

// Sampling a row reads the vocabulary a few times; less than this many logits in all is not worth a second thread.
constexpr int64_t kShareLogits = 16 * 1024;

}  // namespace

CpuSteps::Workspace::Workspace(const weir_model_config& model, const weir_session_config& config, int32_t thread_count,
                              Arena& arena)
    : activations(model, std::min(config.step_tokens_max, kTileTokens), thread_count, arena),
      tile_samples(std::min(config.step_samples_max, kLogitRowsMax)),
      rows(arena.take<TokenRow>(config.step_tokens_max)),
      row_of(arena.take<int32_t>(config.step_tokens_max)),
      first_token(arena.take<int32_t>(config.step_sequences_max)),
      order(arena.take<int32_t>(config.step_sequences_max)),
      wanted(arena.take<int32_t>(activations.tile_tokens)),
      place(arena.take<int32_t>(activations.tile_tokens)),
      sampled(arena.take<float>(saturating_product(config.step_samples_max, model.hidden_size))),
      logits(arena.take<float>(saturating_product(tile_samples, model.vocab_size))) {}

// Refused before anything is allocated: a machine that overcommits would give the addresses and kill the process later.
Pages CpuSteps::allocate_workspace(const Model& model, const weir_session_config& config, int32_t thread_count) {
  Arena measure;
  const Workspace unplaced(model.config(), config, thread_count, measure);
  const int64_t sampler_bytes = saturating_product(thread_count, 8 * static_cast<int64_t>(model.config().vocab_size));
  const int64_t working_bytes = saturating_sum(measure.used_bytes(), sampler_bytes);
  const int64_t block_bytes = kv_block_bytes(model.kv_shape(config.block_tokens, config.kv_dtype));
  const int64_t block_count = static_cast<int64_t>(config.block_count) + config.host_block_count;
  const int64_t cache_bytes = saturating_product(block_bytes, block_count);
  const int64_t available_bytes = available_memory_bytes();
  if (saturating_sum(cache_bytes, working_bytes) > available_bytes) {
    fail(WEIR_OUT_OF_MEMORY, "block_count: ", block_count, " KV blocks of ", bytes_text(block_bytes), " take ",
         bytes_text(cache_bytes), " and a step's working memory ", bytes_text(working_bytes), ", but only ",
         bytes_text(available_bytes), " are available; ask for fewer blocks or a smaller step");
  }
  return Pages::allocate(measure.used_bytes(), "working memory of a step");
}

CpuSteps::CpuSteps(std::shared_ptr<const Model> model, const weir_session_config& config)
    : model_(std::move(model)),
      kernels_(kernels_for(config.isa)),
      thread_count_(step_threads(config)),
      pages_(allocate_workspace(*model_, config, thread_count_)),
      arena_(pages_),
      work_(model_->config(), config, thread_count_, arena_),
      cache_(model_->kv_shape(config.block_tokens, config.kv_dtype), config.block_count),
      host_blocks_(allocate_host_blocks(cache_.block_bytes(), config.host_block_count)),
      pool_(thread_count_),
      forward_(*model_, kernels_, cache_, pool_, work_.activations) {
  for (int32_t i = 0; i < thread_count_; ++i) samplers_.emplace_back(model_->config().vocab_size, kernels_);
  held_adapters_.reserve(static_cast<size_t>(config.step_sequences_max));
}

Pages CpuSteps::allocate_host_blocks(int64_t block_bytes, int32_t host_block_count) {
  return host_block_count == 0 ? Pages() : Pages::allocate(saturating_product(block_bytes, host_block_count), "KV blocks away from the cache");
}

void CpuSteps::offload(const int32_t* blocks, const int32_t* host_blocks, int32_t count) {
  for (int32_t i = 0; i < count; ++i) cache_.read(blocks[i], host_blocks_.data() + host_blocks[i] * cache_.block_bytes());
}

void CpuSteps::restore(const int32_t* host_blocks, const int32_t* blocks, int32_t count) {
  for (int32_t i = 0; i < count; ++i) cache_.write(blocks[i], host_blocks_.data() + host_blocks[i] * cache_.block_bytes());
}

void CpuSteps::read_blocks(const int32_t* blocks, int32_t count, std::byte* bytes) {
  for (int32_t i = 0; i < count; ++i) cache_.read(blocks[i], bytes + i * cache_.block_bytes());
}

void CpuSteps::write_blocks(const std::byte* bytes, const int32_t* blocks, int32_t count) {
  for (int32_t i = 0; i < count; ++i) cache_.write(blocks[i], bytes + i * cache_.block_bytes());
}

void CpuSteps::run(const weir_step_plan& plan, const weir_step_result& result, FindAdapter find_adapter) {
  const HeldAdapters held(held_adapters_, plan, model_, find_adapter);
  lay_rows(plan);
  compute(plan, result.hidden);
  sample(plan, result);
}

// Sequences with the same adapter are laid side by side, so that they are one group. Where a row lies shows in no bit.
void CpuSteps::lay_rows(const weir_step_plan& plan) {
  for (int32_t s = 0, token = 0; s < plan.sequence_count; token += plan.token_counts[s++]) {
    work_.order[s] = s;
    work_.first_token[s] = token;
  }
  const auto place_of = [&plan](int32_t s) { return std::pair(plan.adapters == nullptr ? 0 : plan.adapters[s], s); };
  std::sort(work_.order, work_.order + plan.sequence_count, [&](int32_t a, int32_t b) { return place_of(a) < place_of(b); });
  int32_t row = 0;
  for (int32_t i = 0; i < plan.sequence_count; ++i) {
    const int32_t s = work_.order[i];
    const int32_t* const blocks = plan.block_tables + plan.block_table_offsets[s];
    for (int32_t j = 0; j < plan.token_counts[s]; ++j, ++row) {
      const int32_t token = work_.first_token[s] + j;
      work_.row_of[token] = row;
      work_.rows[row] = {plan.token_ids[token], plan.computed_tokens[s] + j, blocks, held_adapters_[static_cast<size_t>(s)].get()};
    }
  }
}

void CpuSteps::compute(const weir_step_plan& plan, float* hidden) {
  const int64_t hidden_size = model_->config().hidden_size;
  const int32_t tile_tokens = work_.activations.tile_tokens;
  for (int32_t begin = 0; begin < plan.token_count; begin += tile_tokens) {
    const int32_t count = std::min(tile_tokens, plan.token_count - begin);
    forward_.run(work_.rows + begin, count, work_.wanted, mark_wanted(plan, begin, count));
    const auto norm_into = [&](int32_t token_index, float* out) {
      const int32_t row = work_.row_of[token_index] - begin;
      if (row >= 0 && row < count) forward_.final_norm(work_.place[row], out);
    };
    for (int32_t i = 0; i < plan.sample_count; ++i) norm_into(plan.samples[i].token_index, work_.sampled + i * hidden_size);
    for (int32_t i = 0; i < plan.hidden_count; ++i) norm_into(plan.hidden_token_indices[i], hidden + i * hidden_size);
  }
}

// Finds the rows of a tile that the last layer has to finish, each once though several samples may be drawn after it, and returns their
// number.
int32_t CpuSteps::mark_wanted(const weir_step_plan& plan, int32_t begin, int32_t count) {
  std::fill_n(work_.place, count, -1);
  const auto mark = [&](int32_t token_index) {
    const int32_t row = work_.row_of[token_index] - begin;
    if (row >= 0 && row < count) work_.place[row] = 0;
  };
  for (int32_t i = 0; i < plan.sample_count; ++i) mark(plan.samples[i].token_index);
  for (int32_t i = 0; i < plan.hidden_count; ++i) mark(plan.hidden_token_indices[i]);
  int32_t wanted_count = 0;
  for (int32_t row = 0; row < count; ++row) {
    if (work_.place[row] < 0) continue;
    work_.place[row] = wanted_count;
    work_.wanted[wanted_count++] = row;
  }
  return wanted_count;
}

void CpuSteps::sample(const weir_step_plan& plan, const weir_step_result& result) {
  const int64_t vocab_size = model_->config().vocab_size;
  for (int32_t begin = 0; begin < plan.sample_count; begin += work_.tile_samples) {
    const int32_t count = std::min(work_.tile_samples, plan.sample_count - begin);
    forward_.logits(work_.sampled + static_cast<int64_t>(begin) * model_->config().hidden_size, count, work_.logits);
    if (result.logits != nullptr) {
      std::memcpy(result.logits + begin * vocab_size, work_.logits, static_cast<size_t>(count * vocab_size) * sizeof(float));
    }
    pool_.parallel_for(count, (kShareLogits + vocab_size - 1) / vocab_size, [&](int64_t first, int64_t last, int32_t worker) {
      for (int64_t i = first; i < last; ++i) {
        const int32_t index = begin + static_cast<int32_t>(i);
        float* const row = work_.logits + i * vocab_size;
        const int32_t mask = plan.mask_count == 0 ? -1 : plan.mask_indices[index];
        shift(plan, index, row);
        if (mask >= 0) allow_only(plan.masks + mask * ((vocab_size + 63) / 64), row, vocab_size);
        sample_row(plan, row, index, result, samplers_[static_cast<size_t>(worker)]);
      }
    });
  }
}

void CpuSteps::shift(const weir_step_plan& plan, int32_t index, float* logits) {
  if (plan.shift_offsets == nullptr) return;
  const int32_t begin = plan.shift_offsets[index];
  shift_logits(plan.shifts + begin, plan.shift_offsets[index + 1] - begin, logits);
}

void CpuSteps::sample_row(const weir_step_plan& plan, const float* logits, int32_t index, const weir_step_result& result,
                         Sampler& sampler) {
  const weir_sampling& sampling = plan.samples[index];
  const int64_t top = static_cast<int64_t>(index) * result.top_logprobs_stride;
  Sampler::Row row{};
  row.given_id = plan.given_token_ids == nullptr ? -1 : plan.given_token_ids[index];
  row.top_ids = result.top_token_ids == nullptr ? nullptr : result.top_token_ids + top;
  row.top_logprobs = result.top_logprobs == nullptr ? nullptr : result.top_logprobs + top;
  sampler.sample(logits, sampling, work_.rows[work_.row_of[sampling.token_index]].position + 1, row);
  if (result.token_ids != nullptr) result.token_ids[index] = row.token_id;
  if (result.logprobs != nullptr && sampling.logprob_count >= 0) result.logprobs[index] = row.logprob;
}

std::unique_ptr<Steps> make_cpu_steps(std::shared_ptr<const Model> model, const weir_session_config& config) {
  return std::make_unique<CpuSteps>(std::move(model), config);
}

}  // namespace weir
