// Plans from random bytes. A plan starts well-formed and gets a few mutations; whatever comes out, the step must answer OK or
// INVALID_ARGUMENT (or STALE_HANDLE) with a message, touch nothing outside its arrays (the sanitizers watch), and still compute a good plan as before.
//
// With clang this is a libFuzzer target (-DWEIR_FUZZ=ON); under ctest the main below feeds it a fixed number of seeded inputs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "support/steps.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

// Arrays are as long as the plan says, up to this: beyond it every count exceeds the session's limits and must be refused unread.
constexpr int32_t kArrayMax = 4096;

// Reads numbers from the input; zeros after its end.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint32_t next() {
    uint32_t value = 0;
    const size_t count = std::min(sizeof(value), size_);
    if (count > 0) std::memcpy(&value, data_, count);
    data_ += count;
    size_ -= count;
    return value;
  }
  int32_t below(int32_t bound) { return static_cast<int32_t>(next() % static_cast<uint32_t>(bound)); }
  // Mostly numbers near a limit, sometimes any.
  int32_t odd_number() {
    constexpr int32_t values[] = {0, 1, -1, 15, 16, 17, 63, 64, 65, 96, 97, 199, 200, 201, 256, INT32_MAX, INT32_MIN, INT32_MAX - 15};
    const uint32_t choice = next();
    return choice % 4 == 0 ? static_cast<int32_t>(next()) : values[choice / 4 % std::size(values)];
  }
  float odd_float() {
    const uint32_t bits = next();
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

class Target {
 public:
  Target() : model_(smallest(), DType::bf16, 41), loaded_(model_), session_(loaded_.handle, config()) {
    expected_ = session_.step({canary_}, 97).logits;
  }

  void run(Bytes bytes) {
    std::vector<Run> runs;
    int32_t next_block = 0;
    for (int32_t s = 1 + bytes.below(4); s > 0; --s) {
      const int32_t computed = bytes.below(60);
      const int32_t count = 1 + bytes.below(20);
      Run run{std::vector<int32_t>(static_cast<size_t>(count)), computed, blocks_for(computed + count, next_block), {bytes.below(count)}, {bytes.below(count)}};
      for (int32_t& id : run.token_ids) id = bytes.below(97);
      next_block += static_cast<int32_t>(run.blocks.size());
      runs.push_back(std::move(run));
    }
    PlanArrays arrays(runs);
    for (int32_t m = bytes.below(3); m > 0; --m) {
      arrays.masks.push_back(static_cast<uint64_t>(bytes.below(256)) << bytes.below(57));
      arrays.masks.push_back(static_cast<uint64_t>(bytes.below(256)) << bytes.below(30));
    }
    for (size_t i = 0; i < arrays.samples.size(); ++i) arrays.mask_indices.push_back(bytes.below(4) - 1);
    if (bytes.below(2) == 0) add_shifts(arrays, bytes);
    for (int32_t m = bytes.below(4); m > 0; --m) mutate(arrays, bytes);
    weir_step_plan plan = arrays.plan(97);
    if (bytes.below(4) == 0) {
      int32_t* const counts[] = {&plan.sequence_count, &plan.token_count, &plan.sample_count, &plan.hidden_count, &plan.mask_count};
      *counts[bytes.below(5)] = bytes.odd_number();
    }
    step(arrays, plan);
    if (session_.step({canary_}, 97).logits != expected_) std::abort();
  }

 private:
  // As little arithmetic as there can be: what is tested is what comes before it.
  static weir_model_config smallest() {
    weir_model_config config = tiny_llama();
    config.layer_count = 1;
    config.hidden_size = config.intermediate_size = 4;
    config.query_head_count = config.kv_head_count = 1;
    config.head_size = 2;
    return config;
  }

  static weir_session_config config() {
    weir_session_config config = small_session();
    config.thread_count = 2;
    return config;
  }

  static void add_shifts(PlanArrays& arrays, Bytes& bytes) {
    arrays.shift_offsets.push_back(0);
    for (size_t i = 0; i < arrays.samples.size(); ++i) {
      arrays.given.push_back(bytes.below(98) - 1);
      for (int32_t s = bytes.below(3); s > 0; --s) arrays.shifts.push_back({bytes.below(97), 1.5f, -2});
      arrays.shift_offsets.push_back(static_cast<int32_t>(arrays.shifts.size()));
    }
    const size_t any = static_cast<size_t>(bytes.below(static_cast<int32_t>(arrays.samples.size())));
    switch (bytes.below(8)) {
      case 0: arrays.given[any] = bytes.odd_number(); break;
      case 1: arrays.shift_offsets[any] = bytes.odd_number(); break;
      case 2: arrays.shifts.push_back({bytes.odd_number(), bytes.odd_float(), bytes.odd_float()}); break;
      case 3: arrays.shift_offsets.back() += bytes.below(2); break;
      default: break;
    }
  }

  static void mutate(PlanArrays& arrays, Bytes& bytes) {
    std::vector<int32_t>* const lists[] = {&arrays.token_ids, &arrays.token_counts, &arrays.computed_tokens, &arrays.block_tables,
                                           &arrays.block_table_offsets, &arrays.hidden};
    const int32_t choice = bytes.below(10);
    if (choice < 6) {
      std::vector<int32_t>& list = *lists[choice];
      list[static_cast<size_t>(bytes.below(static_cast<int32_t>(list.size())))] = bytes.odd_number();
      return;
    }
    if (choice == 6) {
      arrays.adapters[static_cast<size_t>(bytes.below(static_cast<int32_t>(arrays.adapters.size())))] = bytes.next();
      return;
    }
    weir_sampling& sampling = arrays.samples[static_cast<size_t>(bytes.below(static_cast<int32_t>(arrays.samples.size())))];
    switch (bytes.below(6)) {
      case 0: sampling.temperature = bytes.odd_float(); break;
      case 1: sampling.top_p = bytes.odd_float(); break;
      case 2: sampling.min_p = bytes.odd_float(); break;
      case 3: sampling.top_k = bytes.odd_number(); break;
      case 4: sampling.logprob_count = bytes.odd_number(); break;
      default: sampling.token_index = bytes.odd_number(); break;
    }
  }

  // A copy of exactly the length that the plan claims, so that a read beyond it is a read beyond a heap block.
  template <typename T>
  static std::unique_ptr<T[]> exactly(const std::vector<T>& from, int64_t claimed) {
    const size_t count = claimed < 0 || claimed > kArrayMax ? 0 : static_cast<size_t>(claimed);
    std::unique_ptr<T[]> copy(new T[count]());
    std::copy_n(from.begin(), std::min(count, from.size()), copy.get());
    return copy;
  }

  void step(const PlanArrays& arrays, weir_step_plan plan) {
    const int64_t sequences = plan.sequence_count;
    const auto token_ids = exactly(arrays.token_ids, plan.token_count);
    const auto token_counts = exactly(arrays.token_counts, sequences);
    const auto computed_tokens = exactly(arrays.computed_tokens, sequences);
    const auto offsets = exactly(arrays.block_table_offsets, sequences + 1);
    const auto tables = exactly(arrays.block_tables, sequences >= 0 && sequences <= kArrayMax ? offsets[static_cast<size_t>(sequences)] : 0);
    const auto samples = exactly(arrays.samples, plan.sample_count);
    const auto hidden_indices = exactly(arrays.hidden, plan.hidden_count);
    const auto adapters = exactly(arrays.adapters, sequences);
    plan.token_ids = token_ids.get();
    plan.token_counts = token_counts.get();
    plan.computed_tokens = computed_tokens.get();
    plan.block_table_offsets = offsets.get();
    plan.block_tables = tables.get();
    plan.samples = samples.get();
    plan.hidden_token_indices = hidden_indices.get();
    plan.adapters = adapters.get();
    const auto masks = exactly(arrays.masks, static_cast<int64_t>(plan.mask_count) * 2);
    const auto mask_indices = exactly(arrays.mask_indices, plan.sample_count);
    plan.masks = masks.get();
    plan.mask_indices = mask_indices.get();
    const auto given = exactly(arrays.given, plan.sample_count);
    const auto shift_offsets = exactly(arrays.shift_offsets, plan.sample_count >= 0 ? int64_t{plan.sample_count} + 1 : 0);
    const bool has_shifts = !arrays.shift_offsets.empty();
    const bool counts_shifts = has_shifts && plan.sample_count >= 0 && plan.sample_count < kArrayMax;
    const auto shifts = exactly(arrays.shifts, counts_shifts ? shift_offsets[static_cast<size_t>(plan.sample_count)] : 0);
    plan.given_token_ids = has_shifts ? given.get() : nullptr;
    plan.shift_offsets = has_shifts ? shift_offsets.get() : nullptr;
    plan.shifts = shifts.get();
    int32_t ids[64], top_ids[64 * 8];
    float logprobs[64], top_logprobs[64 * 8], hidden[256 * 4];
    const weir_step_result result{sizeof(result), 8, ids, logprobs, top_ids, top_logprobs, nullptr, hidden};
    weir_error error{};
    const int32_t status = weir_session_step(session_.handle, &plan, &result, &error);
    const bool refusal = status == WEIR_INVALID_ARGUMENT || status == WEIR_STALE_HANDLE;  // stale: an adapter
    if (status != WEIR_OK && (!refusal || error.message[0] == '\0')) std::abort();
    ++(status == WEIR_OK ? accepted : refused);
  }

  TinyModel model_;
  LoadedModel loaded_;
  OpenSession session_;
  const Run canary_{{5, 6, 7, 8, 9}, 0, {63}, {4}};
  std::vector<std::vector<float>> expected_;

 public:
  int64_t accepted = 0;
  int64_t refused = 0;
};

}  // namespace
}  // namespace weir::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static weir::testing::Target target;
  target.run({data, size});
  return 0;
}

#ifndef WEIR_FUZZ
int main() {
  constexpr int kInputs = 20000;
  weir::testing::Target target;
  weir::testing::Random random(2026);
  for (int i = 0; i < kInputs; ++i) {
    std::vector<uint64_t> words(64);
    for (uint64_t& word : words) word = random.next();
    target.run({reinterpret_cast<const uint8_t*>(words.data()), words.size() * sizeof(uint64_t)});
  }
  std::printf("%d plans: %lld accepted, %lld refused\n", kInputs, static_cast<long long>(target.accepted),
              static_cast<long long>(target.refused));
  return target.accepted > kInputs / 10 && target.refused > kInputs / 10 ? 0 : 1;  // a fuzzer that meets one side only tests nothing
}
#endif
