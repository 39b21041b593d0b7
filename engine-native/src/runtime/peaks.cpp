// Loops that do nothing but one thing, as fast as the processor allows. Operands stay in registers and sums are independent of each other, so
// that only the execution units, or memory, are in the way. Each thread is timed by itself and the rates are added: one that starts late, or
// is held up, changes nothing of the others'.
#include "runtime/peaks.h"

#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "kernels/kernels.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "weir/weir.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace weir {
namespace {

constexpr int32_t kThreadsMax = 1024;
constexpr int32_t kMillisecondsMax = 60'000;
constexpr int64_t kReadBytes = int64_t{512} << 20;  // far more than caches hold
constexpr int64_t kPieceBytes = int64_t{1} << 20;
constexpr int64_t kRounds = 10'000;

// Keeps a value that nobody uses from being computed away.
template <typename T>
void keep(const T& value) {
  asm volatile("" : : "m"(value) : "memory");
}

// work(thread) does a little and returns how much that was.
template <typename Work>
double rate(int32_t thread_count, int32_t milliseconds, const Work& work) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> rates(static_cast<size_t>(thread_count));
  {
    std::vector<std::jthread> threads;
    for (int32_t thread = 0; thread < thread_count; ++thread) {
      threads.emplace_back([&, thread] {
        const Clock::time_point begin = Clock::now();
        const Clock::time_point end = begin + std::chrono::milliseconds(milliseconds);
        double done = 0;
        Clock::time_point now = begin;
        for (; now < end; now = Clock::now()) done += work(thread);
        rates[static_cast<size_t>(thread)] = done / std::chrono::duration<double>(now - begin).count();
      });
    }
  }
  double sum = 0;
  for (const double each : rates) sum += each;
  return sum;
}

double read_rate(int32_t thread_count, int32_t milliseconds) {
  const Pages pages = Pages::allocate(kReadBytes, "the memory to read");
  const int64_t share = kReadBytes / thread_count / kPieceBytes * kPieceBytes;
  require(share > 0, "thread_count: ", thread_count, " is more than ", kReadBytes / kPieceBytes);
  std::vector<int64_t> offsets(static_cast<size_t>(thread_count) * 16);  // a cache line each
  return rate(thread_count, milliseconds, [&](int32_t thread) {
    int64_t& offset = offsets[static_cast<size_t>(thread) * 16];
    const uint64_t* const words = reinterpret_cast<const uint64_t*>(pages.data() + thread * share + offset);
    uint64_t sums[8] = {};
    for (int64_t i = 0; i < kPieceBytes / 8; i += 8) {
      for (int lane = 0; lane < 8; ++lane) sums[lane] += words[i + lane];
    }
    keep(sums);
    offset = (offset + kPieceBytes) % share;
    return static_cast<double>(kPieceBytes);
  });
}

#if defined(__x86_64__)

// The compiler must not see that sums are equal, or it would make one of them all.
template <typename Vector>
void tell_apart(Vector (&sums)[12]) {
  asm volatile("" : "+m"(sums));
}

// Twelve sums: two units of four cycles' latency need eight, and there are registers for more.
#define WEIR_TWELVE(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
constexpr double kSums = 12;
constexpr double kMultiplyAndAdd = 2;

__attribute__((target("avx2,fma"))) double f32_avx2(int32_t) {
  __m256 sums[12] = {};
  tell_apart(sums);
  const __m256 a = _mm256_set1_ps(1e-9f), b = _mm256_set1_ps(0.5f);
  for (int64_t round = 0; round < kRounds; ++round) {
#define WEIR_DO(i) sums[i] = _mm256_fmadd_ps(a, b, sums[i]);
    WEIR_TWELVE(WEIR_DO)
#undef WEIR_DO
  }
  keep(sums);
  return kRounds * kSums * 8 * kMultiplyAndAdd;
}

__attribute__((target("avx512f"))) double f32_avx512(int32_t) {
  __m512 sums[12] = {};
  tell_apart(sums);
  const __m512 a = _mm512_set1_ps(1e-9f), b = _mm512_set1_ps(0.5f);
  for (int64_t round = 0; round < kRounds; ++round) {
#define WEIR_DO(i) sums[i] = _mm512_fmadd_ps(a, b, sums[i]);
    WEIR_TWELVE(WEIR_DO)
#undef WEIR_DO
  }
  keep(sums);
  return kRounds * kSums * 16 * kMultiplyAndAdd;
}

