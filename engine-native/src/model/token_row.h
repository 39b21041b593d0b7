// A token of a step: where it stands in its sequence, the sequence's block table, and the adapter that it is computed with.
#pragma once

#include <cstdint>

namespace weir {

class Adapter;

struct TokenRow {
  int32_t token_id;
  int32_t position;
  const int32_t* blocks;
  const Adapter* adapter;  // null: the model as it is
};

}  // namespace weir
