// Weights files and their headers lie in every way there is: each is refused in a line that names file, tensor and reason.
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "check.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

struct Load {
  weir_model_config config;
  std::vector<weir_tensor> tensors;
  std::vector<const char*> paths;

  weir_tensor& tensor(const std::string& name) {
    for (weir_tensor& tensor : tensors) {
      if (name == tensor.name) return tensor;
    }
    throw Failure("no tensor " + name);
  }

  int32_t run(weir_error& error) const {
    const weir_model_source source{sizeof(source),  static_cast<int32_t>(paths.size()),   paths.data(),
                                   tensors.data(), static_cast<int32_t>(tensors.size()), 0};
    weir_model model = 0;
    const int32_t status = weir_model_load(&config, &source, &model, &error);
    weir_model_destroy(model);
    return status;
  }
};

class Fixture {
 public:
  explicit Fixture(const weir_model_config& config = tiny_llama(), DType stored = DType::f32) : model_(config, stored, 31) {}

  const std::filesystem::path& path() const { return model_.path(); }

  void expect(int32_t status, const std::string& words, const std::function<void(Load&)>& change) const {
    Load load{model_.config(), model_.header(), {model_.path().c_str()}};
    change(load);
    weir_error error{};
    CHECK_EQ(load.run(error), status);
    if (std::string(error.message).find(words) == std::string::npos) throw Failure("expected \"" + words + "\" in: " + error.message);
  }

  void refuse(const std::string& words, const std::function<void(Load&)>& change) const { expect(WEIR_INVALID_ARGUMENT, words, change); }

 private:
  TinyModel model_;
};

const char* const kUp = "model.layers.1.mlp.up_proj.weight";

}  // namespace

TEST(weights, a_good_file_loads) {
  Fixture().expect(WEIR_OK, "", [](Load&) {});
}

TEST(weights, a_tensor_of_another_shape_is_refused_with_both_shapes) {
  const Fixture f;
  f.refuse(std::string(kUp) + " in " + f.path().string() + ": shape [72, 136], expected [136, 72]", [](Load& l) {
    std::swap(l.tensor(kUp).shape[0], l.tensor(kUp).shape[1]);
  });
  f.refuse("shape [9792], expected [136, 72]", [](Load& l) { l.tensor(kUp).rank = 1, l.tensor(kUp).shape[0] = 9792; });
}

TEST(weights, a_missing_or_doubled_tensor_is_named) {
  const Fixture f;
  f.refuse(std::string(kUp) + ": missing from " + f.path().string(), [](Load& l) { l.tensor(kUp).name = "something.else"; });
  f.refuse("a second tensor of that name", [](Load& l) { l.tensors.push_back(l.tensors[3]); });
  f.refuse("lm_head.weight: missing", [](Load& l) { l.tensor("lm_head.weight").name = "head"; });
}

TEST(weights, what_lies_beyond_the_file_is_not_read) {
  const Fixture f;
  f.expect(WEIR_FILE_ERROR, "lie beyond the end of the file", [](Load& l) { l.tensors.back().offset_bytes += 4; });
  f.expect(WEIR_FILE_ERROR, "lie beyond the end of the file", [](Load& l) { l.tensors[0].offset_bytes = INT64_MAX; });
  f.refuse("offset_bytes is -4", [](Load& l) { l.tensors[0].offset_bytes = -4; });
  f.expect(WEIR_FILE_ERROR, "is it truncated?", [&f](Load&) { std::filesystem::resize_file(f.path(), 4096); });
}

TEST(weights, sizes_that_do_not_add_up_are_refused) {
  const Fixture f;
  f.refuse("takes 39168 bytes, not 39164", [](Load& l) { l.tensor(kUp).size_bytes -= 4; });
  f.refuse("shape[0] is 0", [](Load& l) { l.tensor(kUp).shape[0] = 0; });
  // 2^62 rows more are 0 bytes more where the product wraps round.
  f.refuse("takes 9223372036854775807 bytes", [](Load& l) { l.tensor(kUp).shape[0] += int64_t{1} << 62; });
  f.refuse("rank 0", [](Load& l) { l.tensor(kUp).rank = 0; });
  f.refuse("rank 5", [](Load& l) { l.tensor(kUp).rank = 5; });
  f.refuse("dtype 0", [](Load& l) { l.tensor(kUp).dtype = WEIR_DTYPE_AUTO; });
  f.refuse("dtype 12", [](Load& l) { l.tensor(kUp).dtype = WEIR_DTYPE_Q6_K + 1; });
  f.refuse("rows of 72 elements are no whole blocks of q8_0, which have 32", [](Load& l) { l.tensor(kUp).dtype = WEIR_DTYPE_Q8_0; });
  f.refuse("of q8_0 takes 9248 bytes, not 39168", [](Load& l) { l.tensor(kUp).dtype = WEIR_DTYPE_Q8_0, l.tensor(kUp).shape[1] = 64; });
  f.refuse("file_index 1", [](Load& l) { l.tensor(kUp).file_index = 1; });
  f.refuse("file_index -1", [](Load& l) { l.tensor(kUp).file_index = -1; });
  f.refuse("tensors[2].name is null", [](Load& l) { l.tensors[2].name = nullptr; });
  const std::string long_name(1000, 'n');
  f.refuse("tensors[2].name is longer than", [&](Load& l) { l.tensors[2].name = long_name.c_str(); });
}

