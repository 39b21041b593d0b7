// Products against their definition in double, and the law: a row's bits are the same whatever the batch, the kernel or the expert's company.
#include <cstring>

#include "device_testing.h"
#include "kernels/blocks.h"
#include "kernels/cuda/pack.h"
#include "kernels/quantize.h"

namespace weir::cuda {
namespace {

struct Weights {
  Format format;
  int32_t rows, cols;
  std::vector<float> exact;  // as held
  std::vector<std::byte> data, scales;
};

DType stored(Format format) { return format == Format::bf16 ? DType::bf16 : format == Format::q8 ? DType::q8_0 : DType::q4_0; }

Weights random_weights(Format format, int32_t rows, int32_t cols, uint32_t seed) {
  Random random(seed);
  const std::vector<float> values = random.floats(static_cast<int64_t>(rows) * cols);
  std::vector<std::byte> bytes(static_cast<size_t>(stored_bytes(stored(format), static_cast<int64_t>(rows) * cols)));
  if (format == Format::bf16) {
    for (size_t i = 0; i < values.size(); ++i) kernels::narrow(values[i], reinterpret_cast<Bf16*>(bytes.data())[i]);
  } else {
    CHECK(kernels::quantize(values.data(), static_cast<int64_t>(values.size()), stored(format), bytes.data()));
  }
  const kernels::Matrix matrix{bytes.data(), stored(format), rows, cols};
  Weights w{format, rows, cols, std::vector<float>(values.size()), {}, {}};
  for (int32_t r = 0; r < rows; ++r) kernels::reference_kernels().embed(matrix, r, w.exact.data() + static_cast<int64_t>(r) * cols);
  w.data.resize(static_cast<size_t>(packed_data_bytes(format, rows, cols)));
  w.scales.resize(static_cast<size_t>(packed_scale_bytes(format, rows, cols)));
  pack(matrix, 0, rows, format, w.data.data(), w.scales.data());
  return w;
}

PackedMatrix on_device(const Weights& w, const Array<std::byte>& data, const Array<std::byte>& scales) {
  return {data.data(), reinterpret_cast<const uint32_t*>(scales.data()), w.format, w.rows, w.cols};
}

std::vector<float> product(const Weights& w, const std::vector<Bf16>& x, int32_t count, const std::vector<float>& bias) {
  const Array<std::byte> data(w.data), scales(w.scales.empty() ? std::vector<std::byte>(1) : w.scales);
  const Array<Bf16> inputs(x);
  const Array<float> biases(bias.empty() ? std::vector<float>(1) : bias), out(static_cast<int64_t>(count) * w.rows);
  matmul(stream(), {on_device(w, data, scales), bias.empty() ? nullptr : biases.data(), inputs.data(), padded(w.cols, kChunkCols),
                    out.data(), w.rows, count, {}});
  return out.read();
}

void check_product(const Weights& w, int32_t count, bool with_bias) {
  Random random(7);
  const int32_t width = padded(w.cols, kChunkCols);
  const std::vector<Bf16> x = random.rows(count, w.cols, width);
  const std::vector<float> bias = with_bias ? random.floats(w.rows) : std::vector<float>();
  const std::vector<float> actual = product(w, x, count, bias);
  for (int32_t t = 0; t < count; ++t) {
    for (int32_t r = 0; r < w.rows; ++r) {
      double expected = with_bias ? static_cast<double>(bias[static_cast<size_t>(r)]) : 0, magnitude = 1;
      for (int32_t k = 0; k < w.cols; ++k) {
        const double term = static_cast<double>(w.exact[static_cast<size_t>(r * w.cols + k)]) *
                            static_cast<double>(widened(x[static_cast<size_t>(t * width + k)]));
        expected += term;
        magnitude += std::abs(term);
      }
      check_close(actual[static_cast<size_t>(t * w.rows + r)], expected, magnitude, 1e-6,
                  "output " + std::to_string(r) + " of token " + std::to_string(t));
    }
  }
}

}  // namespace
}  // namespace weir::cuda

using namespace weir::cuda;

TEST(cuda_matmul, is_the_product_at_awkward_sizes) {
  in_every_order([] {
    for (const Format format : {Format::bf16, Format::q8, Format::q4}) {
      for (const auto& [rows, cols] : {std::pair(1, 32), std::pair(15, 64), std::pair(33, 288), std::pair(16, 2080)}) {
        const Weights w = random_weights(format, rows, cols, 3);
        for (const int32_t count : {1, 7, 9, 17}) check_product(w, count, count == 7);
      }
      check_product(random_weights(format, 40, 320, 4), 33, false);
      check_product(random_weights(format, 130, 288, 5), 70, true);
    }
    check_product(random_weights(Format::bf16, 17, 37, 6), 2, false);  // cols that no vector divides
  });
}

