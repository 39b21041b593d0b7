// What computes the steps of a session: the CPU (cpu_steps.h) or a CUDA device (device_steps.h). Confined to the session's thread; every plan has
// been checked before it gets here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/adapter.h"
#include "model/model.h"
#include "weir/weir.h"

namespace weir {

// Resolves a plan's handles; the adapters live at least as long as the step.
using FindAdapter = std::shared_ptr<const Adapter> (*)(weir_adapter handle);

// The adapters of a step's sequences for as long as this is there, null where a sequence has none. Refuses one that belongs to another model.
class HeldAdapters {
 public:
  HeldAdapters(std::vector<std::shared_ptr<const Adapter>>& held, const weir_step_plan& plan, const std::shared_ptr<const Model>& model,
               FindAdapter find_adapter);
  ~HeldAdapters() { held_.clear(); }
  HeldAdapters(const HeldAdapters&) = delete;
  HeldAdapters& operator=(const HeldAdapters&) = delete;

 private:
  explicit HeldAdapters(std::vector<std::shared_ptr<const Adapter>>& held) : held_(held) {}

  std::vector<std::shared_ptr<const Adapter>>& held_;
};

class Steps {
 public:
  Steps() = default;
  virtual ~Steps() = default;
  Steps(const Steps&) = delete;
  Steps& operator=(const Steps&) = delete;

  virtual void run(const weir_step_plan& plan, const weir_step_result& result, FindAdapter find_adapter) = 0;

  // Indices have been checked against block_count and host_block_count. Outside of the cache a block's layers lie one after the other.
  virtual void offload(const int32_t* blocks, const int32_t* host_blocks, int32_t count) = 0;
  virtual void restore(const int32_t* host_blocks, const int32_t* blocks, int32_t count) = 0;
  virtual void read_blocks(const int32_t* blocks, int32_t count, std::byte* bytes) = 0;
  virtual void write_blocks(const std::byte* bytes, const int32_t* blocks, int32_t count) = 0;

  virtual std::string describe() const { return "device=cpu\n"; }
};

std::unique_ptr<Steps> make_cpu_steps(std::shared_ptr<const Model> model, const weir_session_config& config);

// Of the device that the config names. Where the library was built without them (no_device.cpp), a refusal.
std::unique_ptr<Steps> make_device_steps(std::shared_ptr<const Model> model, const weir_session_config& config);
int64_t device_block_bytes(const KvShape& shape, int32_t kv_dtype);
const char* backends();

// Threads that a session may use, the caller's included.
int32_t step_threads(const weir_session_config& config);

}  // namespace weir