TEST(weights, a_storage_that_would_not_be_undone_is_refused) {
  const Fixture f;
  f.refuse("storage 3 is none of WEIR_STORAGE_", [](Load& l) { l.tensor(kUp).storage = 3; });
  f.refuse("storage 1 is not understood", [](Load& l) { l.tensor(kUp).storage = WEIR_STORAGE_PAIRED_ROWS; });
  f.refuse("storage 2 is not understood", [](Load& l) { l.tensor("model.norm.weight").storage = WEIR_STORAGE_ONE_PLUS; });
  f.expect(WEIR_OK, "", [](Load& l) { l.tensor("model.layers.0.self_attn.q_proj.weight").storage = WEIR_STORAGE_PAIRED_ROWS; });
  const Fixture biased(tiny_qwen2());
  biased.refuse("q_proj.bias: is not stored as its weight is", [](Load& l) {
    l.tensor("model.layers.0.self_attn.q_proj.weight").storage = WEIR_STORAGE_PAIRED_ROWS;
  });
}

TEST(weights, files_that_cannot_be_mapped_are_named) {
  const Fixture f;
  f.expect(WEIR_FILE_ERROR, "/nonexistent/w: cannot be opened", [](Load& l) { l.paths[0] = "/nonexistent/w"; });
  f.expect(WEIR_FILE_ERROR, "/tmp: is not a regular file", [](Load& l) { l.paths[0] = "/tmp"; });
  f.refuse("file_paths[0] is null", [](Load& l) { l.paths[0] = nullptr; });
  f.refuse("file_count: 0", [](Load& l) { l.paths.clear(); });
  f.refuse("tensor_count: 0", [](Load& l) { l.tensors.clear(); });
  f.expect(WEIR_FILE_ERROR, ": is empty", [&f](Load&) { std::filesystem::resize_file(f.path(), 0); });
}

TEST(weights, an_offset_that_no_element_may_have_is_copied_into_place) {
  const Fixture f;  // the file, moved by one byte
  const std::string moved = f.path().string() + "-moved";
  std::ofstream(moved, std::ios::binary) << 'x' << std::ifstream(f.path(), std::ios::binary).rdbuf();
  f.expect(WEIR_OK, "", [&moved](Load& l) {
    l.paths[0] = moved.c_str();
    for (weir_tensor& tensor : l.tensors) tensor.offset_bytes += 1;
  });
  std::filesystem::remove(moved);
}

TEST(weights, float16_is_not_forced_upon_wider_ranges) {
  Fixture(tiny_llama(), DType::f16).expect(WEIR_OK, "", [](Load& l) { l.config.dtype = WEIR_DTYPE_F16; });
  Fixture(tiny_llama(), DType::bf16).refuse("may not fit float16's range", [](Load& l) { l.config.dtype = WEIR_DTYPE_F16; });
}