TEST(cuda_matmul, gives_a_row_the_same_bits_in_any_company) {
  for (const Format format : {Format::bf16, Format::q8, Format::q4}) {
    const Weights w = random_weights(format, 20, 576, 8);
    Random random(9);
    const std::vector<Bf16> x = random.rows(135, w.cols, w.cols);
    const std::vector<float> together = product(w, x, 135, {});  // by matmul_many
    for (const int32_t count : {1, 5, 12, 30, 64}) {             // by each kind of matmul_few
      const std::vector<float> some = product(w, {x.begin(), x.begin() + count * w.cols}, count, {});
      CHECK(std::memcmp(some.data(), together.data(), some.size() * sizeof(float)) == 0);
    }
    const std::vector<float> last = product(w, {x.end() - w.cols, x.end()}, 1, {});
    CHECK(std::memcmp(last.data(), together.data() + 134 * w.rows, last.size() * sizeof(float)) == 0);
  }
}

TEST(cuda_matmul, takes_each_row_to_its_expert) {
  constexpr int32_t kExperts = 5, kRows = 24, kCols = 96, kTokens = 40;
  for (const Format format : {Format::bf16, Format::q8, Format::q4}) {
    std::vector<Weights> experts;
    std::vector<std::byte> data, scales;
    for (int32_t e = 0; e < kExperts; ++e) {
      experts.push_back(random_weights(format, kRows, kCols, 20 + static_cast<uint32_t>(e)));
      data.insert(data.end(), experts.back().data.begin(), experts.back().data.end());
      scales.insert(scales.end(), experts.back().scales.begin(), experts.back().scales.end());
    }
    Random random(30);
    const std::vector<Bf16> x = random.rows(kTokens, kCols, kCols);
    // One expert has none, one a single row, one most of them: more than a pass takes.
    const std::vector<int32_t> begins = {0, 6, 6, 7, 92, 100};
    std::vector<int32_t> sources;
    for (int32_t i = 0; i < begins.back(); ++i) sources.push_back(random.below(kTokens));
    const std::vector<float> bias = random.floats(kExperts * kRows);
    in_every_order([&] {
      const Array<std::byte> data_there(data), scales_there(scales.empty() ? std::vector<std::byte>(1) : scales);
      const Array<Bf16> inputs(x);
      const Array<int32_t> begins_there(begins), sources_there(sources);
      const Array<float> biases(bias), out(static_cast<int64_t>(begins.back()) * kRows);
      matmul(stream(), {on_device(experts[0], data_there, scales_there), biases.data(), inputs.data(), kCols, out.data(), kRows, begins.back(),
                        {begins_there.data(), sources_there.data(), kExperts}});
      const std::vector<float> actual = out.read();
      for (int32_t e = 0; e < kExperts; ++e) {
        for (int32_t i = begins[static_cast<size_t>(e)]; i < begins[static_cast<size_t>(e) + 1]; ++i) {
          const auto row = x.begin() + sources[static_cast<size_t>(i)] * kCols;
          const std::vector<float> alone = product(experts[static_cast<size_t>(e)], {row, row + kCols}, 1, {bias.begin() + e * kRows, bias.begin() + (e + 1) * kRows});
          CHECK(std::memcmp(alone.data(), actual.data() + i * kRows, kRows * sizeof(float)) == 0);
        }
      }
    });
  }
}

TEST(cuda_matmul, weights_come_out_as_they_went_in) {
  constexpr int32_t kRows = 70, kFirst = 16, kCount = 54;
  for (const Format format : {Format::bf16, Format::q8, Format::q4}) {
    const int32_t cols = format == Format::bf16 ? 300 : 320, width = padded(cols, kChunkCols);
    const Weights w = random_weights(format, kRows, cols, 40);
    in_every_order([&] {
      const Array<std::byte> data(w.data), scales(w.scales.empty() ? std::vector<std::byte>(1) : w.scales);
      const Array<Bf16> out(int64_t{padded(kCount, kTileRows)} * width);
      unpack(stream(), {on_device(w, data, scales), kFirst, kCount, out.data()});
      const std::vector<Bf16> actual = out.read();
      for (int32_t r = 0; r < kCount; ++r) {
        for (int32_t c = 0; c < width; ++c) {
          const float expected = c < cols ? rounded(w.exact[static_cast<size_t>((kFirst + r) * cols + c)]) : 0;
          CHECK_EQ(widened(actual[static_cast<size_t>(r * width + c)]), expected);
        }
      }
    });
  }
}

CUDA_TEST_MAIN()
