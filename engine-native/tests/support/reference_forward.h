// The decoder in double precision, straight from the formulas: no cache, no blocks, no tiles, one sequence at a time. It shares nothing with
// the library but the stored values.
#pragma once

#include <cstdint>
#include <vector>

#include "support/tiny_model.h"

namespace weir::testing {

// Rounds a head's key or value as the cache would; a float cache leaves it as it is.
using CacheRounding = void (*)(double* head, int32_t size);

// Logits after each token.
std::vector<std::vector<double>> reference_logits(const TinyModel& model, const std::vector<int32_t>& token_ids,
                                                  CacheRounding cache = [](double*, int32_t) {});

}  // namespace weir::testing
