// simt.h on a device: CUDA's own instructions. Included by it alone, and only where nvcc compiles.
#pragma once

#include <cuda_runtime.h>

#define WEIR_KERNEL __global__
#define WEIR_DEVICE __device__ __forceinline__
#define WEIR_ANYWHERE __host__ __device__ __forceinline__  // also where a template of the CPU's kernels calls it
#define WEIR_UNROLL _Pragma("unroll")

namespace weir::simt {

constexpr uint32_t kAllLanes = 0xffffffffu;

WEIR_DEVICE int32_t thread() { return static_cast<int32_t>(threadIdx.x); }
WEIR_DEVICE int32_t threads() { return static_cast<int32_t>(blockDim.x); }
WEIR_DEVICE int32_t block_x() { return static_cast<int32_t>(blockIdx.x); }
WEIR_DEVICE int32_t block_y() { return static_cast<int32_t>(blockIdx.y); }
WEIR_DEVICE int32_t block_z() { return static_cast<int32_t>(blockIdx.z); }
WEIR_DEVICE int32_t grid_x() { return static_cast<int32_t>(gridDim.x); }
WEIR_DEVICE int32_t grid_y() { return static_cast<int32_t>(gridDim.y); }

WEIR_DEVICE void block_sync() { __syncthreads(); }
WEIR_DEVICE void warp_sync() { __syncwarp(); }

template <typename T>
WEIR_DEVICE T& block_memory() {
  extern __shared__ __align__(16) unsigned char bytes[];
  return *reinterpret_cast<T*>(bytes);
}

template <typename Number>
WEIR_DEVICE Number shuffle_xor(Number value, int32_t mask) {
  return __shfl_xor_sync(kAllLanes, value, mask);
}
template <typename Number>
WEIR_DEVICE Number shuffle(Number value, int32_t from_lane) {
  return __shfl_sync(kAllLanes, value, from_lane);
}
WEIR_DEVICE uint32_t ballot(bool vote) { return __ballot_sync(kAllLanes, vote); }

WEIR_DEVICE void atomic_add(uint32_t* at, uint32_t value) { atomicAdd(at, value); }
WEIR_DEVICE void atomic_add(uint64_t* at, uint64_t value) {
  static_assert(sizeof(unsigned long long) == sizeof(uint64_t));
  atomicAdd(reinterpret_cast<unsigned long long*>(at), static_cast<unsigned long long>(value));
}
WEIR_DEVICE uint32_t atomic_next(uint32_t* at) { return atomicAdd(at, 1u); }
WEIR_DEVICE int32_t count_bits(uint32_t bits) { return __popc(bits); }

// d += a b on the tensor cores: a is 16 x 16, b 16 x 8, both BF16, d 16 x 8 of floats, spread over the warp as PTX lays out m16n8k16.
WEIR_DEVICE void mma(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  asm(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// a b + c of two pairs of BF16, each rounded once.
WEIR_DEVICE uint32_t fma_bf16x2(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t d;
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
  return d;
}

// Queues a launch. What cannot be launched is an Error of WEIR_DEVICE_ERROR that names the kernel; what a kernel does wrong shows at the
// stream's next synchronize.
template <typename Args>
void launch(device::Stream stream, const char* name, void (*kernel)(Args), Grid grid, int32_t threads, int64_t shared_bytes,
            const Args& args) {
  constexpr int64_t kSharedWithoutAsking = 48 * 1024;
  if (shared_bytes > kSharedWithoutAsking) {
    device::check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)), name);
  }
  const dim3 blocks(static_cast<unsigned>(grid.x), static_cast<unsigned>(grid.y), static_cast<unsigned>(grid.z));
  kernel<<<blocks, static_cast<unsigned>(threads), static_cast<size_t>(shared_bytes), stream>>>(args);
  device::check(cudaGetLastError(), name);
}

}  // namespace weir::simt
