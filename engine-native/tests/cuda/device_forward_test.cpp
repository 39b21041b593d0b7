// Whole steps on a device against the decoder in double: every architecture, every kind of weights, and what a step gives back.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "device_testing.h"
#include "kernels/cuda/f8.h"
#include "support/reference_forward.h"
#include "support/sequences.h"
#include "support/steps.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

// Root of the mean square difference over all rows, relative to that of the logits. BF16 has eight bits, and rounds what every product reads and the
// cache holds, through two layers.
constexpr double kBf16Bound = 2e-2;
constexpr double kF8CacheBound = 6e-2;

weir_session_config on_device() {
  weir_session_config config = small_session();
  config.device = WEIR_DEVICE_CUDA;
  config.block_count = 16;
  config.step_tokens_max = 64;
  return config;
}

double difference(const Logits& actual, const std::vector<std::vector<double>>& expected) {
  double differing = 0, all = 0;
  CHECK_EQ(actual.size(), expected.size());
  for (size_t row = 0; row < actual.size(); ++row) {
    for (size_t i = 0; i < actual[row].size(); ++i) {
      CHECK(std::isfinite(actual[row][i]));
      const double apart = static_cast<double>(actual[row][i]) - expected[row][i];
      differing += apart * apart;
      all += expected[row][i] * expected[row][i];
    }
  }
  return std::sqrt(differing / all);
}

void check_forward(const TinyModel& model, double bound = kBf16Bound, int32_t quantize = WEIR_DTYPE_AUTO, int32_t kv_dtype = WEIR_DTYPE_AUTO) {
  constexpr int32_t kTokens = 21;
  const LoadedModel loaded(model, WEIR_DTYPE_AUTO, quantize);
  weir_session_config config = on_device();
  config.kv_dtype = kv_dtype;
  const OpenSession session(loaded.handle, config);
  Random random(7);
  Run run{random_tokens(random, kTokens, model.config().vocab_size), 0, blocks_for(kTokens), {}};
  run.sample_at = {0, 9, 15, 16, 20};  // an emulated device takes its time to sample
  const StepOutput output = session.step({run}, model.config().vocab_size);
  const auto reference = reference_logits(model, run.token_ids);
  std::vector<std::vector<double>> expected;
  for (const int32_t i : run.sample_at) expected.push_back(reference[static_cast<size_t>(i)]);
  const double apart = difference(output.logits, expected);
  if (!(apart <= bound)) throw Failure("differs by " + std::to_string(apart));
  for (size_t row = 0; row < output.logits.size(); ++row) {
    const auto highest = std::ranges::max_element(output.logits[row]);
    CHECK_EQ(output.token_ids[row], static_cast<int32_t>(highest - output.logits[row].begin()));
  }
}

}  // namespace

TEST(device_forward, llama_agrees_with_the_formulas) { check_forward(TinyModel(tiny_llama(), DType::bf16, 1)); }
TEST(device_forward, a_window_hides_what_lies_before_it) { check_forward(TinyModel(tiny_mistral(), DType::bf16, 1)); }
TEST(device_forward, qwen2_has_biases_on_q_k_and_v) { check_forward(TinyModel(tiny_qwen2(), DType::bf16, 1)); }
TEST(device_forward, qwen3_norms_each_head_of_q_and_k) { check_forward(TinyModel(tiny_qwen3(), DType::bf16, 1)); }
TEST(device_forward, phi3_turns_a_part_of_each_head) { check_forward(TinyModel(tiny_phi3(), DType::bf16, 1)); }
TEST(device_forward, gemma2_caps_scores_and_logits) { check_forward(TinyModel(tiny_gemma2(), DType::bf16, 1)); }
TEST(device_forward, gemma3_has_a_rope_for_each_kind_of_layer) { check_forward(TinyModel(tiny_gemma3(), DType::bf16, 1)); }
TEST(device_forward, olmo2_norms_what_blocks_give) { check_forward(TinyModel(tiny_olmo2(), DType::bf16, 1)); }
// Of a model whose router is never in doubt between two experts by less than BF16 tells apart.
TEST(device_forward, mixtral_mixes_two_experts) { check_forward(TinyModel(tiny_mixtral(), DType::bf16, 2)); }
TEST(device_forward, qwen3_moe_has_dense_and_sparse_layers) { check_forward(TinyModel(tiny_qwen3_moe(), DType::bf16, 1)); }

