// Handles: numbers that stand for objects across the ABI. A handle packs its type, a slot and the slot's generation, so that one that is
// stale, foreign or made up is told apart from a live one without touching memory that may be gone.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "runtime/error.h"

namespace weir::abi {

enum class HandleType : uint8_t { model = 1, session = 2, adapter = 3 };

constexpr const char* name(HandleType type) {
  switch (type) {
    case HandleType::model: return "model";
    case HandleType::session: return "session";
    case HandleType::adapter: return "adapter";
  }
  return "";
}

// Any thread. An object found stays alive as long as its finder holds it, even when its handle is released meanwhile.
template <typename T, HandleType kType, uint32_t kSlots>
class Registry {
 public:
  uint64_t add(std::shared_ptr<T> object) {
    const std::lock_guard lock(mutex_);
    for (uint32_t i = 0; i < kSlots; ++i) {
      Slot& slot = slots_[i];
      if (slot.object != nullptr || slot.generation == kLastGeneration) continue;
      slot.object = std::move(object);
      ++slot.generation;
      return pack(i, slot.generation);
    }
    fail(WEIR_OUT_OF_MEMORY, "there are ", kSlots, " live ", name(kType), "s already; destroy one first");
  }

  std::shared_ptr<T> find(uint64_t handle) const {
    const std::lock_guard lock(mutex_);
    const Slot* slot = live_slot(handle);
    if (slot == nullptr) fail(WEIR_STALE_HANDLE, "handle ", handle, " is not a live ", name(kType));
    return slot->object;
  }

  // Null where the handle was released before, or is 0.
  std::shared_ptr<T> find_unless_released(uint64_t handle) const {
    const std::lock_guard lock(mutex_);
    const Slot* slot = live_slot(handle);
    if (slot != nullptr) return slot->object;
    if (handle != 0 && !was_issued(handle)) fail(WEIR_STALE_HANDLE, "handle ", handle, " is not a ", name(kType));
    return nullptr;
  }

  // The caller lets go of the object outside the lock: destroying it may take its time.
  std::shared_ptr<T> remove(uint64_t handle) {
    const std::lock_guard lock(mutex_);
    const Slot* slot = live_slot(handle);
    return slot == nullptr ? nullptr : std::exchange(slots_[slot_index(handle)].object, nullptr);
  }

  int32_t live_count() const {
    const std::lock_guard lock(mutex_);
    int32_t count = 0;
    for (const Slot& slot : slots_) count += slot.object != nullptr ? 1 : 0;
    return count;
  }

 private:
  struct Slot {
    std::shared_ptr<T> object;
    uint32_t generation = 0;  // of the handle issued last; a slot that has used them all up is retired
  };
  static constexpr uint32_t kLastGeneration = std::numeric_limits<uint32_t>::max();
  static_assert(kSlots < (1u << 24));

  // 8 bits of type, 24 of slot, 32 of generation.
  static uint64_t pack(uint32_t slot, uint32_t generation) {
    return static_cast<uint64_t>(kType) << 56 | static_cast<uint64_t>(slot) << 32 | generation;
  }
  static uint32_t slot_index(uint64_t handle) { return static_cast<uint32_t>(handle >> 32) & 0xffffff; }

  bool was_issued(uint64_t handle) const {
    const uint32_t generation = static_cast<uint32_t>(handle);
    return handle >> 56 == static_cast<uint64_t>(kType) && slot_index(handle) < kSlots && generation >= 1 &&
           generation <= slots_[slot_index(handle)].generation;
  }

  const Slot* live_slot(uint64_t handle) const {
    if (!was_issued(handle)) return nullptr;
    const Slot& slot = slots_[slot_index(handle)];
    return slot.object != nullptr && slot.generation == static_cast<uint32_t>(handle) ? &slot : nullptr;
  }

  mutable std::mutex mutex_;
  std::array<Slot, kSlots> slots_;
};

}  // namespace weir::abi
