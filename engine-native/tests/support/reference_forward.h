// The decoder in double precision, straight from the formulas: no cache, no blocks, no tiles, one sequence at a time. It shares nothing with
// the library but the stored values.
#pragma once

#include <cstdint>
#include <vector>

#include "support/tiny_model.h"

namespace weir::testing {

// Rounds a key or value as the cache would; identity for a float cache.
using CacheRounding = double (*)(double);

// Logits after each token.
std::vector<std::vector<double>> reference_logits(const TinyModel& model, const std::vector<int32_t>& token_ids,
                                                  CacheRounding cache = [](double value) { return value; });

}  // namespace weir::testing
