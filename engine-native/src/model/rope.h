// Rotary position embedding (Su et al. 2021): pair i of a head turns by position * frequency[i]. The angles are worked out in double for
// the positions of a step, one sine and one cosine for each pair of a token and all its layers: less work than a matrix row, and no table
// of the whole context to keep.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/weir.h"

namespace weir {

class Rope {
 public:
  explicit Rope(const weir_rope& rope);

  const std::vector<double>& frequencies() const { return frequencies_; }
  double amplitude() const { return amplitude_; }
  int32_t pair_count() const { return static_cast<int32_t>(frequencies_.size()); }

  // cos and sin, amplitude included, get pair_count elements each.
  void angles(int32_t position, float* cos, float* sin) const;

 private:
  std::vector<double> frequencies_;
  double amplitude_;
};

}  // namespace weir
