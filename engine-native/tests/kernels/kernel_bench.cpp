// How fast the kernels are, next to what the machine can do: the speed of reading memory and the rate of fused multiply-adds, both measured
// in the same run on the same threads, because neither is what the data sheet says where others share the machine.
//
//   kernel_bench [avx512_vnni|avx512|avx2|reference] [threads ...]
//
// Every figure is the best of several runs. With one thread it is processor time, so that a busy machine does not spoil it; with more it is
// time by the clock, and worth reporting only from an idle machine.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <random>
#include <string>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/elements.h"
#include "kernels/kernels.h"
#include "kernels/packed.h"
#include "kernels/quantize.h"
#include "sampling/sampler.h"
#include "tensor/thread_pool.h"

namespace weir {
namespace {

double seconds_of(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Seconds of the fastest of several calls: at least `runs`, for at least 0.15 s.
template <typename Body>
double best_seconds(const ThreadPool& pool, int32_t runs, const Body& body) {
  const clockid_t clock = pool.thread_count() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  double best = 1e9;
  const double begin = seconds_of(clock);
  for (int32_t i = 0; i < runs || seconds_of(clock) - begin < 0.15; ++i) {
    const double from = seconds_of(clock);
    body();
    best = std::min(best, seconds_of(clock) - from);
  }
  return best;
}

// Begins at a cache line, as a session's working memory does.
template <typename Element>
struct Aligned {
  using value_type = Element;
  Aligned() = default;
  template <typename Other>
  Aligned(const Aligned<Other>&) {}
  Element* allocate(size_t size) { return static_cast<Element*>(::operator new(size * sizeof(Element), std::align_val_t{64})); }
  void deallocate(Element* elements, size_t) { ::operator delete(elements, std::align_val_t{64}); }
  bool operator==(const Aligned&) const { return true; }
};

template <typename Element>
using Buffer = std::vector<Element, Aligned<Element>>;

// Blocks of any type: a product takes as long whatever they hold.
Buffer<uint8_t> random_blocks(int64_t bytes) {
  Buffer<uint8_t> blocks(static_cast<size_t>(bytes));
  std::mt19937 generator(1);
  for (uint8_t& byte : blocks) byte = static_cast<uint8_t>(generator() & 0x3b);  // 0x3b3b is an ordinary F16
  return blocks;
}

template <typename Element>
Buffer<Element> random_elements(int64_t size) {
  Buffer<Element> elements(static_cast<size_t>(size));
  uint64_t state = 88172645463325252u;
  for (Element& element : elements) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    kernels::narrow(static_cast<float>(static_cast<int64_t>(state >> 40) - (1 << 23)) * 0x1p-23f, element);
  }
  return elements;
}

#if defined(__x86_64__)

[[gnu::target("avx512f")]] float multiply_add_loop(int64_t steps) {
  __m512 sums[12];  // begin apart, so that the compiler cannot make one of them
  for (int32_t i = 0; i < 12; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 a = _mm512_set1_ps(0.5f);
  for (int64_t i = 0; i < steps; ++i) {
#pragma GCC unroll 12
    for (auto& sum : sums) sum = _mm512_fmadd_ps(sum, a, a);
  }
  float total = 0;
  for (const auto& sum : sums) total += _mm512_cvtss_f32(sum);
  return total;
}

[[gnu::target("avx2,fma")]] float multiply_add_loop_avx2(int64_t steps) {
  __m256 sums[12];
  for (int32_t i = 0; i < 12; ++i) sums[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 a = _mm256_set1_ps(0.5f);
  for (int64_t i = 0; i < steps; ++i) {
#pragma GCC unroll 12
    for (auto& sum : sums) sum = _mm256_fmadd_ps(sum, a, a);
  }
  float total = 0;
  for (const auto& sum : sums) total += _mm256_cvtss_f32(sum);
  return total;
}

[[gnu::target("avx2")]] int64_t read_all(const char* data, int64_t bytes) {
  __m256i bits[4];
  for (auto& part : bits) part = _mm256_setzero_si256();
  for (int64_t i = 0; i + 128 <= bytes; i += 128) {
#pragma GCC unroll 4
    for (int32_t j = 0; j < 4; ++j) {
      bits[j] = _mm256_xor_si256(bits[j], _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + i + j * 32)));
    }
  }
  return _mm256_extract_epi64(_mm256_xor_si256(_mm256_xor_si256(bits[0], bits[1]), _mm256_xor_si256(bits[2], bits[3])), 0);
}

double peak_gflops(ThreadPool& pool, bool wide) {
  constexpr int64_t kSteps = 1000000;
  const double seconds = best_seconds(pool, 3, [&] {
    pool.parallel_for(pool.thread_count(), 1, [&](int64_t, int64_t, int32_t) {
      volatile float sink = wide ? multiply_add_loop(kSteps) : multiply_add_loop_avx2(kSteps);
      static_cast<void>(sink);
    });
  });
  return static_cast<double>(pool.thread_count()) * kSteps * 12 * (wide ? 16 : 8) * 2 / seconds / 1e9;
}

double read_gigabytes(ThreadPool& pool, const Buffer<float>& data) {
  const int64_t bytes = static_cast<int64_t>(data.size()) * 4;
  const double seconds = best_seconds(pool, 5, [&] {
    pool.parallel_for(bytes, 4096, [&](int64_t begin, int64_t end, int32_t) {
      volatile int64_t sink = read_all(reinterpret_cast<const char*>(data.data()) + begin, end - begin);
      static_cast<void>(sink);
    });
  });
  return static_cast<double>(bytes) / seconds / 1e9;
}

#endif

struct Bench {
  const kernels::KernelTable& table;
  ThreadPool& pool;

