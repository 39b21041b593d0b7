// Speed of whole steps of a model with random weights: decode, batched decode and prefill, beside what the machine can read at most.
// Decode reads every weight once a token, so its bound is memory; prefill's is arithmetic. A model that fits a core's cache is bound by
// neither, but by what a step costs beside them.
//
//   step_bench 1.1b|0.5b|demo[/q8_0|/q4_0][:q8_0|:q4_0|:q4_k|:q6_k] [threads ...]
//
// 1.1b: TinyLlama's shape; 0.5b: Qwen2.5-0.5B's; demo: weir-demo-power's. Stored as BF16, or as blocks where a type follows a slash; quantized at
// load where one follows a colon. threads: 1 2 4
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/thread_pool.h"
#include "weir/weir.h"

namespace {

using Clock = std::chrono::steady_clock;

void check(int32_t status, const weir_error& error) {
  if (status == WEIR_OK) return;
  std::fprintf(stderr, "status %d: %s\n", status, error.message);
  std::exit(1);
}

// One plain RoPE over heads of `size`, whose usual scale goes with it.
void set_heads(weir_model_config& config, int32_t size) {
  static std::vector<double> frequencies;
  static weir_rope rope;
  frequencies.clear();
  for (int32_t i = 0; i < size / 2; ++i) frequencies.push_back(std::pow(1e6, -2.0 * i / size));
  rope = {frequencies.data(), size / 2, 1};
  config.head_size = size;
  config.attention_scale = 1 / std::sqrt(static_cast<float>(size));
  config.rope_count = 1;
  config.ropes = &rope;
}

weir_model_config qwen_half_billion() {
  weir_model_config config{};
  config.struct_bytes = sizeof(config);
  config.architecture = WEIR_ARCHITECTURE_QWEN2;
  config.vocab_size = 151936;
  config.hidden_size = 896;
  config.intermediate_size = 4864;
  config.layer_count = 24;
  config.query_head_count = 14;
  config.kv_head_count = 2;
  config.context_tokens_max = 4096;
  config.tied_embeddings = 1;
  config.qkv_bias = 1;
  config.activation = WEIR_ACTIVATION_SILU;
  config.rms_norm_epsilon = 1e-6f;
  config.embedding_scale = 1;
  set_heads(config, 64);
  return config;
}

weir_model_config demo() {
  weir_model_config config = qwen_half_billion();
  config.vocab_size = 1024;
  config.hidden_size = 192;
  config.intermediate_size = 512;
  config.layer_count = 6;
  config.query_head_count = 6;
  config.kv_head_count = 3;
  set_heads(config, 32);
  return config;
}

weir_model_config tiny_llama() {
  weir_model_config config = qwen_half_billion();
  config.architecture = WEIR_ARCHITECTURE_LLAMA;
  config.vocab_size = 32000;
  config.hidden_size = 2048;
  config.intermediate_size = 5632;
  config.layer_count = 22;
  config.query_head_count = 32;
  config.kv_head_count = 4;
  config.context_tokens_max = 8192;
  config.tied_embeddings = 0;
  config.qkv_bias = 0;
  set_heads(config, 64);
  return config;
}

// A file in memory, as the page cache would hold one.
class Weights {
 public:
  Weights(const weir_model_config& c, weir::DType stored) : stored_(stored) {
    const int64_t query = static_cast<int64_t>(c.query_head_count) * c.head_size;
    const int64_t kv = static_cast<int64_t>(c.kv_head_count) * c.head_size;
    add("model.embed_tokens.weight", c.vocab_size, c.hidden_size);
    for (int32_t i = 0; i < c.layer_count; ++i) {
      const std::string p = "model.layers." + std::to_string(i) + ".";
      add(p + "input_layernorm.weight", c.hidden_size, 0);
      add(p + "self_attn.q_proj.weight", query, c.hidden_size);
      if (c.qkv_bias == 1) add(p + "self_attn.q_proj.bias", query, 0);
      add(p + "self_attn.k_proj.weight", kv, c.hidden_size);
      if (c.qkv_bias == 1) add(p + "self_attn.k_proj.bias", kv, 0);
      add(p + "self_attn.v_proj.weight", kv, c.hidden_size);
      if (c.qkv_bias == 1) add(p + "self_attn.v_proj.bias", kv, 0);
      add(p + "self_attn.o_proj.weight", c.hidden_size, query);
      add(p + "post_attention_layernorm.weight", c.hidden_size, 0);
      add(p + "mlp.gate_proj.weight", c.intermediate_size, c.hidden_size);
      add(p + "mlp.up_proj.weight", c.intermediate_size, c.hidden_size);
      add(p + "mlp.down_proj.weight", c.hidden_size, c.intermediate_size);
    }
    add("model.norm.weight", c.hidden_size, 0);
    if (c.tied_embeddings == 0) add("lm_head.weight", c.vocab_size, c.hidden_size);
    file_ = memfd_create("weights", MFD_CLOEXEC);
    if (file_ < 0 || ftruncate(file_, bytes_) != 0) std::exit(1);
    void* const data = mmap(nullptr, static_cast<size_t>(bytes_), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (data == MAP_FAILED) std::exit(1);
    uint64_t state = 1;
    const auto random = [&state] { return state = state * 6364136223846793005u + 1442695040888963407u; };
    for (const weir_tensor& tensor : tensors_) {
      uint16_t* const words = reinterpret_cast<uint16_t*>(static_cast<char*>(data) + tensor.offset_bytes);
      const weir::DTypeFacts type = weir::facts(static_cast<weir::DType>(tensor.dtype));
      const int64_t block_words = type.block_elements > 1 ? type.block_bytes / 2 : tensor.size_bytes;
      for (int64_t i = 0; i < tensor.size_bytes / 2; ++i) {
        const uint64_t bits = random() >> 48;
        if (type.block_elements > 1) {
          words[i] = static_cast<uint16_t>(i % block_words == 0 ? 0x0c00 : bits);  // scales of 2^-12
        } else {
          words[i] = static_cast<uint16_t>((bits & 0x807f) | 121 << 7);  // +-2^-6 to 2^-5
        }
      }
    }
    data_ = static_cast<const uint64_t*>(data);
  }

  weir_model load(const weir_model_config& config) const {
    const std::string path = "/proc/self/fd/" + std::to_string(file_);
    const char* const paths[] = {path.c_str()};
    std::vector<weir_tensor> tensors = tensors_;
    for (size_t i = 0; i < tensors.size(); ++i) tensors[i].name = names_[i].c_str();
    const weir_model_source source{sizeof(source), 1, paths, tensors.data(), static_cast<int32_t>(tensors.size()), 0};
    weir_model model = 0;
    weir_error error{};
    check(weir_model_load(&config, &source, &model, &error), error);
    return model;
  }

  int64_t bytes() const { return bytes_; }
  const uint64_t* words() const { return data_; }

 private:
  void add(const std::string& name, int64_t rows, int64_t cols) {
    weir_tensor tensor{};
    const weir::DType dtype = cols == 0 ? weir::DType::bf16 : stored_;
    tensor.dtype = static_cast<int32_t>(dtype);
    tensor.rank = cols == 0 ? 1 : 2;
    tensor.shape[0] = rows;
    tensor.shape[1] = cols;
    tensor.offset_bytes = bytes_;
    tensor.size_bytes = weir::stored_bytes(dtype, rows * std::max<int64_t>(cols, 1));
    bytes_ += tensor.size_bytes;
    names_.push_back(name);
    tensors_.push_back(tensor);
  }

  weir::DType stored_;
  std::vector<std::string> names_;
  std::vector<weir_tensor> tensors_;
  int64_t bytes_ = 0;
  int file_ = -1;
  const uint64_t* data_ = nullptr;
};

// What the matrices take as they are held.
int64_t held_bytes(weir_model model) {
  char text[4096];
  int64_t required = 0;
  weir_error error{};
  check(weir_model_describe(model, text, sizeof text, &required, &error), error);
  int64_t bytes = 0;
  const std::string key = ".bytes=";
  const std::string lines = text;
  for (size_t at = lines.find(key); at != std::string::npos; at = lines.find(key, at + 1)) bytes += std::atoll(lines.c_str() + at + key.size());
  return bytes;
}

int32_t block_type(const std::string& name) {
  const std::pair<const char*, int32_t> types[] = {{"q8_0", WEIR_DTYPE_Q8_0}, {"q4_0", WEIR_DTYPE_Q4_0}, {"q4_k", WEIR_DTYPE_Q4_K}, {"q6_k", WEIR_DTYPE_Q6_K}};
  for (const auto& [type, number] : types) {
    if (name == type) return number;
  }
  return WEIR_DTYPE_AUTO;
}

double process_cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Seconds {
  double wall = INFINITY;
  double median = 0;  // of wall times: what a machine that others use gives mostly
  double cpu = INFINITY;  // with one thread on a machine that others use too, this says what wall cannot
};

// The best of some runs: the one that was disturbed least.
Seconds best_seconds(int runs, const std::function<void()>& body) {
  Seconds best;
  std::vector<double> walls;
  for (int i = 0; i < runs; ++i) {
    const Clock::time_point begin = Clock::now();
    const double cpu_begin = process_cpu_seconds();
    body();
    walls.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    best.wall = std::min(best.wall, walls.back());
    best.cpu = std::min(best.cpu, process_cpu_seconds() - cpu_begin);
  }
  std::sort(walls.begin(), walls.end());
  best.median = walls[walls.size() / 2];
  return best;
}

double read_bytes_per_second(const Weights& weights, int32_t threads) {
  weir::ThreadPool pool(threads);
  const int64_t words = weights.bytes() / 8 / 8 * 8;
  std::vector<uint64_t> sums(static_cast<size_t>(threads) * 8);
  const Seconds seconds = best_seconds(5, [&] {
    pool.parallel_for(words, 1024, [&](int64_t begin, int64_t end, int32_t worker) {
      uint64_t sum[8] = {};
      for (int64_t i = begin; i < end; i += 8) {
        for (int lane = 0; lane < 8; ++lane) sum[lane] += weights.words()[i + lane];
      }
      for (const uint64_t part : sum) sums[static_cast<size_t>(worker) * 8] += part;
    });
  });
  return static_cast<double>(words) * 8 / seconds.wall;
}

// `sequences` sequences of `count` tokens each, after `computed` tokens, sampled at the last token of each.
class Step {
 public:
  Step(int32_t sequences, int32_t computed, int32_t count) {
    offsets_.push_back(0);
    for (int32_t s = 0; s < sequences; ++s) {
      for (int32_t t = 0; t < count; ++t) ids_.push_back((s * 7919 + t * 104729) % 1024);
      counts_.push_back(count);
      computed_.push_back(computed);
      const int32_t blocks = (computed + count - 1) / 16 + 1;
      for (int32_t b = 0; b < blocks; ++b) table_.push_back(s * blocks + b);
      offsets_.push_back(static_cast<int32_t>(table_.size()));
      samples_.push_back({0, 0, 1, 0, 0, -1, (s + 1) * count - 1});
    }
    out_.resize(static_cast<size_t>(sequences));
  }

