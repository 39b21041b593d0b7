// What only the emulated device can show: how many kernels a step launches, and what a session does when its device runs out of memory, cannot
// record, or is lost: never a hang, never a wrong answer.
#include <string>
#include <vector>

#include "check.h"
#include "device/memory.h"
#include "kernels/cuda/simt.h"
#include "runtime/error.h"
#include "simt/emulated_device.h"
#include "support/sequences.h"
#include "support/tiny_adapter.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

namespace emulation = device::emulation;

// The device is as it was when this goes.
struct Faults {
  ~Faults() {
    emulation::fail_allocations_from(-1);
    emulation::fail_captures(false);
    emulation::lose_context(false);
  }
};

weir_session_config on_device() {
  weir_session_config config = small_session();
  config.device = WEIR_DEVICE_CUDA;
  config.block_count = 64;
  config.step_tokens_max = 32;
  return config;
}

int64_t described(const OpenSession& session, const std::string& key) {
  char text[512];
  int64_t required = 0;
  CHECK_EQ(weir_session_describe(session.handle, text, sizeof text, &required, nullptr), WEIR_OK);
  const std::string all = text;
  return std::stoll(all.substr(all.find(key + "=") + key.size() + 1));
}

bool holds(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

struct Outcome {
  int32_t status;
  std::string message;
  int32_t token_id;
};

Outcome try_step(const OpenSession& session, const PlanArrays& arrays) {
  const weir_step_plan plan = arrays.plan();
  int32_t id = -1;
  const weir_step_result result{sizeof(result), 0, &id, nullptr, nullptr, nullptr, nullptr, nullptr};
  weir_error error{};
  const int32_t status = weir_session_step(session.handle, &plan, &result, &error);
  return {status, error.message, id};
}

Outcome try_step(const OpenSession& session, const Run& run) { return try_step(session, PlanArrays({run})); }

// What is drawn after each of the tokens, one step for each.
std::vector<int32_t> decode(const OpenSession& session, const std::vector<int32_t>& tokens, int32_t computed, int32_t block) {
  std::vector<int32_t> ids;
  for (const int32_t token : tokens) {
    const Outcome outcome = try_step(session, {{token}, computed++, {block}, {0}});
    CHECK_EQ(outcome.status, WEIR_OK);
    ids.push_back(outcome.token_id);
  }
  return ids;
}

}  // namespace

TEST(device_fault, a_session_that_does_not_fit_is_refused_with_all_numbers_and_takes_nothing) {
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const int64_t before = emulation::live_bytes();
  weir_session_config config = on_device();
  config.device_bytes_max = 64 * 1024;
  weir_session session = 0;
  weir_error error{};
  CHECK_EQ(weir_session_create(loaded.handle, &config, &session, &error), WEIR_OUT_OF_MEMORY);
  CHECK(holds(error.message, "block_count: 64 KV blocks of 8.0 KiB take 520.0 KiB, the weights "));
  CHECK(holds(error.message, "but only 64.0 KiB of the device's memory are available; ask for fewer blocks"));
  CHECK_EQ(emulation::live_bytes(), before);
}

// Whatever the piece whose memory is not there: what was taken before it is given back.
TEST(device_fault, a_session_that_cannot_get_its_memory_leaves_none_behind) {
  const Faults faults;
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const int64_t before = emulation::live_bytes();
  for (int64_t bytes = 1 << 20; bytes >= 1; bytes /= 4) {
    emulation::fail_allocations_from(bytes);
    const weir_session_config config = on_device();
    weir_session session = 0;
    const int32_t status = weir_session_create(loaded.handle, &config, &session, nullptr);
    CHECK(status == WEIR_OUT_OF_MEMORY || status == WEIR_OK);
    CHECK(status == WEIR_OUT_OF_MEMORY || bytes > 1);
    if (status == WEIR_OK) CHECK_EQ(weir_session_destroy(session, nullptr), WEIR_OK);
    CHECK_EQ(emulation::live_bytes(), before);
  }
}

TEST(device_fault, out_of_memory_in_a_step_fails_that_step_by_name_and_no_other) {
  const Faults faults;
  weir_model_config shape = tiny_llama();
  shape.context_tokens_max = 1024;
  const TinyModel model(shape, DType::bf16, 1);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, on_device());
  const Run first{{1, 2, 3}, 0, {0}, {2}};
  const Outcome expected = try_step(session, first);
  CHECK_EQ(expected.status, WEIR_OK);
  emulation::fail_allocations_from(1);
  const Outcome refused = try_step(session, {{4}, 3, blocks_for(60 * 16), {0}});  // a longer table than any before
  CHECK_EQ(refused.status, WEIR_OUT_OF_MEMORY);
  CHECK(holds(refused.message, "block tables of a step"));
  const Outcome same = try_step(session, first);
  CHECK_EQ(same.status, WEIR_OK);
  CHECK_EQ(same.token_id, expected.token_id);
  emulation::fail_allocations_from(-1);
  CHECK_EQ(try_step(session, {{4}, 3, blocks_for(60 * 16), {0}}).status, WEIR_OK);
}

