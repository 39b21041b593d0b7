// The shape of a decoder, checked: whatever later multiplies these numbers may rely on them.
#pragma once

#include "weir/weir.h"

namespace weir {

constexpr int32_t kHeadSizeMax = 1024;

// Refuses a shape that no decoder can have, naming the field. The limits keep every product of two sizes inside int64_t.
void check_config(const weir_model_config& config);

const char* architecture_name(int32_t architecture);

// What the config says of one layer; `layers` may be null.
weir_layer layer_shape(const weir_model_config& config, int32_t index);

inline int32_t query_size(const weir_model_config& config) { return config.query_head_count * config.head_size; }
inline int32_t kv_size(const weir_model_config& config) { return config.kv_head_count * config.head_size; }

}  // namespace weir
