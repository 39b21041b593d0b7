#include "device/memory.h"

#include "runtime/error.h"
#include "runtime/memory.h"

namespace weir::device {
namespace {

constexpr int64_t kGrainBytes = 512;
constexpr int64_t kSlackShare = 8;  // a kept piece serves for what is smaller by up to this part of it

int64_t rounded(int64_t bytes) { return std::max(kGrainBytes, saturating_sum(bytes, kGrainBytes - 1) / kGrainBytes * kGrainBytes); }

}  // namespace

Memory::~Memory() { release_kept(); }

void* Memory::take(int64_t bytes, const char* what) {
  const int64_t wanted = rounded(bytes);
  const auto kept = kept_.lower_bound(wanted);
  if (kept != kept_.end() && kept->first - wanted <= kept->first / kSlackShare) {
    const auto [size, memory] = *kept;
    kept_.erase(kept);
    kept_bytes_ -= size;
    used_.emplace(memory, size);
    used_bytes_ += size;
    peak_bytes_ = std::max(peak_bytes_, used_bytes_);
    return memory;
  }
  if (saturating_sum(wanted, used_bytes_ + kept_bytes_) > limit_bytes_) release_kept();
  void* const memory = allocate_within_limit(wanted, what);
  used_.emplace(memory, wanted);
  used_bytes_ += wanted;
  peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  return memory;
}

void* Memory::allocate_within_limit(int64_t bytes, const char* what) {
  if (saturating_sum(bytes, used_bytes_) > limit_bytes_) {
    fail(WEIR_OUT_OF_MEMORY, what, ": needs ", bytes_text(bytes), " of the device's memory, but of the ", bytes_text(limit_bytes_),
         " that the session may take ", bytes_text(used_bytes_), " are in use; ask for fewer blocks or a smaller step, or raise the limit");
  }
  try {
    return allocate(bytes, what);
  } catch (const Error& failure) {
    if (failure.status() != WEIR_OUT_OF_MEMORY || kept_.empty()) throw;
    release_kept();
    return allocate(bytes, what);
  }
}

void Memory::give_back(void* memory) noexcept {
  const auto found = used_.find(memory);
  used_bytes_ -= found->second;
  kept_bytes_ += found->second;
  kept_.emplace(found->second, memory);
  used_.erase(found);
}

void Memory::release_kept() noexcept {
  for (const auto& [size, memory] : kept_) release(memory);
  kept_.clear();
  kept_bytes_ = 0;
}

}  // namespace weir::device
