// Not a test: how fast the kernels are on the first device, beside what the device itself can do in the same run. Each figure is the median of
// repeated timings with events; inputs are random, and rotate among sets that together outgrow the second-level cache.
#include <algorithm>
#include <functional>
#include <memory>

#include "device_peaks.h"
#include "device_testing.h"
#include "kernels/cuda/pack.h"

using namespace weir;
using namespace weir::cuda;

namespace {

constexpr int64_t kRotatedBytes = int64_t{512} << 20;  // an order of magnitude more than any second-level cache

// Median microseconds of one call; call(i) is the i-th.
double microseconds(const std::function<void(int32_t)>& call) {
  constexpr int32_t kRuns = 15, kCalls = 10;
  CUevent_st *const begin = device::create_event(), *const end = device::create_event();
  std::vector<double> times;
  int32_t index = 0;
  for (int32_t i = 0; i < 3; ++i) call(index++);
  for (int32_t run = 0; run < kRuns; ++run) {
    device::record(begin, stream());
    for (int32_t i = 0; i < kCalls; ++i) call(index++);
    device::record(end, stream());
    device::wait(end);
    times.push_back(static_cast<double>(device::elapsed_milliseconds(begin, end)) * 1000 / kCalls);
  }
  device::destroy_event(begin);
  device::destroy_event(end);
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  return times[kRuns / 2];
}

struct Shape {
  const char* name;
  int32_t rows, cols;
};

// Bytes that a kernel reads as a matrix of weights and nothing else does: random, but never NaN as BF16 or as F16 scales.
std::vector<std::byte> random_bytes(int64_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(static_cast<size_t>(size));
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i % 2 == 0 ? random() : 0x3c);
  return bytes;
}

void bench_matmul(const Shape& shape, Format format, const char* format_name, const bench::DevicePeaks& peaks) {
  const int64_t data_bytes = packed_data_bytes(format, shape.rows, shape.cols), scale_bytes = packed_scale_bytes(format, shape.rows, shape.cols);
  const int32_t sets = static_cast<int32_t>(std::max<int64_t>(1, std::min<int64_t>(16, kRotatedBytes / data_bytes)));
  std::vector<std::unique_ptr<Array<std::byte>>> data, scales;
  for (int32_t s = 0; s < sets; ++s) {
    data.push_back(std::make_unique<Array<std::byte>>(random_bytes(data_bytes, static_cast<uint32_t>(s))));
    scales.push_back(std::make_unique<Array<std::byte>>(random_bytes(std::max<int64_t>(scale_bytes, 16), static_cast<uint32_t>(s))));
  }
  Random random(1);
  for (const int32_t count : {1, 8, 32, 64, 128, 512, 2048}) {
    const Array<Bf16> x(random.rows(count, shape.cols, shape.cols));
    const Array<float> y(static_cast<int64_t>(count) * shape.rows);
    const double us = microseconds([&](int32_t i) {
      const size_t s = static_cast<size_t>(i % sets);
      matmul(stream(), {{data[s]->data(), reinterpret_cast<const uint32_t*>(scales[s]->data()), format, shape.rows, shape.cols}, nullptr,
                        x.data(), shape.cols, y.data(), shape.rows, count, {}});
    });
    const double bytes = static_cast<double>(data_bytes + scale_bytes) + static_cast<double>(count) * (2.0 * shape.cols + 4.0 * shape.rows);
    const double flops = 2.0 * shape.rows * shape.cols * count;
    std::printf("matmul %-12s %-4s %5d tokens %10.1f us %8.0f GB/s %5.1f %% of copy %8.1f TFLOP/s %5.1f %% of peak\n", shape.name, format_name, count, us,
                bytes / us / 1e3, 100 * bytes / us * 1e6 / peaks.copy_bytes_per_second, flops / us / 1e6, 100 * flops / us * 1e6 / peaks.flops_per_second);
  }
}

