// One letter box for each worker: the caller writes a range into it and raises `posted`; whoever raises `taken` to the same number runs the
// range and raises `done`. Mostly that is the worker. But where its core is busy with something else, a worker may not come for
// milliseconds, so the caller, done with its own range, runs those that nobody has taken: it waits only for ranges that are being run, and
// a machine that is busy, or a worker that has parked, costs a small operation no more than the caller's doing it alone.
//
// A box changes only while its posted and done are equal, and is read only by who has taken it. Both sides spin first, since the
// operations of a step follow each other within microseconds and a futex costs about as much as a small operation; they then park, so that
// a model without work takes no core from one that has some.
//
// Not all threads work where other programs want the cores: see resting.h.
#include "tensor/thread_pool.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <ctime>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "tensor/resting.h"

namespace weir {
namespace {

// How long a thread spins before it parks: longer than the gap between two steps of a model at work, and than a wait for another thread that
// the system has put aside for a moment. A core that a parked thread leaves is soon taken by whatever else wants to run, even if that is of low
// priority, and then not given back for milliseconds. With more threads than cores, they wait for each other's time: they leave early.
constexpr std::chrono::microseconds kSpin{1000};
constexpr std::chrono::microseconds kSpinCrowded{30};
constexpr int32_t kPausesBetweenLooks = 32;  // at the clock; a pause takes 40 to 140 cycles

// The longest that a caller sleeps before it looks again whether its range is done: were a wake-up ever lost, a step would take this much
// longer instead of for ever. A worker needs no such limit, since the caller runs what no worker takes.
constexpr timespec kCallerNap{0, 10'000'000};

// Between operations of one step the caller computes itself; where more time than this passes, it may have waited for something.
constexpr std::chrono::microseconds kBetweenOperations{500};

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

// A number that grows, and one thread that may wait for it to. Sleeping is the kernel's futex itself: std::atomic::wait has no limit of
// time, and GCC 12's notify_one may look for sleepers before the number that it tells of is visible (it needs more than a release store).
class Signal {
 public:
  uint32_t load(std::memory_order order) const { return number_.load(order); }

  // For a number that the waiting thread itself raises, or knows by other means.
  void set_quietly(uint32_t number) { number_.store(number, std::memory_order_relaxed); }

  // The store and the load have one order with those of await_change, so that either the waiter sees the number or we see the waiter.
  void set(uint32_t number) {
    number_.store(number, std::memory_order_seq_cst);
    if (parked_.load(std::memory_order_seq_cst)) syscall(SYS_futex, &number_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }

  // Waits until the number differs from `seen` and returns what it is then. `nap` limits each sleep, not the wait; null: no limit. `slept`, where
  // it is asked for, says whether there was any.
  uint32_t await_change(uint32_t seen, std::chrono::microseconds spin, const timespec* nap, bool* slept = nullptr) {
    const auto begin = std::chrono::steady_clock::now();
    do {
      for (int32_t i = 0; i < kPausesBetweenLooks; ++i) {
        const uint32_t now = number_.load(std::memory_order_acquire);
        if (now != seen) return now;
        pause();
      }
    } while (std::chrono::steady_clock::now() - begin < spin);
    if (slept != nullptr) *slept = true;
    parked_.store(true, std::memory_order_seq_cst);
    uint32_t now = number_.load(std::memory_order_seq_cst);
    while (now == seen) {
      syscall(SYS_futex, &number_, FUTEX_WAIT_PRIVATE, seen, nap, nullptr, 0);  // compares once more before it sleeps
      now = number_.load(std::memory_order_seq_cst);
    }
    parked_.store(false, std::memory_order_relaxed);
    return now;
  }

 private:
  std::atomic<uint32_t> number_{0};
  std::atomic<bool> parked_{false};
  static_assert(sizeof(number_) == sizeof(uint32_t) && std::atomic<uint32_t>::is_always_lock_free, "a futex is a plain word");
};

// What one thread loses to whatever else runs on its core: the time that passes while it works or spins, less the time that it has of a core.
class Losses {
 public:
  explicit Losses(std::atomic<int64_t>& nanos) : nanos_(nanos) {}

  // The thread slept, or did what is none of the pool's: what passed since the last look tells nothing.
  void begin_again() { looking_ = false; }

  void range_ended(std::chrono::nanoseconds now) {
    if (looking_ && now - wall_ < kLook) return;
    timespec cpu{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);  // a system call, so not after every range
    const std::chrono::nanoseconds had = std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec);
    if (looking_) nanos_.fetch_add(std::max<int64_t>(((now - wall_) - (had - had_)).count(), 0), std::memory_order_relaxed);
    looking_ = true;
    wall_ = now;
    had_ = had;
  }

 private:
  static constexpr std::chrono::milliseconds kLook{5};

