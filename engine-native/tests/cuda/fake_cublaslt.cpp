// A library with the functions of cuBLASLt that device/blas.cpp calls, written from the library's documentation and not from their caller: its matrices lie column by
// column, and it computes in double what the descriptors say. What the library would refuse, it refuses.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/elements.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using Status = int;
constexpr Status kSuccess = 0, kInvalidValue = 7, kNotSupported = 15;
constexpr int kReal32F = 0, kReal16Bf = 14, kCompute32F = 68;
constexpr size_t kWorkspaceWanted = 4096;
constexpr uint64_t kAlgorithm = 0xb1a5;
// Of this many columns it has no algorithm, as the library has none for some sizes.
constexpr uint64_t kUnknownColumns = 301;

struct Description {
  int compute, scale;
  int32_t transpose_a = 0, transpose_b = 0, epilogue = 1;
  const float* bias = nullptr;
};

struct Layout {
  int type;
  uint64_t rows, cols;
  int64_t leading;
};

struct Preference {
  uint64_t workspace_bytes = 0;
  uint32_t alignment_bytes[4] = {256, 256, 256, 256};  // of a, b, c and d
};

struct Candidate {
  uint64_t algorithm[8];
  size_t workspace_bytes;
  Status state;
  float waves;
  int reserved[4];
};

int the_handle;

double element(const void* matrix, const Layout& layout, uint64_t row, uint64_t col) {
  const size_t at = col * static_cast<size_t>(layout.leading) + row;
  if (layout.type == kReal32F) return static_cast<double>(static_cast<const float*>(matrix)[at]);
  return static_cast<double>(weir::kernels::widen(static_cast<const weir::kernels::Bf16*>(matrix)[at]));
}

bool fits(const Description& of, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
  const uint64_t m = of.transpose_a == 1 ? a.cols : a.rows, k = of.transpose_a == 1 ? a.rows : a.cols;
  const uint64_t n = of.transpose_b == 1 ? b.rows : b.cols, k_of_b = of.transpose_b == 1 ? b.cols : b.rows;
  const auto dense = [](const Layout& layout) { return layout.leading >= static_cast<int64_t>(layout.rows); };
  return of.compute == kCompute32F && of.scale == kReal32F && a.type == kReal16Bf && b.type == kReal16Bf && c.type == kReal32F && d.type == kReal32F &&
         k == k_of_b && d.rows == m && d.cols == n && c.rows == m && c.cols == n && dense(a) && dense(b) && dense(c) && dense(d);
}

bool aligned(const void* pointer, uint64_t bytes) { return pointer != nullptr && reinterpret_cast<uintptr_t>(pointer) % bytes == 0; }

}  // namespace

EXPORT Status cublasLtCreate(void** handle) {
  *handle = &the_handle;
  return kSuccess;
}
EXPORT Status cublasLtDestroy(void* handle) { return handle == &the_handle ? kSuccess : kInvalidValue; }
EXPORT size_t cublasLtGetVersion() { return 130000; }

EXPORT Status cublasLtMatmulDescCreate(void** description, int compute, int scale) {
  *description = new Description{compute, scale};
  return kSuccess;
}
EXPORT Status cublasLtMatmulDescDestroy(void* description) {
  delete static_cast<Description*>(description);
  return kSuccess;
}
EXPORT Status cublasLtMatmulDescSetAttribute(void* description, int attribute, const void* value, size_t bytes) {
  Description& of = *static_cast<Description*>(description);
  constexpr int kTransA = 3, kTransB = 4, kEpilogue = 7, kBiasPointer = 8;
  const auto set = [&](auto& field) {
    if (bytes != sizeof field) return kInvalidValue;
    std::memcpy(&field, value, bytes);
    return kSuccess;
  };
  switch (attribute) {
    case kTransA: return set(of.transpose_a);
    case kTransB: return set(of.transpose_b);
    case kEpilogue: return set(of.epilogue);
    case kBiasPointer: return set(of.bias);
    default: return kInvalidValue;
  }
}

EXPORT Status cublasLtMatrixLayoutCreate(void** layout, int type, uint64_t rows, uint64_t cols, int64_t leading) {
  *layout = new Layout{type, rows, cols, leading};
  return kSuccess;
}
EXPORT Status cublasLtMatrixLayoutDestroy(void* layout) {
  delete static_cast<Layout*>(layout);
  return kSuccess;
}

