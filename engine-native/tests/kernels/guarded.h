// A buffer whose first or last element touches a page that may not be read or written, so that a kernel that strays by one element faults.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <new>

namespace weir::testing {

enum class Flush { front, back };

template <typename Element>
class Guarded {
 public:
  Guarded(int64_t size, Flush flush) : size_(size) {
    const int64_t page = sysconf(_SC_PAGESIZE);
    const int64_t bytes = size * static_cast<int64_t>(sizeof(Element));
    const int64_t inner = (bytes + page - 1) / page * page;
    mapped_bytes_ = static_cast<size_t>(inner + 2 * page);
    mapping_ = static_cast<char*>(mmap(nullptr, mapped_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (mapping_ == MAP_FAILED) throw std::bad_alloc();
    if (inner > 0 && mprotect(mapping_ + page, static_cast<size_t>(inner), PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    data_ = reinterpret_cast<Element*>(mapping_ + page + (flush == Flush::back ? inner - bytes : 0));
  }
  ~Guarded() { munmap(mapping_, mapped_bytes_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  Element* data() const { return data_; }
  int64_t size() const { return size_; }
  Element& operator[](int64_t i) const { return data_[i]; }
  Element* begin() const { return data_; }
  Element* end() const { return data_ + size_; }
  bool same_bytes(const Guarded& other) const {
    return size_ == other.size_ && std::memcmp(data_, other.data_, static_cast<size_t>(size_) * sizeof(Element)) == 0;
  }

 private:
  int64_t size_;
  char* mapping_;
  size_t mapped_bytes_;
  Element* data_;
};

}  // namespace weir::testing
