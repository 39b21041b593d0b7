// What a device does at most, measured in the run that compares with it.
#pragma once

#include <cstdint>
#include <string>

namespace weir::bench {

struct DevicePeaks {
  double copy_bytes_per_second;  // within its memory, read and written
  double flops_per_second;       // of a product of square BF16 matrices with sums in FP32
  std::string product_by;        // whose: cuBLASLt's where it is installed, or else the engine's own
};

// Copies so many bytes, and multiplies matrices of so many rows and columns, a multiple of 64.
DevicePeaks measure_device_peaks(int64_t copy_bytes = int64_t{1} << 30, int32_t side = 8192);

}  // namespace weir::bench
