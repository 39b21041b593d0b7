// Compiled with -mavx2 -mfma -mf16c. Nothing here may run, static initialisation included, before cpu_supports_avx2() has said yes.
#include "kernels/cpu/avx2.h"
#include "kernels/cpu/table.h"

namespace weir::kernels {

const KernelTable& avx2_kernels() {
  static constexpr KernelTable table = cpu::table<Avx2>("avx2");
  return table;
}

}  // namespace weir::kernels
