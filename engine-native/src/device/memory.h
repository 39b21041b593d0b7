// Memory of one device under a hard limit, and the machine's memory that the device copies from and to.
//
// A device is slow to give memory, and waits for all its work before it takes any back. So pieces that are let go are kept, and the next that asks for as
// much gets them; what is kept counts towards the limit, and goes before the limit refuses anything.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "device/device.h"

namespace weir::device {

class Memory {
 public:
  // limit_bytes is at most what the device has free. Of the thread whose device is selected; pieces must be gone before it.
  explicit Memory(int64_t limit_bytes) : limit_bytes_(limit_bytes) {}
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // Throws an Error with WEIR_OUT_OF_MEMORY that names `what` and the limit, and changes nothing, where there is not enough.
  void* take(int64_t bytes, const char* what);
  void give_back(void* memory) noexcept;

  int64_t used_bytes() const { return used_bytes_; }
  int64_t peak_bytes() const { return peak_bytes_; }
  int64_t kept_bytes() const { return kept_bytes_; }
  int64_t limit_bytes() const { return limit_bytes_; }

 private:
  void release_kept() noexcept;
  void* allocate_within_limit(int64_t bytes, const char* what);

  int64_t limit_bytes_;
  int64_t used_bytes_ = 0;
  int64_t peak_bytes_ = 0;
  int64_t kept_bytes_ = 0;
  std::map<void*, int64_t> used_;
  std::multimap<int64_t, void*> kept_;  // by size
};

// A piece of it, given back when it goes.
class Piece {
 public:
  Piece() = default;
  Piece(Memory& memory, int64_t bytes, const char* what) : memory_(&memory), data_(static_cast<std::byte*>(memory.take(bytes, what))) {}
  ~Piece() {
    if (data_ != nullptr) memory_->give_back(data_);
  }
  Piece(Piece&& other) noexcept : memory_(other.memory_), data_(std::exchange(other.data_, nullptr)) {}
  Piece& operator=(Piece&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    return *this;
  }

  std::byte* data() const { return data_; }

 private:
  Memory* memory_ = nullptr;
  std::byte* data_ = nullptr;
};

// Memory of the machine that stays where it is, so that a device can copy it while the caller goes on.
class Pinned {
 public:
  Pinned() = default;
  Pinned(int64_t bytes, const char* what) : data_(static_cast<std::byte*>(allocate_pinned(bytes, what))) {}
  ~Pinned() {
    if (data_ != nullptr) release_pinned(data_);
  }
  Pinned(Pinned&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  Pinned& operator=(Pinned&& other) noexcept {
    std::swap(data_, other.data_);
    return *this;
  }

  std::byte* data() const { return data_; }

 private:
  std::byte* data_ = nullptr;
};

class Event {
 public:
  Event() : event_(create_event()) {}
  ~Event() { destroy_event(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  CUevent_st* get() const { return event_; }

 private:
  CUevent_st* event_;
};

// A stream of work, and the events between which it lies.
class Queue {
 public:
  ~Queue() { destroy_stream(stream_); }
  Queue() = default;
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  Stream stream() const { return stream_; }

  void begin() const { record(begun_.get(), stream_); }

  // Waits until all that was queued is done, and returns how long the device took from begin() on.
  float finish() const {
    record(done_.get(), stream_);
    wait(done_.get());
    return elapsed_milliseconds(begun_.get(), done_.get());
  }

 private:
  Event begun_, done_;
  Stream stream_ = create_stream();
};

// An array that is written here and read on the device. It grows, and then lies elsewhere on both sides.
template <typename T>
class Staged {
 public:
  // Room for at least `count`; true where it had to grow, which keeps nothing of what was in it.
  bool reserve(int64_t count, Memory& memory, const char* what) {
    if (count <= capacity_) return false;
    const int64_t wanted = std::max(count, 2 * capacity_);
    Piece there(memory, wanted * static_cast<int64_t>(sizeof(T)), what);
    host_ = Pinned(wanted * static_cast<int64_t>(sizeof(T)), what);
    there_ = std::move(there);
    capacity_ = wanted;
    return true;
  }

  T* host() const { return reinterpret_cast<T*>(host_.data()); }
  T* device() const { return reinterpret_cast<T*>(there_.data()); }

  void send(Stream stream, int64_t count) const {
    if (count > 0) copy_to_device(stream, there_.data(), host_.data(), count * static_cast<int64_t>(sizeof(T)));
  }
  void fetch(Stream stream, int64_t count) const {
    if (count > 0) copy_to_host(stream, host_.data(), there_.data(), count * static_cast<int64_t>(sizeof(T)));
  }

 private:
  Pinned host_;
  Piece there_;
  int64_t capacity_ = 0;
};

}  // namespace weir::device
