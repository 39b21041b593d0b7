// Random blocks of every quantized format, and the formats written down a second time, element by element, from their definitions.
#pragma once

#include <cmath>
#include <cstring>
#include <vector>

#include "kernel_testing.h"
#include "kernels/blocks.h"

namespace weir::kernels {

inline constexpr DType kBlockTypes[] = {DType::q8_0, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q4_k, DType::q5_k, DType::q6_k};

// Any bits at all, but for the scales, which are ordinary numbers or one of the special ones.
template <typename Block>
void fill_blocks(Values& values, Block* blocks, int64_t count) {
  uint8_t* const bytes = reinterpret_cast<uint8_t*>(blocks);
  for (int64_t i = 0; i < count * static_cast<int64_t>(sizeof(Block)); ++i) bytes[i] = static_cast<uint8_t>(values.below(256));
  for (int64_t i = 0; i < count; ++i) {
    narrow(values.any(), blocks[i].scale);
    if constexpr (requires { blocks[i].least; }) narrow(values.any(), blocks[i].least);
    if constexpr (requires { blocks[i].offset; }) narrow(values.any(), blocks[i].offset);
  }
}

// What element i of a row of blocks stands for, in double: exact, and written apart from blocks.h.
inline double weight_of(DType dtype, const void* row, int64_t i) {
  const DTypeFacts type = facts(dtype);
  const uint8_t* const block = static_cast<const uint8_t*>(row) + i / type.block_elements * type.block_bytes;
  const int32_t e = static_cast<int32_t>(i % type.block_elements);
  const auto half = [&](int32_t at) {
    F16 value;
    std::memcpy(&value, block + at, sizeof value);
    return static_cast<double>(widen(value));
  };
  const auto bits = [](uint8_t byte, int32_t from, int32_t count) { return byte >> from & ((1 << count) - 1); };
  const auto nibble = [&](int32_t at) { return bits(block[at + e % 16], e / 16 * 4, 4); };
  const auto fifth = [&](int32_t at) { return bits(block[at + e / 8], e % 8, 1) << 4; };
  // The scale (which = 0) or offset (4) of a group of 32 in a block of 256, six bits each.
  const auto six = [&](int32_t which) {
    const uint8_t* const packed = block + 4;
    const int32_t g = e / 32;
    if (g < 4) return bits(packed[g + which], 0, 6);
    return bits(packed[g + 4], which, 4) | bits(packed[g - 4 + which], 6, 2) << 4;
  };
  const auto k_nibble = [&](int32_t at) { return bits(block[at + e / 64 * 32 + e % 32], e / 32 % 2 * 4, 4); };
  switch (dtype) {
    case DType::q8_0: return half(0) * static_cast<int8_t>(block[2 + e]);
    case DType::q4_0: return half(0) * (nibble(2) - 8);
    case DType::q4_1: return half(0) * nibble(4) + half(2);
    case DType::q5_0: return half(0) * ((nibble(6) | fifth(2)) - 16);
    case DType::q5_1: return half(0) * (nibble(8) | fifth(4)) + half(2);
    case DType::q4_k: return half(0) * six(0) * k_nibble(16) - half(2) * six(4);
    case DType::q5_k: return half(0) * six(0) * (k_nibble(48) | bits(block[16 + e % 32], e / 32, 1) << 4) - half(2) * six(4);
    case DType::q6_k: {
      const int32_t low = bits(block[e / 128 * 64 + e % 64], e % 128 / 64 * 4, 4);
      const int32_t high = bits(block[128 + e / 128 * 32 + e % 32], e % 128 / 32 * 2, 2);
      return half(208) * static_cast<int8_t>(block[192 + e / 16]) * ((low | high << 4) - 32);
    }
    default: return NAN;
  }
}

}  // namespace weir::kernels
