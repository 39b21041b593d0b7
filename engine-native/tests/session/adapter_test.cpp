// Adapters: what they come to is what merged weights come to, and who else is in a step shows in no bit.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "check.h"
#include "kernels/kernels.h"
#include "support/reference_forward.h"
#include "support/steps.h"
#include "support/tiny_adapter.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

using Logits = std::vector<std::vector<float>>;

// Relative to the largest logit: merged weights are rounded once more than those that stay apart.
constexpr double kBound = 1e-5;

bool same_bits(const Logits& a, const Logits& b) {
  const auto same_row = [](const std::vector<float>& x, const std::vector<float>& y) {
    return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
  };
  return std::ranges::equal(a, b, same_row);
}

template <typename Expected>
double difference(const Logits& actual, const Expected& expected) {
  double worst = 0;
  double largest = 0;
  for (size_t row = 0; row < actual.size(); ++row) {
    for (size_t i = 0; i < actual[row].size(); ++i) {
      const double wanted = static_cast<double>(expected[row][i]);
      worst = std::max(worst, std::abs(static_cast<double>(actual[row][i]) - wanted));
      largest = std::max(largest, std::abs(wanted));
    }
  }
  return worst / largest;
}

Run prompt(const TinyModel& model, int32_t count, weir_adapter adapter, uint64_t seed = 71) {
  Random random(seed);
  Run run{random_tokens(random, count, model.config().vocab_size), 0, blocks_for(count), {}};
  for (int32_t i = 0; i < count; ++i) run.sample_at.push_back(i);
  run.adapter = adapter;
  return run;
}

StepOutput alone(const TinyModel& model, weir_model handle, const Run& run, const weir_session_config& config = small_session()) {
  const OpenSession session(handle, config);
  return session.step({run}, model.config().vocab_size);
}

// The adapter beside the weights, against a model that has it in its weights, and against that model in double.
void check_merged(const weir_model_config& config, DType stored, const std::function<bool(const std::string&)>& adapted, int32_t rank) {
  TinyModel model(config, DType::f32, 72);
  const LoadedModel loaded(model);
  std::vector<std::string> projections = adaptable(model);
  std::erase_if(projections, [&](const std::string& name) { return !adapted(name); });
  const TinyAdapter adapter(model, projections, rank, stored, 73);
  const LoadedAdapter beside(loaded.handle, adapter);
  const StepOutput plain = alone(model, loaded.handle, prompt(model, 37, 0));
  const StepOutput output = alone(model, loaded.handle, prompt(model, 37, beside.handle));
  adapter.merge_into(model);
  const LoadedModel merged(model);
  const StepOutput expected = alone(model, merged.handle, prompt(model, 37, 0));
  CHECK(difference(output.logits, expected.logits) < kBound);
  CHECK(difference(output.logits, reference_logits(model, prompt(model, 37, 0).token_ids)) < kBound);
  CHECK(difference(output.logits, plain.logits) > 0.01);  // it does something
  CHECK(output.token_ids == expected.token_ids);
}

bool every(const std::string&) { return true; }

// Three adapters of a model that is wide enough for several threads, and sequences with and without them.
class Mixed {
 public:
  Mixed()
      : model_(wide(), DType::bf16, 81),
        loaded_(model_),
        first_(model_, adaptable(model_), 8, DType::f32, 82),
        second_(model_, adaptable(model_), 33, DType::bf16, 83),
        attention_only_(model_, {"model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.v_proj"}, 1, DType::f16, 84),
        adapters_{{loaded_.handle, first_}, {loaded_.handle, second_}, {loaded_.handle, attention_only_}} {
    const weir_adapter a = adapters_[0].handle, b = adapters_[1].handle, c = adapters_[2].handle;
    int32_t first_block = 0;
    for (const weir_adapter adapter : {b, weir_adapter{0}, a, b, c, a, weir_adapter{0}}) {
      Run run = prompt(model_, kTokens, adapter, 85 + runs.size());
      run.blocks = blocks_for(kTokens, first_block);
      first_block += static_cast<int32_t>(run.blocks.size());
      runs.push_back(run);
    }
  }

