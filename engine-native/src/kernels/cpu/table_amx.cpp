// Compiled with the flags of table_avx512_vnni.cpp, -mamx-tile and -mamx-int8. Only products of several tokens with quantized weights differ.
#include "kernels/cpu/matmul_amx.h"

namespace weir::kernels {
namespace {

void matmul(const Matrix& w, const float* bias, const float* x, int64_t x_stride, int32_t tokens, float* y, int64_t y_stride,
            int64_t row_begin, int64_t row_end, const Scratch& scratch) {
  if (!is_quantized(w.dtype)) {
    return avx512_kernels().matmul(w, bias, x, x_stride, tokens, y, y_stride, row_begin, row_end, scratch);
  }
  multiply_in_passes<Amx>(cpu::multiply_tiles<Amx>, w, bias, x, x_stride, tokens, y, y_stride, row_begin, row_end, scratch);
}

KernelTable with_amx(KernelTable table) {
  table.name = "amx";
  table.matmul = matmul;
  table.matmul_inputs = cpu::multiply_tiles<Amx>;
  return table;
}

}  // namespace

const KernelTable& amx_kernels() {
  static const KernelTable table = with_amx(avx512_vnni_kernels());
  return table;
}

}  // namespace weir::kernels
