// The exported functions. Each resolves its handles, checks its structs, calls, and lets guarded() translate; none decides anything.
#include <memory>

#include "abi/describe.h"
#include "abi/guarded.h"
#include "abi/registry.h"
#include "kvcache/kv_cache.h"
#include "model/adapter.h"
#include "model/model.h"
#include "runtime/machine.h"
#include "runtime/peaks.h"
#include "session/session.h"
#include "session/steps.h"
#include "weir/weir.h"

namespace weir::abi {
namespace {

constexpr uint32_t kModelsMax = 64;
constexpr uint32_t kAdaptersMax = 1024;
constexpr uint32_t kSessionsMax = 256;

using Models = Registry<const Model, HandleType::model, kModelsMax>;
using Adapters = Registry<const Adapter, HandleType::adapter, kAdaptersMax>;
using Sessions = Registry<Session, HandleType::session, kSessionsMax>;

// One table for the process, as handles are numbers of the process. Never destroyed: a session's workers may outlive main's statics.
Models& models() {
  static Models& table = *new Models;
  return table;
}

Adapters& adapters() {
  static Adapters& table = *new Adapters;
  return table;
}

Sessions& sessions() {
  static Sessions& table = *new Sessions;
  return table;
}

void require_owner(const Session& session) {
  if (!session.owned_by_caller()) fail(WEIR_WRONG_THREAD, "the session belongs to the thread that created it");
}

std::shared_ptr<Session> own_session(weir_session handle) {
  std::shared_ptr<Session> found = sessions().find(handle);
  require_owner(*found);
  return found;
}

}  // namespace
}  // namespace weir::abi

using namespace weir;
using namespace weir::abi;

extern "C" int32_t weir_abi_version(void) noexcept { return WEIR_ABI_VERSION; }

extern "C" int32_t weir_abi_describe(char* buffer, int64_t capacity, int64_t* required, weir_error* error) noexcept {
  return guarded(error, [&] { write_text(describe_abi(), buffer, capacity, required); });
}

extern "C" int32_t weir_system_describe(char* buffer, int64_t capacity, int64_t* required, weir_error* error) noexcept {
  return guarded(error, [&] { write_text(describe(inspect_machine()) + "backends=" + backends() + "\n", buffer, capacity, required); });
}

extern "C" int32_t weir_machine_peak(int32_t peak, int32_t thread_count, int32_t milliseconds, double* out, weir_error* error) noexcept {
  return guarded(error, [&] {
    double& rate = output(out, "out");
    rate = measure_peak(peak, thread_count, milliseconds);
  });
}

extern "C" int32_t weir_model_load(const weir_model_config* config, const weir_model_source* source, weir_model* out,
                                   weir_error* error) noexcept {
  return guarded(error, [&] {
    weir_model& handle = output(out, "out");
    handle = models().add(std::make_shared<const Model>(sized(config, "config"), sized(source, "source")));
  });
}

extern "C" void weir_model_destroy(weir_model model) noexcept { models().remove(model); }

extern "C" int32_t weir_model_describe(weir_model model, char* buffer, int64_t capacity, int64_t* required,
                                       weir_error* error) noexcept {
  return guarded(error, [&] { write_text(models().find(model)->describe(), buffer, capacity, required); });
}

extern "C" int32_t weir_model_drop_pages(weir_model model, weir_error* error) noexcept {
  return guarded(error, [&] { models().find(model)->drop_file_pages(); });
}

extern "C" int32_t weir_model_block_bytes(weir_model model, int32_t device, int32_t block_tokens, int32_t kv_dtype, int64_t* out,
                                          weir_error* error) noexcept {
  return guarded(error, [&] {
    const std::shared_ptr<const Model> found = models().find(model);
    int64_t& bytes = output(out, "out");
    require(block_tokens >= 1, "block_tokens: ", block_tokens, " is not at least 1");
    require(device >= WEIR_DEVICE_CPU, "device: ", device, " is none of WEIR_DEVICE_");
    const KvShape shape = found->kv_shape(block_tokens, kv_dtype);
    bytes = device == WEIR_DEVICE_CPU ? kv_block_bytes(shape) : device_block_bytes(shape, kv_dtype);
  });
}

extern "C" int32_t weir_adapter_load(weir_model model, const weir_adapter_config* config, const weir_model_source* source,
                                     weir_adapter* out, weir_error* error) noexcept {
  return guarded(error, [&] {
    const std::shared_ptr<const Model> found = models().find(model);
    weir_adapter& handle = output(out, "out");
    handle = adapters().add(std::make_shared<const Adapter>(found, sized(config, "config"), sized(source, "source")));
  });
}

extern "C" void weir_adapter_destroy(weir_adapter adapter) noexcept { adapters().remove(adapter); }

extern "C" int32_t weir_session_create(weir_model model, const weir_session_config* config, weir_session* out,
                                       weir_error* error) noexcept {
  return guarded(error, [&] {
    std::shared_ptr<const Model> found = models().find(model);
    weir_session& handle = output(out, "out");
    handle = sessions().add(std::make_shared<Session>(found, sized(config, "config")));
  });
}

extern "C" int32_t weir_session_destroy(weir_session session, weir_error* error) noexcept {
  return guarded(error, [&] {
    const std::shared_ptr<Session> found = sessions().find_unless_released(session);
    if (found == nullptr) return;
    require_owner(*found);
    sessions().remove(session);
  });
}

extern "C" int32_t weir_session_step(weir_session session, const weir_step_plan* plan, const weir_step_result* result,
                                     weir_error* error) noexcept {
  return guarded(error, [&] {
    own_session(session)->step(sized(plan, "plan"), sized(result, "result"), [](weir_adapter handle) { return adapters().find(handle); });
  });
}

extern "C" int32_t weir_session_offload(weir_session session, const int32_t* blocks, const int32_t* host_blocks, int32_t count,
                                        weir_error* error) noexcept {
  return guarded(error, [&] { own_session(session)->offload(blocks, host_blocks, count); });
}

extern "C" int32_t weir_session_restore(weir_session session, const int32_t* host_blocks, const int32_t* blocks, int32_t count,
                                        weir_error* error) noexcept {
  return guarded(error, [&] { own_session(session)->restore(host_blocks, blocks, count); });
}

extern "C" int32_t weir_session_read_blocks(weir_session session, const int32_t* blocks, int32_t count, void* bytes,
                                            weir_error* error) noexcept {
  return guarded(error, [&] { own_session(session)->read_blocks(blocks, count, static_cast<std::byte*>(bytes)); });
}

extern "C" int32_t weir_session_write_blocks(weir_session session, const void* bytes, const int32_t* blocks, int32_t count,
                                             weir_error* error) noexcept {
  return guarded(error, [&] { own_session(session)->write_blocks(static_cast<const std::byte*>(bytes), blocks, count); });
}

extern "C" int32_t weir_session_describe(weir_session session, char* buffer, int64_t capacity, int64_t* required,
                                         weir_error* error) noexcept {
  return guarded(error, [&] { write_text(own_session(session)->describe(), buffer, capacity, required); });
}

extern "C" int32_t weir_live_handles(int32_t* model_count, int32_t* adapter_count, int32_t* session_count,
                                     weir_error* error) noexcept {
  return guarded(error, [&] {
    output(model_count, "models") = models().live_count();
    output(adapter_count, "adapters") = adapters().live_count();
    output(session_count, "sessions") = sessions().live_count();
  });
}
