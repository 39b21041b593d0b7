// No vector kernels are built in yet, so no processor supports them.
#include "kernels/kernels.h"

namespace weir::kernels {

bool cpu_supports_avx2() { return false; }
bool cpu_supports_avx512() { return false; }
const KernelTable& avx2_kernels() { return reference_kernels(); }
const KernelTable& avx512_kernels() { return reference_kernels(); }

}  // namespace weir::kernels
