// What the emulated machine and the emulated device tell each other, and what only tests ask.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "device/device.h"

namespace weir::device::emulation {

// Does the work at once, or records it where the stream is being captured.
void enqueue(Stream stream, std::function<void()> work);

// Bytes of device memory that are given out.
int64_t live_bytes();

// The next allocation of at least that many bytes fails, as on a device that is full; -1: none does.
void fail_allocations_from(int64_t bytes);

// What was recorded cannot be made a graph.
void fail_captures(bool fails);

// Every later call that could notice fails, as on a device that has lost its context.
void lose_context(bool lost);

// Where the library of matrix products is that goes with the device; there is none until this is called.
void set_library(const std::string& path);

}  // namespace weir::device::emulation