TEST(config, every_field_has_its_limits) {
  const Fixture f;
  struct Bad {
    const char* field;
    std::function<void(weir_model_config&)> change;
  };
  const std::vector<Bad> all = {
      {"architecture: 10", [](auto& c) { c.architecture = 10; }},
      {"dtype: 4", [](auto& c) { c.dtype = 4; }},
      {"quantize: 3 is no WEIR_DTYPE_ of blocks", [](auto& c) { c.quantize = WEIR_DTYPE_BF16; }},
      {"quantize: 12", [](auto& c) { c.quantize = WEIR_DTYPE_Q6_K + 1; }},
      {"quantize: -1", [](auto& c) { c.quantize = -1; }},
      {"vocab_size: 0", [](auto& c) { c.vocab_size = 0; }},
      {"hidden_size: -1", [](auto& c) { c.hidden_size = -1; }},
      {"intermediate_size", [](auto& c) { c.intermediate_size = INT32_MAX; }},
      {"layer_count", [](auto& c) { c.layer_count = 100000; }},
      {"query_head_count", [](auto& c) { c.query_head_count = INT32_MAX; }},
      {"kv_head_count: 4 does not divide", [](auto& c) { c.kv_head_count = 4; }},
      {"kv_head_count: 7", [](auto& c) { c.kv_head_count = 7; }},
      {"head_size: 13 is odd", [](auto& c) { c.head_size = 13; }},
      {"head_size: 0", [](auto& c) { c.head_size = 0; }},
      {"context_tokens_max: 0", [](auto& c) { c.context_tokens_max = 0; }},
      {"tied_embeddings: 2", [](auto& c) { c.tied_embeddings = 2; }},
      {"qkv_bias: -1", [](auto& c) { c.qkv_bias = -1; }},
      {"output_bias", [](auto& c) { c.output_bias = 3; }},
      {"mlp_bias", [](auto& c) { c.mlp_bias = 3; }},
      {"qk_norm: is 1, but llama has 0", [](auto& c) { c.qk_norm = 1; }},
      {"rms_norm_epsilon", [](auto& c) { c.rms_norm_epsilon = -1; }},
      {"rms_norm_epsilon", [](auto& c) { c.rms_norm_epsilon = __builtin_nanf(""); }},
      {"qk_norm: 3", [](auto& c) { c.qk_norm = 3; }},
      {"norm_plus_one: 2", [](auto& c) { c.norm_plus_one = 2; }},
      {"activation: 0", [](auto& c) { c.activation = 0; }},
      {"embedding_scale: 0", [](auto& c) { c.embedding_scale = 0; }},
      {"attention_scale: -1", [](auto& c) { c.attention_scale = -1; }},
      {"attention_softcap: -1", [](auto& c) { c.attention_softcap = -1; }},
      {"logit_softcap: nan", [](auto& c) { c.logit_softcap = __builtin_nanf(""); }},
      {"rope_count: 0", [](auto& c) { c.rope_count = 0; }},
      {"rope_count: 17", [](auto& c) { c.rope_count = 17; }},
      {"ropes is null", [](auto& c) { c.ropes = nullptr; }},
      {"expert_count: -1", [](auto& c) { c.expert_count = -1; }},
      {"experts_per_token: 1", [](auto& c) { c.experts_per_token = 1; }},
      {"experts_per_token: 5", [](auto& c) { c.expert_count = 4, c.experts_per_token = 5; }},
      {"experts_per_token: 0", [](auto& c) { c.expert_count = 4; }},
      {"expert_intermediate_size: 0", [](auto& c) { c.expert_count = 4, c.experts_per_token = 2; }},
      {"expert_weights_normalized: 2", [](auto& c) { c.expert_weights_normalized = 2; }},
      {"qkv_bias: is 0, but qwen2 has 1", [](auto& c) { c.architecture = WEIR_ARCHITECTURE_QWEN2; }},
      {"qk_norm: is 0, but qwen3 has 1", [](auto& c) { c.architecture = WEIR_ARCHITECTURE_QWEN3; }},
  };
  for (const Bad& bad : all) f.refuse(bad.field, [&bad](Load& l) { bad.change(l.config); });
}

TEST(config, every_rope_and_layer_has_its_limits) {
  const Fixture f;
  const double frequencies[6] = {1, 1, 1, 1, 1, 1};
  const double no_number[1] = {__builtin_nan("")};
  const std::vector<std::pair<const char*, weir_rope>> ropes = {{"ropes[0].frequencies is null", {nullptr, 6, 1}},
                                                                {"ropes.pair_count: 0", {frequencies, 0, 1}},
                                                                {"ropes.pair_count: 7", {frequencies, 7, 1}},
                                                                {"ropes.amplitude: 0", {frequencies, 6, 0}},
                                                                {"ropes.frequencies: nan", {no_number, 1, 1}}};
  for (const auto& [words, rope] : ropes) f.refuse(words, [&rope](Load& l) { l.config.ropes = &rope; });
  const std::vector<std::pair<const char*, weir_layer>> layers = {{"layers.attention_window: -1", {-1, 0, 0, 0}},
                                                                  {"layers.rope_index: 1", {0, 1, 0, 0}},
                                                                  {"layers.sparse: 1", {0, 0, 1, 0}},
                                                                  {"layers.reserved: 1", {0, 0, 0, 1}}};
  for (const auto& [words, layer] : layers) {
    const weir_layer both[] = {{}, layer};
    f.refuse(words, [&both](Load& l) { l.config.layers = both; });
  }
}

TEST(config, experts_and_fused_matrices_are_for_the_architectures_that_have_them) {
  const weir_layer sparse[] = {{0, 0, 1, 0}, {0, 0, 1, 0}};
  Fixture().refuse("layers.sparse: is 1, but llama has 0", [&sparse](Load& l) {
    l.config.expert_count = 2, l.config.experts_per_token = 1, l.config.expert_intermediate_size = 8, l.config.layers = sparse;
  });
  Fixture(tiny_mixtral()).refuse("layers.sparse: is 0, but mixtral has 1", [](Load& l) { l.config.layers = nullptr; });
  Fixture(tiny_phi3()).refuse("qkv_bias: is 1, but phi3 has 0", [](Load& l) { l.config.qkv_bias = 1; });
  Fixture(tiny_olmo2()).refuse("qk_norm: is 1, but olmo2 has 2", [](Load& l) { l.config.qk_norm = WEIR_QK_NORM_HEAD; });
  Fixture(tiny_gemma2()).refuse("qk_norm: is 1, but gemma2 has 0", [](Load& l) { l.config.qk_norm = WEIR_QK_NORM_HEAD; });
  Fixture(tiny_gemma3()).refuse("qk_norm: is 0, but gemma3 has 1", [](Load& l) { l.config.qk_norm = WEIR_QK_NORM_NONE; });
}

}  // namespace weir::testing

TEST_MAIN()
