// A session: one model, one KV cache, and what computes its steps. Belongs to the thread that made it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "session/plan_check.h"
#include "session/steps.h"

namespace weir {

class Session {
 public:
  Session(const std::shared_ptr<const Model>& model, const weir_session_config& config);

  bool owned_by_caller() const { return owner_ == std::this_thread::get_id(); }

  void step(const weir_step_plan& plan, const weir_step_result& result, FindAdapter find_adapter);
  void offload(const int32_t* blocks, const int32_t* host_blocks, int32_t count);
  void restore(const int32_t* host_blocks, const int32_t* blocks, int32_t count);
  void read_blocks(const int32_t* blocks, int32_t count, std::byte* bytes);
  void write_blocks(const std::byte* bytes, const int32_t* blocks, int32_t count);
  std::string describe() const { return steps_->describe(); }

 private:
  void check_moves(const int32_t* blocks, const int32_t* host_blocks, int32_t count) const;
  void check_copies(const int32_t* blocks, int32_t count, const std::byte* bytes) const;

  std::thread::id owner_;
  int32_t block_count_;
  int32_t host_block_count_;
  std::unique_ptr<Steps> steps_;
  std::vector<int64_t> last_write_;  // [block_count]
  PlanCheck plan_check_;
};

}  // namespace weir
