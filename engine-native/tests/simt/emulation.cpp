#include "kernels/cuda/simt.h"

#include <sys/mman.h>
#include <unistd.h>

#include <exception>
#include <memory>
#include <sstream>
#include <vector>

#include "simt/emulated_device.h"
#include "simt/fiber.h"

namespace weir::simt {
namespace {

using emulation::Fragments;
using emulation::Meeting;
using emulation::Place;

constexpr int32_t kThreadsMax = 1024;
constexpr int64_t kSharedMax = 227 * 1024;  // of a block, on the largest device
constexpr int32_t kGridMax = 65535;         // in y and z

thread_local Order order = Order::ascending;
thread_local int64_t launches = 0;

// Where threads wait until all of them are there.
struct Barrier {
  int32_t arrived = 0;
  uint64_t round = 0;
  Meeting what = Meeting::block;
};

// What the lanes of a warp hand each other. Two of each: a lane may give its next value while another has not fetched the last one.
struct Warp {
  Barrier barrier;
  uint64_t values[2][kWarp];
  Fragments fragments[2][kWarp];
};

struct Thread {
  std::unique_ptr<Fiber> fiber;
  Place place;
  bool gone = false;
};

const char* name_of(Meeting what) {
  switch (what) {
    case Meeting::block: return "block_sync";
    case Meeting::warp: return "warp_sync";
    case Meeting::exchange: return "a shuffle";
    case Meeting::vote: return "a ballot";
    case Meeting::product: return "mma";
  }
  return "?";
}

// The fibers, barriers and block memory that one launching thread reuses for all its launches.
class Machine {
 public:
  ~Machine() {
    if (shared_ != nullptr) munmap(shared_, shared_mapped());
  }

  void run(const char* name, Grid grid, int32_t threads, int64_t shared_bytes, const emulation::Body& body);
  const Place& place() const { return threads_[static_cast<size_t>(current_)].place; }
  Warp& warp() { return warps_[static_cast<size_t>(current_ / kWarp)]; }
  Barrier& block() { return block_; }

  void meet(Barrier& barrier, int32_t expected, Meeting what);

 private:
  static size_t page_bytes() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }
  static size_t shared_mapped() { return (static_cast<size_t>(kSharedMax) / page_bytes() + 2) * page_bytes(); }

