#include "kernels/reference/reference.h"

namespace weir::kernels {

const KernelTable& reference_kernels() {
  static constexpr KernelTable table{"reference",          reference::matmul,   reference::quantize_inputs, reference::matmul_inputs,
                                     reference::embed,      reference::rms_norm, reference::rope,            reference::add,
                                     reference::add_scaled, reference::silu_mul, reference::gelu_mul,        reference::softcap,
                                     reference::kv_store,   reference::attention, reference::exp_sum};
  return table;
}

}  // namespace weir::kernels
