// Large products by a device's own library. The emulated device has one that the tests bring (fake_cublaslt.cpp), so that what each argument means is proven; on a
// device it is the real one, where there is one.
#include <memory>
#include <string>
#include <vector>

#include "device/blas.h"
#include "device/memory.h"
#include "device_testing.h"
#include "model/library_products.h"
#include "model/model.h"
#include "support/sequences.h"
#include "support/tiny_model.h"

#if defined(WEIR_EMULATED)
#include "simt/emulated_device.h"
#endif

namespace weir::testing {
namespace {

using kernels::Bf16;

constexpr int64_t kMemoryBytes = int64_t{256} << 20;

void use_library() {
#if defined(WEIR_EMULATED)
  device::emulation::set_library(WEIR_FAKE_CUBLASLT);
#endif
}

std::unique_ptr<device::Blas> open_library(device::Memory& memory) {
  use_library();
  device::select_device(0);
  auto library = device::Blas::open(device::library_names(), memory);
  if (library == nullptr) std::printf("SKIPPED: the device's library of products is not installed\n");
  return library;
}

weir_session_config on_device(int32_t batch_variant) {
  weir_session_config config = small_session();
  config.device = WEIR_DEVICE_CUDA;
  config.block_count = 32;
  config.step_tokens_max = 400;
  config.batch_variant = batch_variant;
  return config;
}

std::string described(const OpenSession& session) {
  char text[512];
  int64_t required = 0;
  CHECK_EQ(weir_session_describe(session.handle, text, sizeof text, &required, nullptr), WEIR_OK);
  return text;
}

// One layer, wide enough to be cut into parts nowhere, and with every bias.
weir_model_config shallow() {
  weir_model_config config = tiny_llama();
  config.layer_count = 1;
  config.context_tokens_max = 400;
  config.qkv_bias = config.output_bias = config.mlp_bias = 1;
  return config;
}

Logits logits_of(weir_model model, int32_t batch_variant, int32_t tokens, std::string& description) {
  const OpenSession session(model, on_device(batch_variant));
  Random random(3);
  const Run run{random_tokens(random, tokens, 97), 0, blocks_for(tokens), {tokens - 2, tokens - 1}};
  Logits logits = session.step({run}, 97).logits;
  description = described(session);
  return logits;
}

}  // namespace

// Strides that are longer than rows, sizes that no tile divides, with and without a bias.
TEST(device_library, multiplies_rows_as_they_lie_here) {
  device::Memory memory(kMemoryBytes);
  const std::unique_ptr<device::Blas> library = open_library(memory);
  if (library == nullptr) return;
  cuda::Random random(1);
  constexpr int32_t kCols = 96, kCount = 37, kXStride = 128, kYStride = 52;
  for (const int32_t outputs : {16, 40}) {
    for (const bool biased : {false, true}) {
      const std::vector<Bf16> w = random.rows(outputs, kCols, kCols), x = random.rows(kCount, kXStride, kXStride);
      const std::vector<float> bias = random.floats(outputs);
      const cuda::Array<Bf16> w_there(w), x_there(x);
      const cuda::Array<float> bias_there(bias), y(int64_t{kCount} * kYStride);
      const device::Blas::Product product{w_there.data(), x_there.data(), kXStride, biased ? bias_there.data() : nullptr, y.data(), kYStride, outputs, kCols, kCount};
      CHECK(library->knows(product));
      library->multiply(cuda::stream(), product);
      const std::vector<float> actual = y.read();
      for (int32_t t = 0; t < kCount; ++t) {
        for (int32_t r = 0; r < kYStride; ++r) {
          const float got = actual[static_cast<size_t>(t * kYStride + r)];
          if (r >= outputs) {
            CHECK(std::isnan(got));  // as it was
            continue;
          }
          double expected = biased ? static_cast<double>(bias[static_cast<size_t>(r)]) : 0, magnitude = 1;
          for (int32_t k = 0; k < kCols; ++k) {
            const double term = static_cast<double>(cuda::widened(w[static_cast<size_t>(r * kCols + k)])) *
                                static_cast<double>(cuda::widened(x[static_cast<size_t>(t * kXStride + k)]));
            expected += term;
            magnitude += std::abs(term);
          }
          cuda::check_close(static_cast<double>(got), expected, magnitude, 1e-5, "output");
        }
      }
    }
  }
}

TEST(device_library, computes_a_sessions_large_products_where_results_may_depend_on_company) {
  device::Memory memory(kMemoryBytes);
  if (open_library(memory) == nullptr) return;
  const TinyModel model(shallow(), DType::bf16, DType::f32, 4);
  const LoadedModel loaded(model);
  std::string own_text, text;
  const Logits own = logits_of(loaded.handle, 0, 270, own_text), by_library = logits_of(loaded.handle, 1, 270, text);
  CHECK(own_text.find("library=none\nlibrary.products=0\n") != std::string::npos);
  CHECK(text.find("library=cuBLASLt ") != std::string::npos);
  CHECK(text.find("library.products=4\n") != std::string::npos);  // queries, keys and values; output; gate and up; down
  for (size_t row = 0; row < own.size(); ++row) {
    for (size_t i = 0; i < own[row].size(); ++i) {
      cuda::check_close(static_cast<double>(by_library[row][i]), static_cast<double>(own[row][i]), 10, 1e-2, "logit");
    }
  }
}

TEST(device_library, is_not_asked_for_few_rows_nor_where_results_have_to_be_the_same_in_any_company) {
  use_library();
  const TinyModel model(shallow(), DType::bf16, 4);
  const LoadedModel loaded(model);
  std::string text;
  const Logits own = logits_of(loaded.handle, 0, 40, text);
  CHECK(same_bits(logits_of(loaded.handle, 1, 40, text), own));
  CHECK(text.find("library.products=0\n") != std::string::npos);
}

#if defined(WEIR_EMULATED)
TEST(device_library, has_no_part_in_products_that_it_does_not_know_or_where_it_is_not_installed) {
  const TinyModel model(shallow(), DType::bf16, 4);
  const LoadedModel loaded(model);
  std::string text;
  use_library();
  const Logits own = logits_of(loaded.handle, 0, 301, text);
  CHECK(same_bits(logits_of(loaded.handle, 1, 301, text), own));
  CHECK(text.find("library.products=0\n") != std::string::npos);
  device::emulation::set_library("no/such/library.so");
  CHECK(same_bits(logits_of(loaded.handle, 1, 301, text), own));
  CHECK(text.find("library=none\n") != std::string::npos);
}
#endif

// 272 outputs, of which at most 96 are unpacked at a time.
TEST(device_library, reads_a_large_matrix_part_by_part) {
  constexpr int64_t kUnpackedBytes = 20000;
  constexpr int32_t kCount = kOwnRowsMax + 1;
  device::Memory memory(kMemoryBytes);
  if (open_library(memory) == nullptr) return;
  const TinyModel tiny(shallow(), DType::bf16, 4);
  const std::vector<weir_tensor> header = tiny.header();
  const char* const path = tiny.path().c_str();
  const Model model(tiny.config(), {sizeof(weir_model_source), 1, &path, header.data(), static_cast<int32_t>(header.size()), 0});
  ThreadPool pool(1);
  const DeviceWeights weights(model, memory, cuda::stream(), pool);
  const auto library = LibraryProducts::open(weights, memory, kUnpackedBytes);
  const DeviceLinear& linear = weights.layers()[0].gate_up;
  const int32_t width = cuda::padded(linear.matrix.cols, cuda::kChunkCols), outputs = linear.matrix.rows;
  cuda::Random random(5);
  const cuda::Array<Bf16> x(random.rows(kCount, linear.matrix.cols, width));
  const cuda::Array<float> own(int64_t{kCount} * outputs), parts(int64_t{kCount} * outputs);
  const auto product = [&](const cuda::Array<float>& y) {
    return cuda::Matmul{linear.matrix, linear.bias, x.data(), width, y.data(), outputs, kCount, {}};
  };
  cuda::matmul(cuda::stream(), product(own));
  CHECK(library->multiply(cuda::stream(), product(parts)));
  const std::vector<float> expected = own.read(), actual = parts.read();
  for (size_t i = 0; i < expected.size(); ++i) {
    cuda::check_close(static_cast<double>(actual[i]), static_cast<double>(expected[i]), 10, 1e-5, "output");
  }
}

}  // namespace weir::testing

CUDA_TEST_MAIN()