TEST(device_forward, every_bias_and_every_stored_type) {
  weir_model_config config = tiny_llama();
  config.qkv_bias = config.output_bias = config.mlp_bias = 1;
  check_forward(TinyModel(config, DType::f32, 2));
  check_forward(TinyModel(config, DType::f16, 2));
}

TEST(device_forward, quantized_weights_are_multiplied_as_they_are_or_as_bf16) {
  for (const DType stored : {DType::q8_0, DType::q4_0, DType::q6_k}) {
    check_forward(TinyModel(tiny_blocks(), stored, DType::f32, 3));
  }
}

TEST(device_forward, keys_and_values_may_be_held_in_eight_bits) {
  check_forward(TinyModel(tiny_llama(), DType::bf16, 1), kF8CacheBound, WEIR_DTYPE_AUTO, WEIR_DTYPE_Q8_0);
}

// Rows in pairs, as files of another layout have them: stored so, and named so, it is the same model.
TEST(device_forward, paired_rows_come_in_the_order_of_their_names) {
  const TinyModel model(tiny_llama(), DType::bf16, 4);
  const int32_t size = model.config().head_size;
  const LoadedModel plain(model);
  const Run run{{5, 6, 7, 8, 9}, 0, {0}, {2, 4}};
  const Logits expected = OpenSession(plain.handle, on_device()).step({run}, 97).logits;

  TinyModel paired(tiny_llama(), DType::bf16, 4);
  std::vector<weir_tensor> header;
  for (const char* name : {"q_proj", "k_proj"}) {
    for (const char* layer : {"0", "1"}) {
      const std::string tensor = std::string("model.layers.") + layer + ".self_attn." + name + ".weight";
      const StoredTensor& stored = model.tensor(tensor);
      std::vector<double> difference(stored.values.size());
      const size_t cols = static_cast<size_t>(stored.shape[1]);
      for (size_t r = 0; r < static_cast<size_t>(stored.shape[0]); ++r) {
        const size_t element = r % static_cast<size_t>(size);
        const size_t named = r - element + element / 2 + element % 2 * static_cast<size_t>(size / 2);
        for (size_t c = 0; c < cols; ++c) {
          difference[r * cols + c] = static_cast<double>(stored.values[named * cols + c]) - static_cast<double>(stored.values[r * cols + c]);
        }
      }
      paired.change(tensor, difference);
    }
  }
  header = paired.header();
  for (weir_tensor& tensor : header) {
    const std::string name = tensor.name;
    if (name.ends_with("q_proj.weight") || name.ends_with("k_proj.weight")) tensor.storage = WEIR_STORAGE_PAIRED_ROWS;
  }
  const char* path = paired.path().c_str();
  const weir_model_source source{sizeof(source), 1, &path, header.data(), static_cast<int32_t>(header.size()), 0};
  weir_model handle = 0;
  CHECK_EQ(weir_model_load(&paired.config(), &source, &handle, nullptr), WEIR_OK);
  CHECK(same_bits(OpenSession(handle, on_device()).step({run}, 97).logits, expected));
  weir_model_destroy(handle);
}

TEST(device_forward, hidden_states_are_those_that_the_logits_are_made_of) {
  const TinyModel model(tiny_llama(), DType::bf16, 5);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, on_device());
  const int32_t size = model.config().hidden_size;
  const StepOutput output = session.step({{{1, 2, 3, 4, 5}, 0, {0}, {4}, {1, 4}}, {{9, 8}, 0, {1}, {}, {0}}}, 97, size);
  CHECK_EQ(output.hidden.size(), size_t{3});
  const StoredTensor& head = model.tensor(model.config().tied_embeddings == 1 ? "model.embed_tokens.weight" : "lm_head.weight");
  for (size_t v = 0; v < 97; ++v) {
    double logit = 0;
    for (size_t i = 0; i < static_cast<size_t>(size); ++i) {
      logit += static_cast<double>(head.values[v * static_cast<size_t>(size) + i]) * static_cast<double>(cuda::rounded(output.hidden[1][i]));
    }
    cuda::check_close(static_cast<double>(output.logits[0][v]), logit, 10, 1e-5, "logit");
  }
  CHECK(same_bits({output.hidden[2]}, session.step({{{9}, 0, {2}, {}, {0}}}, 97, size).hidden));
}