  static constexpr int32_t kTokens = 40;
  std::vector<Run> runs;

  static weir_session_config session(int32_t threads, int32_t isa) {
    weir_session_config config = small_session();
    config.step_tokens_max = 1024;
    config.step_samples_max = 1024;
    config.thread_count = threads;
    config.isa = isa;
    return config;
  }

  Logits alone(const Run& run) const {
    return testing::alone(model_, loaded_.handle, run, session(1, WEIR_ISA_REFERENCE)).logits;
  }

  // All runs at once, `chunk` tokens of each in a step: the logits of each after every token.
  std::vector<Logits> together(const weir_session_config& config, int32_t chunk) const {
    const OpenSession session(loaded_.handle, config);
    std::vector<Logits> logits(runs.size());
    for (int32_t begin = 0; begin < kTokens; begin += chunk) {
      const int32_t count = std::min(chunk, kTokens - begin);
      std::vector<Run> step;
      for (const Run& run : runs) {
        Run part{{run.token_ids.begin() + begin, run.token_ids.begin() + begin + count}, begin, run.blocks, {}, {}, run.adapter};
        for (int32_t i = 0; i < count; ++i) part.sample_at.push_back(i);
        step.push_back(part);
      }
      Logits rows = session.step(step, model_.config().vocab_size).logits;
      for (size_t s = 0; s < runs.size(); ++s) {
        const auto own = rows.begin() + static_cast<std::ptrdiff_t>(s) * count;
        logits[s].insert(logits[s].end(), own, own + count);
      }
    }
    return logits;
  }

 private:
  static weir_model_config wide() {
    weir_model_config config = tiny_qwen3();
    config.hidden_size = 112;
    config.intermediate_size = 1200;
    return config;
  }

  TinyModel model_;
  LoadedModel loaded_;
  TinyAdapter first_, second_, attention_only_;
  LoadedAdapter adapters_[3];
};

}  // namespace

TEST(adapter, is_as_good_as_merged_in_every_architecture) {
  for (const weir_model_config& config : tiny_architectures()) check_merged(config, DType::f32, every, 8);
}

TEST(adapter, may_be_stored_as_any_float_and_have_any_rank) {
  for (const DType stored : {DType::f32, DType::f16, DType::bf16}) {
    for (const int32_t rank : {1, 7, 64, WEIR_ADAPTER_RANK_MAX}) check_merged(tiny_llama(), stored, every, rank);
  }
}

TEST(adapter, may_update_any_projection_alone) {
  for (const weir_model_config& config : {tiny_llama(), tiny_phi3()}) {
    for (const char* name : {"q_proj", "k_proj", "v_proj", "qkv_proj", "o_proj", "gate_proj", "up_proj", "gate_up_proj", "down_proj"}) {
      const std::string wanted = std::string(".") + name;
      const auto adapted = [&wanted](const std::string& projection) { return projection.ends_with(wanted); };
      const bool fused = wanted == ".qkv_proj" || wanted == ".gate_up_proj";
      const bool shared = wanted == ".o_proj" || wanted == ".down_proj";
      if (shared || fused == (config.architecture == WEIR_ARCHITECTURE_PHI3)) check_merged(config, DType::f32, adapted, 5);
    }
  }
}

