// Rotary position embedding (Su et al. 2021): pair i of a head turns by position * frequency[i]. The angles are worked out in double for
// the positions of a step, head_size / 2 sines and cosines for a token and all its layers: less work than a matrix row, and no table of
// the whole context to keep.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/weir.h"

namespace weir {

class Rope {
 public:
  explicit Rope(const weir_model_config& config);

  // cos and sin get head_size / 2 elements each.
  void angles(int32_t position, float* cos, float* sin) const;

 private:
  std::vector<double> frequencies_;
};

}  // namespace weir
