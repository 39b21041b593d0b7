// Speed of whole steps of a model with random weights: decode, batched decode and prefill, beside what the machine can read at most.
// Decode reads every weight once a token, so its bound is memory; prefill's is arithmetic. A model that fits a core's cache is bound by
// neither, but by what a step costs beside them.
//
//   step_bench 8b|1b|1.1b|0.5b|demo|tiny[/TYPE][:TYPE] [threads ...] [variant] [decode:SEQUENCES@CONTEXT|prefill:TOKENS ...]
//
// 8b and 1b: the shapes of Llama 3 8B and Llama 3.2 1B; 1.1b: TinyLlama's; 0.5b: Qwen2.5-0.5B's; demo: weir-demo-power's; tiny: of no model, to try this program with.
// step_bench_on_device, which is this with the code for CUDA devices, runs on the first of them; `variant` is for it alone: results may depend on what else is in a
// step (weir_session_config.batch_variant). Stored as BF16, or as blocks of a TYPE (q8_0, q4_0, q4_k, q6_k) that
// follows a slash; quantized at load where one follows a colon. threads: 1 2 4, unless given; cases: some of each, unless given.
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "device_peaks.h"
#include "shapes.h"
#include "tensor/dtype.h"
#include "tensor/thread_pool.h"
#include "weir/weir.h"

