// Nothing is carried from draw to draw, so a resumed stream draws what it would have drawn.
#include "sampling/philox.h"

#include "sampling/sampler.h"

namespace weir {

float uniform(uint64_t seed, uint64_t position) { return static_cast<float>(uniform_bits(seed, position)) * 0x1p-24f; }

}  // namespace weir
