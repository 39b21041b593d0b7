// Device memory is host memory whose last byte lies before a page that faults, filled with bytes that are NaN in every float format. Its size is
// rounded up to 16 bytes, as vectors of 16 bytes need; what the rounding added is checked when the memory goes.
#include "simt/emulated_device.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/error.h"

namespace weir::device {
namespace {

constexpr uint8_t kPoison = 0xff;
constexpr int64_t kVectorBytes = 16;
constexpr int64_t kTotalBytes = int64_t{8} << 30;

struct Given {
  char* mapping;
  size_t mapped_bytes;
  int64_t bytes;
};

struct State {
  std::mutex mutex;
  std::map<void*, Given> given;
  int64_t live_bytes = 0;
  int64_t fail_from_bytes = -1;
  bool lost = false;
  bool capturing_fails = false;
  std::vector<std::string> library_names;
};

State& state() {
  static State& the_state = *new State;
  return the_state;
}

void require_context(const char* what) {
  if (state().lost) fail(WEIR_DEVICE_LOST, what, ": the emulated device has lost its context");
}

}  // namespace

int32_t device_count() { return 1; }

Facts device_facts(int32_t index) {
  require_context("device_facts");
  require(index == 0, "device: ", index, " is not in [0, 1)");
  return {"emulated", "00000000-0000-0000-0000-000000000000", 9, 0, 4, kTotalBytes, kTotalBytes - emulation::live_bytes()};
}

std::vector<std::string> library_names() { return state().library_names; }

void select_device(int32_t index) { require(index == 0, "device: ", index, " is not in [0, 1)"); }

void check(int status, const char* what) {
  if (status != 0) fail(WEIR_DEVICE_ERROR, what, ": status ", status);
}

void* allocate(int64_t bytes, const char* what) {
  require_context(what);
  State& all = state();
  const std::lock_guard lock(all.mutex);
  if (all.fail_from_bytes >= 0 && bytes >= all.fail_from_bytes) fail(WEIR_OUT_OF_MEMORY, what, ": the device has no ", bytes, " bytes");
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t rounded = static_cast<size_t>((bytes + kVectorBytes - 1) / kVectorBytes * kVectorBytes);
  const size_t inner = (rounded + page - 1) / page * page;
  void* const mapped = mmap(nullptr, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) fail(WEIR_OUT_OF_MEMORY, what, ": cannot map ", bytes, " bytes");
  char* const mapping = static_cast<char*>(mapped);
  if (mprotect(mapping + page, inner, PROT_READ | PROT_WRITE) != 0) fail(WEIR_OUT_OF_MEMORY, what, ": cannot protect ", bytes, " bytes");
  char* const data = mapping + page + inner - rounded;
  std::memset(data, kPoison, rounded);
  all.given.emplace(data, Given{mapping, inner + 2 * page, bytes});
  all.live_bytes += bytes;
  return data;
}

void release(void* memory) noexcept {
  if (memory == nullptr) return;
  State& all = state();
  const std::lock_guard lock(all.mutex);
  const auto found = all.given.find(memory);
  if (found == all.given.end()) {
    std::fprintf(stderr, "release: %p was not allocated, or was released before\n", memory);
    std::abort();
  }
  const char* const data = static_cast<const char*>(memory);
  for (int64_t i = found->second.bytes; i % kVectorBytes != 0; ++i) {
    if (static_cast<uint8_t>(data[i]) == kPoison) continue;
    std::fprintf(stderr, "release: byte %lld was written, but only %lld were allocated\n", static_cast<long long>(i),
                 static_cast<long long>(found->second.bytes));
    std::abort();
  }
  all.live_bytes -= found->second.bytes;
  munmap(found->second.mapping, found->second.mapped_bytes);
  all.given.erase(found);
}

void* allocate_pinned(int64_t bytes, const char* what) { return allocate(bytes, what); }
void release_pinned(void* memory) noexcept { release(memory); }

}  // namespace weir::device

// What is behind CUDA's names here: a stream does its work at once, unless it is being captured.
struct CUstream_st {
  std::unique_ptr<std::vector<std::function<void()>>> captured;
};
struct CUgraphExec_st {
  std::vector<std::function<void()>> work;
};
struct CUevent_st {};

namespace weir::device {

Stream create_stream() {
  require_context("create_stream");
  return new CUstream_st;
}
void destroy_stream(Stream stream) noexcept { delete stream; }

void copy_to_device(Stream stream, void* to, const void* from, int64_t bytes) {
  emulation::enqueue(stream, [=] { std::memcpy(to, from, static_cast<size_t>(bytes)); });
}
void copy_to_host(Stream stream, void* to, const void* from, int64_t bytes) {
  emulation::enqueue(stream, [=] { std::memcpy(to, from, static_cast<size_t>(bytes)); });
}
void copy_on_device(Stream stream, void* to, const void* from, int64_t bytes) { copy_to_device(stream, to, from, bytes); }
void fill(Stream stream, void* memory, uint8_t byte, int64_t bytes) {
  emulation::enqueue(stream, [=] { std::memset(memory, byte, static_cast<size_t>(bytes)); });
}
void synchronize(Stream) { require_context("synchronize"); }

CUevent_st* create_event() { return new CUevent_st; }
void destroy_event(CUevent_st* event) noexcept { delete event; }
void record(CUevent_st*, Stream) { require_context("record"); }
void wait(CUevent_st*) { require_context("wait"); }
float elapsed_milliseconds(CUevent_st*, CUevent_st*) { return 0; }

void begin_capture(Stream stream) {
  require(stream->captured == nullptr, "begin_capture: the stream is being captured");
  stream->captured = std::make_unique<std::vector<std::function<void()>>>();
}
CUgraphExec_st* end_capture(Stream stream) {
  require(stream->captured != nullptr, "end_capture: the stream is not being captured");
  const auto captured = std::move(stream->captured);
  if (state().capturing_fails) fail(WEIR_DEVICE_ERROR, "end_capture: the emulated device was told to fail");
  return new CUgraphExec_st{std::move(*captured)};
}
void abandon_capture(Stream stream) noexcept { stream->captured.reset(); }
void replay(CUgraphExec_st* graph, Stream stream) {
  for (const auto& work : graph->work) emulation::enqueue(stream, work);
}
void destroy_graph(CUgraphExec_st* graph) noexcept { delete graph; }

namespace emulation {

void enqueue(Stream stream, std::function<void()> work) {
  require_context("enqueue");
  if (stream != nullptr && stream->captured != nullptr) {
    stream->captured->push_back(std::move(work));
  } else {
    work();
  }
}

int64_t live_bytes() {
  State& all = state();
  const std::lock_guard lock(all.mutex);
  return all.live_bytes;
}

void fail_allocations_from(int64_t bytes) { state().fail_from_bytes = bytes; }
void fail_captures(bool fails) { state().capturing_fails = fails; }
void lose_context(bool lost) { state().lost = lost; }
void set_library(const std::string& path) { state().library_names = {path}; }

}  // namespace emulation
}  // namespace weir::device
