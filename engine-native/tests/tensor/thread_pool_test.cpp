#include "tensor/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "check.h"

namespace weir {
namespace {

struct Range {
  int64_t begin;
  int64_t end;
  int32_t worker;
};

void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

std::vector<Range> ranges_of(ThreadPool& pool, int64_t size, int64_t grain) {
  std::mutex mutex;
  std::vector<Range> ranges;
  pool.parallel_for(size, grain, [&](int64_t begin, int64_t end, int32_t worker) {
    const std::lock_guard<std::mutex> lock(mutex);
    ranges.push_back({begin, end, worker});
  });
  return ranges;
}

TEST(thread_pool, ranges_cover_everything_once_in_multiples_of_the_grain) {
  for (const int32_t threads : {1, 2, 3, 4, 7, 16}) {
    ThreadPool pool(threads);
    CHECK_EQ(pool.thread_count(), threads);
    for (const int64_t size : {0, 1, 7, 15, 16, 17, 31, 64, 95, 1000, 4097}) {
      for (const int64_t grain : {1, 4, 16, 64, 5000}) {
        std::vector<int32_t> visits(static_cast<size_t>(size));
        const std::vector<Range> ranges = ranges_of(pool, size, grain);
        CHECK(ranges.size() <= static_cast<size_t>(threads));
        for (const Range& range : ranges) {
          CHECK(range.begin < range.end);
          CHECK_EQ(range.begin % grain, 0);
          CHECK(range.end % grain == 0 || range.end == size);
          CHECK(range.worker >= 0 && range.worker < threads);
          for (int64_t i = range.begin; i < range.end; ++i) ++visits.at(static_cast<size_t>(i));
        }
        for (const int32_t count : visits) CHECK_EQ(count, 1);
      }
    }
  }
}

TEST(thread_pool, one_range_runs_on_the_caller) {
  ThreadPool pool(4);
  std::thread::id runner;
  pool.parallel_for(10, 16, [&](int64_t, int64_t, int32_t worker) {
    CHECK_EQ(worker, 0);
    runner = std::this_thread::get_id();
  });
  CHECK(runner == std::this_thread::get_id());
}

TEST(thread_pool, what_workers_wrote_is_seen_after_the_call) {
  ThreadPool pool(4);
  std::vector<int64_t> values(1000, 0);
  for (int64_t round = 0; round < 20000; ++round) {
    const int64_t size = 1 + round % 7;
    pool.parallel_for(size, 1, [&](int64_t begin, int64_t end, int32_t) {
      for (int64_t i = begin; i < end; ++i) values[static_cast<size_t>(i)] += round;
    });
    if (round % 1000 == 0) std::this_thread::yield();
  }
  int64_t expected = 0;
  for (int64_t round = 0; round < 20000; ++round) expected += round;
  CHECK_EQ(values[0], expected);
}

TEST(thread_pool, more_threads_than_cores_finish) {
  ThreadPool pool(static_cast<int32_t>(4 * std::max(1u, std::thread::hardware_concurrency())));
  std::atomic<int64_t> sum{0};
  for (int32_t round = 0; round < 200; ++round) {
    pool.parallel_for(1000, 1, [&](int64_t begin, int64_t end, int32_t) { sum += end - begin; });
  }
  CHECK_EQ(sum.load(), 200 * 1000);
}

TEST(thread_pool, no_two_ranges_of_one_worker_run_at_a_time) {
  ThreadPool pool(8);
  std::vector<std::atomic<bool>> busy(8);
  for (int32_t round = 0; round < 2000; ++round) {
    pool.parallel_for(8, 1, [&](int64_t, int64_t, int32_t worker) {
      std::atomic<bool>& mine = busy[static_cast<size_t>(worker)];
      CHECK(!mine.exchange(true));
      if (round % 100 == 0) std::this_thread::yield();
      mine = false;
    });
  }
}

TEST(thread_pool, parked_workers_wake_up) {
  ThreadPool pool(4, 4);
  std::atomic<int64_t> sum{0};
  for (int32_t round = 0; round < 20; ++round) {
    // The caller's range outlasts the spinning of workers that had nothing to do, so that they park, and are wanted again right after.
    pool.parallel_for(round % 2 == 0 ? 4 : 2, 1, [&](int64_t begin, int64_t end, int32_t worker) {
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(worker == 0 ? 2 : 0);
      while (std::chrono::steady_clock::now() < until) continue;
      sum += end - begin;
    });
  }
  CHECK_EQ(sum.load(), 10 * 4 + 10 * 2);
}

TEST(thread_pool, a_caller_that_parks_just_as_its_range_ends_wakes_up) {
  ThreadPool pool(2, 2);
  int64_t ended = 0;
  for (int64_t round = 0; round < 20000; ++round) {
    // The worker's range lasts about as long as the caller spins, so that its end falls before, on and after the moment of parking.
    const int64_t turns = 700 + round % 600;
    std::atomic<bool> begun{false};
    pool.parallel_for(2, 1, [&](int64_t begin, int64_t, int32_t) {
      if (begin == 0) {
        while (!begun) std::this_thread::yield();  // or the caller would run the worker's range as well
        return;
      }
      begun = true;
      for (int64_t i = 0; i < turns; ++i) pause_processor();
      ++ended;
    });
  }
  CHECK_EQ(ended, 20000);
}

TEST(thread_pool, pools_come_and_go) {
  for (int32_t round = 0; round < 100; ++round) {
    ThreadPool pool(1 + round % 5);
    if (round % 2 == 0) ranges_of(pool, 100, 1);
  }
}

}  // namespace
}  // namespace weir

TEST_MAIN()