// By then its tables have grown, and so lie elsewhere: what was recorded before must not read them where they were.
TEST(device_fault, a_step_that_finds_no_memory_for_its_shifts_changes_no_recorded_step) {
  const Faults faults;
  weir_model_config shape = tiny_llama();
  shape.context_tokens_max = 1024;
  const TinyModel model(shape, DType::bf16, 1);
  const LoadedModel loaded(model);
  const Run prompt{{1, 2, 3, 4}, 0, {5}, {}};
  const std::vector<int32_t> tokens = {20, 30, 40, 50};
  const auto continue_prompt = [&](const OpenSession& session) {
    session.step({prompt}, 0);
    return decode(session, tokens, 4, 5);
  };
  const OpenSession undisturbed(loaded.handle, on_device());
  const std::vector<int32_t> expected = continue_prompt(undisturbed);

  const OpenSession session(loaded.handle, on_device());
  decode(session, {60, 61, 62, 63, 64, 65}, 0, 0);
  CHECK(described(session, "steps.graph") > 0);
  PlanArrays shifted({{{4}, 3, blocks_for(60 * 16), {0}}});
  for (int32_t id = 0; id < 60; ++id) shifted.shifts.push_back({id, 1, 0.5f});
  shifted.shift_offsets = {0, 60};
  emulation::fail_allocations_from(600);  // the tables need less
  const Outcome refused = try_step(session, shifted);
  CHECK_EQ(refused.status, WEIR_OUT_OF_MEMORY);
  CHECK(holds(refused.message, "logit shifts of a step"));
  CHECK(continue_prompt(session) == expected);
}

TEST(device_fault, an_adapter_makes_room_for_the_tables_of_a_step_without_it) {
  weir_model_config shape = tiny_llama();
  shape.context_tokens_max = 1024;
  const TinyModel model(shape, DType::bf16, 1);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, adaptable(model), 4, DType::bf16, 2);
  const LoadedAdapter adapter(loaded.handle, tiny);
  const Run adapted{{1, 2, 3}, 0, {0}, {2}, {}, adapter.handle}, far{{4}, 3, blocks_for(60 * 16), {0}};
  weir_session_config config = on_device();
  {
    const OpenSession roomy(loaded.handle, config);
    CHECK_EQ(try_step(roomy, adapted).status, WEIR_OK);
    config.device_bytes_max = described(roomy, "device.bytes.peak");
  }
  const OpenSession session(loaded.handle, config);
  CHECK_EQ(try_step(session, adapted).status, WEIR_OK);
  CHECK_EQ(try_step(session, far).status, WEIR_OK);
}

TEST(device_fault, an_adapter_that_finds_no_memory_fails_its_step_and_no_other) {
  const Faults faults;
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, adaptable(model), 4, DType::bf16, 2);
  const LoadedAdapter adapter(loaded.handle, tiny);
  const OpenSession session(loaded.handle, on_device());
  const Run plain{{1, 2, 3}, 0, {0}, {2}}, adapted{{1, 2, 3}, 0, {0}, {2}, {}, adapter.handle};
  CHECK_EQ(try_step(session, plain).status, WEIR_OK);
  emulation::fail_allocations_from(1);
  const Outcome refused = try_step(session, adapted);
  CHECK_EQ(refused.status, WEIR_OUT_OF_MEMORY);
  CHECK(holds(refused.message, "an adapter"));
  CHECK_EQ(try_step(session, plain).status, WEIR_OK);
  emulation::fail_allocations_from(-1);
  CHECK_EQ(try_step(session, adapted).status, WEIR_OK);
}

// Where there is memory for one of them, they take turns.
TEST(device_fault, an_adapter_makes_room_for_another_that_is_not_in_its_step) {
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, adaptable(model), 4, DType::bf16, 2);
  const LoadedAdapter first(loaded.handle, tiny), second(loaded.handle, tiny);
  const Run one{{1, 2, 3}, 0, {0}, {2}, {}, first.handle}, other{{1, 2, 3}, 0, {1}, {2}, {}, second.handle};
  weir_session_config config = on_device();
  Logits expected;
  {
    const OpenSession roomy(loaded.handle, config);
    expected = roomy.step({one}, 97).logits;
    config.device_bytes_max = described(roomy, "device.bytes.peak") + 4096;  // longer block tables, but no second adapter
  }
  const OpenSession session(loaded.handle, config);
  for (int32_t i = 0; i < 2; ++i) {
    CHECK(same_bits(session.step({one}, 97).logits, expected));
    CHECK(same_bits(session.step({other}, 97).logits, expected));
  }
  bool refused = false;
  try {
    session.step({one, other}, 97);
  } catch (const std::runtime_error& error) {
    refused = holds(error.what(), "an adapter: needs ");
  }
  CHECK(refused);
  CHECK(same_bits(session.step({one}, 97).logits, expected));
}