// What one tensor updates in one model, three may update in another: the parts are the same.
TEST(adapter, of_fused_projections_is_one_of_their_parts) {
  const TinyModel model(tiny_phi3(), DType::f32, 91);
  const LoadedModel loaded(model);
  const std::string fused = "model.layers.1.self_attn.qkv_proj", prefix = "model.layers.1.self_attn.";
  const TinyAdapter whole(model, {fused}, 6, DType::f32, 92);
  const LoadedAdapter one(loaded.handle, whole);
  std::vector<weir_tensor> parts;
  std::vector<std::string> names;
  names.reserve(6);
  const int64_t sizes[] = {72, 24, 24};
  int64_t first = 0;
  for (size_t i = 0; i < 3; ++i) {
    for (weir_tensor tensor : header_of(whole.tensors())) {
      const bool b = std::string(tensor.name).ends_with("lora_B.weight");
      names.push_back(prefix + "qkv"[i] + std::string(b ? "_proj.lora_B.weight" : "_proj.lora_A.weight"));
      tensor.name = names.back().c_str();
      if (b) tensor.offset_bytes += first * 6 * 4, tensor.shape[0] = sizes[i], tensor.size_bytes = sizes[i] * 6 * 4;
      parts.push_back(tensor);
    }
    first += sizes[i];
  }
  weir_adapter three = 0;
  weir_error error{};
  CHECK_EQ(load(loaded.handle, whole.config(), parts, whole.path(), three, error), WEIR_OK);
  CHECK(same_bits(alone(model, loaded.handle, prompt(model, 20, one.handle)).logits, alone(model, loaded.handle, prompt(model, 20, three)).logits));
  weir_adapter_destroy(three);
}

// A file may keep the rows of queries and keys in another order; an adapter always means the one of their names.
TEST(adapter, fits_a_model_whose_rows_are_paired) {
  const TinyModel named(tiny_llama(), DType::f32, 93);
  const LoadedModel loaded(named);
  const TinyAdapter tiny(named, adaptable(named), 4, DType::bf16, 94);
  const LoadedAdapter adapter(loaded.handle, tiny);
  TinyModel paired(tiny_llama(), DType::f32, 93);
  std::vector<weir_tensor> tensors = paired.header();
  for (weir_tensor& tensor : tensors) {
    const std::string name = tensor.name;
    if (!name.ends_with("q_proj.weight") && !name.ends_with("k_proj.weight")) continue;
    tensor.storage = WEIR_STORAGE_PAIRED_ROWS;
    const std::vector<float>& values = named.tensor(name).values;
    const size_t size = static_cast<size_t>(named.config().head_size), cols = static_cast<size_t>(tensor.shape[1]);
    std::vector<double> difference(values.size());
    for (size_t e = 0; e < values.size(); ++e) {
      const size_t i = e / cols % size;
      const size_t from = (e / cols - i + i / 2 + i % 2 * (size / 2)) * cols + e % cols;
      difference[e] = static_cast<double>(values[from]) - static_cast<double>(values[e]);
    }
    paired.change(name, difference);
  }
  const char* const path = paired.path().c_str();
  const weir_model_source source{sizeof(source), 1, &path, tensors.data(), static_cast<int32_t>(tensors.size()), 0};
  weir_model other = 0;
  CHECK_EQ(weir_model_load(&paired.config(), &source, &other, nullptr), WEIR_OK);
  {
    const LoadedAdapter same(other, tiny);
    CHECK(same_bits(alone(paired, other, prompt(paired, 20, same.handle)).logits,
                    alone(named, loaded.handle, prompt(named, 20, adapter.handle)).logits));
  }
  weir_model_destroy(other);
}

