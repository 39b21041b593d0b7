#include "tensor/resting.h"

#include "check.h"

namespace weir {
namespace {

using std::chrono::milliseconds;
using Nanos = Resting::Nanos;

// A pool's life, window after window, in each of which its threads lose the same part of one thread's time.
class Life {
 public:
  Life(int32_t most, int32_t least) : resting_(most, least) { working_ = resting_.working(now_, lost_); }

  int32_t windows(int32_t count, double lost_part) {
    for (int32_t i = 0; i < count; ++i) {
      now_ += Resting::kWindow;
      lost_ += std::chrono::duration_cast<Nanos>(Resting::kWindow * lost_part);
      working_ = resting_.working(now_, lost_);
    }
    return working_;
  }

  int32_t after(Nanos pause) {
    now_ += pause;
    return working_ = resting_.working(now_, lost_);
  }

 private:
  Resting resting_;
  Nanos now_{std::chrono::hours(1)};
  Nanos lost_{0};
  int32_t working_ = 0;
};

constexpr int32_t kWindowsOfARest = static_cast<int32_t>(Resting::kRest / Resting::kWindow);

TEST(resting, all_work_while_little_is_lost) {
  Life life(4, 2);
  CHECK_EQ(life.windows(100, 0.2), 4);
}

TEST(resting, one_more_rests_for_each_window_in_which_much_is_lost) {
  Life life(4, 2);
  CHECK_EQ(life.windows(1, 0.5), 3);
  CHECK_EQ(life.windows(1, 0.5), 2);
}

TEST(resting, all_work_for_a_while_where_the_least_lose_as_much) {
  Life life(4, 2);
  CHECK_EQ(life.windows(2, 2.0), 2);
  CHECK_EQ(life.windows(1, 1.0), 4);
  CHECK_EQ(life.windows(kWindowsOfARest - 1, 2.0), 4);
  CHECK_EQ(life.windows(1, 2.0), 3);
}

TEST(resting, one_is_tried_again_after_a_rest_and_rests_again_where_that_was_too_early) {
  Life life(4, 2);
  CHECK_EQ(life.windows(1, 0.5), 3);
  CHECK_EQ(life.windows(kWindowsOfARest - 1, 0.0), 3);
  CHECK_EQ(life.windows(1, 0.0), 4);
  CHECK_EQ(life.windows(1, 0.5), 3);
  CHECK_EQ(life.windows(kWindowsOfARest, 0.0), 4);
}

TEST(resting, all_come_back_one_after_the_other) {
  Life life(8, 1);
  CHECK_EQ(life.windows(3, 1.0), 5);
  CHECK_EQ(life.windows(2 * kWindowsOfARest, 0.0), 7);
  CHECK_EQ(life.windows(2 * kWindowsOfARest, 0.0), 8);
}

TEST(resting, nothing_is_decided_within_a_window) {
  Life life(4, 2);
  CHECK_EQ(life.windows(1, 0.5), 3);
  CHECK_EQ(life.after(Resting::kWindow - milliseconds(1)), 3);
}

TEST(resting, all_work_after_a_time_without_work) {
  Life life(4, 2);
  CHECK_EQ(life.windows(2, 0.5), 2);
  CHECK_EQ(life.after(Resting::kRest + milliseconds(1)), 4);
}

TEST(resting, one_thread_never_rests) {
  Life life(1, 1);
  CHECK_EQ(life.windows(10, 1.0), 1);
}

}  // namespace
}  // namespace weir

TEST_MAIN()
