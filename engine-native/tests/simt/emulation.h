// The machine that kernels/cuda/simt.h describes, on a CPU: the blocks of a grid run one after the other, the threads of a block are fibers
// that take turns wherever they wait for each other. So every line of a kernel is executed and compared in every test run, on any machine.
//
// It is stricter than a device:
//  - Threads that wait where they cannot all meet (a barrier that some never reach, lanes of one warp in different operations) are a fault
//    with a message, never a hang.
//  - The block's memory is exactly as large as launched and ends at a page that must not be touched; device memory likewise
//    (emulated_device.cpp). Both begin as NaNs, so that what is read before it is written shows.
//  - Blocks and threads run in ascending order, or all in descending order (Order): a missing barrier gives other results in one of the two.
//  - Loads and stores are the host's, so AddressSanitizer and UndefinedBehaviorSanitizer watch them.
//
// Tensor cores are stood in for by their mathematical definition: products and sum in double, rounded once.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>

#define WEIR_KERNEL
#define WEIR_DEVICE inline
#define WEIR_ANYWHERE inline
#define WEIR_UNROLL

namespace weir::simt {

enum class Order { ascending, descending };

// A kernel did what no device allows, or what is no kernel's to do.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Which order the launches after this take. Of the thread that launches.
void set_order(Order order);

// How many kernels were launched since the process began, replays of graphs included.
int64_t launch_count();

namespace emulation {

// Of the fiber that runs.
struct Place {
  int32_t thread, threads;
  Grid block, grid;
  void* shared;
  int64_t shared_bytes;
};
const Place& place();

enum class Meeting { block, warp, exchange, vote, product };

void meet_block();
void meet_warp(Meeting what);

// Gives `value` to the warp and returns the value that lane `from` gave.
uint64_t exchange(uint64_t value, int32_t from, Meeting what);

// Pairs of elements, widened.
struct Fragments {
  double a[4][2];
  double b[2][2];
};
// Gives a lane's fragments to the warp; what comes back is all lanes', and stays until the warp's next operation but one.
const Fragments* share(const Fragments& mine);

using Body = std::function<void()>;
void launch(device::Stream stream, const char* name, Grid grid, int32_t threads, int64_t shared_bytes, Body body);

}  // namespace emulation

WEIR_DEVICE int32_t thread() { return emulation::place().thread; }
WEIR_DEVICE int32_t threads() { return emulation::place().threads; }
WEIR_DEVICE int32_t block_x() { return emulation::place().block.x; }
WEIR_DEVICE int32_t block_y() { return emulation::place().block.y; }
WEIR_DEVICE int32_t block_z() { return emulation::place().block.z; }
WEIR_DEVICE int32_t grid_x() { return emulation::place().grid.x; }
WEIR_DEVICE int32_t grid_y() { return emulation::place().grid.y; }

WEIR_DEVICE void block_sync() { emulation::meet_block(); }
WEIR_DEVICE void warp_sync() { emulation::meet_warp(emulation::Meeting::warp); }

template <typename T>
WEIR_DEVICE T& block_memory() {
  if (static_cast<int64_t>(sizeof(T)) > emulation::place().shared_bytes) throw Fault("the block's memory is smaller than what lies in it");
  return *static_cast<T*>(emulation::place().shared);
}

template <typename Number>
WEIR_DEVICE Number shuffle(Number value, int32_t from_lane) {
  static_assert(sizeof(Number) == 4 || sizeof(Number) == 8);
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = emulation::exchange(bits, from_lane & (kWarp - 1), emulation::Meeting::exchange);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
template <typename Number>
WEIR_DEVICE Number shuffle_xor(Number value, int32_t mask) {
  return shuffle(value, (thread() % kWarp) ^ mask);
}
uint32_t ballot(bool vote);

WEIR_DEVICE void atomic_add(uint32_t* at, uint32_t value) { *at += value; }
WEIR_DEVICE void atomic_add(uint64_t* at, uint64_t value) { *at += value; }
WEIR_DEVICE uint32_t atomic_next(uint32_t* at) { return (*at)++; }
WEIR_DEVICE int32_t count_bits(uint32_t bits) { return std::popcount(bits); }

uint32_t fma_bf16x2(uint32_t a, uint32_t b, uint32_t c);
void mma(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]);

template <typename Args>
void launch(device::Stream stream, const char* name, void (*kernel)(Args), Grid grid, int32_t threads, int64_t shared_bytes,
            const Args& args) {
  emulation::launch(stream, name, grid, threads, shared_bytes, [kernel, args] { kernel(args); });
}

}  // namespace weir::simt
