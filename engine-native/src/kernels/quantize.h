// Floats to blocks, at load. What the blocks mean is in blocks.h; here is how they are chosen.
//
// A symmetric group (q8_0, q4_0, q5_0, q6_k) gets the scale of least squared error among some twenty candidates: each rounds the weights by a
// slightly different scale, and then takes the scale that fits these integers best. A group with an offset (q4_1, q5_1, q4_k, q5_k) likewise, with
// scale and offset fitted together. In a K-block the groups' scales and offsets are themselves integers of six or eight bits under one
// F16 each; the weights are rounded once more by what came of them.
#pragma once

#include <cstdint>

#include "tensor/dtype.h"

namespace weir::kernels {

// The largest magnitude that can be quantized: that of an F16, in which scales are held.
constexpr float kQuantizableMax = 65504;

// `count` weights, a multiple of the type's block, to a quantized type. False, with `to` undefined, where one of them is no number or
// larger than kQuantizableMax.
bool quantize(const float* from, int64_t count, DType dtype, void* to);

}  // namespace weir::kernels