void bench_attention(int32_t sequences, int32_t context, double copy_rate) {
  constexpr int32_t kQueryHeads = 32, kKvHeads = 8, kHead = 128;
  const int32_t blocks_each = context / kBlockTokens, splits = context / kSplitTokens;
  std::vector<int32_t> blocks, begins, positions, slot_begins, slot_counts;
  std::vector<AttentionPiece> pieces;
  for (int32_t s = 0; s < sequences; ++s) {
    begins.push_back(s * blocks_each);
    positions.push_back(context - 1);
    slot_begins.push_back(s * splits);
    slot_counts.push_back(splits);
    for (int32_t b = 0; b < blocks_each; ++b) blocks.push_back(b * sequences + s);
    for (int32_t i = 0; i < splits; ++i) pieces.push_back({s, 1, i, i + 1, s * splits + i});
  }
  const int64_t pool_bytes = int64_t{sequences} * blocks_each * kv_block_bytes(KvFormat::bf16, kKvHeads, kHead);
  const Array<std::byte> pool(random_bytes(pool_bytes, 2));
  Random random(3);
  const Array<Bf16> query(random.rows(sequences, kQueryHeads * kHead, kQueryHeads * kHead)), out(int64_t{sequences} * kQueryHeads * kHead);
  const Array<int32_t> blocks_there(blocks), begins_there(begins), positions_there(positions), slots_there(slot_begins), counts_there(slot_counts);
  const Array<AttentionPiece> pieces_there(pieces);
  const Array<float> partial(static_cast<int64_t>(pieces.size()) * kQueryHeads * (kHead + 2));
  const double us = microseconds([&](int32_t) {
    attention(stream(), {query.data(), {pool.data(), KvFormat::bf16, kKvHeads, kHead}, {blocks_there.data(), begins_there.data(), positions_there.data()},
                         pieces_there.data(), static_cast<int32_t>(pieces.size()), 1, kQueryHeads, 0.088f, 0, 0, partial.data(), out.data(),
                         kQueryHeads * kHead});
    attention_merge(stream(), {partial.data(), slots_there.data(), counts_there.data(), kQueryHeads, kHead, sequences, out.data(), kQueryHeads * kHead});
  });
  std::printf("attention    %4d sequences at %6d %10.1f us %8.0f GB/s %5.1f %% of copy\n", sequences, context, us,
              static_cast<double>(pool_bytes) / us / 1e3, 100 * static_cast<double>(pool_bytes) / us * 1e6 / copy_rate);
}

void bench_sample(int32_t count, float temperature, float top_p) {
  constexpr int32_t kVocab = 128256;
  Random random(4);
  const Array<float> logits(random.floats(int64_t{count} * kVocab, 4));
  std::vector<weir_sampling> samplings(static_cast<size_t>(count));
  for (weir_sampling& s : samplings) s = {9, temperature, top_p, 0, 0, -1, 0};
  const Array<weir_sampling> samplings_there(samplings);
  const Array<int64_t> positions(std::vector<int64_t>(static_cast<size_t>(count), 77));
  const Array<int32_t> ids(count);
  const Array<float> logprobs(count);
  const double us = microseconds([&](int32_t) {
    sample(stream(), {logits.data(), samplings_there.data(), positions.data(), nullptr, nullptr, ids.data(), logprobs.data(), nullptr, nullptr, 0,
                      kVocab, count});
  });
  std::printf("sample       %4d rows of %d, temperature %.1f, top-p %.2f %10.1f us\n", count, kVocab, static_cast<double>(temperature),
              static_cast<double>(top_p), us);
}

}  // namespace

int main() {
  if (device::device_count() == 0) {
    std::printf("SKIPPED: there is no device\n");
    return kNoDevice;
  }
  const device::Facts facts = device::device_facts(0);
  std::printf("device: %s, sm_%d%d, %d multiprocessors, %.1f GiB\n", facts.name.c_str(), facts.capability_major, facts.capability_minor,
              facts.multiprocessor_count, static_cast<double>(facts.total_bytes) / (1 << 30));
  const bench::DevicePeaks peaks = bench::measure_device_peaks();
  std::printf("copy of 1 GiB within the device: %.0f GB/s, read and written\n", peaks.copy_bytes_per_second / 1e9);
  std::printf("product of BF16 matrices of 8192 x 8192: %.0f TFLOP/s (%s)\n", peaks.flops_per_second / 1e12, peaks.product_by.c_str());
  const Shape shapes[] = {{"8b qkv", 6144, 4096}, {"8b out", 4096, 4096}, {"8b gate+up", 28672, 4096}, {"8b down", 4096, 14336}, {"1b down", 2048, 8192}};
  for (const Shape& shape : shapes) {
    bench_matmul(shape, Format::bf16, "bf16", peaks);
    bench_matmul(shape, Format::q8, "q8", peaks);
    bench_matmul(shape, Format::q4, "q4", peaks);
  }
  for (const int32_t sequences : {1, 8, 64}) {
    for (const int32_t context : {512, 2048, 8192}) bench_attention(sequences, context, peaks.copy_bytes_per_second);
  }
  for (const int32_t count : {1, 64}) {
    bench_sample(count, 0, 1);
    bench_sample(count, 0.8f, 1);
    bench_sample(count, 0.8f, 0.95f);
  }
  return 0;
}