// What the CPU's session_test asks of a session: masks, shifts, given tokens, log-probabilities; in any order of samples.
TEST(device_forward, samples_by_each_rows_own_rules) {
  const TinyModel model(tiny_llama(), DType::bf16, 66);
  const LoadedModel loaded(model);
  const OpenSession session(loaded.handle, on_device());
  const StepOutput plain = session.step({{{1, 2, 3}, 0, {0}, {0, 1, 2}}}, 97);
  PlanArrays arrays({{{1, 2, 3}, 0, {0}, {2, 0, 2, 1, 2}}});
  const float infinity = std::numeric_limits<float>::infinity();
  const int32_t likeliest = plain.token_ids[2];
  arrays.masks = {uint64_t{1} << 40, 0, 0, uint64_t{1} << (96 - 64)};
  arrays.mask_indices = {1, 0, -1, -1, -1};
  arrays.given = {-1, -1, -1, 3, -1};
  arrays.shifts = {{likeliest, 2, 1}, {likeliest, 1, -infinity}};
  arrays.shift_offsets = {0, 0, 0, 2, 2, 2};
  for (weir_sampling& sampling : arrays.samples) sampling.logprob_count = 2;
  int32_t ids[5], top_ids[5 * 3];
  float logprobs[5], top_logprobs[5 * 3];
  const weir_step_plan plan = arrays.plan(97);
  const weir_step_result result{sizeof(result), 3, ids, logprobs, top_ids, top_logprobs, nullptr, nullptr};
  weir_error error{};
  CHECK_EQ(weir_session_step(session.handle, &plan, &result, &error), WEIR_OK);
  CHECK_EQ(ids[0], 96);
  CHECK_EQ(ids[1], 40);
  CHECK_EQ(logprobs[1], 0.0f);  // of one token, which is certain
  CHECK(ids[2] != likeliest);
  CHECK_EQ(ids[3], 3);
  CHECK_EQ(ids[4], likeliest);
  CHECK_EQ(ids[4], top_ids[4 * 3]);
  CHECK_EQ(ids[2], top_ids[4 * 3 + 1]);  // the second of the row that was not shifted
  double total = 0;
  for (const float logit : plain.logits[1]) total += std::exp(static_cast<double>(logit));
  CHECK(std::abs(logprobs[3] - (static_cast<double>(plain.logits[1][3]) - std::log(total))) < 1e-5);
  CHECK_EQ(logprobs[4], top_logprobs[4 * 3]);
}

TEST(device_forward, says_what_it_has_no_kernels_for) {
  const TinyModel model(tiny_llama(), DType::bf16, 1);
  const LoadedModel loaded(model);
  const auto refusal = [&](const weir_session_config& config) {
    weir_session session = 0;
    weir_error error{};
    CHECK_EQ(weir_session_create(loaded.handle, &config, &session, &error), WEIR_INVALID_ARGUMENT);
    return std::string(error.message);
  };
  weir_session_config config = on_device();
  config.kv_dtype = WEIR_DTYPE_F16;
  CHECK(refusal(config).starts_with("kv_dtype: a CUDA device holds keys and values as bfloat16"));
  config = on_device();
  config.device = WEIR_DEVICE_CUDA + 63;
  CHECK(refusal(config).starts_with("device: 63 is not in [0, "));
  int64_t bytes = 0;
  CHECK_EQ(weir_model_block_bytes(loaded.handle, WEIR_DEVICE_CUDA, 16, WEIR_DTYPE_AUTO, &bytes, nullptr), WEIR_OK);
  CHECK_EQ(bytes, 2 * 2 * 2 * 16 * 32 * 2);  // layers, keys and values, heads, tokens, padded head size, bytes
}

}  // namespace weir::testing

CUDA_TEST_MAIN()