  void* fresh_shared(int64_t bytes);
  void run_block();
  static void thread_main(void* self);
  void step_aside();
  [[noreturn]] void give_up();
  std::string stuck() const;

  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  Barrier block_;
  Fiber main_;
  const emulation::Body* body_ = nullptr;
  int32_t count_ = 0;
  int32_t live_ = 0;
  int32_t current_ = 0;
  int32_t fruitless_ = 0;  // looks of waiting threads since anything last happened
  std::exception_ptr fault_;
  char* shared_ = nullptr;
};

// The last byte of the block's memory is the last of a page, and the next page faults.
void* Machine::fresh_shared(int64_t bytes) {
  if (shared_ == nullptr) {
    void* const mapped = mmap(nullptr, shared_mapped(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    shared_ = static_cast<char*>(mapped);
    if (mprotect(shared_ + shared_mapped() - page_bytes(), page_bytes(), PROT_NONE) != 0) throw std::bad_alloc();
  }
  char* const begin = shared_ + shared_mapped() - page_bytes() - bytes;
  std::memset(begin, 0xff, static_cast<size_t>(bytes));
  return begin;
}

void Machine::run(const char* name, Grid grid, int32_t threads, int64_t shared_bytes, const emulation::Body& body) {
  const auto refuse = [name](const std::string& why) { throw Fault(std::string(name) + ": " + why); };
  if (live_ != 0) refuse("a kernel launches no kernel");
  if (threads < 1 || threads > kThreadsMax || threads % kWarp != 0) refuse(std::to_string(threads) + " threads are no whole warps up to 1024");
  if (shared_bytes < 0 || shared_bytes > kSharedMax || shared_bytes % 16 != 0) refuse("shared_bytes " + std::to_string(shared_bytes));
  if (grid.x < 1 || grid.y < 1 || grid.z < 1 || grid.y > kGridMax || grid.z > kGridMax) refuse("the grid is empty or too large");
  count_ = threads;
  body_ = &body;
  threads_.reserve(kThreadsMax);  // fibers keep the address of their machine, threads that of none
  while (static_cast<int32_t>(threads_.size()) < threads) {
    threads_.push_back({std::make_unique<Fiber>(&Machine::thread_main, this), {}, false});
  }
  warps_.resize(static_cast<size_t>(threads / kWarp));
  const int64_t blocks = static_cast<int64_t>(grid.x) * grid.y * grid.z;
  for (int64_t i = 0; i < blocks; ++i) {
    const int64_t b = order == Order::ascending ? i : blocks - 1 - i;
    const Grid block{static_cast<int32_t>(b % grid.x), static_cast<int32_t>(b / grid.x % grid.y),
                     static_cast<int32_t>(b / grid.x / grid.y)};
    void* const shared = fresh_shared(shared_bytes);
    for (int32_t t = 0; t < threads; ++t) threads_[static_cast<size_t>(t)].place = {t, threads, block, grid, shared, shared_bytes};
    run_block();
    if (fault_ == nullptr) continue;
    live_ = 0;
    const std::exception_ptr fault = std::exchange(fault_, nullptr);
    try {
      std::rethrow_exception(fault);
    } catch (const std::exception& what) {
      refuse(what.what());
    }
  }
}

void Machine::run_block() {
  block_ = {};
  for (Warp& warp : warps_) warp.barrier = {};
  for (int32_t t = 0; t < count_; ++t) {
    Thread& thread = threads_[static_cast<size_t>(t)];
    thread.fiber->restart();
    thread.gone = false;
  }
  live_ = count_;
  fruitless_ = 0;
  current_ = order == Order::ascending ? 0 : count_ - 1;
  main_.switch_to(*threads_[static_cast<size_t>(current_)].fiber);
}

void Machine::thread_main(void* self) {
  Machine& machine = *static_cast<Machine*>(self);
  try {
    (*machine.body_)();
  } catch (...) {
    machine.fault_ = std::current_exception();
  }
  if (machine.fault_ != nullptr) machine.give_up();
  machine.threads_[static_cast<size_t>(machine.current_)].gone = true;
  machine.fruitless_ = 0;
  if (--machine.live_ == 0) machine.give_up();
  machine.step_aside();
  std::abort();  // a thread that is gone is never switched to
}

// Back to whoever launched.
void Machine::give_up() {
  threads_[static_cast<size_t>(current_)].fiber->switch_to(main_);
  std::abort();
}

// Lets the next thread that is still there go on.
void Machine::step_aside() {
  const int32_t from = current_;
  do {
    current_ = order == Order::ascending ? (current_ + 1) % count_ : (current_ + count_ - 1) % count_;
  } while (threads_[static_cast<size_t>(current_)].gone);
  if (current_ != from) threads_[static_cast<size_t>(from)].fiber->switch_to(*threads_[static_cast<size_t>(current_)].fiber);
}

void Machine::meet(Barrier& barrier, int32_t expected, Meeting what) {
  if (barrier.arrived == 0) barrier.what = what;
  if (barrier.what != what) {
    throw Fault(std::string("lanes of one warp are in ") + name_of(barrier.what) + " and in " + name_of(what));
  }
  const uint64_t round = barrier.round;
  fruitless_ = 0;
  if (++barrier.arrived == expected) {
    barrier.arrived = 0;
    ++barrier.round;
  }
  while (barrier.round == round) {
    if (++fruitless_ > 2 * count_) throw Fault(stuck());
    step_aside();
  }
}

std::string Machine::stuck() const {
  std::ostringstream out;
  out << "of " << count_ << " threads " << live_ << " wait for each other in vain: " << block_.arrived << " in block_sync";
  for (size_t w = 0; w < warps_.size(); ++w) {
    if (warps_[w].barrier.arrived > 0) {
      out << ", " << warps_[w].barrier.arrived << " of warp " << w << " in " << name_of(warps_[w].barrier.what);
    }
  }
  return out.str();
}

Machine& machine() {
  static thread_local Machine the_machine;
  return the_machine;
}

}  // namespace

void set_order(Order next) { order = next; }
int64_t launch_count() { return launches; }

namespace emulation {

const Place& place() { return machine().place(); }

void meet_block() { machine().meet(machine().block(), place().threads, Meeting::block); }
void meet_warp(Meeting what) { machine().meet(machine().warp().barrier, kWarp, what); }

uint64_t exchange(uint64_t value, int32_t from, Meeting what) {
  Warp& warp = machine().warp();
  uint64_t* const values = warp.values[warp.barrier.round % 2];
  values[place().thread % kWarp] = value;
  meet_warp(what);
  return values[from];
}

const Fragments* share(const Fragments& mine) {
  Warp& warp = machine().warp();
  Fragments* const all = warp.fragments[warp.barrier.round % 2];
  all[place().thread % kWarp] = mine;
  meet_warp(Meeting::product);
  return all;
}

void launch(device::Stream stream, const char* name, Grid grid, int32_t threads, int64_t shared_bytes, Body body) {
  device::emulation::enqueue(stream, [=, body = std::move(body)] {
    ++launches;
    machine().run(name, grid, threads, shared_bytes, body);
  });
}

}  // namespace emulation

uint32_t ballot(bool vote) {
  Warp& warp = machine().warp();
  uint64_t* const values = warp.values[warp.barrier.round % 2];
  values[thread() % kWarp] = vote ? 1 : 0;
  emulation::meet_warp(Meeting::vote);
  uint32_t votes = 0;
  for (int32_t i = 0; i < kWarp; ++i) votes |= static_cast<uint32_t>(values[i]) << i;
  return votes;
}

// Products of two BF16 are exact in double, and so is what these kernels add to them; narrowing rounds once.
uint32_t fma_bf16x2(uint32_t a, uint32_t b, uint32_t c) {
  const auto part = [](uint32_t pair, int32_t shift) {
    return static_cast<double>(kernels::widen(kernels::Bf16{static_cast<uint16_t>(pair >> shift)}));
  };
  const auto result = [&](int32_t shift) { return static_cast<float>(part(a, shift) * part(b, shift) + part(c, shift)); };
  return pack_bf16(result(0), result(16));
}

// PTX, "Matrix Fragments for mma.m16n8k16": with g = lane / 4 and c = lane % 4, a[0], a[1], a[2], a[3] are rows g, g + 8, g, g + 8 at columns 2c and
// 2c + 1, the last two eight further; b[0] and b[1] rows 2c and 2c + 1 of column g, the second eight further; d[0..1] and d[2..3] rows
// g and g + 8 at columns 2c and 2c + 1.
void mma(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  constexpr int32_t kDepth = 16;
  Fragments mine;
  const auto widen = [](uint32_t pair, double (&to)[2]) {
    for (int32_t i = 0; i < 2; ++i) to[i] = static_cast<double>(kernels::widen(kernels::Bf16{static_cast<uint16_t>(pair >> 16 * i)}));
  };
  for (int32_t i = 0; i < 4; ++i) widen(a[i], mine.a[i]);
  for (int32_t i = 0; i < 2; ++i) widen(b[i], mine.b[i]);
  const Fragments* const all = emulation::share(mine);
  const auto a_at = [&](int32_t row, int32_t k) { return all[row % 8 * 4 + k % 8 / 2].a[row / 8 + k / 8 * 2][k % 2]; };
  const auto b_at = [&](int32_t k, int32_t column) { return all[column * 4 + k % 8 / 2].b[k / 8][k % 2]; };
  const int32_t me = thread() % kWarp;
  for (int32_t i = 0; i < 4; ++i) {
    double sum = static_cast<double>(d[i]);
    for (int32_t k = 0; k < kDepth; ++k) sum += a_at(me / 4 + i / 2 * 8, k) * b_at(k, me % 4 * 2 + i % 2);
    d[i] = static_cast<float>(sum);
  }
}

}  // namespace weir::simt
