#include "device_peaks.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "device/blas.h"
#include "device/memory.h"
#include "kernels/cuda/cuda_kernels.h"

namespace weir::bench {
namespace {

constexpr int kRuns = 20;

// Of the run that was disturbed least.
template <typename Body>
double best_seconds(const device::Queue& queue, const Body& body) {
  float best = INFINITY;
  for (int i = 0; i < kRuns; ++i) {
    queue.begin();
    body();
    best = std::min(best, queue.finish());
  }
  return static_cast<double>(best) * 1e-3;
}

// Numbers from 2^-7 to 2^-6 of either sign: what a device multiplies shows in how fast it does.
void fill_random(const device::Queue& queue, const device::Piece& piece, int64_t count) {
  std::vector<uint16_t> values(static_cast<size_t>(count));
  uint64_t state = 1;
  for (uint16_t& value : values) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<uint16_t>(((state >> 48) & 0x807f) | 120 << 7);
  }
  device::copy_to_device(queue.stream(), piece.data(), values.data(), count * static_cast<int64_t>(sizeof(uint16_t)));
  device::synchronize(queue.stream());
}

}  // namespace

DevicePeaks measure_device_peaks(int64_t copy_bytes, int32_t side) {
  device::select_device(0);
  device::Memory memory(device::device_facts(0).free_bytes);
  const device::Queue queue;
  DevicePeaks peaks{};
  {
    const device::Piece from(memory, copy_bytes, "what is copied"), to(memory, copy_bytes, "its copy");
    device::fill(queue.stream(), from.data(), 1, copy_bytes);
    const double seconds = best_seconds(queue, [&] { device::copy_on_device(queue.stream(), to.data(), from.data(), copy_bytes); });
    peaks.copy_bytes_per_second = 2 * static_cast<double>(copy_bytes) / seconds;
  }
  const int64_t elements = int64_t{side} * side;
  const device::Piece w(memory, 2 * elements, "a matrix"), x(memory, 2 * elements, "another"), y(memory, 4 * elements, "their product");
  fill_random(queue, w, elements);
  fill_random(queue, x, elements);
  float* const out = reinterpret_cast<float*>(y.data());
  const auto library = device::Blas::open(device::library_names(), memory);
  const device::Blas::Product product{w.data(), x.data(), side, nullptr, out, side, side, side, side};
  const bool by_library = library != nullptr && library->knows(product);
  const double seconds = best_seconds(queue, [&] {
    if (by_library) {
      library->multiply(queue.stream(), product);
    } else {
      cuda::matmul(queue.stream(), {{w.data(), nullptr, cuda::Format::bf16, side, side}, nullptr, reinterpret_cast<const kernels::Bf16*>(x.data()), side, out, side,
                                    side, {}});
    }
  });
  peaks.flops_per_second = 2 * static_cast<double>(elements) * side / seconds;
  peaks.product_by = by_library ? library->name() : "own kernel";
  return peaks;
}

}  // namespace weir::bench
