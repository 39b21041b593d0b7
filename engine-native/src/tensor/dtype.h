// Element types of stored tensors. BF16 and F16 are widened, exactly, where they are read. The others are GGUF's: along a row, blocks of
// small integers with scales between them (kernels/blocks.h has their layouts); a row is a whole number of blocks.
#pragma once

#include <cstdint>

namespace weir {

enum class DType : int32_t {  // values are WEIR_DTYPE_
  f32 = 1,
  f16 = 2,
  bf16 = 3,
  q8_0 = 4,
  q4_0 = 5,
  q4_1 = 6,
  q5_0 = 7,
  q5_1 = 8,
  q4_k = 9,
  q5_k = 10,
  q6_k = 11,
};

constexpr int32_t kDTypeLast = static_cast<int32_t>(DType::q6_k);

struct DTypeFacts {
  const char* name;
  int32_t block_elements;  // 1 where the type is not quantized
  int32_t block_bytes;
};

// Inline everywhere, so that no copy of it is shared between kernels of different instruction sets.
[[gnu::always_inline]] constexpr DTypeFacts facts(DType dtype) {
  switch (dtype) {
    case DType::f32: return {"float32", 1, 4};
    case DType::f16: return {"float16", 1, 2};
    case DType::bf16: return {"bfloat16", 1, 2};
    case DType::q8_0: return {"q8_0", 32, 34};
    case DType::q4_0: return {"q4_0", 32, 18};
    case DType::q4_1: return {"q4_1", 32, 20};
    case DType::q5_0: return {"q5_0", 32, 22};
    case DType::q5_1: return {"q5_1", 32, 24};
    case DType::q4_k: return {"q4_k", 256, 144};
    case DType::q5_k: return {"q5_k", 256, 176};
    case DType::q6_k: break;
  }
  return {"q6_k", 256, 210};
}

constexpr bool is_quantized(DType dtype) { return facts(dtype).block_elements > 1; }

// Of `elements`, a multiple of the type's block.
constexpr int64_t stored_bytes(DType dtype, int64_t elements) {
  return elements / facts(dtype).block_elements * facts(dtype).block_bytes;
}

}  // namespace weir
