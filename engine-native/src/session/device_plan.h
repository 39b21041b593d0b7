// A step's plan as a device takes it: its tiles, the cut of their attention, the order of its samples, and what kernels read of it.
#pragma once

#include <cstdint>
#include <vector>

#include "session/attention_pieces.h"
#include "session/device_inputs.h"
#include "weir/weir.h"

namespace weir {

int32_t device_tile_tokens(const weir_session_config& config);

// A share of a step's rows, samples and hidden states, with its pieces among those of the step.
struct DeviceShare {
  int32_t begin, count;
  int32_t piece_begin, piece_count, piece_rows_max;
  bool split;
  int32_t sample_begin, sample_count;
  int32_t hidden_begin, hidden_count;
};

// The adapters of a step's sequences, each once: they are its groups.
constexpr int32_t kNoGroup = -1;
struct PlanAdapters {
  std::vector<const cuda::AdapterUpdate*> updates;  // on the device, by group
  std::vector<int32_t> group_of_sequence;           // kNoGroup: the model as it is
  int32_t low_width = 0;                            // none of them brings its inputs down to more
};

class DevicePlan {
 public:
  // Where what has no fixed size is written to; there is room for it.
  struct Extras {
    int32_t* blocks;  // the block that rows write which only fill a recorded step, then the plan's tables
    uint64_t* masks;
    weir_logit_shift* shifts;
  };

  DevicePlan(const weir_session_config& config, int32_t vocab_size, int32_t slots_max) : config_(config), vocab_size_(vocab_size), slots_max_(slots_max) {}

  // The largest that a step of a session can be.
  static InputShape largest_shape(const weir_session_config& config, int32_t slots_max);

  // The adapters stay until the next step.
  void lay_out(const weir_step_plan& plan, const PlanAdapters& adapters);

  // One token and one sample of each sequence, in the same order: what engines decode.
  bool recordable(const weir_step_plan& plan) const;
  InputShape shape(const weir_step_plan& plan) const;
  InputShape recorded_shape() const;  // filled up to powers of two, so that few kinds of steps are recorded
  static int32_t power_of_two(int32_t count);  // from it on; 0 of 0

  void write(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in, const Extras& extras) const;

  // Makes the step's one tile, once it is written, as large as what is recorded.
  void fill_up(const InputShape& shape);

  const std::vector<DeviceShare>& tiles() const { return tiles_; }

  // Which of the plan's samples comes i-th: they are drawn in the order of their rows.
  int32_t sample_index(int32_t i) const { return sample_order_[static_cast<size_t>(i)]; }

 private:
  void order_samples(const weir_step_plan& plan);
  void cut(const weir_step_plan& plan);
  void write_rows(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in) const;
  void write_pieces(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in) const;
  void write_samples(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in, weir_logit_shift* shifts) const;
  void write_adapters(const weir_step_plan& plan, const InputShape& shape, const DeviceInputs& in) const;
  template <typename Body>
  void for_each_adapted_run(const weir_step_plan& plan, int32_t begin, int32_t end, const Body& body) const;

  const weir_session_config& config_;
  int32_t vocab_size_;
  int32_t slots_max_;
  const PlanAdapters* adapters_ = nullptr;
  std::vector<int32_t> sample_order_;
  std::vector<DeviceShare> tiles_;
  std::vector<AttentionCut> cuts_;  // of tiles
  std::vector<RowRun> runs_;
};

}  // namespace weir
