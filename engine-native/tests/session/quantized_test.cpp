// Whole models with quantized weights: stored so, and made so at load.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "check.h"
#include "support/reference_forward.h"
#include "support/steps.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

constexpr DType kBlockTypes[] = {DType::q8_0, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q4_k, DType::q5_k, DType::q6_k};

// Of the largest logit, beside a decoder in double that has the same weights: what rounding every input of a product to seven bits and a sign
// adds up to over these two layers (measured: at most 2.3 %).
constexpr double kInputRounding = 0.03;

// The same of a cache of bytes, whose rounding the reference repeats: a value just beside the middle between two bytes rounds apart, and the
// reference's scale is no F16.
constexpr double kCacheRounding = 0.01;

using Logits = std::vector<std::vector<float>>;

std::vector<int32_t> prompt(const TinyModel& model, int32_t count) {
  Random random(7);
  return random_tokens(random, count, model.config().vocab_size);
}

Logits logits_of(const LoadedModel& loaded, const TinyModel& model, const weir_session_config& session = small_session()) {
  constexpr int32_t kTokens = 37;
  Run run{prompt(model, kTokens), 0, blocks_for(kTokens), {}};
  for (int32_t i = 0; i < kTokens; ++i) run.sample_at.push_back(i);
  return OpenSession(loaded.handle, session).step({run}, model.config().vocab_size).logits;
}

double worst_difference(const Logits& actual, const std::vector<std::vector<double>>& expected) {
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

// KiB of a file's mapping that are in this process's memory.
int64_t resident_kib(const std::filesystem::path& path) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool inside = false;
  int64_t kib = 0;
  while (std::getline(maps, line)) {
    if (line.find('-') < line.find(' ')) inside = line.ends_with(path.string());
    if (inside && line.starts_with("Rss:")) kib += std::stoll(line.substr(4));
  }
  return kib;
}

}  // namespace

TEST(quantized, every_block_type_is_multiplied_from_the_file) {
  for (const DType stored : kBlockTypes) {
    const TinyModel model(tiny_blocks(), stored, DType::f32, 1);
    const LoadedModel loaded(model, WEIR_DTYPE_F32);
    const double worst = worst_difference(logits_of(loaded, model), reference_logits(model, prompt(model, 37)));
    std::printf("  %-4s is off by %.4f\n", facts(stored).name, worst);
    CHECK(worst <= kInputRounding);
  }
}

// Embedding and LM head are one here, and of these types held as asked, so that everything is.
TEST(quantized, a_model_quantized_at_load_equals_one_stored_so) {
  weir_model_config config = tiny_blocks();
  config.tied_embeddings = 1;
  for (const DType held : {DType::q8_0, DType::q6_k}) {
    for (const DType stored : {DType::f32, DType::f16, DType::bf16}) {
      const TinyModel wide(config, stored, DType::f32, 3);
      const TinyModel blocks(config, held, DType::f32, 3);
      const LoadedModel quantized(wide, WEIR_DTYPE_F32, static_cast<int32_t>(held));
      const LoadedModel as_stored(blocks, WEIR_DTYPE_F32);
      CHECK(quantized.describe() == as_stored.describe());
      // From floats the blocks are the very same; from less, only nearly.
      if (stored == DType::f32) CHECK(logits_of(quantized, wide) == logits_of(as_stored, blocks));
      if (stored != DType::f32) CHECK(logits_of(quantized, wide) != logits_of(LoadedModel(wide, WEIR_DTYPE_F32), wide));
    }
  }
}

TEST(quantized, what_is_quantized_in_the_file_stays_as_it_is) {
  const TinyModel model(tiny_blocks(), DType::q4_0, DType::f32, 4);
  const LoadedModel loaded(model, WEIR_DTYPE_AUTO, WEIR_DTYPE_Q8_0);
  CHECK(loaded.describe() == LoadedModel(model).describe());
}

TEST(quantized, the_head_is_held_finely_and_a_table_that_is_looked_up_as_stored) {
  const TinyModel model(tiny_blocks(), DType::bf16, 5);
  const std::string q4 = LoadedModel(model, WEIR_DTYPE_AUTO, WEIR_DTYPE_Q4_K).describe();
  CHECK_EQ(q4, std::string("weights.bfloat16.matrices=1\nweights.bfloat16.bytes=49664\n"  // the embedding
                           "weights.q4_k.matrices=14\nweights.q4_k.bytes=626688\n"
                           "weights.q6_k.matrices=1\nweights.q6_k.bytes=20370\n"));  // the LM head
  const std::string q8 = LoadedModel(model, WEIR_DTYPE_AUTO, WEIR_DTYPE_Q8_0).describe();
  CHECK(q8.find("weights.q8_0.matrices=15\n") != std::string::npos);
}

