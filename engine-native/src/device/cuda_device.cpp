// The CUDA runtime, linked statically: it looks for the driver when it is first called, so a library that was built with it loads, and answers
// "no device", on a machine that has none.
#include <cuda_runtime_api.h>

#include <cstdio>

#include "device/device.h"
#include "runtime/error.h"

namespace weir::device {
namespace {

std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU-";
  for (int i = 0; i < 16; ++i) {
    char byte[3];
    std::snprintf(byte, sizeof byte, "%02x", static_cast<unsigned char>(uuid.bytes[i]));
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += byte;
  }
  return text;
}

// Gives the thread its device back.
class Selected {
 public:
  explicit Selected(int32_t index) {
    check(cudaGetDevice(&before_), "cudaGetDevice");
    select_device(index);
  }
  ~Selected() { static_cast<void>(cudaSetDevice(before_)); }
  Selected(const Selected&) = delete;
  Selected& operator=(const Selected&) = delete;

 private:
  int before_ = 0;
};

}  // namespace

int32_t device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  static_cast<void>(cudaGetLastError());  // no driver, or one that is too old, is no failure
  return 0;
}

Facts device_facts(int32_t index) {
  const Selected selected(index);
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  size_t free_bytes = 0;
  size_t total_bytes = 0;
  check(cudaMemGetInfo(&free_bytes, &total_bytes), "cudaMemGetInfo");
  return {properties.name,  uuid_text(properties.uuid),      properties.major,
          properties.minor, properties.multiProcessorCount, static_cast<int64_t>(total_bytes),
          static_cast<int64_t>(free_bytes)};
}

std::vector<std::string> library_names() { return {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"}; }

void select_device(int32_t index) {
  const int32_t count = device_count();
  require(index >= 0 && index < count, "device: ", index, " is not in [0, ", count, "), the devices that the driver shows");
  check(cudaSetDevice(index), "cudaSetDevice");
}

void check(int status, const char* what) {
  if (status == cudaSuccess) return;
  const cudaError_t error = static_cast<cudaError_t>(status);
  if (error == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // it does not stick, and must not be taken for the next call's
    fail(WEIR_OUT_OF_MEMORY, what, ": ", cudaGetErrorString(error));
  }
  // A context that is lost answers every call with what it was lost by.
  static_cast<void>(cudaGetLastError());
  size_t free_bytes = 0;
  size_t total_bytes = 0;
  const bool lost = cudaMemGetInfo(&free_bytes, &total_bytes) != cudaSuccess;
  fail(lost ? WEIR_DEVICE_LOST : WEIR_DEVICE_ERROR, what, ": ", cudaGetErrorName(error), ": ", cudaGetErrorString(error));
}

void* allocate(int64_t bytes, const char* what) {
  void* memory = nullptr;
  check(cudaMalloc(&memory, static_cast<size_t>(bytes)), what);
  return memory;
}
void release(void* memory) noexcept { static_cast<void>(cudaFree(memory)); }

void* allocate_pinned(int64_t bytes, const char* what) {
  void* memory = nullptr;
  check(cudaMallocHost(&memory, static_cast<size_t>(bytes)), what);
  return memory;
}
void release_pinned(void* memory) noexcept { static_cast<void>(cudaFreeHost(memory)); }

Stream create_stream() {
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  return stream;
}
void destroy_stream(Stream stream) noexcept { static_cast<void>(cudaStreamDestroy(stream)); }

void copy_to_device(Stream stream, void* to, const void* from, int64_t bytes) {
  check(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyHostToDevice, stream), "copy to the device");
}
void copy_to_host(Stream stream, void* to, const void* from, int64_t bytes) {
  check(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDeviceToHost, stream), "copy from the device");
}
void copy_on_device(Stream stream, void* to, const void* from, int64_t bytes) {
  check(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDeviceToDevice, stream), "copy within the device");
}
void fill(Stream stream, void* memory, uint8_t byte, int64_t bytes) {
  check(cudaMemsetAsync(memory, byte, static_cast<size_t>(bytes), stream), "cudaMemset");
}
void synchronize(Stream stream) { check(cudaStreamSynchronize(stream), "cudaStreamSynchronize"); }

CUevent_st* create_event() {
  cudaEvent_t event = nullptr;
  check(cudaEventCreate(&event), "cudaEventCreate");
  return event;
}
void destroy_event(CUevent_st* event) noexcept { static_cast<void>(cudaEventDestroy(event)); }
void record(CUevent_st* event, Stream stream) { check(cudaEventRecord(event, stream), "cudaEventRecord"); }
void wait(CUevent_st* event) { check(cudaEventSynchronize(event), "cudaEventSynchronize"); }
float elapsed_milliseconds(CUevent_st* from, CUevent_st* to) {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, from, to), "cudaEventElapsedTime");
  return milliseconds;
}

void begin_capture(Stream stream) { check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture"); }
CUgraphExec_st* end_capture(Stream stream) {
  cudaGraph_t graph = nullptr;
  check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
  cudaGraphExec_t ready = nullptr;
  const cudaError_t status = cudaGraphInstantiate(&ready, graph, 0);
  static_cast<void>(cudaGraphDestroy(graph));
  check(status, "cudaGraphInstantiate");
  return ready;
}
void abandon_capture(Stream stream) noexcept {
  cudaGraph_t graph = nullptr;
  static_cast<void>(cudaStreamEndCapture(stream, &graph));
  if (graph != nullptr) static_cast<void>(cudaGraphDestroy(graph));
  static_cast<void>(cudaGetLastError());
}
void replay(CUgraphExec_st* graph, Stream stream) { check(cudaGraphLaunch(graph, stream), "cudaGraphLaunch"); }
void destroy_graph(CUgraphExec_st* graph) noexcept { static_cast<void>(cudaGraphExecDestroy(graph)); }

}  // namespace weir::device
