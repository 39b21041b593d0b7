#include "runtime/peaks.h"

#include "check.h"
#include "kernels/kernels.h"
#include "runtime/error.h"
#include "weir/weir.h"

namespace {

int32_t status_of(int32_t peak, int32_t threads, int32_t milliseconds) {
  try {
    weir::measure_peak(peak, threads, milliseconds);
    return WEIR_OK;
  } catch (const weir::Error& failure) {
    return failure.status();
  }
}

}  // namespace

// Bounds that any machine keeps, whatever else it does: how fast it is, is not for a test to say.
TEST(peaks, memory_is_read_at_a_rate_that_memory_can_have) {
  const double bytes = weir::measure_peak(WEIR_PEAK_READ_BYTES, 2, 20);
  CHECK(bytes > 1e8);
  CHECK(bytes < 1e13);
}

TEST(peaks, an_instruction_that_is_there_has_a_rate_and_no_other_has) {
  CHECK_EQ(weir::measure_peak(WEIR_PEAK_F32, 1, 5) > 1e8, weir::kernels::cpu_supports_avx2());
  CHECK_EQ(weir::measure_peak(WEIR_PEAK_INT8, 1, 5) > 1e8, weir::kernels::cpu_supports_avx512_vnni());
  if (!weir::kernels::cpu_supports_avx512()) CHECK_EQ(weir::measure_peak(WEIR_PEAK_BF16, 1, 5), 0);
}

TEST(peaks, what_cannot_be_is_refused) {
  CHECK_EQ(status_of(0, 1, 1), WEIR_INVALID_ARGUMENT);
  CHECK_EQ(status_of(WEIR_PEAK_INT8 + 1, 1, 1), WEIR_INVALID_ARGUMENT);
  CHECK_EQ(status_of(WEIR_PEAK_F32, 0, 1), WEIR_INVALID_ARGUMENT);
  CHECK_EQ(status_of(WEIR_PEAK_F32, 1025, 1), WEIR_INVALID_ARGUMENT);
  CHECK_EQ(status_of(WEIR_PEAK_F32, 1, 0), WEIR_INVALID_ARGUMENT);
  CHECK_EQ(status_of(WEIR_PEAK_READ_BYTES, 1000, 1), WEIR_INVALID_ARGUMENT);
}

TEST_MAIN()
