// The emulated machine itself: that it does what a device does, and refuses what a device would answer with a hang or with garbage.
#include "kernels/cuda/simt.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "kernels/elements.h"
#include "simt/emulated_device.h"

using namespace weir;
using namespace weir::simt;

namespace {

constexpr device::Stream kNow = nullptr;

struct Numbers {
  int32_t* out;
  int32_t count;
};

std::string fault_of(void (*kernel)(Numbers), int32_t threads, int64_t shared_bytes = 0) {
  int32_t out[64] = {};
  try {
    launch(kNow, "kernel", kernel, Grid{}, threads, shared_bytes, Numbers{out, 64});
  } catch (const Fault& fault) {
    return fault.what();
  }
  return "";
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

struct Shared {
  int32_t values[64];
};

// Neighbours exchange through the block's memory; correct only with the barrier.
template <bool synced>
void turn_round(Numbers a) {
  Shared& shared = block_memory<Shared>();
  shared.values[thread()] = thread() + 1;
  if (synced) block_sync();
  a.out[thread()] = shared.values[threads() - 1 - thread()];
}

}  // namespace

TEST(emulation, threads_see_their_places_in_either_order) {
  for (const Order order : {Order::ascending, Order::descending}) {
    set_order(order);
    std::vector<int32_t> out(2 * 3 * 2 * 64, -1);
    launch(kNow, "places", +[](Numbers a) {
      const int32_t block = (block_z() * 3 + block_y()) * 2 + block_x();
      a.out[block * threads() + thread()] = block * 1000 + warp() * 100 + lane();
    }, Grid{2, 3, 2}, 64, 0, Numbers{out.data(), 0});
    for (int32_t i = 0; i < static_cast<int32_t>(out.size()); ++i) CHECK_EQ(out[i], i / 64 * 1000 + i % 64 / 32 * 100 + i % 32);
  }
  set_order(Order::ascending);
}

TEST(emulation, a_missing_barrier_shows_in_one_of_the_orders) {
  const auto right = [](auto* kernel, Order order) {
    set_order(order);
    std::vector<int32_t> out(64);
    launch(kNow, "turn_round", kernel, Grid{}, 64, sizeof(Shared), Numbers{out.data(), 64});
    set_order(Order::ascending);
    for (int32_t i = 0; i < 64; ++i) {
      if (out[i] != 64 - i) return false;
    }
    return true;
  };
  CHECK(right(turn_round<true>, Order::ascending));
  CHECK(right(turn_round<true>, Order::descending));
  CHECK(!right(turn_round<false>, Order::ascending) || !right(turn_round<false>, Order::descending));
}

TEST(emulation, warps_exchange_and_vote) {
  std::vector<int32_t> out(64);
  launch(kNow, "warps", +[](Numbers a) {
    const int32_t sum = warp_sum(thread());
    const uint32_t odd = ballot(thread() % 2 == 1);
    const int32_t third = shuffle(thread(), 3);
    const int32_t most = warp_max(static_cast<int32_t>(-thread()));
    a.out[thread()] = odd == 0xaaaaaaaau && third == warp() * kWarp + 3 && most == -warp() * kWarp ? sum : -1;
  }, Grid{}, 64, 0, Numbers{out.data(), 64});
  for (int32_t i = 0; i < 64; ++i) CHECK_EQ(out[i], i < 32 ? 31 * 32 / 2 : 31 * 32 / 2 + 32 * 32);
}

TEST(emulation, blocks_sum_over_all_their_warps_more_than_once) {
  struct Partial {
    int64_t sums[32];
  };
  std::vector<int32_t> out(96);
  launch(kNow, "sums", +[](Numbers a) {
    int64_t* const partial = block_memory<Partial>().sums;
    const int64_t once = block_sum(static_cast<int64_t>(thread()), partial);
    const int64_t twice = block_sum(static_cast<int64_t>(2 * thread()), partial);
    a.out[thread()] = static_cast<int32_t>(once * 10000 + twice);
  }, Grid{}, 96, sizeof(Partial), Numbers{out.data(), 96});
  for (const int32_t sum : out) CHECK_EQ(sum, 4560 * 10000 + 9120);
}

TEST(emulation, a_product_is_that_of_the_matrices_that_the_fragments_spell) {
  struct Matrices {
    float a[16][16];
    float b[16][8];
    float d[16][8];
  };
  static Matrices m;
  std::mt19937 random(1);
  std::uniform_int_distribution<int32_t> small(-8, 8);
  for (auto& row : m.a) std::generate(std::begin(row), std::end(row), [&] { return static_cast<float>(small(random)); });
  for (auto& row : m.b) std::generate(std::begin(row), std::end(row), [&] { return static_cast<float>(small(random)); });
  launch(kNow, "mma", +[](Matrices* at) {
    const int32_t g = lane() / 4, c = lane() % 4 * 2;
    const uint32_t a[4] = {pack_bf16(at->a[g][c], at->a[g][c + 1]), pack_bf16(at->a[g + 8][c], at->a[g + 8][c + 1]),
                           pack_bf16(at->a[g][c + 8], at->a[g][c + 9]), pack_bf16(at->a[g + 8][c + 8], at->a[g + 8][c + 9])};
    const uint32_t b[2] = {pack_bf16(at->b[c][g], at->b[c + 1][g]), pack_bf16(at->b[c + 8][g], at->b[c + 9][g])};
    float d[4] = {1, 1, 1, 1};
    mma(d, a, b);
    at->d[g][c] = d[0];
    at->d[g][c + 1] = d[1];
    at->d[g + 8][c] = d[2];
    at->d[g + 8][c + 1] = d[3];
  }, Grid{}, 32, 0, &m);
  for (int32_t i = 0; i < 16; ++i) {
    for (int32_t j = 0; j < 8; ++j) {
      float expected = 1;
      for (int32_t k = 0; k < 16; ++k) expected += m.a[i][k] * m.b[k][j];
      CHECK_EQ(m.d[i][j], expected);
    }
  }
}

TEST(emulation, refuses_what_would_hang) {
  CHECK(contains(fault_of(+[](Numbers) { if (thread() != 5) block_sync(); }, 64), "of 64 threads 63 wait for each other in vain"));
  CHECK(contains(fault_of(+[](Numbers) { if (lane() < 16) warp_sync(); }, 32), "16 of warp 0 in warp_sync"));
  CHECK(contains(fault_of(+[](Numbers) { if (warp() == 0) { block_sync(); } else { warp_sync(); } }, 64), "32 in block_sync"));
  // And is as good as new afterwards.
  CHECK_EQ(fault_of(+[](Numbers) { block_sync(); }, 64), "");
}

TEST(emulation, refuses_lanes_that_do_different_things_together) {
  CHECK(contains(fault_of(+[](Numbers) { if (lane() < 16) { warp_sync(); } else { static_cast<void>(ballot(true)); } }, 32),
                 "lanes of one warp are in warp_sync and in a ballot"));
}

TEST(emulation, refuses_impossible_launches) {
  const auto nothing = +[](Numbers) {};
  CHECK(contains(fault_of(nothing, 33), "33 threads are no whole warps"));
  CHECK(contains(fault_of(nothing, 2048), "2048 threads"));
  CHECK(contains(fault_of(nothing, 32, 228 * 1024), "shared_bytes"));
  CHECK(contains(fault_of(+[](Numbers) { block_memory<Shared>().values[0] = 1; }, 32, 16), "smaller than what lies in it"));
}

TEST(emulation, memory_that_nobody_wrote_is_not_zero) {
  std::vector<int32_t> out(32);
  launch(kNow, "unwritten", +[](Numbers a) { a.out[thread()] = block_memory<Shared>().values[thread()]; }, Grid{}, 32, sizeof(Shared),
         Numbers{out.data(), 32});
  for (const int32_t value : out) CHECK_EQ(value, -1);
  void* const memory = device::allocate(12, "test");
  CHECK_EQ(static_cast<const int32_t*>(memory)[2], -1);
  CHECK_EQ(device::emulation::live_bytes(), 12);
  device::release(memory);
  CHECK_EQ(device::emulation::live_bytes(), 0);
}

TEST(emulation, a_captured_stream_records_and_replays) {
  const device::Stream stream = device::create_stream();
  int32_t out[32] = {};
  device::begin_capture(stream);
  launch(stream, "count", +[](Numbers a) { a.out[thread()] += 1; }, Grid{}, 32, 0, Numbers{out, 32});
  CUgraphExec_st* const graph = device::end_capture(stream);
  CHECK_EQ(out[7], 0);
  const int64_t before = launch_count();
  device::replay(graph, stream);
  device::replay(graph, stream);
  CHECK_EQ(out[7], 2);
  CHECK_EQ(launch_count() - before, 2);
  device::destroy_graph(graph);
  device::destroy_stream(stream);
}

TEST_MAIN()
