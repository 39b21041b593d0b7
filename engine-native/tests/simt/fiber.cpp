#include "simt/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#if !defined(__x86_64__)
#error "fibers are written for x86-64"
#endif

// rdi: where to keep this fiber's stack pointer; rsi: that of the one to go on with. Six registers are the callee's to keep.
asm(R"(
.text
.type weir_switch_fiber, @function
weir_switch_fiber:
  endbr64
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size weir_switch_fiber, . - weir_switch_fiber
.type weir_enter_fiber, @function
weir_enter_fiber:
  movq %r12, %rdi
  xorl %ebp, %ebp
  callq *%r13
  ud2
.size weir_enter_fiber, . - weir_enter_fiber
)");
extern "C" void weir_switch_fiber(void** keep, void* to);
extern "C" void weir_enter_fiber();

namespace weir::simt {
namespace {

constexpr size_t kStackBytes = 256 * 1024;
constexpr size_t kKept = 6;  // registers

}  // namespace

thread_local Fiber* Fiber::left_ = nullptr;

Fiber::Fiber() {
#if defined(__SANITIZE_THREAD__)
  tsan_fiber_ = __tsan_get_current_fiber();
#endif
}

// The page below the stack faults where a kernel's frame outgrows it.
Fiber::Fiber(void (*entry)(void*), void* argument) : entry_(entry), argument_(argument), stack_bytes_(kStackBytes) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* const mapped = mmap(nullptr, kStackBytes + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  mapping_ = static_cast<char*>(mapped);
  stack_ = mapping_ + page;
  if (mprotect(stack_, kStackBytes, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  stack_pointer_ = stack_;
  restart();
}

Fiber::~Fiber() {
  if (mapping_ == nullptr) return;
#if defined(__SANITIZE_THREAD__)
  if (tsan_fiber_ != nullptr) __tsan_destroy_fiber(tsan_fiber_);
#endif
  munmap(mapping_, kStackBytes + static_cast<size_t>(sysconf(_SC_PAGESIZE)));
}

// Lays the stack as weir_switch_fiber leaves one: r15, r14, r13, r12, rbx, rbp, and where to go on. The stack is aligned to 16 bytes there.
// What AddressSanitizer watches is in frames that were never left, all of them above where the fiber stopped; of a new one, anywhere.
void Fiber::restart() {
#if defined(__SANITIZE_ADDRESS__)
  ASAN_UNPOISON_MEMORY_REGION(stack_pointer_, static_cast<size_t>(stack_ + stack_bytes_ - static_cast<char*>(stack_pointer_)));
#endif
#if defined(__SANITIZE_THREAD__)
  if (tsan_fiber_ != nullptr) __tsan_destroy_fiber(tsan_fiber_);
  tsan_fiber_ = __tsan_create_fiber(0);
#endif
  void* frame[kKept + 3] = {};
  frame[2] = reinterpret_cast<void*>(&Fiber::begin);
  frame[3] = this;
  frame[kKept] = reinterpret_cast<void*>(&weir_enter_fiber);
  char* const top = stack_ + stack_bytes_ - sizeof frame;
  std::memcpy(top, frame, sizeof frame);
  stack_pointer_ = top;
}

void Fiber::switch_to(Fiber& other) {
  left_ = this;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&asan_stack_, other.stack_, other.stack_bytes_);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(other.tsan_fiber_, 0);
#endif
  weir_switch_fiber(&stack_pointer_, other.stack_pointer_);
  arrived(asan_stack_);
}

// What AddressSanitizer has to be told where a switch ends; it tells in turn where the stack of the thread itself lies.
void Fiber::arrived([[maybe_unused]] void* asan_stack) {
#if defined(__SANITIZE_ADDRESS__)
  const void* stack = nullptr;
  size_t stack_bytes = 0;
  __sanitizer_finish_switch_fiber(asan_stack, &stack, &stack_bytes);
  if (left_->mapping_ != nullptr) return;
  left_->stack_ = static_cast<char*>(const_cast<void*>(stack));
  left_->stack_bytes_ = stack_bytes;
#endif
}

void Fiber::begin(Fiber* self) {
  arrived(nullptr);
  self->entry_(self->argument_);
}

}  // namespace weir::simt
