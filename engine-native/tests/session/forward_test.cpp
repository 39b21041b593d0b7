// Whole steps against the decoder in double: every architecture, every flag, every stored type.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "check.h"
#include "kernels/elements.h"
#include "support/reference_forward.h"
#include "support/steps.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

// Largest difference over all rows, relative to the largest logit. The bounds are those of the arithmetic: 24 bits through two layers for
// a float cache; a cache of 8 or 11 bits adds, beside its rounding (which the reference repeats), that a float and a double just beside
// the middle between two of its values round apart.
constexpr double kFloatBound = 3e-6;
constexpr double kBf16CacheBound = 1e-2;
constexpr double kF16CacheBound = 1e-3;

template <typename Element>
void rounded(double* head, int32_t size) {
  for (int32_t i = 0; i < size; ++i) {
    Element element;
    kernels::narrow(static_cast<float>(head[i]), element);
    head[i] = kernels::widen(element);
  }
}

double worst_difference(const std::vector<std::vector<float>>& actual, const std::vector<std::vector<double>>& expected) {
  double worst = 0;
  double largest = 0;
  CHECK_EQ(actual.size(), expected.size());
  for (size_t row = 0; row < actual.size(); ++row) {
    for (size_t i = 0; i < actual[row].size(); ++i) {
      CHECK(std::isfinite(actual[row][i]));
      worst = std::max(worst, std::abs(static_cast<double>(actual[row][i]) - expected[row][i]));
      largest = std::max(largest, std::abs(expected[row][i]));
    }
  }
  return worst / largest;
}

// All logits of one prompt of `count` tokens.
void check_forward(const TinyModel& model, int32_t dtype, double bound, CacheRounding cache, int32_t count = 37) {
  const LoadedModel loaded(model, dtype);
  const OpenSession session(loaded.handle, small_session());
  Random random(7);
  Run run{random_tokens(random, count, model.config().vocab_size), 0, blocks_for(count), {}};
  for (int32_t i = 0; i < count; ++i) run.sample_at.push_back(i);
  const StepOutput output = session.step({run}, model.config().vocab_size);
  const auto expected = reference_logits(model, run.token_ids, cache);
  const double worst = worst_difference(output.logits, expected);
  if (!(worst <= bound)) throw Failure("differs by " + std::to_string(worst / bound) + " times the bound");
  for (size_t row = 0; row < expected.size(); ++row) {
    const auto highest = std::ranges::max_element(output.logits[row]);
    CHECK_EQ(output.token_ids[row], static_cast<int32_t>(highest - output.logits[row].begin()));
  }
}

void exact(double*, int32_t) {}

void check_float_cache(const weir_model_config& config) {
  for (const DType stored : {DType::f32, DType::f16, DType::bf16}) {
    check_forward(TinyModel(config, stored, 1), WEIR_DTYPE_F32, kFloatBound, exact);
  }
}

}  // namespace

TEST(forward, llama_agrees_with_the_formulas) { check_float_cache(tiny_llama()); }
TEST(forward, qwen2_has_biases_on_q_k_and_v) { check_float_cache(tiny_qwen2()); }
TEST(forward, qwen3_norms_each_head_of_q_and_k) { check_float_cache(tiny_qwen3()); }

TEST(forward, llama_may_have_every_bias) {
  weir_model_config config = tiny_llama();
  config.qkv_bias = config.output_bias = config.mlp_bias = 1;
  check_float_cache(config);
}

TEST(forward, a_window_hides_what_lies_before_it) {
  check_float_cache(tiny_mistral());
  const std::vector<int32_t> windows = {1, 2, 15, 16, 17, 36, 37, 38};
  for (const int32_t window : windows) {
    const weir_layer layers[] = {{window, 0, 0, 0}, {0, 0, 0, 0}};
    weir_model_config config = tiny_llama();
    config.layers = layers;
    check_forward(TinyModel(config, DType::f32, 5), WEIR_DTYPE_F32, kFloatBound, exact);
  }
}

TEST(forward, phi3_keeps_its_matrices_fused_and_turns_a_part_of_each_head) { check_float_cache(tiny_phi3()); }
TEST(forward, gemma2_caps_scores_and_logits) { check_float_cache(tiny_gemma2()); }
TEST(forward, gemma3_has_a_rope_for_each_kind_of_layer) { check_float_cache(tiny_gemma3()); }
TEST(forward, olmo2_norms_what_blocks_give) { check_float_cache(tiny_olmo2()); }
TEST(forward, mixtral_mixes_two_experts) { check_float_cache(tiny_mixtral()); }
TEST(forward, qwen3_moe_has_dense_and_sparse_layers) { check_float_cache(tiny_qwen3_moe()); }

TEST(forward, any_number_of_experts_may_be_chosen_with_and_without_normalization) {
  for (const int32_t chosen : {1, 3, 5}) {
    for (const int32_t normalized : {0, 1}) {
      weir_model_config config = tiny_mixtral();
      config.experts_per_token = chosen;
      config.expert_weights_normalized = normalized;
      check_forward(TinyModel(config, DType::f32, 6), WEIR_DTYPE_F32, kFloatBound, exact);
    }
  }
}

TEST(forward, one_head_for_each_query_head_and_one_for_all) {
  weir_model_config config = tiny_llama();
  for (const int32_t heads : {1, 6}) {
    config.kv_head_count = heads;
    check_float_cache(config);
  }
}

TEST(forward, auto_keeps_keys_and_values_in_the_stored_type) {
  for (const weir_model_config& config : tiny_architectures()) {
    check_forward(TinyModel(config, DType::f32, 2), WEIR_DTYPE_AUTO, kFloatBound, exact);
    check_forward(TinyModel(config, DType::bf16, 2), WEIR_DTYPE_AUTO, kBf16CacheBound, rounded<kernels::Bf16>);
    check_forward(TinyModel(config, DType::f16, 2), WEIR_DTYPE_AUTO, kF16CacheBound, rounded<kernels::F16>);
  }
}

TEST(forward, a_model_converted_at_load_equals_one_stored_so) {
  const TinyModel stored_bf16(tiny_llama(), DType::bf16, DType::f32, 3);
  const TinyModel stored_f32(tiny_llama(), DType::f32, DType::f32, 3);
  const LoadedModel as_stored(stored_bf16);
  const LoadedModel converted(stored_f32, WEIR_DTYPE_BF16);
  Random random(8);
  const Run run{random_tokens(random, 20, 97), 0, blocks_for(20), {3, 19}};
  const auto logits_of = [&run](weir_model model) {
    return OpenSession(model, small_session()).step({run}, 97).logits;
  };
  CHECK(logits_of(converted.handle) == logits_of(as_stored.handle));
}

TEST(forward, float32_leaves_f32_logits_and_changes_only_the_cache_of_others) {
  const TinyModel model(tiny_llama(), DType::bf16, 4);
  const LoadedModel wide(model, WEIR_DTYPE_F32);
  const LoadedModel narrow(model, WEIR_DTYPE_BF16);
  int64_t wide_bytes = 0;
  int64_t narrow_bytes = 0;
  CHECK_EQ(weir_model_block_bytes(wide.handle, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &wide_bytes, nullptr), WEIR_OK);
  CHECK_EQ(weir_model_block_bytes(narrow.handle, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &narrow_bytes, nullptr), WEIR_OK);
  CHECK_EQ(narrow_bytes, 2 * 2 * 2 * 16 * 12 * 2);  // layers, keys and values, heads, tokens, head size, bytes
  CHECK_EQ(wide_bytes, 2 * narrow_bytes);
}

}  // namespace weir::testing

TEST_MAIN()
