// The operations on rows: against the CPU's reference kernels, bit for bit where no sum is taken.
#include "device_testing.h"
#include "kernels/kernels.h"

namespace weir::cuda {
namespace {

const kernels::KernelTable& reference = kernels::reference_kernels();

// What residual_norm does, with the CPU's kernels.
void expect_norm(std::vector<float>& hidden, std::vector<float> delta, const float* delta_norm, const float* norm, int32_t size, float epsilon,
                 std::vector<float>& out) {
  if (!delta.empty()) {
    if (delta_norm != nullptr) reference.rms_norm(delta.data(), delta_norm, size, epsilon, delta.data());
    reference.add(hidden.data(), delta.data(), size);
  }
  out = hidden;
  if (norm != nullptr) reference.rms_norm(hidden.data(), norm, size, epsilon, out.data());
}

}  // namespace
}  // namespace weir::cuda

using namespace weir;
using namespace weir::cuda;

TEST(cuda_rows, embeddings_are_the_scaled_rows_of_the_table) {
  constexpr int32_t kSize = 300, kVocab = 7;
  Random random(1);
  const std::vector<Bf16> table = random.rows(kVocab, kSize, kSize);
  const std::vector<int32_t> ids = {3, 0, 6, 3};
  in_every_order([&] {
    const Array<Bf16> table_there(table);
    const Array<int32_t> ids_there(ids);
    const Array<float> hidden(4 * kSize);
    embed(stream(), {table_there.data(), ids_there.data(), hidden.data(), kSize, 4, 1.5f});
    const std::vector<float> actual = hidden.read();
    for (int32_t i = 0; i < 4 * kSize; ++i) {
      CHECK_EQ(actual[static_cast<size_t>(i)], widened(table[static_cast<size_t>(ids[static_cast<size_t>(i / kSize)] * kSize + i % kSize)]) * 1.5f);
    }
  });
}

TEST(cuda_rows, residuals_are_added_and_normed) {
  constexpr int32_t kCount = 3;
  constexpr float kEpsilon = 1e-5f;
  for (const int32_t size : {1, 31, 32, 255, 257, 1000}) {
    Random random(static_cast<uint32_t>(size));
    const std::vector<float> hidden = random.floats(kCount * size), delta = random.floats(kCount * size);
    const std::vector<float> delta_norm = random.floats(size), norm = random.floats(size);
    for (int32_t with = 0; with < 8; ++with) {
      const bool added = (with & 1) != 0, post = added && (with & 2) != 0, pre = (with & 4) != 0;
      in_every_order([&] {
        const Array<float> hidden_there(hidden), delta_there(delta), delta_norm_there(delta_norm), norm_there(norm);
        const int32_t width = padded(size, kChunkCols);
        const Array<Bf16> out(kCount * width);
        const Array<float> exact(kCount * size);
        residual_norm(stream(), {hidden_there.data(), added ? delta_there.data() : nullptr, post ? delta_norm_there.data() : nullptr,
                                 pre ? norm_there.data() : nullptr, nullptr, out.data(), exact.data(), size, kCount, kEpsilon});
        const std::vector<float> new_hidden = hidden_there.read(), exact_out = exact.read();
        const std::vector<Bf16> narrow_out = out.read();
        for (int32_t t = 0; t < kCount; ++t) {
          const auto row = [&](const std::vector<float>& all) { return std::vector<float>(all.begin() + t * size, all.begin() + (t + 1) * size); };
          std::vector<float> expected_hidden = row(hidden), expected;
          expect_norm(expected_hidden, added ? row(delta) : std::vector<float>(), post ? delta_norm.data() : nullptr,
                      pre ? norm.data() : nullptr, size, kEpsilon, expected);
          for (int32_t i = 0; i < width; ++i) {
            const float narrow = widened(narrow_out[static_cast<size_t>(t * width + i)]);
            if (i >= size) {
              CHECK_EQ(narrow, 0.0f);
              continue;
            }
            const float value = exact_out[static_cast<size_t>(t * size + i)];
            CHECK_EQ(narrow, rounded(value));
            check_close(value, expected[static_cast<size_t>(i)], 4, 1e-6, "normed");
            check_close(new_hidden[static_cast<size_t>(t * size + i)], expected_hidden[static_cast<size_t>(i)], 4, 1e-6, "hidden");
          }
        }
      });
    }
  }
}

TEST(cuda_rows, norms_of_chosen_rows_are_those_of_all) {
  constexpr int32_t kSize = 70, kWidth = 96;
  Random random(2);
  const std::vector<float> hidden = random.floats(5 * kSize), delta = random.floats(5 * kSize), norm = random.floats(kSize);
  const Array<float> all_hidden(hidden), some_hidden(hidden), delta_there(delta), norm_there(norm);
  const Array<int32_t> rows(std::vector<int32_t>{1, 4});
  const Array<Bf16> all(5 * kWidth), some(2 * kWidth);
  residual_norm(stream(), {all_hidden.data(), delta_there.data(), nullptr, norm_there.data(), nullptr, all.data(), nullptr, kSize, 5, 1e-6f});
  residual_norm(stream(), {some_hidden.data(), delta_there.data(), nullptr, norm_there.data(), rows.data(), some.data(), nullptr, kSize, 2, 1e-6f});
  const std::vector<Bf16> of_all = all.read(), of_some = some.read();
  CHECK(std::memcmp(of_some.data(), of_all.data() + 1 * kWidth, kWidth * sizeof(Bf16)) == 0);
  CHECK(std::memcmp(of_some.data() + kWidth, of_all.data() + 4 * kWidth, kWidth * sizeof(Bf16)) == 0);
}

TEST(cuda_rows, activations_are_the_cpus_rounded) {
  constexpr int32_t kSize = 270, kWidth = 288, kCount = 2;
  Random random(3);
  std::vector<float> gate_up = random.floats(2 * kCount * kSize, 4);
  gate_up[0] = -100, gate_up[1] = 100, gate_up[2] = 0;
  for (const int32_t activation : {WEIR_ACTIVATION_SILU, WEIR_ACTIVATION_GELU_TANH}) {
    in_every_order([&] {
      const Array<float> gate_up_there(gate_up);
      const Array<Bf16> out(kCount * kWidth);
      activate(stream(), {gate_up_there.data(), out.data(), kSize, kCount, activation});
      const std::vector<Bf16> actual = out.read();
      for (int32_t t = 0; t < kCount; ++t) {
        std::vector<float> gate(gate_up.begin() + 2 * t * kSize, gate_up.begin() + (2 * t + 1) * kSize);
        (activation == WEIR_ACTIVATION_SILU ? reference.silu_mul : reference.gelu_mul)(gate.data(), gate_up.data() + (2 * t + 1) * kSize, kSize);
        for (int32_t i = 0; i < kWidth; ++i) {
          CHECK_EQ(widened(actual[static_cast<size_t>(t * kWidth + i)]), i < kSize ? rounded(gate[static_cast<size_t>(i)]) : 0.0f);
        }
      }
    });
  }
}

TEST(cuda_rows, softcap_is_the_cpus) {
  Random random(4);
  std::vector<float> logits = random.floats(1000, 50);
  const Array<float> there(logits);
  softcap(stream(), {there.data(), 1000, 30});
  reference.softcap(logits.data(), 30, 1000);
  const std::vector<float> actual = there.read();
  for (size_t i = 0; i < logits.size(); ++i) CHECK_EQ(actual[i], logits[i]);
}

CUDA_TEST_MAIN()
