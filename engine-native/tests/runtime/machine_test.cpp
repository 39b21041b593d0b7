// What the process may use, told from trees of files as containers show them.
#include "runtime/machine.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "check.h"
#include "runtime/error.h"
#include "runtime/memory.h"

namespace weir::testing {
namespace {

namespace fs = std::filesystem;

// A root of its own for each case, with /proc of a machine of 8 GiB of which 6 are free.
class Root {
 public:
  Root() {
    std::string pattern = (fs::temp_directory_path() / "weir-root-XXXXXX").string();
    CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    put("proc/meminfo", "MemTotal:        8388608 kB\nMemFree:          100000 kB\nMemAvailable:    6291456 kB\n");
    put("proc/cpuinfo", "processor\t: 0\nmodel name\t: A Processor\nflags\t\t: fpu avx2 fma f16c avx512f sse2\n\nprocessor\t: 1\n");
  }
  ~Root() { fs::remove_all(path_); }

  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

constexpr int64_t kGiB = 1 << 30;

}  // namespace

TEST(machine, reads_the_processor_and_the_memory) {
  const Root root;
  const Machine machine = inspect_machine(root.path());
  CHECK_EQ(machine.cpu_model, std::string("A Processor"));
  CHECK(machine.cpu_features == (std::vector<std::string>{"avx2", "fma", "f16c", "avx512f"}));
  CHECK_EQ(machine.memory_total_bytes, 8 * kGiB);
  CHECK_EQ(machine.memory_available_bytes, 6 * kGiB);
}

TEST(machine, two_threads_of_one_core_count_once) {
  const Root root;
  cpu_set_t set;
  CHECK_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    const std::string topology = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    if (!CPU_ISSET(cpu, &set)) continue;
    root.put(topology + "core_id", "0\n");
    root.put(topology + "physical_package_id", "0\n");
  }
  CHECK_EQ(inspect_machine(root.path()).cores_physical, 1);
  CHECK_EQ(inspect_machine(root.path()).cores_logical, CPU_COUNT(&set));
}

TEST(machine, a_quota_counts_whole_cores_and_at_least_one) {
  const Root root;
  root.put("sys/fs/cgroup/cpu.max", "190000 100000\n");
  CHECK_EQ(inspect_machine(root.path()).cores_physical, 1);
  root.put("sys/fs/cgroup/cpu.max", "50000 100000\n");
  CHECK_EQ(inspect_machine(root.path()).cores_physical, 1);
  root.put("sys/fs/cgroup/cpu.max", "max 100000\n");
  CHECK(inspect_machine(root.path()).cores_physical >= 1);
}

TEST(machine, the_tightest_group_above_the_process_limits_its_memory) {
  const Root root;
  root.put("proc/self/cgroup", "0::/outer/inner\n");
  root.put("sys/fs/cgroup/outer/inner/memory.max", "max\n");
  CHECK_EQ(available_memory_bytes(root.path()), 6 * kGiB);
  root.put("sys/fs/cgroup/outer/memory.max", std::to_string(4 * kGiB));
  root.put("sys/fs/cgroup/outer/memory.current", std::to_string(3 * kGiB));
  CHECK_EQ(available_memory_bytes(root.path()), kGiB);
  root.put("sys/fs/cgroup/outer/memory.stat", "anon 5\ninactive_file " + std::to_string(kGiB) + "\nactive_file 7\n");
  CHECK_EQ(available_memory_bytes(root.path()), 2 * kGiB);
}

TEST(machine, limits_of_version_1_are_heeded) {
  const Root root;
  root.put("sys/fs/cgroup/memory/memory.limit_in_bytes", std::to_string(2 * kGiB));
  root.put("sys/fs/cgroup/memory/memory.usage_in_bytes", std::to_string(3 * kGiB));  // over the limit: nothing is left
  CHECK_EQ(available_memory_bytes(root.path()), int64_t{0});
  root.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");  // how version 1 says: none
  CHECK_EQ(available_memory_bytes(root.path()), 6 * kGiB);
}

TEST(machine, an_empty_root_is_no_error) {
  const Machine machine = inspect_machine("/nonexistent");
  CHECK(machine.cores_physical >= 1);
  CHECK(machine.cpu_features.empty());
}

TEST(machine, an_instruction_set_that_is_none_is_refused) {
  for (const int32_t isa : {-1, 6, 1000}) {
    bool refused = false;
    try {
      kernels_for(isa);
    } catch (const Error& error) {
      refused = error.status() == WEIR_INVALID_ARGUMENT;
    }
    CHECK(refused);
  }
}

TEST(memory, an_arena_measures_what_it_then_places) {
  const auto lay_out = [](Arena& arena) {
    char* const first = arena.take<char>(1);
    double* const second = arena.take<double>(9);
    return std::pair(first, second);
  };
  Arena measure;
  CHECK(lay_out(measure).first == nullptr);
  CHECK_EQ(measure.used_bytes(), int64_t{64 + 128});
  const Pages pages = Pages::allocate(measure.used_bytes(), "test");
  Arena arena(pages);
  const auto [first, second] = lay_out(arena);
  CHECK(first == reinterpret_cast<char*>(pages.data()));
  CHECK_EQ(reinterpret_cast<std::byte*>(second) - pages.data(), std::ptrdiff_t{64});
}

TEST(memory, a_size_that_does_not_fit_is_the_largest_not_a_small_one) {
  CHECK_EQ(saturating_product(INT64_MAX / 2, 3), INT64_MAX);
  CHECK_EQ(saturating_sum(INT64_MAX, 1), INT64_MAX);
  Arena measure;
  measure.take<float>(INT64_MAX / 2);
  CHECK(measure.used_bytes() > INT64_MAX / 2);
}

TEST(memory, pages_that_cannot_be_had_are_refused_by_name) {
  std::string message;
  try {
    Pages::allocate(INT64_MAX / 2, "the cache");
  } catch (const Error& error) {
    CHECK_EQ(error.status(), WEIR_OUT_OF_MEMORY);
    message = error.what();
  }
  CHECK(message.find("the cache: 4.0 EiB") == 0);
}

}  // namespace weir::testing

TEST_MAIN()
