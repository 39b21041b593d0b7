// An adapter is two thin products (products.h): every group of rows is brought down to its adapter's rank by one launch for all groups, and from there up to
// the projection's outputs by another. So a row's bits are its own, and how many adapters a step has shows in no launch.
#include "kernels/cuda/products.h"
#include "kernels/cuda/rows.h"

namespace weir::cuda {
namespace {

// low[place] = a x, rounded.
struct BringDown : Adapt {
  using Weights = Bf16Weights;
  PackedMatrix w = {};

  WEIR_DEVICE Range take(int32_t group) {
    w = adapters.updates[group][projection].a;
    return {adapters.begins[group], adapters.begins[group + 1]};
  }
  WEIR_DEVICE const Bf16* input(int32_t place) const { return x + adapters.rows[place] * x_stride; }
  WEIR_DEVICE void put(int32_t place, int32_t output, float value) const { low[place * low_stride + output] = narrowed(value); }
};

// y += scale * b low[place]
struct BringUp : Adapt {
  using Weights = Bf16Weights;
  PackedMatrix w = {};
  float scale = 0;

  WEIR_DEVICE Range take(int32_t group) {
    const AdapterUpdate& update = adapters.updates[group][projection];
    w = update.b;
    scale = update.scale;
    return {adapters.begins[group], adapters.begins[group + 1]};
  }
  WEIR_DEVICE const Bf16* input(int32_t place) const { return low + place * low_stride; }
  WEIR_DEVICE void put(int32_t place, int32_t output, float value) const {
    float& at = y[adapters.rows[place] * y_stride + output];
    at = std::fma(value, scale, at);
  }
};

}  // namespace

void adapt(Stream stream, const Adapt& a) {
  if (a.adapters.group_count == 0) return;
  launch_product(stream, BringDown{a}, {a.adapters.low_width, a.adapters.row_count, a.adapters.group_count});
  launch_product(stream, BringUp{a}, {a.outputs, a.adapters.row_count, a.adapters.group_count});
}

}  // namespace weir::cuda
