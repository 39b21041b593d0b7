#include "device/blas.h"

#include <dlfcn.h>

#include <compare>
#include <cstddef>
#include <map>
#include <type_traits>
#include <utility>

#include "runtime/error.h"

namespace weir::device {
namespace {

constexpr int64_t kWorkspaceBytes = int64_t{32} << 20;  // what its algorithms for Hopper ask for
constexpr size_t kPlansMax = 256;                        // sizes that are remembered

// The library's types and numbers, as its documentation has them.
using Status = int;
constexpr Status kSuccess = 0;
constexpr int kReal32 = 0, kRealBf16 = 14;
constexpr int kComputeIn32 = 68;
constexpr int kTransposeA = 3, kEpilogue = 7, kBiasPointer = 8;  // attributes of a product
constexpr int kWorkspaceMax = 1, kAlignments[] = {5, 6, 7, 8};    // attributes of a preference; the second are of four matrices
constexpr int32_t kTransposed = 1;
constexpr int32_t kAddBias = 4;
constexpr uint32_t kAlignmentBytes = 16;  // that callers promise; what it counts on otherwise is 256

struct Algorithm {
  uint64_t data[8];
};
struct Candidate {
  Algorithm algorithm;
  size_t workspace_bytes;
  Status status;
  float waves;
  int reserved[4];
};

using Opaque = std::unique_ptr<void, Status (*)(void*)>;

void require_success(Status status, const char* what) {
  if (status != kSuccess) fail(WEIR_DEVICE_ERROR, what, ": status ", status);
}

// The functions that are used, in a library that stays loaded.
struct Library {
  Status (*create)(void**) = nullptr;
  Status (*destroy)(void*) = nullptr;
  size_t (*version)() = nullptr;
  Status (*create_product)(void**, int compute, int scale) = nullptr;
  Status (*destroy_product)(void*) = nullptr;
  Status (*set_product)(void*, int attribute, const void* value, size_t bytes) = nullptr;
  Status (*create_layout)(void**, int type, uint64_t rows, uint64_t cols, int64_t leading) = nullptr;
  Status (*destroy_layout)(void*) = nullptr;
  Status (*create_preference)(void**) = nullptr;
  Status (*destroy_preference)(void*) = nullptr;
  Status (*set_preference)(void*, int attribute, const void* value, size_t bytes) = nullptr;
  Status (*choose)(void* handle, void* product, void* a, void* b, void* c, void* d, void* preference, int wanted, Candidate*, int* found) = nullptr;
  Status (*multiply)(void* handle, void* product, const void* alpha, const void* a, void* a_layout, const void* b, void* b_layout, const void* beta,
                     const void* c, void* c_layout, void* d, void* d_layout, const Algorithm*, void* workspace, size_t bytes, Stream) = nullptr;
  void* handle = nullptr;

  Library() = default;
  ~Library() {
    if (handle != nullptr) static_cast<void>(destroy(handle));
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  bool find_all(void* library) {
    const auto find = [library](const char* name, auto& function) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      return function != nullptr;
    };
    return find("cublasLtCreate", create) && find("cublasLtDestroy", destroy) && find("cublasLtGetVersion", version) &&
           find("cublasLtMatmulDescCreate", create_product) && find("cublasLtMatmulDescDestroy", destroy_product) &&
           find("cublasLtMatmulDescSetAttribute", set_product) && find("cublasLtMatrixLayoutCreate", create_layout) &&
           find("cublasLtMatrixLayoutDestroy", destroy_layout) && find("cublasLtMatmulPreferenceCreate", create_preference) &&
           find("cublasLtMatmulPreferenceDestroy", destroy_preference) && find("cublasLtMatmulPreferenceSetAttribute", set_preference) &&
           find("cublasLtMatmulAlgoGetHeuristic", choose) && find("cublasLtMatmul", multiply);
  }

