#include "runtime/machine.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "runtime/error.h"

namespace weir {
namespace {

namespace fs = std::filesystem;
constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

// Those for which this project has, or plans, a kernel.
constexpr std::array kFeatures = {"avx2",        "fma",         "f16c",       "avx512f",     "avx512bw", "avx512vl",
                                  "avx512dq",    "avx512_vnni", "avx_vnni",   "avx512_bf16", "amx_tile", "amx_bf16",
                                  "amx_int8",    "avx512_fp16"};

std::string read_line(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

int64_t to_number(const std::string& digits, int64_t otherwise) {
  try {
    return std::stoll(digits);
  } catch (const std::exception&) {
    return otherwise;  // "max", or an empty line where the file is absent
  }
}

// "MemTotal:  24 kB" and "inactive_file 4096": the number after a key at a line's start.
int64_t keyed_number(const fs::path& path, const std::string& key, int64_t otherwise) {
  std::ifstream in(path);
  std::string name, value, rest;
  while (in >> name >> value && std::getline(in, rest)) {
    if (name == key) return to_number(value, otherwise);
  }
  return otherwise;
}

std::string cpuinfo_value(const fs::path& root, const std::string& key) {
  std::ifstream in(root / "proc/cpuinfo");
  std::string line;
  while (std::getline(in, line)) {
    const size_t colon = line.find(':');
    if (line.compare(0, key.size(), key) == 0 && colon != std::string::npos) {
      return colon + 2 <= line.size() ? line.substr(colon + 2) : "";
    }
  }
  return "";
}

std::vector<int> usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    }
  }
  if (cpus.empty()) cpus.push_back(0);
  return cpus;
}

int32_t physical_cores(const fs::path& root, const std::vector<int>& cpus) {
  std::set<std::pair<std::string, std::string>> cores;
  for (const int cpu : cpus) {
    const fs::path topology = root / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu)) / "topology";
    const std::string core = read_line(topology / "core_id");
    if (core.empty()) return static_cast<int32_t>(cpus.size());  // not told: count each as a core
    cores.emplace(read_line(topology / "physical_package_id"), core);
  }
  return static_cast<int32_t>(cores.size());
}

// The process's control group of version 2 and every group above it, since each may set a limit. In a container the path of
// /proc/self/cgroup may not exist below the mount; the mount itself then is the group.
std::vector<fs::path> control_groups(const fs::path& root) {
  const fs::path mount = root / "sys/fs/cgroup";
  std::vector<fs::path> groups;
  std::ifstream in(root / "proc/self/cgroup");
  std::string line;
  while (std::getline(in, line)) {
    if (line.compare(0, 3, "0::") != 0) continue;
    for (fs::path below = fs::path(line.substr(3)).relative_path(); !below.empty(); below = below.parent_path()) {
      groups.push_back(mount / below);
    }
  }
  groups.push_back(mount);
  return groups;
}

// Whole cores of the tightest CPU quota: a part of a core would only be waited for at every barrier.
int64_t quota_cores(const fs::path& root) {
  int64_t cores = kUnlimited;
  const auto limit = [&cores](int64_t quota, int64_t period) {
    if (quota > 0 && period > 0) cores = std::min(cores, std::max<int64_t>(1, quota / period));
  };
  for (const fs::path& group : control_groups(root)) {
    std::istringstream line(read_line(group / "cpu.max"));
    std::string quota, period;
    line >> quota >> period;
    limit(to_number(quota, -1), to_number(period, -1));
  }
  const fs::path version1 = root / "sys/fs/cgroup/cpu";
  limit(to_number(read_line(version1 / "cpu.cfs_quota_us"), -1), to_number(read_line(version1 / "cpu.cfs_period_us"), -1));
  return cores;
}

// What the tightest memory limit leaves. Cached file pages that are not in use are given back under pressure, so they count as free.
int64_t group_available_bytes(const fs::path& root) {
  int64_t available = kUnlimited;
  const auto limit = [&available](int64_t max, int64_t current, int64_t reclaimable) {
    if (max != kUnlimited) available = std::min(available, std::max<int64_t>(0, max - (current - reclaimable)));
  };
  for (const fs::path& group : control_groups(root)) {
    limit(to_number(read_line(group / "memory.max"), kUnlimited), to_number(read_line(group / "memory.current"), 0),
          keyed_number(group / "memory.stat", "inactive_file", 0));
  }
  const fs::path version1 = root / "sys/fs/cgroup/memory";
  limit(to_number(read_line(version1 / "memory.limit_in_bytes"), kUnlimited),
        to_number(read_line(version1 / "memory.usage_in_bytes"), 0),
        keyed_number(version1 / "memory.stat", "total_inactive_file", 0));
  return available;
}

}  // namespace