__attribute__((target("avx512f,avx512bf16"))) double bf16_avx512(int32_t) {
  __m512 sums[12] = {};
  tell_apart(sums);
  const __m512bh a = reinterpret_cast<__m512bh>(_mm512_set1_epi16(0x3000));
  for (int64_t round = 0; round < kRounds; ++round) {
#define WEIR_DO(i) sums[i] = _mm512_dpbf16_ps(sums[i], a, a);
    WEIR_TWELVE(WEIR_DO)
#undef WEIR_DO
  }
  keep(sums);
  return kRounds * kSums * 32 * kMultiplyAndAdd;
}

__attribute__((target("avx512f,avx512vnni"))) double int8_avx512(int32_t) {
  __m512i sums[12] = {};
  tell_apart(sums);
  const __m512i a = _mm512_set1_epi8(1);
  for (int64_t round = 0; round < kRounds; ++round) {
#define WEIR_DO(i) sums[i] = _mm512_dpbusd_epi32(sums[i], a, a);
    WEIR_TWELVE(WEIR_DO)
#undef WEIR_DO
  }
  keep(sums);
  return kRounds * kSums * 64 * kMultiplyAndAdd;
}

// Six sums of 16 x 16: a tile instruction takes 16 cycles and its result is there after 52.
#define WEIR_SIX(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
constexpr int64_t kTileRounds = 1'000;
constexpr double kTileSums = 6;

struct alignas(64) TileShapes {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

__attribute__((target("amx-tile"))) void begin_tiles() {
  static const TileShapes shapes;
  _tile_loadconfig(&shapes);
#define WEIR_DO(i) _tile_zero(i);
  WEIR_SIX(WEIR_DO)
#undef WEIR_DO
  _tile_zero(6);
  _tile_zero(7);
}

__attribute__((target("amx-tile,amx-int8"))) double int8_tiles(int32_t) {
  begin_tiles();
  for (int64_t round = 0; round < kTileRounds; ++round) {
#define WEIR_DO(i) _tile_dpbssd(i, 6, 7);
    WEIR_SIX(WEIR_DO)
#undef WEIR_DO
  }
  _tile_release();
  return kTileRounds * kTileSums * 16 * 16 * 64 * kMultiplyAndAdd;
}

__attribute__((target("amx-tile,amx-bf16"))) double bf16_tiles(int32_t) {
  begin_tiles();
  for (int64_t round = 0; round < kTileRounds; ++round) {
#define WEIR_DO(i) _tile_dpbf16ps(i, 6, 7);
    WEIR_SIX(WEIR_DO)
#undef WEIR_DO
  }
  _tile_release();
  return kTileRounds * kTileSums * 16 * 16 * 32 * kMultiplyAndAdd;
}

// Processors with tiles have had them of both kinds, but say so apart.
bool cpu_has_bf16_tiles() {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
  return kernels::cpu_supports_amx() && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & 1u << 22) != 0;
}

double f32_rate(int32_t thread_count, int32_t milliseconds) {
  if (kernels::cpu_supports_avx512()) return rate(thread_count, milliseconds, f32_avx512);
  return kernels::cpu_supports_avx2() ? rate(thread_count, milliseconds, f32_avx2) : 0;
}

double bf16_rate(int32_t thread_count, int32_t milliseconds) {
  if (cpu_has_bf16_tiles()) return rate(thread_count, milliseconds, bf16_tiles);
  const bool present = kernels::cpu_supports_avx512() && __builtin_cpu_supports("avx512bf16");
  return present ? rate(thread_count, milliseconds, bf16_avx512) : 0;
}

double int8_rate(int32_t thread_count, int32_t milliseconds) {
  if (kernels::cpu_supports_amx()) return rate(thread_count, milliseconds, int8_tiles);
  return kernels::cpu_supports_avx512_vnni() ? rate(thread_count, milliseconds, int8_avx512) : 0;
}

#else

double f32_rate(int32_t, int32_t) { return 0; }
double bf16_rate(int32_t, int32_t) { return 0; }
double int8_rate(int32_t, int32_t) { return 0; }

#endif

}  // namespace

double measure_peak(int32_t peak, int32_t thread_count, int32_t milliseconds) {
  require(thread_count >= 1 && thread_count <= kThreadsMax, "thread_count: ", thread_count, " is not in 1..", kThreadsMax);
  require(milliseconds >= 1 && milliseconds <= kMillisecondsMax, "milliseconds: ", milliseconds, " is not in 1..", kMillisecondsMax);
  switch (peak) {
    case WEIR_PEAK_READ_BYTES: return read_rate(thread_count, milliseconds);
    case WEIR_PEAK_F32: return f32_rate(thread_count, milliseconds);
    case WEIR_PEAK_BF16: return bf16_rate(thread_count, milliseconds);
    case WEIR_PEAK_INT8: return int8_rate(thread_count, milliseconds);
    default: fail(WEIR_INVALID_ARGUMENT, "peak: ", peak, " is no WEIR_PEAK_");
  }
}

}  // namespace weir
