#include "session/device_adapters.h"

#include <algorithm>

namespace weir {
namespace {

// Adapters that are kept though no step has asked for them lately.
constexpr size_t kResidentsMax = 64;

}  // namespace

const PlanAdapters& DeviceAdapters::gather(const std::vector<std::shared_ptr<const Adapter>>& of_sequences) {
  ++step_;
  gathered_.updates.clear();
  gathered_.group_of_sequence.clear();
  gathered_.low_width = 0;
  std::erase_if(residents_, [](const auto& entry) { return entry.second.adapter.expired(); });
  for (const auto& adapter : of_sequences) {  // before any is let go to make room for another
    const auto found = residents_.find(adapter.get());
    if (found == residents_.end()) continue;
    found->second.last_step = step_;
    found->second.group = kNoGroup;
  }
  for (const auto& adapter : of_sequences) {
    gathered_.group_of_sequence.push_back(adapter == nullptr ? kNoGroup : group_of(adapter));
  }
  return gathered_;
}

int32_t DeviceAdapters::group_of(const std::shared_ptr<const Adapter>& adapter) {
  if (!residents_.contains(adapter.get())) bring(adapter);
  Resident& resident = residents_.at(adapter.get());
  if (resident.group == kNoGroup) {
    resident.group = static_cast<int32_t>(gathered_.updates.size());
    gathered_.updates.push_back(resident.there.updates());
    gathered_.low_width = std::max(gathered_.low_width, resident.there.low_width());
  }
  return resident.group;
}

void DeviceAdapters::bring(const std::shared_ptr<const Adapter>& adapter) {
  while (residents_.size() >= kResidentsMax && let_one_go()) {
  }
  make_room([&] { residents_.emplace(adapter.get(), Resident{adapter, DeviceAdapter(model_, *adapter, memory_, stream_, pool_), step_, kNoGroup}); });
}

// That which was asked for the longest ago, unless this step asks for it.
bool DeviceAdapters::let_one_go() {
  const auto oldest = std::ranges::min_element(residents_, {}, [](const auto& entry) { return entry.second.last_step; });
  if (oldest == residents_.end() || oldest->second.last_step == step_) return false;
  residents_.erase(oldest);
  return true;
}

}  // namespace weir