  template <typename Element>
  void matmul(DType dtype, const char* name, int64_t rows, int64_t cols, std::vector<int32_t> token_counts) {
    const auto w = random_elements<Element>(rows * cols);
    for (const int32_t tokens : token_counts) {
      const auto x = random_elements<float>(tokens * cols);
      Buffer<float> y(static_cast<size_t>(tokens * rows));
      const double seconds = best_seconds(pool, 3, [&] {
        pool.parallel_for(rows, 16, [&](int64_t begin, int64_t end, int32_t) {
          table.matmul({w.data(), dtype, rows, cols}, nullptr, x.data(), cols, tokens, y.data(), rows, begin, end, {});
        });
      });
      std::printf("  matmul %-4s %6ld x %5ld, %3d tokens: %9.1f us %7.1f GB/s %8.1f GFLOP/s\n", name, rows, cols, tokens, seconds * 1e6,
                  static_cast<double>(rows * cols) * sizeof(Element) / seconds / 1e9,
                  2.0 * static_cast<double>(rows * cols) * tokens / seconds / 1e9);
    }
  }

  // The same with quantized weights, packed.
  void matmul_blocks(DType dtype, int64_t rows, int64_t cols, std::vector<int32_t> token_counts) {
    const int64_t bytes = kernels::packed_bytes(dtype, rows, cols);
    const auto w = random_blocks(bytes);
    kernels::Matrix matrix{w.data(), dtype, rows, cols};
    matrix.packed = true;
    const int64_t scratch_bytes = kernels::matmul_scratch_bytes(cols) / 64 * 64 + 64;
    Buffer<std::byte> scratch(static_cast<size_t>(scratch_bytes * pool.thread_count()));
    for (const int32_t tokens : token_counts) {
      const auto x = random_elements<float>(tokens * cols);
      Buffer<float> y(static_cast<size_t>(tokens * rows));
      const double seconds = best_seconds(pool, 3, [&] {
        pool.parallel_for(rows, 16, [&](int64_t begin, int64_t end, int32_t worker) {
          table.matmul(matrix, nullptr, x.data(), cols, tokens, y.data(), rows, begin, end,
                       {scratch.data() + worker * scratch_bytes, scratch_bytes});
        });
      });
      std::printf("  matmul %-4s %6ld x %5ld, %3d tokens: %9.1f us %7.1f GB/s %8.1f GFLOP/s\n", facts(dtype).name, rows, cols, tokens,
                  seconds * 1e6, static_cast<double>(bytes) / seconds / 1e9, 2.0 * static_cast<double>(rows * cols) * tokens / seconds / 1e9);
    }
  }