int64_t available_memory_bytes(const fs::path& root) {
  const int64_t kibibytes = keyed_number(root / "proc/meminfo", "MemAvailable:", -1);
  return std::min(kibibytes < 0 ? kUnlimited : kibibytes * 1024, group_available_bytes(root));
}

Machine inspect_machine(const fs::path& root) {
  Machine machine{};
  machine.cpu_model = cpuinfo_value(root, "model name");
  const std::vector<int> cpus = usable_cpus();
  const int64_t quota = quota_cores(root);
  machine.cores_physical = static_cast<int32_t>(std::min<int64_t>(physical_cores(root, cpus), quota));
  machine.cores_logical = static_cast<int32_t>(std::min<int64_t>(static_cast<int64_t>(cpus.size()), quota));
  std::istringstream flags(cpuinfo_value(root, "flags"));
  std::set<std::string> present;
  for (std::string flag; flags >> flag;) present.insert(flag);
  for (const char* feature : kFeatures) {
    if (present.count(feature) > 0) machine.cpu_features.emplace_back(feature);
  }
  machine.memory_total_bytes = keyed_number(root / "proc/meminfo", "MemTotal:", 0) * 1024;
  machine.memory_available_bytes = available_memory_bytes(root);
  return machine;
}

const kernels::KernelTable& kernels_for(int32_t isa) {
  switch (isa) {
    case WEIR_ISA_AUTO:
      if (kernels::cpu_supports_amx()) return kernels::amx_kernels();
      if (kernels::cpu_supports_avx512_vnni()) return kernels::avx512_vnni_kernels();
      if (kernels::cpu_supports_avx512()) return kernels::avx512_kernels();
      if (kernels::cpu_supports_avx2()) return kernels::avx2_kernels();
      return kernels::reference_kernels();
    case WEIR_ISA_REFERENCE:
      return kernels::reference_kernels();
    case WEIR_ISA_AVX2:
      require(kernels::cpu_supports_avx2(), "isa: this CPU has no AVX2 with FMA and F16C; use WEIR_ISA_AUTO");
      return kernels::avx2_kernels();
    case WEIR_ISA_AVX512:
      require(kernels::cpu_supports_avx512(), "isa: this CPU has no AVX-512 F, BW, VL and DQ; use WEIR_ISA_AUTO");
      return kernels::avx512_kernels();
    case WEIR_ISA_AVX512_VNNI:
      require(kernels::cpu_supports_avx512_vnni(), "isa: this CPU has no AVX-512 F, BW, VL, DQ and VNNI; use WEIR_ISA_AUTO");
      return kernels::avx512_vnni_kernels();
    case WEIR_ISA_AMX:
      require(kernels::cpu_supports_amx(), "isa: this CPU or its system has no AMX with 8-bit integers; use WEIR_ISA_AUTO");
      return kernels::amx_kernels();
    default:
      fail(WEIR_INVALID_ARGUMENT, "isa: ", isa, " is none of WEIR_ISA_");
  }
}

std::string describe(const Machine& machine) {
  std::string features;
  for (const std::string& feature : machine.cpu_features) features += (features.empty() ? "" : " ") + feature;
  return text("cpu.model=", machine.cpu_model, "\ncpu.cores.physical=", machine.cores_physical, "\ncpu.cores.logical=",
              machine.cores_logical, "\ncpu.features=", features, "\ncpu.isa=", kernels_for(WEIR_ISA_AUTO).name,
              "\nmemory.total_bytes=", machine.memory_total_bytes, "\nmemory.available_bytes=", machine.memory_available_bytes,
              "\ncompiler=",
#ifdef __clang__
              "clang ", __clang_version__,
#else
              "gcc ", __VERSION__,
#endif
              "\n");
}

}  // namespace weir