namespace {

using weir::bench::demo;
using weir::bench::llama3;
using weir::bench::qwen_half_billion;
using weir::bench::tiny;
using weir::bench::tiny_llama;

using Clock = std::chrono::steady_clock;

void check(int32_t status, const weir_error& error) {
  if (status == WEIR_OK) return;
  std::fprintf(stderr, "status %d: %s\n", status, error.message);
  std::exit(1);
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
      const bool last = static_cast<weir::DType>(tensor.dtype) == weir::DType::q6_k;  // of a block's words is its scale, or else the first
      const bool offset = static_cast<weir::DType>(tensor.dtype) == weir::DType::q4_k;  // comes second
      for (int64_t i = 0; i < tensor.size_bytes / 2; ++i) {
        const uint64_t bits = random() >> 48;
        if (type.block_elements > 1) {
          const int64_t word = i % block_words;
          const bool scale = word == (last ? block_words - 1 : 0) || (offset && word == 1);
          words[i] = static_cast<uint16_t>(scale ? 0x0c00 : bits);  // scales of 2^-12
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

// What a step is compared with; 0: with nothing.
struct Peaks {
  double read_bytes_per_second;
  double flops_per_second;
};

#if defined(WEIR_ON_DEVICE)
constexpr int32_t kDevice = WEIR_DEVICE_CUDA;

Peaks measure_peaks(int32_t, bool small) {
  const auto peaks = small ? weir::bench::measure_device_peaks(1 << 20, 64) : weir::bench::measure_device_peaks();
  std::printf("copy %.1f GB/s, product %.1f TFLOP/s (%s)   ", peaks.copy_bytes_per_second / 1e9, peaks.flops_per_second / 1e12, peaks.product_by.c_str());
  return {peaks.copy_bytes_per_second, peaks.flops_per_second};
}
#else
constexpr int32_t kDevice = WEIR_DEVICE_CPU;

Peaks measure_peaks(int32_t threads, bool) {
  Peaks peaks{};
  weir_error error{};
  check(weir_machine_peak(WEIR_PEAK_READ_BYTES, threads, 500, &peaks.read_bytes_per_second, &error), error);
  std::printf("read %.1f GB/s   ", peaks.read_bytes_per_second / 1e9);
  return peaks;
}
#endif

// Operations of a prompt's tokens: products with every layer's matrices, and attention. The LM head sees the last token alone.
double prefill_flops(const weir_model_config& c, double tokens) {
  const double query = static_cast<double>(c.query_head_count) * c.head_size, kv = static_cast<double>(c.kv_head_count) * c.head_size;
  const double weights = c.hidden_size * (2 * query + 2 * kv + 3.0 * c.intermediate_size);
  return c.layer_count * (2 * weights * tokens + 2 * query * tokens * (tokens + 1));
}

// Of keys and values that a step reads, over all layers.
double cached_bytes(weir_model model, int64_t tokens) {
  int64_t block_bytes = 0;
  weir_error error{};
  check(weir_model_block_bytes(model, kDevice, 16, WEIR_DTYPE_AUTO, &block_bytes, &error), error);
  return static_cast<double>(block_bytes) / 16 * static_cast<double>(tokens);
}

// What the session's steps took on a device so far; 0 on the CPU.
double device_seconds(weir_session session) {
  char text[512];
  int64_t required = 0;
  weir_error error{};
  check(weir_session_describe(session, text, sizeof text, &required, &error), error);
  const char* const at = std::strstr(text, "steps.device_ms=");
  return at == nullptr ? 0 : std::atof(at + std::strlen("steps.device_ms=")) * 1e-3;
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

// A step to measure: tokens of one prompt, or the next token of each of some sequences.
struct Case {
  int32_t sequences;
  int32_t context;  // tokens before
  int32_t tokens;

  // Of the form that the usage has, or of no tokens.
  static Case parse(const char* text) {
    Case out{1, 0, 0};
    if (std::sscanf(text, "decode:%d@%d", &out.sequences, &out.context) == 2) out.tokens = 1;
    else static_cast<void>(std::sscanf(text, "prefill:%d", &out.tokens));
    return out;
  }
};

constexpr int32_t kHiddenSmall = 128;  // below it a model is but to try this program with
const std::vector<Case> kUsualCases = {{1, 128, 1},  {8, 128, 1},  {32, 128, 1}, {1, 2048, 1}, {8, 2048, 1},
                                       {32, 2048, 1}, {1, 0, 64}, {1, 0, 512}, {1, 0, 2048}};

void measure_case(weir_session session, const weir_model_config& model, const Case& of, double bytes_held, const Peaks& peaks, int runs) {
  Step step(of.sequences, of.context, of.tokens);
  // A prompt's first pages of scratch memory; on a device, what is recorded before it is replayed.
  for (int i = 0; i < (kDevice != WEIR_DEVICE_CPU ? 3 : of.tokens > 1 ? 1 : 0); ++i) step.run(session);
  const double device_before = device_seconds(session);
  const Seconds seconds = best_seconds(of.tokens > 1 ? (runs + 9) / 10 : runs, [&] { step.run(session); });
  const double device = (device_seconds(session) - device_before) / (of.tokens > 1 ? (runs + 9) / 10 : runs);
  const double tokens = static_cast<double>(of.sequences) * of.tokens;
  if (of.tokens > 1) {
    std::printf("  prefill:%d ", of.tokens);
  } else {
    std::printf("  decode:%d@%d ", of.sequences, of.context);
  }
  std::printf("%8.1f tokens/s (median %8.1f)   %8.2f ms a step (median %8.2f, CPU %8.2f)", tokens / seconds.wall, tokens / seconds.median,
              seconds.wall * 1e3, seconds.median * 1e3, seconds.cpu * 1e3);
  if (of.tokens == 1) std::printf("   %3.0f %% of read bandwidth", 100 * bytes_held / seconds.wall / peaks.read_bytes_per_second);
  if (of.tokens > 1 && peaks.flops_per_second > 0) {
    std::printf("   %3.0f %% of the product's peak", 100 * prefill_flops(model, of.tokens) / seconds.wall / peaks.flops_per_second);
  }
  if (kDevice != WEIR_DEVICE_CPU) std::printf("   device %8.3f ms, beside it %6.1f us", device * 1e3, (seconds.median - device) * 1e6);
  std::printf("\n");
}

void measure(weir_model model, const weir_model_config& shape, int32_t threads, bool variant, const std::vector<Case>& cases, int runs) {
  weir_session_config config{};
  config.struct_bytes = sizeof(config);
  config.block_count = 64;
  for (const Case& of : cases) config.block_count = std::max(config.block_count, of.sequences * ((of.context + of.tokens) / 16 + 1));
  config.block_tokens = 16;
  config.step_tokens_max = 2048;
  config.step_sequences_max = 256;
  config.step_samples_max = 256;
  config.thread_count = threads;
  config.device = kDevice;
  config.batch_variant = variant ? 1 : 0;
  weir_session session = 0;
  weir_error error{};
  check(weir_session_create(model, &config, &session, &error), error);
  const Peaks peaks = measure_peaks(threads, shape.hidden_size < kHiddenSmall);
  std::printf("threads %d%s\n", threads, variant ? "   batch-variant" : "");
  for (const Case& of : cases) {
    const double cache = kDevice == WEIR_DEVICE_CPU ? 0 : cached_bytes(model, static_cast<int64_t>(of.sequences) * of.context);
    measure_case(session, shape, of, static_cast<double>(held_bytes(model)) + cache, peaks, runs);
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
  const bool types_known = (quantized.empty() || block_type(quantized) != WEIR_DTYPE_AUTO) && (stored.empty() || block_type(stored) != WEIR_DTYPE_AUTO);
  std::vector<int32_t> threads;
  std::vector<Case> cases;
  bool understood = (name == "8b" || name == "1b" || name == "1.1b" || name == "0.5b" || name == "demo" || name == "tiny") && types_known;
  bool variant = false;
  for (int i = 2; i < argc; ++i) {
    const Case of = Case::parse(argv[i]);
    if (of.tokens > 0) cases.push_back(of);
    else if (std::strcmp(argv[i], "variant") == 0 && kDevice != WEIR_DEVICE_CPU) variant = true;
    else if (std::atoi(argv[i]) > 0) threads.push_back(std::atoi(argv[i]));
    else understood = false;
  }
  if (!understood) {
    std::fprintf(stderr, "usage: step_bench 8b|1b|1.1b|0.5b|demo|tiny[/TYPE][:TYPE] [threads ...] [variant] [decode:SEQUENCES@CONTEXT|prefill:TOKENS ...]\n"
                         "TYPE: q8_0, q4_0, q4_k, q6_k\n");
    return 2;
  }
  if (threads.empty()) threads = {1, 2, 4};
  if (cases.empty()) cases = kUsualCases;
  weir_model_config config = name == "tiny" ? tiny() : name == "demo" ? demo() : name == "0.5b"  ? qwen_half_billion()
                             : name == "8b"   ? llama3(4096, 14336, 32, 128, false)
                             : name == "1b"   ? llama3(2048, 8192, 16, 64, true)
                                              : tiny_llama();
  const int runs = name == "demo" ? 200 : name == "tiny" ? 1 : 20;
  const Weights weights(config, stored.empty() ? weir::DType::bf16 : static_cast<weir::DType>(block_type(stored)));
  std::printf("%.1f MB of weights\n", static_cast<double>(weights.bytes()) / 1e6);
  config.quantize = block_type(quantized);
  weir_model model = 0;
  const Seconds load = best_seconds(1, [&] { model = weights.load(config); });
  std::printf("loaded in %.2f s (CPU %.2f), matrices held in %.1f MB\n", load.wall, load.cpu, static_cast<double>(held_bytes(model)) / 1e6);
  for (const int32_t count : threads) measure(model, config, count, variant, cases, runs);
  weir_model_destroy(model);
  return 0;
}