TEST(adapter, a_mixed_step_gives_each_sequence_the_bits_that_it_has_alone) {
  const Mixed mixed;
  std::vector<Logits> expected;
  for (const Run& run : mixed.runs) expected.push_back(mixed.alone(run));
  CHECK(!same_bits(expected[0], mixed.alone([&] { Run run = mixed.runs[0]; run.adapter = 0; return run; }())));
  const auto check = [&](int32_t threads, int32_t isa, int32_t chunk) {
    const std::vector<Logits> logits = mixed.together(Mixed::session(threads, isa), chunk);
    for (size_t s = 0; s < expected.size(); ++s) CHECK(same_bits(logits[s], expected[s]));
  };
  check(3, WEIR_ISA_REFERENCE, 9);  // once, for it takes its time
  std::vector<int32_t> isas;
  if (kernels::cpu_supports_avx2()) isas.push_back(WEIR_ISA_AVX2);
  if (kernels::cpu_supports_avx512()) isas.push_back(WEIR_ISA_AVX512);
  if (kernels::cpu_supports_amx()) isas.push_back(WEIR_ISA_AMX);
  for (const int32_t isa : isas) {
    for (const int32_t threads : {1, 3}) {
      for (const int32_t chunk : {1, 9, Mixed::kTokens}) check(threads, isa, chunk);
    }
  }
}

// The rows of 1000 tokens, laid by adapter, are more than a tile.
TEST(adapter, a_step_of_several_tiles_gives_rows_in_the_order_of_the_plan) {
  weir_model_config config = tiny_llama();
  config.context_tokens_max = 600;
  const TinyModel model(config, DType::f32, 94);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, adaptable(model), 4, DType::f32, 95);
  const LoadedAdapter adapter(loaded.handle, tiny);
  weir_session_config wide = small_session();
  wide.block_count = 80;
  wide.step_tokens_max = 1000;
  const OpenSession session(loaded.handle, wide);
  std::vector<Run> runs = {prompt(model, 500, adapter.handle, 96), prompt(model, 500, 0, 97)};
  runs[1].blocks = blocks_for(500, 40);
  for (Run& run : runs) run.sample_at = {0, 499}, run.hidden_at = {3, 498};
  const StepOutput output = session.step(runs, config.vocab_size, config.hidden_size);
  for (size_t s = 0; s < 2; ++s) {
    const OpenSession own(loaded.handle, wide);
    const StepOutput expected = own.step({runs[s]}, config.vocab_size, config.hidden_size);
    const auto of = [s](const Logits& rows) { return Logits(rows.begin() + static_cast<int64_t>(2 * s), rows.begin() + static_cast<int64_t>(2 * s + 2)); };
    CHECK(same_bits(of(output.logits), expected.logits));
    CHECK(same_bits(of(output.hidden), expected.hidden));
  }
}

TEST(adapter, what_does_not_fit_is_refused_by_name) {
  const TinyModel model(tiny_llama(), DType::f32, 98);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, adaptable(model), 4, DType::f32, 99);
  const auto refuse = [&](const std::string& words, const std::function<void(weir_adapter_config&, std::vector<weir_tensor>&)>& change) {
    weir_adapter_config config = tiny.config();
    std::vector<weir_tensor> tensors = header_of(tiny.tensors());
    change(config, tensors);
    weir_adapter handle = 0;
    weir_error error{};
    CHECK_EQ(load(loaded.handle, config, tensors, tiny.path(), handle, error), WEIR_INVALID_ARGUMENT);
    CHECK_EQ(handle, weir_adapter{0});
    if (std::string(error.message).find(words) == std::string::npos) throw Failure("expected \"" + words + "\" in: " + error.message);
  };
  const auto renamed = [](const char* name) { return [name](auto&, auto& tensors) { tensors[0].name = name; }; };
  const std::string first = header_of(tiny.tensors())[0].name;  // model.layers.0.mlp.down_proj.lora_A.weight
  refuse("rank: 0 is not in [1, WEIR_ADAPTER_RANK_MAX = 256]", [](auto& c, auto&) { c.rank = 0; });
  refuse("rank: 257", [](auto& c, auto&) { c.rank = 257; });
  refuse("scale: nan", [](auto& c, auto&) { c.scale = __builtin_nanf(""); });
  refuse("reserved: 1", [](auto& c, auto&) { c.reserved = 1; });
  refuse("storage 1 is not understood", [](auto&, auto& t) { t[0].storage = WEIR_STORAGE_PAIRED_ROWS; });
  refuse("tensor_count: 0", [](auto&, auto& t) { t.clear(); });
  refuse("shape [4, 136], expected [5, 136]", [](auto& c, auto&) { c.rank = 5; });
  refuse(first, [](auto&, auto& t) { std::swap(t[0].shape[0], t[0].shape[1]); });
  refuse("model.layers.0.mlp.down_proj.lora_B.weight: missing", [](auto&, auto& t) { t.erase(t.begin() + 1); });
  refuse("lm_head: the model has no such projection, or it cannot be adapted", renamed("lm_head.lora_A.weight"));
  refuse("model.layers.2.mlp.down_proj: the model has no", renamed("model.layers.2.mlp.down_proj.lora_A.weight"));
  refuse("model.layers.0.mlp.down_proj.lora_magnitude_vector: is neither", renamed("model.layers.0.mlp.down_proj.lora_magnitude_vector"));
  refuse(".lora_A.weight: is neither", renamed(".lora_A.weight"));
  refuse("tensors[0].name is null", renamed(nullptr));
}

