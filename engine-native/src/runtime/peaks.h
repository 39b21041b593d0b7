// What this machine can do at most, as measured: the figures that speeds are put beside.
#pragma once

#include <cstdint>

namespace weir {

// One of WEIR_PEAK_, by so many threads over about so many milliseconds, a second; 0 where the processor has no instruction for it.
double measure_peak(int32_t peak, int32_t thread_count, int32_t milliseconds);

}  // namespace weir
