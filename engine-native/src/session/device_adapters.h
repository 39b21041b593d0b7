// The adapters of a session on its device: each is brought there by the first step that asks for it, and goes when nobody has it any more, or when its place is
// wanted for another one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "model/device_adapter.h"
#include "runtime/error.h"
#include "session/device_plan.h"

namespace weir {

class DeviceAdapters {
 public:
  DeviceAdapters(const Model& model, device::Memory& memory, device::Stream stream, ThreadPool& pool)
      : model_(model), memory_(memory), stream_(stream), pool_(pool) {}

  // Those of a step's sequences, null where one has none; all of them are on the device when this returns. Where the device has no memory for them all,
  // WEIR_OUT_OF_MEMORY. What comes back holds until the next call.
  const PlanAdapters& gather(const std::vector<std::shared_ptr<const Adapter>>& of_sequences);

  // Takes memory of the device. Where that has none left, adapters go that the step gathered last does not ask for, one after the other, until it has.
  template <typename Take>
  void make_room(const Take& take) {
    for (;;) {
      try {
        return take();
      } catch (const Error& failure) {
        if (failure.status() != WEIR_OUT_OF_MEMORY || !let_one_go()) throw;
      }
    }
  }

 private:
  struct Resident {
    std::weak_ptr<const Adapter> adapter;
    DeviceAdapter there;
    int64_t last_step;
    int32_t group;  // in that step, or kNoGroup
  };

  int32_t group_of(const std::shared_ptr<const Adapter>& adapter);
  void bring(const std::shared_ptr<const Adapter>& adapter);
  bool let_one_go();

  const Model& model_;
  device::Memory& memory_;
  device::Stream stream_;
  ThreadPool& pool_;
  std::map<const Adapter*, Resident> residents_;
  int64_t step_ = 0;
  PlanAdapters gathered_;
};

}  // namespace weir