  std::atomic<int64_t>& nanos_;
  bool looking_ = false;
  std::chrono::nanoseconds wall_{0};
  std::chrono::nanoseconds had_{0};
};

std::chrono::nanoseconds wall_clock() { return std::chrono::steady_clock::now().time_since_epoch(); }

}  // namespace

struct ThreadPool::State {
  struct Range {
    Task task;  // null: stop
    const void* context;
    int64_t begin;
    int64_t end;
  };

  struct alignas(64) Worker {  // a cache line each, so that spinning on one does not slow another
    Signal posted;
    std::atomic<uint32_t> taken{0};
    Signal done;
    Range range{};
    std::thread thread;

    void post(const Range& next) {
      range = next;
      posted.set(posted.load(std::memory_order_relaxed) + 1);
    }

    // True for one of those that ask for the range of that number, of which each sees it as it was posted.
    bool take(uint32_t number) {
      uint32_t before = number - 1;
      return taken.compare_exchange_strong(before, number, std::memory_order_acquire, std::memory_order_relaxed);
    }

    // The caller's: sees that the range is run, by itself as worker 0 where the worker has not begun. True where it slept meanwhile.
    bool finish(std::chrono::microseconds spin) {
      bool slept = false;
      const uint32_t number = posted.load(std::memory_order_relaxed);
      if (take(number)) {
        range.task(range.context, range.begin, range.end, 0);
        done.set_quietly(number);
      } else if (done.load(std::memory_order_acquire) != number) {
        done.await_change(number - 1, spin, &kCallerNap, &slept);
      }
      return slept;
    }

    void work(int32_t index, std::chrono::microseconds spin, std::atomic<int64_t>& lost_nanos) {
      Losses losses(lost_nanos);
      for (uint32_t seen = 0;;) {
        bool slept = false;
        seen = posted.await_change(seen, spin, nullptr, &slept);
        if (slept) losses.begin_again();
        if (!take(seen)) continue;
        if (range.task == nullptr) return;
        range.task(range.context, range.begin, range.end, index);
        done.set(seen);
        losses.range_ended(wall_clock());
      }
    }
  };

  State(int32_t thread_count, int32_t working_min)
      : spin(static_cast<uint32_t>(thread_count) <= std::thread::hardware_concurrency() ? kSpin : kSpinCrowded),
        workers(static_cast<size_t>(thread_count) - 1),
        resting(thread_count, working_min > 0 ? working_min : (thread_count + 1) / 2) {}

  ~State() {  // here, so that it also joins the workers that had started when the system refused one
    for (Worker& worker : workers) {
      if (!worker.thread.joinable()) continue;
      worker.post({});
      worker.thread.join();
    }
  }

  const std::chrono::microseconds spin;
  std::vector<Worker> workers;
  std::atomic<int64_t> lost_nanos{0};
  std::atomic<bool> running{false};

  // How many threads the operation that begins now may use.
  int32_t working() {
    const std::chrono::nanoseconds now = wall_clock();
    if (now - ended > kBetweenOperations) losses.begin_again();
    return resting.working(now, std::chrono::nanoseconds(lost_nanos.load(std::memory_order_relaxed)));
  }

  void operation_ended(bool slept) {
    ended = wall_clock();
    if (slept) losses.begin_again();
    losses.range_ended(ended);
  }

 private:  // the caller's
  Resting resting;
  Losses losses{lost_nanos};
  std::chrono::nanoseconds ended{0};
};

ThreadPool::ThreadPool(int32_t thread_count, int32_t working_min)
    : state_(std::make_unique<State>(std::max(thread_count, 1), working_min)) {
  for (size_t i = 0; i < state_->workers.size(); ++i) {
    State::Worker& worker = state_->workers[i];
    worker.thread = std::thread([&state = *state_, &worker, i] { worker.work(static_cast<int32_t>(i) + 1, state.spin, state.lost_nanos); });
  }
}

ThreadPool::~ThreadPool() = default;

int32_t ThreadPool::thread_count() const { return static_cast<int32_t>(state_->workers.size()) + 1; }

void ThreadPool::run(int64_t size, int64_t grain, Task task, const void* context) {
  if (size <= 0) return;
  const int64_t grain_count = (size + grain - 1) / grain;
  const int64_t range_count = grain_count == 1 ? 1 : std::min<int64_t>(grain_count, state_->working());
  if (range_count == 1) {
    task(context, 0, size, 0);
    return;
  }
  [[maybe_unused]] const bool nested = state_->running.exchange(true, std::memory_order_relaxed);
  assert(!nested && "parallel_for inside parallel_for");

  const auto range_begin = [&](int64_t i) { return std::min(grain_count * i / range_count * grain, size); };
  for (int64_t i = 1; i < range_count; ++i) {
    state_->workers[i - 1].post({task, context, range_begin(i), range_begin(i + 1)});
  }
  task(context, 0, range_begin(1), 0);
  bool slept = false;
  for (int64_t i = range_count - 1; i > 0; --i) slept |= state_->workers[i - 1].finish(state_->spin);  // the last was told last
  state_->operation_ended(slept);
  state_->running.store(false, std::memory_order_relaxed);
}

}  // namespace weir
