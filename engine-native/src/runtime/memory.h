// Where this library's memory comes from: pages that are really there once they were given, and an arena that cuts arrays from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace weir {

// "3.5 GiB", for messages.
std::string bytes_text(int64_t bytes);

// a * b * ..., or the largest int64_t where that does not fit: a size that is refused, never one that wrapped round.
int64_t saturating_product(int64_t a, int64_t b);
int64_t saturating_sum(int64_t a, int64_t b);

// A range of pages, unmapped when it goes.
class Pages {
 public:
  Pages() = default;
  ~Pages();
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;

  // Zeroed memory of our own, touched before this returns: where the machine cannot give it, here is the place that fails
  // (WEIR_OUT_OF_MEMORY, naming `what`), not a step later on.
  static Pages allocate(int64_t bytes, const std::string& what);

  // A whole file, read-only. WEIR_FILE_ERROR where it cannot be opened or mapped.
  static Pages map_file(const std::string& path);

  // Gives back the whole pages within a range of a mapped file that is not going to be read again; if it is, the file is read anew.
  void forget(const std::byte* from, int64_t bytes) const;

  // For a mapping of that file: lets the system have its pages, also those in its cache. They are read again when they are touched.
  void drop_file_pages(const std::string& path) const;

  std::byte* data() const { return data_; }
  int64_t size_bytes() const { return size_bytes_; }

 private:
  Pages(std::byte* data, int64_t size_bytes) : data_(data), size_bytes_(size_bytes) {}
  std::byte* data_ = nullptr;
  int64_t size_bytes_ = 0;
};

// Hands out arrays one after the other, each on a cache line of its own. Without memory it only counts, so that one layout function both
// tells how much is needed and then places the arrays.
class Arena {
 public:
  Arena() = default;
  explicit Arena(const Pages& pages) : Arena(pages.data()) {}
  explicit Arena(std::byte* base) : base_(base) {}  // also of memory that only a device can read

  template <typename T>
  T* take(int64_t count) {
    const int64_t begin_bytes = used_bytes_;
    used_bytes_ = saturating_sum(used_bytes_, padded(saturating_product(count, sizeof(T))));
    return base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + begin_bytes);
  }

  int64_t used_bytes() const { return used_bytes_; }

 private:
  static constexpr int64_t kAlignmentBytes = 64;
  static int64_t padded(int64_t bytes) { return saturating_sum(bytes, kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes; }

  std::byte* base_ = nullptr;
  int64_t used_bytes_ = 0;
};

}  // namespace weir