TEST(device_fault, a_step_that_cannot_be_recorded_runs_without) {
  const Faults faults;
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const std::vector<int32_t> tokens = {7, 8, 9, 10, 11};
  const OpenSession recorded(loaded.handle, on_device());
  const std::vector<int32_t> expected = decode(recorded, tokens, 0, 0);
  emulation::fail_captures(true);
  const OpenSession session(loaded.handle, on_device());
  CHECK(decode(session, tokens, 0, 0) == expected);
  char text[512];
  int64_t required = 0;
  CHECK_EQ(weir_session_describe(session.handle, text, sizeof text, &required, nullptr), WEIR_OK);
  CHECK(holds(text, "steps.graph=0\nsteps.plain=5\ngraphs.failed=1\n"));
}

TEST(device_fault, a_lost_context_fails_its_step_and_all_later_ones_by_a_status_of_its_own) {
  const Faults faults;
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  {
    const OpenSession session(loaded.handle, on_device());
    const Run run{{1, 2, 3}, 0, {0}, {2}};
    CHECK_EQ(try_step(session, run).status, WEIR_OK);
    emulation::lose_context(true);
    CHECK_EQ(try_step(session, run).status, WEIR_DEVICE_LOST);
    emulation::lose_context(false);
    const Outcome later = try_step(session, run);  // a context does not come back
    CHECK_EQ(later.status, WEIR_DEVICE_LOST);
    CHECK(holds(later.message, "lost its context in an earlier call"));
    const int32_t place = 0;
    CHECK_EQ(weir_session_offload(session.handle, &place, &place, 0, nullptr), WEIR_DEVICE_LOST);
    emulation::lose_context(true);  // and letting go of the session does not need it
  }
  emulation::lose_context(true);
  const weir_session_config config = on_device();
  weir_session session = 0;
  CHECK_EQ(weir_session_create(loaded.handle, &config, &session, nullptr), WEIR_DEVICE_LOST);
}

// docs/gpu.md has the count.
TEST(device_launches, a_dense_layer_takes_nine_and_a_step_six_more) {
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, on_device());
  const int64_t before = simt::launch_count();
  CHECK_EQ(try_step(session, {{7}, 0, {0}, {0}}).status, WEIR_OK);
  CHECK_EQ(simt::launch_count() - before, 9 * model.config().layer_count + 6);
}

TEST(device_launches, adapters_add_eight_to_a_layer_however_many_there_are) {
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, adaptable(model), 4, DType::bf16, 2);
  const LoadedAdapter first(loaded.handle, tiny), second(loaded.handle, tiny);
  const OpenSession session(loaded.handle, on_device());
  const int64_t before = simt::launch_count();
  session.step({{{7}, 0, {0}, {0}, {}, first.handle}, {{7}, 0, {1}, {0}, {}, second.handle}, {{7}, 0, {2}, {0}}}, 97);
  CHECK_EQ(simt::launch_count() - before, (9 + 8) * model.config().layer_count + 6);
}

TEST(device_launches, a_layer_of_experts_takes_thirteen) {
  const TinyModel model(tiny_mixtral(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, on_device());
  const int64_t before = simt::launch_count();
  CHECK_EQ(try_step(session, {{7}, 0, {0}, {0}}).status, WEIR_OK);
  CHECK_EQ(simt::launch_count() - before, 13 * model.config().layer_count + 6);
}

TEST(device_memory, keeps_what_is_let_go_and_never_exceeds_its_limit) {
  const int64_t before = emulation::live_bytes();
  {
    device::Memory memory(64 * 1024);
    { const device::Piece piece(memory, 30 * 1024, "a piece"); }
    CHECK_EQ(memory.used_bytes(), 0);
    CHECK_EQ(memory.kept_bytes(), 30 * 1024);
    const device::Piece again(memory, 29 * 1024, "a little less");
    CHECK_EQ(memory.kept_bytes(), 0);
    CHECK_EQ(emulation::live_bytes() - before, 30 * 1024);
    { const device::Piece other(memory, 34 * 1024, "the rest"); }
    const device::Piece small(memory, 1, "what needs the kept piece's room");
    CHECK_EQ(memory.kept_bytes(), 0);
    try {
      const device::Piece tooMuch(memory, 34 * 1024, "a cache");
      throw Failure("more than the limit was given");
    } catch (const Error& refused) {
      CHECK_EQ(refused.status(), WEIR_OUT_OF_MEMORY);
      CHECK(holds(refused.what(), "a cache: needs 34.0 KiB of the device's memory, but of the 64.0 KiB that the session may take 30.5 KiB are in use"));
    }
  }
  CHECK_EQ(emulation::live_bytes(), before);
}

}  // namespace weir::testing

TEST_MAIN()
