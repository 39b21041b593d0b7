// Workers of one session. Splitting never changes a result: ranges are over outputs, never over a sum.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace weir {

class ThreadPool {
 public:
  // thread_count includes the calling thread; 1 starts no worker. At least working_min of them always work, however busy others keep the
  // cores; 0: half of them.
  explicit ThreadPool(int32_t thread_count, int32_t working_min = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int32_t thread_count() const;

  // Calls body(begin, end, worker) so that the ranges cover [0, size), each a multiple of `grain` long but the last, at most as many as there
  // are threads, worker in [0, thread_count). No two ranges of one worker run at a time, though 0, the caller, may run several. Returns when
  // all are done. Runs inline when one range would do. body must not throw.
  template <typename Body>
  void parallel_for(int64_t size, int64_t grain, const Body& body) {
    run(size, grain, [](const void* context, int64_t begin, int64_t end, int32_t worker) {
      (*static_cast<const Body*>(context))(begin, end, worker);
    }, &body);
  }

 private:
  using Task = void (*)(const void* context, int64_t begin, int64_t end, int32_t worker);
  void run(int64_t size, int64_t grain, Task task, const void* context);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir
