// A library that was built without device code: it has the CPU.
#include "runtime/error.h"
#include "session/steps.h"

namespace weir {
namespace {

[[noreturn]] void refuse() {
  fail(WEIR_INVALID_ARGUMENT, "device: this library was built without CUDA; build it with -DWEIR_CUDA=ON where nvcc is, or use the CPU");
}

}  // namespace

std::unique_ptr<Steps> make_device_steps(std::shared_ptr<const Model> /*model*/, const weir_session_config& /*config*/) { refuse(); }
int64_t device_block_bytes(const KvShape& /*shape*/, int32_t /*kv_dtype*/) { refuse(); }
const char* backends() { return "cpu"; }

}  // namespace weir
