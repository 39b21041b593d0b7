// What this processor and its operating system can run: the compiler's own test also asks whether the system saves the wide registers.
#include "kernels/kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace weir::kernels {

#if defined(__x86_64__)

namespace {

// AMX has registers of 8 KiB, which Linux gives only to a process that asks; the threads that it has, and will have, may then use them.
bool tiles_granted() {
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;               // XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

bool cpu_has_amx() {
  constexpr uint32_t kTileAndInt8 = 1u << 24 | 1u << 25;
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & kTileAndInt8) == kTileAndInt8;
}

}  // namespace

bool cpu_supports_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

bool cpu_supports_avx512() {
  return cpu_supports_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

bool cpu_supports_avx512_vnni() { return cpu_supports_avx512() && __builtin_cpu_supports("avx512vnni"); }

bool cpu_supports_amx() {
  static const bool supported = cpu_supports_avx512_vnni() && cpu_has_amx() && tiles_granted();
  return supported;
}

#else

bool cpu_supports_avx2() { return false; }
bool cpu_supports_avx512() { return false; }
bool cpu_supports_avx512_vnni() { return false; }
bool cpu_supports_amx() { return false; }
const KernelTable& avx2_kernels() { return reference_kernels(); }    // never chosen here
const KernelTable& avx512_kernels() { return reference_kernels(); }  // never chosen here
const KernelTable& avx512_vnni_kernels() { return reference_kernels(); }  // never chosen here
const KernelTable& amx_kernels() { return reference_kernels(); }  // never chosen here

#endif

}  // namespace weir::kernels
