#include "model/device_adapter.h"

#include <algorithm>
#include <vector>

#include "kernels/cuda/pack.h"
#include "kernels/kernels.h"

namespace weir {
namespace {

using cuda::Stack;
using kernels::Matrix;

// Floats with matrices among zeros. Where it is only measured with, there are no floats.
class Composed {
 public:
  Composed(int64_t rows, int64_t cols, bool measured) : rows_(rows), cols_(cols), values_(measured ? 0 : static_cast<size_t>(rows * cols)) {}

  void put(const Stack& from, int64_t row, int64_t col) {
    for (int64_t r = 0; r < from.rows() && !values_.empty(); ++r) {
      const Stack::Row source = from.row(r);
      float* const to = values_.data() + (row + r) * cols_ + col;
      kernels::reference_kernels().embed(source.matrix, static_cast<int32_t>(source.index), to);
    }
  }

  Stack stack() const { return Matrix{values_.data(), DType::f32, rows_, cols_}; }

 private:
  int64_t rows_, cols_;
  std::vector<float> values_;
};

}  // namespace

DeviceAdapter::DeviceAdapter(const Model& model, const Adapter& adapter, device::Memory& memory, device::Stream stream, ThreadPool& pool)
    : memory_(memory, size_bytes(model, adapter), "an adapter") {
  Arena arena(memory_.data());
  DeviceLoader loader(arena, size_bytes(model, adapter), stream, pool);
  lay_out(model, adapter, loader);
}

int64_t DeviceAdapter::size_bytes(const Model& model, const Adapter& adapter) {
  Arena arena;
  DeviceLoader loader(arena);
  DeviceAdapter unplaced;
  unplaced.lay_out(model, adapter, loader);
  return arena.used_bytes();
}

void DeviceAdapter::lay_out(const Model& model, const Adapter& adapter, DeviceLoader& loader) {
  std::vector<cuda::AdapterUpdate> updates;
  const auto add = [&](const std::vector<const Linear*>& linears) {
    updates.push_back(update(adapter, linears, model.config().head_size, loader));
  };
  for (const DecoderLayer& layer : model.decoder().layers) {
    add({&layer.query, &layer.key, &layer.value});
    add({&layer.output});
    add({&layer.mlp.gate, &layer.mlp.up});  // of a sparse layer there are none
    add({&layer.mlp.down});
  }
  updates_ = loader.array(updates);
}

// What is stacked reads the same input: its a's rows lie one after the other, and its b's stand like steps, each at its own outputs and ranks.
cuda::AdapterUpdate DeviceAdapter::update(const Adapter& adapter, const std::vector<const Linear*>& linears, int32_t head_size, DeviceLoader& loader) {
  const auto adapted = [&](const Linear* linear) { return adapter.find(*linear) != nullptr; };
  const int32_t rank = adapter.rank();
  const int32_t low_width = cuda::padded(rank * static_cast<int32_t>(std::ranges::count_if(linears, adapted)), cuda::kChunkCols);
  if (low_width == 0) return {};
  low_width_ = std::max(low_width_, low_width);
  int64_t outputs = 0;
  for (const Linear* linear : linears) outputs += linear->weight.rows;
  Composed a(low_width, linears.front()->weight.cols, loader.measures_only()), b(outputs, low_width, loader.measures_only());
  int64_t output = 0, low = 0;
  for (const Linear* linear : linears) {
    if (const LowRank* const found = adapter.find(*linear)) {
      a.put(found->a, low, 0);
      b.put(Stack(found->b, linear->paired_rows ? head_size : 0), output, low);
      low += rank;
    }
    output += linear->weight.rows;
  }
  return {loader.matrix({a.stack()}), loader.matrix({b.stack()}), adapter.scale()};
}

}  // namespace weir
