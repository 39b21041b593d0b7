// Element types of stored tensors. Arithmetic is FP32 always: BF16 and F16 are widened, exactly, where they are read.
#pragma once

#include <cstdint>

namespace weir {

enum class DType : int32_t { f32 = 1, f16 = 2, bf16 = 3 };  // values are WEIR_DTYPE_

constexpr int64_t element_bytes(DType dtype) { return dtype == DType::f32 ? 4 : 2; }

}  // namespace weir
