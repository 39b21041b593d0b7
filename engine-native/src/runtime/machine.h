// What this process may use of the machine: cores, instruction sets, memory; the limits of its container included.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace weir {

struct Machine {
  std::string cpu_model;
  int32_t cores_physical;  // that the process may use: affinity mask and container quota count
  int32_t cores_logical;
  std::vector<std::string> cpu_features;  // those that a kernel is or may be written for
  int64_t memory_total_bytes;
  int64_t memory_available_bytes;
};

// root is where /proc and /sys are found; tests bring their own.
Machine inspect_machine(const std::filesystem::path& root = "/");
int64_t available_memory_bytes(const std::filesystem::path& root = "/");

// WEIR_ISA_AUTO resolved to the best that this CPU has; one that it lacks is refused.
const kernels::KernelTable& kernels_for(int32_t isa);

// The `key=value` lines of weir_system_describe.
std::string describe(const Machine& machine);

}  // namespace weir
