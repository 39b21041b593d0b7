// What this processor and its operating system can run: the compiler's own test also asks whether the system saves the wide registers.
#include "kernels/kernels.h"

namespace weir::kernels {

#if defined(__x86_64__)

bool cpu_supports_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

bool cpu_supports_avx512() {
  return cpu_supports_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

bool cpu_supports_avx512_vnni() { return cpu_supports_avx512() && __builtin_cpu_supports("avx512vnni"); }

#else

bool cpu_supports_avx2() { return false; }
bool cpu_supports_avx512() { return false; }
bool cpu_supports_avx512_vnni() { return false; }
const KernelTable& avx2_kernels() { return reference_kernels(); }    // never chosen here
const KernelTable& avx512_kernels() { return reference_kernels(); }  // never chosen here
const KernelTable& avx512_vnni_kernels() { return reference_kernels(); }  // never chosen here

#endif

}  // namespace weir::kernels
