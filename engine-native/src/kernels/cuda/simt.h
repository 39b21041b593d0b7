// What a kernel of this folder is written in: CUDA's machine model in a few functions of ours, so that nvcc compiles it for a device and any
// C++ compiler for the emulation that the tests run (tests/simt/emulation.h), from the same source.
//
// A kernel is a WEIR_KERNEL function of one struct of arguments. Its threads come in blocks of whole warps. What the threads of a block
// share is one struct, block_memory<T>(), whose bytes nobody has written when the block starts. Functions that several threads perform
// together must be reached by all threads of the warp (warp_*, shuffle*, mma) or of the block (block_sync); the emulation refuses anything
// else.
//
// No multiply-add is made that is not written: nvcc compiles with --fmad=false, and std::fma is the device's own instruction.
#pragma once

#include <cmath>
#include <cstdint>

#include "device/device.h"
#include "kernels/elements.h"

namespace weir::simt {

constexpr int32_t kWarp = 32;

struct Grid {
  int32_t x = 1, y = 1, z = 1;
};

// Four 32-bit words that one instruction moves. Aligned to what it moves.
struct alignas(16) Words4 {
  uint32_t word[4];
};
struct alignas(8) Words2 {
  uint32_t word[2];
};

}  // namespace weir::simt

#if defined(__CUDACC__)
#include "kernels/cuda/simt_device.h"
#else
#include "simt/emulation.h"
#endif

namespace weir::simt {

WEIR_DEVICE int32_t lane() { return thread() % kWarp; }
WEIR_DEVICE int32_t warp() { return thread() / kWarp; }

// The sum of all lanes' values, in every lane: five additions by one tree, lane i with lane i xor 16, 8, 4, 2, 1. Addition commutes, so every
// lane gets the same bits.
template <typename Number>
WEIR_DEVICE Number warp_sum(Number value) {
  for (int32_t distance = kWarp / 2; distance > 0; distance /= 2) value = value + shuffle_xor(value, distance);
  return value;
}

template <typename Number>
WEIR_DEVICE Number warp_max(Number value) {
  for (int32_t distance = kWarp / 2; distance > 0; distance /= 2) {
    const Number other = shuffle_xor(value, distance);
    value = other > value ? other : value;
  }
  return value;
}

// The sum of all threads' values of a block, in every thread: each warp's by its tree, then the warps' in order. `partial` has a place for each
// warp; the block is in step before it is written, and when this returns.
template <typename Number>
WEIR_DEVICE Number block_sum(Number value, Number* partial) {
  const Number mine = warp_sum(value);
  block_sync();
  if (lane() == 0) partial[warp()] = mine;
  block_sync();
  Number sum = partial[0];
  for (int32_t w = 1; w < threads() / kWarp; ++w) sum = sum + partial[w];
  return sum;
}

// Two floats as BF16, the first in the lower half: what a tensor core takes.
WEIR_DEVICE uint32_t pack(kernels::Bf16 low, kernels::Bf16 high) {
  return static_cast<uint32_t>(low.bits) | static_cast<uint32_t>(high.bits) << 16;
}
WEIR_DEVICE uint32_t pack_bf16(float low, float high) {
  kernels::Bf16 a, b;
  kernels::narrow(low, a);
  kernels::narrow(high, b);
  return pack(a, b);
}

}  // namespace weir::simt