  // What a load pays for turning weights into blocks.
  void quantize(DType dtype) {
    constexpr int64_t kRows = 256;
    constexpr int64_t kCols = 4096;
    const auto weights = random_elements<float>(kRows * kCols);
    Buffer<uint8_t> blocks(static_cast<size_t>(stored_bytes(dtype, kRows * kCols)));
    const double seconds = best_seconds(pool, 1, [&] {
      pool.parallel_for(kRows, 1, [&](int64_t begin, int64_t end, int32_t) {
        static_cast<void>(kernels::quantize(weights.data() + begin * kCols, (end - begin) * kCols, dtype,
                                            blocks.data() + stored_bytes(dtype, begin * kCols)));
      });
    });
    std::printf("  quantize to %-4s: %7.1f million weights a second\n", facts(dtype).name, kRows * kCols / seconds / 1e6);
  }

  // All query heads of one decoding token over a long context, 8 key-value heads.
  void attention(DType dtype, const char* name, int32_t positions, int32_t head_size, int32_t query_heads) {
    constexpr int32_t kKvHeads = 8;
    const int32_t blocks = (positions + 15) / 16;
    const int64_t row_bytes = kernels::kv_row_size(dtype, head_size) * facts(dtype).block_bytes;
    const auto elements = random_elements<kernels::Bf16>(is_quantized(dtype) ? 0 : int64_t{blocks} * kKvHeads * 16 * row_bytes);
    const auto bytes = random_blocks(is_quantized(dtype) ? int64_t{blocks} * 2 * kKvHeads * 16 * row_bytes : 0);
    const void* const cache = is_quantized(dtype) ? static_cast<const void*>(bytes.data()) : elements.data();
    std::vector<int32_t> order(static_cast<size_t>(blocks));
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    const kernels::AttentionRule rule{0.1f, 0, 0};
    const kernels::KvLayer layer{const_cast<void*>(cache), dtype, kKvHeads, 16, head_size};
    const auto q = random_elements<float>(int64_t{query_heads} * head_size);
    Buffer<float> out(q.size());
    const double seconds = best_seconds(pool, 3, [&] {
      pool.parallel_for(kKvHeads, 1, [&](int64_t begin, int64_t end, int32_t) {
        const int32_t together = query_heads / kKvHeads;
        for (int64_t h = begin; h < end; ++h) {
          table.attention(layer, static_cast<int32_t>(h), order.data(), positions - 1, together, q.data() + h * together * head_size, rule,
                          out.data() + h * together * head_size);
        }
      });
    });
    std::printf("  attention %-4s %5d positions, %2d heads of %3d over 8: %8.1f us, %6.2f ns a position and head, %6.1f GB/s of cache\n", name,
                positions, query_heads, head_size, seconds * 1e6, seconds * 1e9 / positions / query_heads,
                2.0 * positions * kKvHeads * static_cast<double>(row_bytes) / seconds / 1e9);
  }

  void rowwise() {
    auto x = random_elements<float>(4096);
    auto y = random_elements<float>(4096);
    const auto report = [](const char* name, double seconds) { std::printf("  %-24s %8.2f us\n", name, seconds * 1e6); };
    report("rms_norm 4096", best_seconds(pool, 100, [&] { table.rms_norm(x.data(), x.data(), 4096, 1e-5f, y.data()); }));
    report("silu_mul 4096", best_seconds(pool, 100, [&] { table.silu_mul(y.data(), x.data(), 4096); }));
    auto logits = random_elements<float>(128256);
    for (float& logit : logits) logit *= 12;
    report("exp_sum 128256", best_seconds(pool, 20, [&] { static_cast<void>(table.exp_sum(logits.data(), 128256, 12, 1)); }));
  }

