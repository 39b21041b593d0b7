#include "model/rope.h"

#include <cmath>

namespace weir {

Rope::Rope(const weir_rope& rope)
    : frequencies_(rope.frequencies, rope.frequencies + rope.pair_count), amplitude_(static_cast<double>(rope.amplitude)) {}

void Rope::angles(int32_t position, float* cos, float* sin) const {
  for (size_t i = 0; i < frequencies_.size(); ++i) {
    const double angle = position * frequencies_[i];
    cos[i] = static_cast<float>(std::cos(angle) * amplitude_);
    sin[i] = static_cast<float>(std::sin(angle) * amplitude_);
  }
}

}  // namespace weir
