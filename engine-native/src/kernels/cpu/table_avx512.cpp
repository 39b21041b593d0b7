// Compiled with -mavx512f -mavx512bw -mavx512vl -mavx512dq. Nothing here may run, static initialisation included, before
// cpu_supports_avx512() has said yes.
#include "kernels/cpu/avx512.h"
#include "kernels/cpu/table.h"

namespace weir::kernels {

const KernelTable& avx512_kernels() {
  static constexpr KernelTable table = cpu::table<Avx512>("avx512");
  return table;
}

}  // namespace weir::kernels
