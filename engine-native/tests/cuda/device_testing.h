// What the tests of kernels/cuda share. They run on the emulated machine, in both of its orders, and unchanged on a device.
#pragma once

#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "device/device.h"
#include "kernels/cuda/cuda_kernels.h"
#include "kernels/elements.h"

#if defined(WEIR_EMULATED)
#include "kernels/cuda/simt.h"
#endif

namespace weir::cuda {

inline Stream stream() {
  static const Stream the_stream = device::create_stream();
  return the_stream;
}

// Elements on the device. What is not given a value is NaN, so that whatever a kernel leaves out shows.
template <typename Element>
class Array {
 public:
  explicit Array(int64_t size) : size_(size), data_(static_cast<Element*>(device::allocate(bytes(), "a test's array"))) {
    device::fill(stream(), data_, 0xff, bytes());
  }
  explicit Array(const std::vector<Element>& values) : Array(static_cast<int64_t>(values.size())) { write(values); }
  ~Array() { device::release(data_); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  Element* data() const { return data_; }
  int64_t size() const { return size_; }
  void write(const std::vector<Element>& values) {
    device::copy_to_device(stream(), data_, values.data(), bytes());
    device::synchronize(stream());
  }
  std::vector<Element> read() const {
    std::vector<Element> values(static_cast<size_t>(size_));
    device::copy_to_host(stream(), values.data(), data_, bytes());
    device::synchronize(stream());
    return values;
  }

 private:
  int64_t bytes() const { return size_ * static_cast<int64_t>(sizeof(Element)); }
  int64_t size_;
  Element* data_;
};

// Runs the body once on a device, and in both orders on the emulated machine.
template <typename Body>
void in_every_order(const Body& body) {
#if defined(WEIR_EMULATED)
  for (const simt::Order order : {simt::Order::descending, simt::Order::ascending}) {
    simt::set_order(order);
    body();
  }
#else
  body();
#endif
}

class Random {
 public:
  explicit Random(uint32_t seed) : generator_(seed) {}
  float normal() { return normal_(generator_); }
  int32_t below(int32_t bound) { return static_cast<int32_t>(generator_() % static_cast<uint32_t>(bound)); }
  std::vector<float> floats(int64_t size, float scale = 1) {
    std::vector<float> values(static_cast<size_t>(size));
    for (float& value : values) value = normal() * scale;
    return values;
  }
  // Rows of `size` values and zeros up to `width`.
  std::vector<Bf16> rows(int64_t count, int64_t size, int64_t width) {
    std::vector<Bf16> values(static_cast<size_t>(count * width));
    for (int64_t i = 0; i < count * width; ++i) kernels::narrow(i % width < size ? normal() : 0.0f, values[static_cast<size_t>(i)]);
    return values;
  }

 private:
  std::mt19937 generator_;
  std::normal_distribution<float> normal_{0, 1};
};

inline float widened(Bf16 value) { return kernels::widen(value); }
inline float rounded(float value) {
  Bf16 narrow;
  kernels::narrow(value, narrow);
  return widened(narrow);
}

template <typename Element>
bool same_bits(const std::vector<Element>& a, const std::vector<Element>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Element)) == 0;
}

// Fails where a value is further from what is expected than the tolerance, a fraction of `scale`; NaN always is.
inline void check_close(double actual, double expected, double scale, double tolerance, const std::string& what) {
  if (std::abs(actual - expected) <= tolerance * scale) return;
  char text[200];
  std::snprintf(text, sizeof text, ": %.9g, expected %.9g within %.3g", actual, expected, tolerance * scale);
  throw testing::Failure(what + text);
}

// Of a program without a device to run on: ctest shows it as skipped.
constexpr int kNoDevice = 77;

}  // namespace weir::cuda

#define CUDA_TEST_MAIN()                                                                                             \
  int main(int argc, char** argv) {                                                                                  \
    if (::weir::device::device_count() == 0) {                                                                       \
      std::printf("SKIPPED: there is no device\n");                                                                  \
      return ::weir::cuda::kNoDevice;                                                                                \
    }                                                                                                                \
    return ::weir::testing::run(argc, argv);                                                                         \
  }