TEST(quantized, rows_that_a_block_does_not_divide_get_smaller_blocks_or_none) {
  weir_model_config config = tiny_blocks();
  config.hidden_size = 96;
  const std::pair<int32_t, const char*> cases[] = {{WEIR_DTYPE_Q4_K, "q4_1"}, {WEIR_DTYPE_Q5_K, "q5_1"}, {WEIR_DTYPE_Q6_K, "q8_0"}};
  for (const auto& [asked, small] : cases) {
    const std::string held = LoadedModel(TinyModel(config, DType::f32, 6), WEIR_DTYPE_AUTO, asked).describe();
    CHECK(held.find(std::string("weights.") + small + ".matrices=") != std::string::npos);
  }
  config.hidden_size = 72;  // only the rows of down_proj and o_proj are whole blocks
  const std::string held = LoadedModel(TinyModel(config, DType::bf16, 6), WEIR_DTYPE_AUTO, WEIR_DTYPE_Q4_0).describe();
  CHECK(held.find("weights.q4_0.matrices=4\n") != std::string::npos);
  CHECK(held.find("weights.bfloat16.matrices=12\n") != std::string::npos);
}

TEST(quantized, a_router_is_never_quantized) {
  weir_model_config config = tiny_mixtral();
  config.hidden_size = 64;
  config.expert_intermediate_size = 64;
  const std::string held = LoadedModel(TinyModel(config, DType::f32, 7), WEIR_DTYPE_AUTO, WEIR_DTYPE_Q8_0).describe();
  CHECK(held.find("weights.float32.matrices=5\n") != std::string::npos);  // two routers, two o_proj of 72 columns, the embedding
}

// Keys and values of a head, as blocks of 32 of their own.
void rounded_to_bytes(double* head, int32_t size) {
  for (int32_t first = 0; first < size; first += 32) {
    const int32_t end = std::min(first + 32, size);
    double largest = 0;
    for (int32_t i = first; i < end; ++i) largest = std::max(largest, std::abs(head[i]));
    const double scale = largest / 127;
    for (int32_t i = first; i < end && largest > 0; ++i) head[i] = std::nearbyint(head[i] / scale) * scale;
  }
}

TEST(quantized, keys_and_values_may_be_bytes) {
  for (const int32_t head_size : {12, 32, 80}) {
    weir_model_config config = tiny_llama();
    config.head_size = head_size;
    const TinyModel model(config, DType::f32, 10);
    const LoadedModel loaded(model, WEIR_DTYPE_F32);
    weir_session_config session = small_session();
    session.kv_dtype = WEIR_DTYPE_Q8_0;
    const Logits logits = logits_of(loaded, model, session);
    const double worst = worst_difference(logits, reference_logits(model, prompt(model, 37), rounded_to_bytes));
    std::printf("  heads of %d: off by %.4f\n", head_size, worst);
    CHECK(worst <= kCacheRounding);
    int64_t bytes = 0;
    CHECK_EQ(weir_model_block_bytes(loaded.handle, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_Q8_0, &bytes, nullptr), WEIR_OK);
    CHECK_EQ(bytes, 2 * 2 * 2 * 16 * ((head_size + 31) / 32 * 34));  // layers, keys and values, heads, tokens, blocks
  }
}

// The blocks take the place of the file's pages: those are given back.
TEST(quantized, the_pages_that_were_read_are_given_back) {
  weir_model_config config = tiny_blocks();
  config.intermediate_size = 4096;
  const TinyModel model(config, DType::bf16, 8);
  const int64_t file_kib = static_cast<int64_t>(std::filesystem::file_size(model.path()) / 1024);
  const LoadedModel loaded(model, WEIR_DTYPE_AUTO, WEIR_DTYPE_Q4_K);
  const int64_t kib = resident_kib(model.path());
  std::printf("  %lld of the file's %lld KiB are resident\n", static_cast<long long>(kib), static_cast<long long>(file_kib));
  CHECK(kib < file_kib / 4);
}

TEST(quantized, a_weight_that_no_block_can_hold_is_refused_by_the_tensor_s_name) {
  const TinyModel model(tiny_blocks(), DType::f32, 9);
  for (const weir_tensor& tensor : model.header()) {
    if (std::string(tensor.name) != "model.layers.1.mlp.up_proj.weight") continue;
    const float bad = INFINITY;
    std::fstream file(model.path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(tensor.offset_bytes + 40);
    file.write(reinterpret_cast<const char*>(&bad), sizeof bad);
  }
  std::string message;
  try {
    const LoadedModel loaded(model, WEIR_DTYPE_AUTO, WEIR_DTYPE_Q4_0);
  } catch (const std::exception& failure) {
    message = failure.what();
  }
  CHECK(message.find("model.layers.1.mlp.up_proj.weight in ") == 0);
  CHECK(message.find("which no q4_0 can hold; load it without quantizing") != std::string::npos);
}

}  // namespace weir::testing

TEST_MAIN()
