#include "runtime/memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "runtime/error.h"

namespace weir {
namespace {

struct FileDescriptor {
  int value;
  ~FileDescriptor() {
    if (value >= 0) close(value);
  }
};

// MADV_POPULATE_WRITE needs Linux 5.14; before it, touching a byte of each page does the same.
void populate(std::byte* data, int64_t bytes, const std::string& what) {
#ifdef MADV_POPULATE_WRITE
  if (madvise(data, static_cast<size_t>(bytes), MADV_POPULATE_WRITE) == 0) return;
  if (errno != EINVAL) fail(WEIR_OUT_OF_MEMORY, what, ": ", bytes_text(bytes), " of memory cannot be had: ", std::strerror(errno));
#endif
  const int64_t page_bytes = sysconf(_SC_PAGESIZE);
  for (int64_t offset = 0; offset < bytes; offset += page_bytes) *static_cast<volatile std::byte*>(data + offset) = std::byte{0};
}

}  // namespace

std::string bytes_text(int64_t bytes) {
  constexpr std::array units = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::ostringstream out;
  out.precision(unit == 0 ? 0 : 1);
  out << std::fixed << value << ' ' << units[unit];
  return out.str();
}

int64_t saturating_product(int64_t a, int64_t b) {
  int64_t product;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<int64_t>::max() : product;
}

int64_t saturating_sum(int64_t a, int64_t b) {
  int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

Pages::~Pages() {
  if (data_ != nullptr) munmap(data_, static_cast<size_t>(size_bytes_));
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_bytes_(std::exchange(other.size_bytes_, 0)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_bytes_, other.size_bytes_);
  return *this;
}

Pages Pages::allocate(int64_t bytes, const std::string& what) {
  void* data = mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) {
    fail(WEIR_OUT_OF_MEMORY, what, ": ", bytes_text(bytes), " of memory cannot be had: ", std::strerror(errno));
  }
  Pages pages(static_cast<std::byte*>(data), bytes);
  madvise(data, static_cast<size_t>(bytes), MADV_HUGEPAGE);  // a hint: fewer TLB misses where the kernel grants it
  populate(pages.data_, bytes, what);
  return pages;
}

Pages Pages::map_file(const std::string& path) {
  const FileDescriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) fail(WEIR_FILE_ERROR, path, ": cannot be opened: ", std::strerror(errno));
  struct stat status;
  if (fstat(file.value, &status) != 0) fail(WEIR_FILE_ERROR, path, ": cannot be examined: ", std::strerror(errno));
  if (!S_ISREG(status.st_mode)) fail(WEIR_FILE_ERROR, path, ": is not a regular file");
  if (status.st_size == 0) fail(WEIR_FILE_ERROR, path, ": is empty");
  void* data = mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_SHARED, file.value, 0);
  if (data == MAP_FAILED) fail(WEIR_FILE_ERROR, path, ": cannot be mapped: ", std::strerror(errno));
  madvise(data, static_cast<size_t>(status.st_size), MADV_WILLNEED);  // a hint: begin to read now
  return Pages(static_cast<std::byte*>(data), status.st_size);
}

void Pages::forget(const std::byte* from, int64_t bytes) const {
  const int64_t page_bytes = sysconf(_SC_PAGESIZE);
  const int64_t begin = (from - data_ + page_bytes - 1) / page_bytes * page_bytes;
  const int64_t end = (from - data_ + bytes) / page_bytes * page_bytes;
  if (begin < end) madvise(data_ + begin, static_cast<size_t>(end - begin), MADV_DONTNEED);
}

// The cache gives up only pages that nobody maps, so this mapping lets go of them first. All of it is advice: nothing can fail that matters.
void Pages::drop_file_pages(const std::string& path) const {
  madvise(data_, static_cast<size_t>(size_bytes_), MADV_DONTNEED);
  const FileDescriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value >= 0) posix_fadvise(file.value, 0, 0, POSIX_FADV_DONTNEED);
}

}  // namespace weir
