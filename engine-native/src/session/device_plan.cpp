#include "session/device_plan.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "model/library_products.h"

namespace weir {
namespace {

// Larger steps keep a device busy for longer than it takes to queue them.
constexpr int32_t kRecordedRowsMax = 256;
static_assert(kRecordedRowsMax <= kOwnRowsMax);

}  // namespace

int32_t DevicePlan::power_of_two(int32_t count) { return count == 0 ? 0 : static_cast<int32_t>(std::bit_ceil(static_cast<uint32_t>(count))); }

int32_t device_tile_tokens(const weir_session_config& config) { return std::min(config.step_tokens_max, kDeviceTileTokens); }

// Pieces and groups of a recorded step are filled up to a power of two.
InputShape DevicePlan::largest_shape(const weir_session_config& config, int32_t slots_max) {
  const int32_t tiles = (config.step_tokens_max - 1) / kDeviceTileTokens + 1;
  return {config.step_tokens_max, 2 * (config.step_tokens_max + slots_max * tiles), config.step_samples_max, config.step_tokens_max,
          power_of_two(config.step_sequences_max)};
}

void DevicePlan::lay_out(const weir_step_plan& plan, const PlanAdapters& adapters) {
  adapters_ = &adapters;
  order_samples(plan);
  cut(plan);
}

void DevicePlan::order_samples(const weir_step_plan& plan) {
  sample_order_.resize(static_cast<size_t>(plan.sample_count));
  std::iota(sample_order_.begin(), sample_order_.end(), 0);
  std::ranges::stable_sort(sample_order_, {}, [&](int32_t i) { return plan.samples[i].token_index; });
}

// Tiles in the order of the plan's tokens, and the attention of each.
void DevicePlan::cut(const weir_step_plan& plan) {
  tiles_.clear();
  int32_t sequence = 0, sequence_begin = 0, sample = 0, hidden = 0, piece = 0;
  for (int32_t begin = 0; begin < plan.token_count; begin += kDeviceTileTokens) {
    const int32_t end = std::min(plan.token_count, begin + kDeviceTileTokens);
    runs_.clear();
    for (int32_t row = begin; row < end;) {
      const int32_t sequence_end = sequence_begin + plan.token_counts[sequence];
      const int32_t run_end = std::min(end, sequence_end);
      runs_.push_back({row - begin, run_end - row, plan.computed_tokens[sequence] + run_end - 1 - sequence_begin});
      row = run_end;
      if (run_end < sequence_end) continue;
      sequence_begin = sequence_end;
      ++sequence;
    }
    if (cuts_.size() == tiles_.size()) cuts_.emplace_back();
    AttentionCut& cut = cuts_[tiles_.size()];
    cut_attention(runs_, end - begin, slots_max_, cut);
    DeviceShare tile{begin, end - begin, piece, static_cast<int32_t>(cut.pieces.size()), cut.piece_rows_max, cut.slot_count > 0, sample, 0, hidden, 0};
    piece += tile.piece_count;
    const auto row_of = [&](int32_t i) { return plan.samples[sample_order_[static_cast<size_t>(i)]].token_index; };
    while (sample < plan.sample_count && row_of(sample) < end) ++sample, ++tile.sample_count;
    while (hidden < plan.hidden_count && plan.hidden_token_indices[hidden] < end) ++hidden, ++tile.hidden_count;
    tiles_.push_back(tile);
  }
}

bool DevicePlan::recordable(const weir_step_plan& plan) const {
  if (plan.token_count != plan.sequence_count || plan.sample_count != plan.token_count || plan.hidden_count > 0) return false;
  if (plan.token_count > kRecordedRowsMax || tiles_.size() != 1) return false;
  for (int32_t i = 0; i < plan.sample_count; ++i) {
    if (plan.samples[i].token_index != i) return false;
  }
  return true;
}

InputShape DevicePlan::shape(const weir_step_plan& plan) const {
  const DeviceShare& last = tiles_.back();
  return {plan.token_count, last.piece_begin + last.piece_count, plan.sample_count, plan.hidden_count,
          static_cast<int32_t>(adapters_->updates.size())};
}

InputShape DevicePlan::recorded_shape() const {
  const DeviceShare& tile = tiles_.front();
  const int32_t most = std::min({device_tile_tokens(config_), config_.step_samples_max, kRecordedRowsMax});
  const int32_t rows = std::min(power_of_two(tile.count), most);
  return {rows, power_of_two(std::max(tile.piece_count, rows)), rows, 0, power_of_two(static_cast<int32_t>(adapters_->updates.size()))};
}

void DevicePlan::write(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in, const Extras& extras) const {
  extras.blocks[0] = config_.block_count;
  std::copy_n(plan.block_tables, plan.block_table_offsets[plan.sequence_count], extras.blocks + 1);
  const int64_t mask_words = (static_cast<int64_t>(vocab_size_) + 63) / 64;
  std::copy_n(plan.masks, plan.mask_count * mask_words, extras.masks);
  write_rows(plan, shape, in);
  write_pieces(plan, shape, in);
  write_samples(plan, shape, in, extras.shifts);
  if (shape.groups > 0) write_adapters(plan, shape, in);
}

// A row that only fills a recorded step is a first token whose keys and values go to the block that nobody reads.
void DevicePlan::write_rows(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in) const {
  int32_t row = 0;
  for (int32_t s = 0; s < plan.sequence_count; ++s) {
    for (int32_t i = 0; i < plan.token_counts[s]; ++i, ++row) {
      in.token_ids[row] = plan.token_ids[row];
      in.positions[row] = plan.computed_tokens[s] + i;
      in.table_begins[row] = 1 + plan.block_table_offsets[s];
    }
  }
  for (; row < shape.rows; ++row) {
    in.token_ids[row] = in.positions[row] = in.table_begins[row] = in.slot_begins[row] = in.slot_counts[row] = 0;
  }
}

void DevicePlan::write_pieces(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in) const {
  for (size_t t = 0; t < tiles_.size(); ++t) {
    std::ranges::copy(cuts_[t].slot_begins, in.slot_begins + tiles_[t].begin);
    std::ranges::copy(cuts_[t].slot_counts, in.slot_counts + tiles_[t].begin);
    std::ranges::copy(cuts_[t].pieces, in.pieces + tiles_[t].piece_begin);
  }
  const int32_t piece_count = tiles_.back().piece_begin + tiles_.back().piece_count;
  std::fill(in.pieces + piece_count, in.pieces + shape.pieces, cuda::AttentionPiece{0, 0, 0, 0, -1});
  for (const DeviceShare& tile : tiles_) {
    for (int32_t i = tile.hidden_begin; i < tile.hidden_begin + tile.hidden_count; ++i) {
      in.hidden_rows[i] = plan.hidden_token_indices[i] - tile.begin;
    }
  }
}

void DevicePlan::write_samples(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in, weir_logit_shift* shifts) const {
  int32_t shift = 0, i = 0;
  for (const DeviceShare& tile : tiles_) {
    for (; i < tile.sample_begin + tile.sample_count; ++i) {
      const int32_t index = sample_index(i);
      in.samplings[i] = plan.samples[index];
      in.sample_rows[i] = in.samplings[i].token_index - tile.begin;
      in.sample_positions[i] = static_cast<int64_t>(in.positions[in.samplings[i].token_index]) + 1;
      in.mask_indices[i] = plan.mask_count == 0 ? -1 : plan.mask_indices[index];
      in.given_ids[i] = plan.given_token_ids == nullptr ? -1 : plan.given_token_ids[index];
      in.shift_begins[i] = shift;
      for (int32_t j = 0; plan.shift_offsets != nullptr && j < plan.shift_offsets[index + 1] - plan.shift_offsets[index]; ++j) {
        shifts[shift++] = plan.shifts[plan.shift_offsets[index] + j];
      }
    }
  }
  weir_sampling greedy{};
  greedy.top_p = 1;
  greedy.logprob_count = -1;
  for (; i < shape.samples; ++i) {
    in.samplings[i] = greedy;
    in.sample_rows[i] = i;
    in.sample_positions[i] = 0;
    in.mask_indices[i] = in.given_ids[i] = -1;
    in.shift_begins[i] = shift;
  }
  in.shift_begins[shape.samples] = shift;
}

// body(group, row, count) for the rows in [begin, end) of each sequence that has an adapter.
template <typename Body>
void DevicePlan::for_each_adapted_run(const weir_step_plan& plan, int32_t begin, int32_t end, const Body& body) const {
  int32_t first = 0;
  for (int32_t s = 0; s < plan.sequence_count; ++s) {
    const int32_t row = std::max(first, begin), count = std::min(first + plan.token_counts[s], end) - row;
    const int32_t group = adapters_->group_of_sequence[static_cast<size_t>(s)];
    if (group != kNoGroup && count > 0) body(group, row, count);
    first += plan.token_counts[s];
  }
}

// Each tile's rows by group, counted and then laid out. Groups that only fill a recorded step have none.
void DevicePlan::write_adapters(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in) const {
  const std::vector<const cuda::AdapterUpdate*>& updates = adapters_->updates;
  std::ranges::copy(updates, in.adapter_updates);
  std::fill(in.adapter_updates + updates.size(), in.adapter_updates + shape.groups, updates.front());
  for (int32_t t = 0; t < shape.tiles(); ++t) {
    const int32_t begin = t * kDeviceTileTokens, end = std::min(plan.token_count, begin + kDeviceTileTokens);
    int32_t* const begins = in.adapter_begins + static_cast<int64_t>(t) * (shape.groups + 1);
    std::fill_n(begins, shape.groups + 1, 0);
    for_each_adapted_run(plan, begin, end, [&](int32_t group, int32_t, int32_t count) { begins[group + 1] += count; });
    std::partial_sum(begins, begins + shape.groups + 1, begins);
    std::vector<int32_t> next(begins, begins + shape.groups);
    for_each_adapted_run(plan, begin, end, [&](int32_t group, int32_t row, int32_t count) {
      int32_t& at = next[static_cast<size_t>(group)];
      std::iota(in.adapter_rows + begin + at, in.adapter_rows + begin + at + count, row - begin);
      at += count;
    });
  }
}

// The step's one tile, with the rows, samples and pieces that make it the size that is recorded.
void DevicePlan::fill_up(const InputShape& shape) {
  DeviceShare& tile = tiles_.front();
  tile.count = tile.sample_count = shape.rows;
  tile.piece_count = shape.pieces;
}

}  // namespace weir