  void sampler() {
    std::vector<float> logits(128256);
    std::mt19937 generator(5);
    std::normal_distribution<float> normal(0, 3);
    for (float& logit : logits) logit = normal(generator);
    Sampler sampler(static_cast<int32_t>(logits.size()), table);
    const auto time = [&](const char* name, const weir_sampling& sampling) {
      int64_t position = 0;
      const double seconds = best_seconds(pool, 50, [&] {
        Sampler::Row row{};
        sampler.sample(logits.data(), sampling, position++ % 8, row);
      });
      std::printf("  sampler 128256, %-22s %8.1f us\n", name, seconds * 1e6);
    };
    time("greedy", {1, 0, 1, 0, 0, -1, 0});
    time("greedy with logprobs", {1, 0, 1, 0, 0, 5, 0});
    time("top-k 40", {1, 1, 1, 0, 40, -1, 0});
    time("top-p 0.9", {1, 0.7f, 0.9f, 0, 0, -1, 0});
    time("temperature alone", {1, 1, 1, 0, 0, -1, 0});
  }
};

int run(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : kernels::cpu_supports_avx512_vnni() ? "avx512_vnni" : kernels::cpu_supports_avx512() ? "avx512" : "avx2";
  const kernels::KernelTable& table = name == "avx512_vnni" ? kernels::avx512_vnni_kernels()
                                      : name == "avx512"    ? kernels::avx512_kernels()
                                      : name == "avx2"    ? kernels::avx2_kernels()
                                                          : kernels::reference_kernels();
  std::vector<int32_t> thread_counts;
  for (int i = 2; i < argc; ++i) thread_counts.push_back(std::atoi(argv[i]));
  if (thread_counts.empty()) thread_counts = {1, 2, 4};
  const auto large = random_elements<float>(int64_t{1} << 28);
  for (const int32_t threads : thread_counts) {
    ThreadPool pool(threads);
    Bench bench{table, pool};
    std::printf("%s, %d threads\n", table.name, threads);
#if defined(__x86_64__)
    std::printf("  multiply-add peak %.0f GFLOP/s, reading 1 GiB %.1f GB/s\n", peak_gflops(pool, name.starts_with("avx512")), read_gigabytes(pool, large));
#endif
    bench.matmul<kernels::Bf16>(DType::bf16, "bf16", 128256, 2048, {1});
    bench.matmul<kernels::Bf16>(DType::bf16, "bf16", 4096, 4096, {1, 2, 3, 4, 8, 16, 64, 512});
    bench.matmul<kernels::Bf16>(DType::bf16, "bf16", 2048, 2048, {1, 64, 512});
    for (const DType dtype : {DType::q8_0, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q4_k, DType::q5_k, DType::q6_k}) {
      bench.matmul_blocks(dtype, 128256, 2048, {1});
      bench.matmul_blocks(dtype, 4096, 4096, {1, 2, 4, 16, 64, 512});
    }
    bench.matmul<float>(DType::f32, "f32", 4096, 4096, {1, 64, 512});
    bench.matmul<kernels::F16>(DType::f16, "f16", 4096, 4096, {1, 64});
    bench.matmul<kernels::Bf16>(DType::bf16, "bf16", 2048, 14336, {1, 64, 512});
    for (const int32_t positions : {512, 8192}) {
      bench.attention(DType::bf16, "bf16", positions, 64, 32);
      bench.attention(DType::bf16, "bf16", positions, 128, 32);
      bench.attention(DType::f32, "f32", positions, 128, 32);
      bench.attention(DType::q8_0, "q8_0", positions, 128, 32);
    }
    for (const DType dtype : {DType::q8_0, DType::q4_0, DType::q4_k, DType::q5_k, DType::q6_k}) bench.quantize(dtype);
    if (threads == 1) {
      bench.rowwise();
      bench.sampler();
    }
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) { return weir::run(argc, argv); }
