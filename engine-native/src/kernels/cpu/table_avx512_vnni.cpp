// Compiled with the flags of table_avx512.cpp and -mavx512vnni. Only products with quantized weights differ: the rest is that table's.
#include "kernels/cpu/avx512.h"
#include "kernels/cpu/matmul_blocks.h"

namespace weir::kernels {
namespace {

void matmul(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
            int64_t row_begin, int64_t row_end, const Scratch& scratch) {
  if (!is_quantized(w.dtype)) {
    return avx512_kernels().matmul(w, bias, x, x_stride, tokens, y, y_stride, row_begin, row_end, scratch);
  }
  multiply_in_passes<Avx512Vnni>(cpu::matmul_inputs<Avx512Vnni>, w, bias, x, x_stride, tokens, y, y_stride, row_begin, row_end, scratch);
}

KernelTable with_vnni(KernelTable table) {
  table.name = "avx512_vnni";
  table.matmul = matmul;
  table.matmul_inputs = cpu::matmul_inputs<Avx512Vnni>;
  return table;
}

}  // namespace

const KernelTable& avx512_vnni_kernels() {
  static const KernelTable table = with_vnni(avx512_kernels());
  return table;
}

}  // namespace weir::kernels
