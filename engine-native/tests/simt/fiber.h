// A stack of its own with a place in the program, to which one can switch and back. A switch is a function call that returns elsewhere: it keeps
// what the calling convention says a function keeps. x86-64 only, as what it is used for is tests.
//
// The sanitizers are told of every switch.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::simt {

class Fiber {
 public:
  // The fiber that is running: of the thread itself, without a stack of its own.
  Fiber();
  // Calls entry(argument) when it is first switched to. entry never returns: it switches away for good.
  Fiber(void (*entry)(void*), void* argument);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // From this fiber, which runs, to another.
  void switch_to(Fiber& other);

  // Back to the beginning: the next switch calls entry(argument) anew, whatever the fiber was doing.
  void restart();

 private:
  static void begin(Fiber* self);
  static void arrived(void* asan_stack);

  static thread_local Fiber* left_;  // by the last switch of this thread

  void* stack_pointer_ = nullptr;
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
  char* mapping_ = nullptr;
  char* stack_ = nullptr;       // the thread's own is learnt at the first switch away from it
  size_t stack_bytes_ = 0;
  void* asan_stack_ = nullptr;  // AddressSanitizer's own
  void* tsan_fiber_ = nullptr;  // ThreadSanitizer's own
};

}  // namespace weir::simt
