// How many threads of a pool work where others want the cores, too.
//
// An operation ends with its last range. Where a program of the same priority keeps a core busy, the thread on that core gets it for half of the
// time, in slices of milliseconds, and all others wait for it at the end of every operation: the program takes an eighth of four cores, but all
// four threads go on at the pace of the slowest. With one thread fewer each has a core of its own. So threads rest when much of their time
// goes to others, and are tried again later.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace weir {

// The rule; no clock and no thread of its own.
class Resting {
 public:
  using Nanos = std::chrono::nanoseconds;

  static constexpr Nanos kWindow = std::chrono::milliseconds(50);  // longer than the slices that the system hands out
  static constexpr Nanos kRest = std::chrono::seconds(1);
  static constexpr int64_t kLostPartMax = 4;  // a quarter of the window, all threads together, is borne: wake-ups of other threads take that little

  // At least `least` of `most` threads always work.
  Resting(int32_t most, int32_t least) : most_(most), least_(std::clamp(least, 1, most)), working_(most) {}

  // How many threads to use from `now` on; `lost` is what all of them, ever, lost to others while they had work or waited for it.
  int32_t working(Nanos now, Nanos lost) {
    const Nanos passed = now - window_begin_;
    if (passed < kWindow) return working_;
    if (passed > kRest) {  // nothing was to be done for a while: what was lost is lost to nobody
      working_ = most_;
    } else if ((lost - lost_before_) * kLostPartMax > passed) {
      lose(now);
    } else if (working_ < most_ && now - rested_ >= kRest) {
      ++working_;
      rested_ = now;
    }
    window_begin_ = now;
    lost_before_ = lost;
    return working_;
  }

 private:
  // Where even the least cannot have their cores for themselves, fewer threads are only a smaller share of the machine: then all work for a while.
  void lose(Nanos now) {
    if (working_ == least_) {
      working_ = most_;
      crowded_until_ = now + kRest;
    } else if (now >= crowded_until_) {
      --working_;
      rested_ = now;
    }
  }

  const int32_t most_;
  const int32_t least_;
  int32_t working_;
  Nanos window_begin_{0};
  Nanos lost_before_{0};
  Nanos rested_{0};
  Nanos crowded_until_{0};
};

}  // namespace weir