EXPORT Status cublasLtMatmulPreferenceCreate(void** preference) {
  *preference = new Preference;
  return kSuccess;
}
EXPORT Status cublasLtMatmulPreferenceDestroy(void* preference) {
  delete static_cast<Preference*>(preference);
  return kSuccess;
}
EXPORT Status cublasLtMatmulPreferenceSetAttribute(void* preference, int attribute, const void* value, size_t bytes) {
  constexpr int kMaxWorkspaceBytes = 1, kMinAlignmentA = 5, kMinAlignmentD = 8;
  Preference& to = *static_cast<Preference*>(preference);
  if (attribute == kMaxWorkspaceBytes && bytes == sizeof to.workspace_bytes) {
    std::memcpy(&to.workspace_bytes, value, bytes);
  } else if (attribute >= kMinAlignmentA && attribute <= kMinAlignmentD && bytes == sizeof(uint32_t)) {
    std::memcpy(&to.alignment_bytes[attribute - kMinAlignmentA], value, bytes);
  } else {
    return kInvalidValue;
  }
  return kSuccess;
}

EXPORT Status cublasLtMatmulAlgoGetHeuristic(void* handle, void* description, void* a, void* b, void* c, void* d, void* preference, int wanted,
                                             Candidate* candidates, int* found) {
  *found = 0;
  const Layout& of_d = *static_cast<Layout*>(d);
  if (handle != &the_handle || wanted < 1 ||
      !fits(*static_cast<Description*>(description), *static_cast<Layout*>(a), *static_cast<Layout*>(b), *static_cast<Layout*>(c), of_d)) {
    return kInvalidValue;
  }
  if (of_d.cols == kUnknownColumns || static_cast<Preference*>(preference)->workspace_bytes < kWorkspaceWanted) return kNotSupported;
  const uint32_t(&alignments)[4] = static_cast<Preference*>(preference)->alignment_bytes;
  candidates[0] = Candidate{{kAlgorithm, alignments[0], alignments[1], alignments[2], alignments[3]}, kWorkspaceWanted, kSuccess, 1, {}};
  *found = 1;
  return kSuccess;
}

EXPORT Status cublasLtMatmul(void* handle, void* description, const void* alpha, const void* a, void* a_layout, const void* b, void* b_layout, const void* beta,
                             const void* c, void* c_layout, void* d, void* d_layout, const uint64_t* algorithm, void* workspace, size_t workspace_bytes, void*) {
  constexpr int kEpilogueDefault = 1, kEpilogueBias = 4;
  const Description& of = *static_cast<Description*>(description);
  const Layout &of_a = *static_cast<Layout*>(a_layout), &of_b = *static_cast<Layout*>(b_layout), &of_c = *static_cast<Layout*>(c_layout);
  const Layout& of_d = *static_cast<Layout*>(d_layout);
  const bool biased = of.epilogue == kEpilogueBias;
  if (handle != &the_handle || !fits(of, of_a, of_b, of_c, of_d) || algorithm == nullptr || algorithm[0] != kAlgorithm || workspace == nullptr ||
      workspace_bytes < kWorkspaceWanted || !aligned(a, algorithm[1]) || !aligned(b, algorithm[2]) || !aligned(c, algorithm[3]) ||
      !aligned(d, algorithm[4]) || (!biased && of.epilogue != kEpilogueDefault) ||
      (biased && of.bias == nullptr)) {
    return kInvalidValue;
  }
  const double by = static_cast<double>(*static_cast<const float*>(alpha)), kept = static_cast<double>(*static_cast<const float*>(beta));
  const uint64_t depth = of.transpose_a == 1 ? of_a.rows : of_a.cols;
  for (uint64_t col = 0; col < of_d.cols; ++col) {
    for (uint64_t row = 0; row < of_d.rows; ++row) {
      double sum = 0;
      for (uint64_t k = 0; k < depth; ++k) {
        sum += (of.transpose_a == 1 ? element(a, of_a, k, row) : element(a, of_a, row, k)) *
               (of.transpose_b == 1 ? element(b, of_b, col, k) : element(b, of_b, k, col));
      }
      sum *= by;
      if (kept != 0) sum += kept * element(c, of_c, row, col);
      if (biased) sum += static_cast<double>(of.bias[row]);
      static_cast<float*>(d)[col * static_cast<size_t>(of_d.leading) + row] = static_cast<float>(sum);
    }
  }
  return kSuccess;
}