TEST(adapter, a_part_is_not_adapted_twice) {
  const TinyModel model(tiny_phi3(), DType::f32, 98);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, {"model.layers.0.mlp.gate_up_proj"}, 4, DType::f32, 99);
  std::vector<weir_tensor> tensors = header_of(tiny.tensors());
  const std::string names[] = {"model.layers.0.mlp.gate_proj.lora_A.weight", "model.layers.0.mlp.gate_proj.lora_B.weight"};
  for (size_t i = 0; i < 2; ++i) {
    weir_tensor part = tensors[i];
    part.name = names[i].c_str();
    if (i == 1) part.shape[0] /= 2, part.size_bytes /= 2;
    tensors.push_back(part);
  }
  weir_adapter handle = 0;
  weir_error error{};
  CHECK_EQ(load(loaded.handle, tiny.config(), tensors, tiny.path(), handle, error), WEIR_INVALID_ARGUMENT);
  CHECK(std::string(error.message).find("adapted by a tensor of its own") != std::string::npos);
}

TEST(adapter, experts_have_none) {
  const TinyModel model(tiny_mixtral(), DType::f32, 98);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, {"model.layers.0.block_sparse_moe.experts.0.w1"}, 4, DType::f32, 99);
  weir_adapter handle = 0;
  weir_error error{};
  CHECK_EQ(load(loaded.handle, tiny.config(), header_of(tiny.tensors()), tiny.path(), handle, error), WEIR_INVALID_ARGUMENT);
  CHECK(std::string(error.message).find("experts.0.w1: the model has no such projection, or it cannot be adapted") != std::string::npos);
}

// By its handle: a step that is refused has changed nothing, and the adapter's memory is gone when it is destroyed.
TEST(adapter, a_destroyed_one_is_refused_and_the_step_can_be_tried_again) {
  const TinyModel model(tiny_llama(), DType::f32, 98);
  const LoadedModel loaded(model);
  const TinyAdapter tiny(model, adaptable(model), 4, DType::f32, 99);
  const OpenSession session(loaded.handle, small_session());
  const auto adapter = std::make_unique<LoadedAdapter>(loaded.handle, tiny);
  const Logits expected = session.step({prompt(model, 30, adapter->handle)}, 97).logits;
  weir_adapter_destroy(adapter->handle);
  bool refused = false;
  try {
    session.step({prompt(model, 30, adapter->handle)}, 97);
  } catch (const std::runtime_error& error) {
    refused = std::string(error.what()).find("is not a live adapter") != std::string::npos;
  }
  CHECK(refused);
  const LoadedAdapter again(loaded.handle, tiny);
  CHECK(same_bits(session.step({prompt(model, 30, again.handle)}, 97).logits, expected));
}

}  // namespace weir::testing

TEST_MAIN()
