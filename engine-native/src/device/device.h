// An accelerator as the engine uses it: memory, a stream of work, copies, events and recorded graphs. Implemented over the CUDA runtime where
// the library is built with it (cuda_device.cpp), and over host memory for the tests (tests/simt/emulated_device.cpp).
//
// Work on one stream happens in the order in which it was queued. A failure of the device is an Error with WEIR_DEVICE_ERROR; where its
// context is lost by it, with WEIR_DEVICE_LOST: then every later call fails too, and the process has to be restarted. Memory that cannot be had is
// WEIR_OUT_OF_MEMORY, and leaves everything as it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

struct CUstream_st;  // CUDA's own names of what it hands out
struct CUevent_st;
struct CUgraphExec_st;

namespace weir::device {

using Stream = CUstream_st*;

struct Facts {
  std::string name;
  std::string uuid;
  int32_t capability_major = 0;
  int32_t capability_minor = 0;
  int32_t multiprocessor_count = 0;
  int64_t total_bytes = 0;
  int64_t free_bytes = 0;
};

// How many devices there are; 0 where there is no driver.
int32_t device_count();
Facts device_facts(int32_t index);

// File names under which the loader may find the library of matrix products that goes with these devices, the best first.
std::vector<std::string> library_names();

// What the calling thread's next calls are about.
void select_device(int32_t index);

// Throws the Error that a status of the CUDA runtime stands for, if it is one. `what` names what was being done.
void check(int status, const char* what);

void* allocate(int64_t bytes, const char* what);
void release(void* memory) noexcept;
void* allocate_pinned(int64_t bytes, const char* what);
void release_pinned(void* memory) noexcept;

Stream create_stream();
void destroy_stream(Stream stream) noexcept;
void copy_to_device(Stream stream, void* to, const void* from, int64_t bytes);
void copy_to_host(Stream stream, void* to, const void* from, int64_t bytes);
void copy_on_device(Stream stream, void* to, const void* from, int64_t bytes);
void fill(Stream stream, void* memory, uint8_t byte, int64_t bytes);
void synchronize(Stream stream);

CUevent_st* create_event();
void destroy_event(CUevent_st* event) noexcept;
void record(CUevent_st* event, Stream stream);
void wait(CUevent_st* event);  // the calling thread, until what was queued before the event is done
float elapsed_milliseconds(CUevent_st* from, CUevent_st* to);  // between two events that are done

// Between begin_capture and end_capture, work is recorded instead of done.
void begin_capture(Stream stream);
CUgraphExec_st* end_capture(Stream stream);
void abandon_capture(Stream stream) noexcept;
void replay(CUgraphExec_st* graph, Stream stream);
void destroy_graph(CUgraphExec_st* graph) noexcept;

}  // namespace weir::device