  void run(weir_session session) {
    weir_step_plan plan{};
    plan.struct_bytes = sizeof(plan);
    plan.sequence_count = static_cast<int32_t>(counts_.size());
    plan.token_count = static_cast<int32_t>(ids_.size());
    plan.sample_count = static_cast<int32_t>(samples_.size());
    plan.token_ids = ids_.data();
    plan.token_counts = counts_.data();
    plan.computed_tokens = computed_.data();
    plan.block_tables = table_.data();
    plan.block_table_offsets = offsets_.data();
    plan.samples = samples_.data();
    weir_step_result result{};
    result.struct_bytes = sizeof(result);
    result.token_ids = out_.data();
    weir_error error{};
    check(weir_session_step(session, &plan, &result, &error), error);
  }

 private:
  std::vector<int32_t> ids_, counts_, computed_, table_, offsets_, out_;
  std::vector<weir_sampling> samples_;
};

void measure(weir_model model, const Weights& weights, const weir_model_config& c, int32_t threads, int runs) {
  weir_session_config config{};
  config.struct_bytes = sizeof(config);
  config.block_count = 4608;
  config.block_tokens = 16;
  config.step_tokens_max = 2048;
  config.step_sequences_max = 64;
  config.step_samples_max = 64;
  config.thread_count = threads;
  weir_session session = 0;
  weir_error error{};
  check(weir_session_create(model, &config, &session, &error), error);
  const double bandwidth = read_bytes_per_second(weights, threads);
  std::printf("threads %d   read %.1f GB/s\n", threads, bandwidth / 1e9);
  for (const int32_t context : {128, 2048}) {
    for (const int32_t sequences : {1, 8, 32}) {
      Step decode(sequences, context, 1);
      const Seconds seconds = best_seconds(runs, [&] { decode.run(session); });
      std::printf("  decode  %2d x context %4d   %8.1f tokens/s   %8.2f ms a step (median %8.2f, CPU %8.2f)   %3.0f %% of read bandwidth\n",
                  sequences, context, sequences / seconds.wall, seconds.wall * 1e3, seconds.median * 1e3, seconds.cpu * 1e3,
                  100 * static_cast<double>(held_bytes(model)) / seconds.wall / bandwidth);
    }
  }
  const double layer_weights =
      c.layer_count * (2.0 * c.hidden_size * c.head_size * (c.query_head_count + c.kv_head_count) + 3.0 * c.hidden_size * c.intermediate_size);
  for (const int32_t tokens : {64, 512, 2048}) {
    Step prefill(1, 0, tokens);
    const Seconds seconds = best_seconds((runs + 9) / 10, [&] { prefill.run(session); });
    std::printf("  prefill %4d               %8.1f tokens/s   %8.1f ms a step (CPU %8.1f)   %5.1f GFLOP/s in matrices\n", tokens,
                tokens / seconds.wall, seconds.wall * 1e3, seconds.cpu * 1e3, 2 * layer_weights * tokens / seconds.wall / 1e9);
  }
  check(weir_session_destroy(session, &error), error);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::string name = argc > 1 ? argv[1] : "";
  const auto split = [&name](char mark) {
    const size_t at = name.find(mark);
    const std::string type = at == std::string::npos ? "" : name.substr(at + 1);
    name = name.substr(0, at);
    return type;
  };
  const std::string quantized = split(':');
  const std::string stored = split('/');
  const bool types_known = (quantized.empty() || block_type(quantized) != WEIR_DTYPE_AUTO) && (stored.empty() || stored == "q8_0" || stored == "q4_0");
  if ((name != "1.1b" && name != "0.5b" && name != "demo") || !types_known) {
    std::fprintf(stderr, "usage: step_bench 1.1b|0.5b|demo[/q8_0|/q4_0][:q8_0|:q4_0|:q4_k|:q6_k] [threads ...]\n");
    return 2;
  }
  std::vector<int32_t> threads;
  for (int i = 2; i < argc; ++i) threads.push_back(std::atoi(argv[i]));
  if (threads.empty()) threads = {1, 2, 4};
  weir_model_config config = name == "demo" ? demo() : name == "0.5b" ? qwen_half_billion() : tiny_llama();
  const int runs = name == "demo" ? 200 : 3;
  const Weights weights(config, stored.empty() ? weir::DType::bf16 : static_cast<weir::DType>(block_type(stored)));
  std::printf("%.1f MB of weights\n", static_cast<double>(weights.bytes()) / 1e6);
  config.quantize = block_type(quantized);
  weir_model model = 0;
  const Seconds load = best_seconds(1, [&] { model = weights.load(config); });
  std::printf("loaded in %.2f s (CPU %.2f), matrices held in %.1f MB\n", load.wall, load.cpu, static_cast<double>(held_bytes(model)) / 1e6);
  for (const int32_t count : threads) measure(model, weights, config, count, runs);
  weir_model_destroy(model);
  return 0;
}