  Opaque new_product() const {
    void* product = nullptr;
    require_success(create_product(&product, kComputeIn32, kReal32), "cublasLtMatmulDescCreate");
    return {product, destroy_product};
  }
  Opaque new_layout(int type, int64_t rows, int64_t cols, int64_t leading) const {
    void* layout = nullptr;
    require_success(create_layout(&layout, type, static_cast<uint64_t>(rows), static_cast<uint64_t>(cols), leading), "cublasLtMatrixLayoutCreate");
    return {layout, destroy_layout};
  }
  Opaque new_preference() const {
    void* preference = nullptr;
    require_success(create_preference(&preference), "cublasLtMatmulPreferenceCreate");
    return {preference, destroy_preference};
  }
  template <typename Value>
  void set(const Opaque& product, int attribute, const Value& value) const {
    require_success(set_product(product.get(), attribute, &value, sizeof value), "cublasLtMatmulDescSetAttribute");
  }
  template <typename Value>
  void prefer(const Opaque& preference, int attribute, const Value& value) const {
    require_success(set_preference(preference.get(), attribute, &value, sizeof value), "cublasLtMatmulPreferenceSetAttribute");
  }
};

struct Sizes {
  int64_t x_stride, y_stride;
  int32_t outputs, cols, count;
  bool biased;

  auto operator<=>(const Sizes&) const = default;
};

struct Plan {
  Opaque product, w, x, y;
  Algorithm algorithm;
  bool known;
};

// The library's matrices go column by column. So what lies here row after row is the transposed there: w is cols x outputs, to be transposed; x is cols x count as it
// should be; and their product, outputs x count, is y. A bias is added down its columns.
Plan make_plan(const Library& library, const Blas::Product& p) {
  Plan plan{library.new_product(), library.new_layout(kRealBf16, p.cols, p.outputs, p.cols), library.new_layout(kRealBf16, p.cols, p.count, p.x_stride),
            library.new_layout(kReal32, p.outputs, p.count, p.y_stride), {}, false};
  library.set(plan.product, kTransposeA, kTransposed);
  if (p.bias != nullptr) {
    library.set(plan.product, kEpilogue, kAddBias);
    library.set(plan.product, kBiasPointer, p.bias);
  }
  const Opaque preference = library.new_preference();
  library.prefer(preference, kWorkspaceMax, static_cast<uint64_t>(kWorkspaceBytes));
  for (const int alignment : kAlignments) library.prefer(preference, alignment, kAlignmentBytes);
  Candidate best{};
  int found = 0;
  const Status status = library.choose(library.handle, plan.product.get(), plan.w.get(), plan.x.get(), plan.y.get(), plan.y.get(), preference.get(), 1, &best,
                                       &found);
  plan.known = status == kSuccess && found > 0 && best.status == kSuccess;
  plan.algorithm = best.algorithm;
  return plan;
}

}  // namespace

struct Blas::State {
  Library library;
  std::map<Sizes, Plan> plans;  // goes before the library

  const Plan& plan(const Product& p) {
    const Sizes sizes{p.x_stride, p.y_stride, p.outputs, p.cols, p.count, p.bias != nullptr};
    const auto found = plans.find(sizes);
    if (found != plans.end()) return found->second;
    if (plans.size() >= kPlansMax) plans.clear();
    return plans.emplace(sizes, make_plan(library, p)).first->second;
  }
};

std::unique_ptr<Blas> Blas::open(const std::vector<std::string>& names, Memory& memory) {
  for (const std::string& name : names) {
    void* const file = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (file == nullptr) continue;
    auto state = std::make_unique<State>();
    Library& library = state->library;
    if (!library.find_all(file) || library.create(&library.handle) != kSuccess) continue;
    return std::unique_ptr<Blas>(new Blas(std::move(state), text("cuBLASLt ", library.version()), memory));
  }
  return nullptr;
}

Blas::Blas(std::unique_ptr<State> state, std::string name, Memory& memory)
    : state_(std::move(state)), name_(std::move(name)), workspace_(memory, kWorkspaceBytes, "what cuBLASLt works in") {}

Blas::~Blas() = default;

bool Blas::knows(const Product& product) { return state_->plan(product).known; }

void Blas::multiply(Stream stream, const Product& product) {
  const Library& library = state_->library;
  const Plan& known = state_->plan(product);
  if (product.bias != nullptr) library.set(known.product, kBiasPointer, product.bias);
  const float one = 1, zero = 0;
  require_success(library.multiply(library.handle, known.product.get(), &one, product.w, known.w.get(), product.x, known.x.get(), &zero, product.y,
                                   known.y.get(), product.y, known.y.get(), &known.algorithm, workspace_.data(), kWorkspaceBytes, stream),
                  "cublasLtMatmul");
}

}  // namespace weir::device
