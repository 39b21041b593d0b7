// What the kernel tests share: the tables to compare, random values, and equality of bits.
#pragma once

#include <bit>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "check.h"
#include "guarded.h"
#include "kernels/elements.h"
#include "kernels/kernels.h"

namespace weir::kernels {

// The vector tables that this processor runs, each to be compared with the reference.
inline std::vector<const KernelTable*> vector_tables() {
  std::vector<const KernelTable*> tables;
  if (cpu_supports_avx2()) tables.push_back(&avx2_kernels());
  if (cpu_supports_avx512()) tables.push_back(&avx512_kernels());
  if (cpu_supports_avx512_vnni()) tables.push_back(&avx512_vnni_kernels());
  if (cpu_supports_amx()) tables.push_back(&amx_kernels());
  static const bool told = [&] {
    for (const KernelTable* table : tables) std::printf("comparing %s with reference\n", table->name);
    if (!cpu_supports_avx512()) std::printf("SKIPPED: the avx512 table, which this processor cannot run\n");
    if (!cpu_supports_avx512_vnni()) std::printf("SKIPPED: the avx512_vnni table, which this processor cannot run\n");
    if (!cpu_supports_amx()) std::printf("SKIPPED: the amx table, which this processor or its system cannot run\n");
    if (!cpu_supports_avx2()) std::printf("SKIPPED: the avx2 table, which this processor cannot run\n");
    return true;
  }();
  static_cast<void>(told);
  return tables;
}

// Equal bits; any NaN equals any other, because which of two NaN operands survives is the compiler's choice.
inline bool same(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) || (std::isnan(a) && std::isnan(b));
}

template <typename A, typename B>
int64_t first_difference(const A& a, const B& b, int64_t size) {
  for (int64_t i = 0; i < size; ++i) {
    if (!same(a[i], b[i])) return i;
  }
  return -1;
}

// Values of a few units, one in twenty of them special: zeros of both signs, subnormals, and numbers far from 1.
class Values {
 public:
  explicit Values(uint32_t seed) : generator_(seed) {}

  float ordinary() { return normal_(generator_); }

  float any() {
    static constexpr float kSpecial[] = {0.0f, -0.0f, 1e-40f, -1e-40f, 1e-20f, -1e-20f, 1e10f, -1e10f, 1.0f, -1.0f};
    if (generator_() % 20 != 0) return ordinary();
    return kSpecial[generator_() % std::size(kSpecial)];
  }

  template <typename Element>
  void fill(Element* to, int64_t size) {
    for (int64_t i = 0; i < size; ++i) narrow(any(), to[i]);
  }

  template <typename Element>
  void fill_ordinary(Element* to, int64_t size) {
    for (int64_t i = 0; i < size; ++i) narrow(ordinary(), to[i]);
  }

  uint32_t below(uint32_t bound) { return generator_() % bound; }

 private:
  std::mt19937 generator_;
  std::normal_distribution<float> normal_{0, 1};
};

inline constexpr int32_t kAwkwardSizes[] = {1,  2,  7,  8,  9,  15, 16,  17,  23,  24,  31,   32,   33,   48,  63,
                                            64, 65, 80, 95, 96, 97, 127, 128, 129, 1023, 1025, 4095, 4096, 4097};

}  // namespace weir::kernels
