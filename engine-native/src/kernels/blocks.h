// The quantized formats, laid out as GGUF files have them, and what their bits mean.
//
// A block is kElements weights along a row. Each run of kGroup of them, a group, has one scale, and in the formats with kOffset one offset:
// weight = scale * q - offset, with q a signed byte. That is all that the rest of this folder knows of a format: open() turns a block into
// bytes, scales and offsets, and is the only place where bits are picked apart.
//
// scale and offset are exact floats: an F16 times at most eight bits. So is scale * q but in Q6_K, where it is rounded once.
//
// Half converts an F16 (elements.h, or one instruction of a vector kernel: the same bits for every number).
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/elements.h"

namespace weir::kernels {

constexpr int32_t kGroupMax = 32;  // elements of the longest group

// The conversion of elements.h as open() wants it.
struct ExactHalf {
  static constexpr float widen(F16 value) { return kernels::widen(value); }
  static constexpr F16 narrow(float value) {
    F16 out;
    kernels::narrow(value, out);
    return out;
  }
};

// Where a block is opened to: kElements bytes; scales and offsets of its groups, each `stride` floats after the one before.
struct Opened {
  int8_t* q;
  float* scales;
  float* offsets;  // untouched where the format has none
  int64_t stride;
};

namespace blocks {

// Low and high nibbles of `size` bytes, with `zero` taken from each: elements i and i + size. In arrays of its own, so that a compiler can tell
// that no byte is another, and takes them all at once wherever this is inlined.
template <int32_t size>
[[gnu::always_inline]] inline void nibbles(const uint8_t* bits, int32_t zero, int8_t* q) {
  uint8_t both[size];
  int8_t low[size];
  int8_t high[size];
  __builtin_memcpy(both, bits, size);
  for (int32_t i = 0; i < size; ++i) low[i] = static_cast<int8_t>((both[i] & 0xf) - zero);
  for (int32_t i = 0; i < size; ++i) high[i] = static_cast<int8_t>((both[i] >> 4) - zero);
  __builtin_memcpy(q, low, size);
  __builtin_memcpy(q + size, high, size);
}

// Byte i is 16 where bit i of the eight is set, and else 0.
[[gnu::always_inline]] inline uint64_t spread(uint8_t bits) {
  const uint64_t apart = (bits * 0x0101010101010101u) & 0x8040201008040201u;  // byte i is 0 or has bit i alone
  return ((apart + 0x7f7f7f7f7f7f7f7fu) & 0x8080808080808080u) >> 3;
}

// Sixteen bytes of nibbles, the fifth bit of element i being bit i of `fifth`; less 16 where `centred`: what lacks the fifth bit then has the
// upper four. Eight bytes at a time as one integer, for no compiler makes vectors of this.
[[gnu::always_inline]] inline void five_bits(const uint8_t* bits, const uint8_t* fifth, bool centred, int8_t* q) {
  for (int32_t i = 0; i < 4; ++i) {
    uint64_t both;
    __builtin_memcpy(&both, bits + 8 * (i % 2), sizeof both);
    const uint64_t high = centred ? spread(static_cast<uint8_t>(~fifth[i])) * 15 : spread(fifth[i]);
    const uint64_t eight = ((i < 2 ? both : both >> 4) & 0x0f0f0f0f0f0f0f0fu) | high;
    __builtin_memcpy(q + 8 * i, &eight, sizeof eight);
  }
}

// Eight scales and eight offsets of six bits in twelve bytes: the first four of each have bytes of their own, whose upper two bits complete
// the nibbles of the last four.
struct SixBits {
  uint8_t bytes[12];

  [[gnu::always_inline]] int32_t scale(int32_t g) const { return g < 4 ? bytes[g] & 63 : (bytes[g + 4] & 0xf) | (bytes[g - 4] >> 6) << 4; }
  [[gnu::always_inline]] int32_t offset(int32_t g) const { return g < 4 ? bytes[g + 4] & 63 : bytes[g + 4] >> 4 | (bytes[g] >> 6) << 4; }

  // Of zeroed bytes.
  void set(int32_t g, int32_t scale, int32_t offset) {
    const auto add = [&](int32_t at, int32_t bits) { bytes[at] = static_cast<uint8_t>(bytes[at] | bits); };
    if (g < 4) {
      add(g, scale);
      add(g + 4, offset);
    } else {
      add(g + 4, (scale & 0xf) | (offset & 0xf) << 4);
      add(g - 4, (scale >> 4) << 6);
      add(g, (offset >> 4) << 6);
    }
  }
};

}  // namespace blocks

struct Q8_0 {
  static constexpr DType kType = DType::q8_0;
  static constexpr int32_t kElements = 32, kGroup = 32;
  static constexpr bool kOffset = false;
  F16 scale;
  int8_t q[32];

  template <typename Half>
  [[gnu::always_inline]] void open(const Opened& to) const {
    to.scales[0] = Half::widen(scale);
    __builtin_memcpy(to.q, q, sizeof q);
  }
};

struct Q4_0 {
  static constexpr DType kType = DType::q4_0;
  static constexpr int32_t kElements = 32, kGroup = 32;
  static constexpr bool kOffset = false;
  F16 scale;
  uint8_t bits[16];

  template <typename Half>
  [[gnu::always_inline]] void open(const Opened& to) const {
    to.scales[0] = Half::widen(scale);
    blocks::nibbles<16>(bits, 8, to.q);
  }
};

struct Q4_1 {
  static constexpr DType kType = DType::q4_1;
  static constexpr int32_t kElements = 32, kGroup = 32;
  static constexpr bool kOffset = true;
  F16 scale;
  F16 least;
  uint8_t bits[16];

  template <typename Half>
  [[gnu::always_inline]] void open(const Opened& to) const {
    to.scales[0] = Half::widen(scale);
    to.offsets[0] = -Half::widen(least);
    blocks::nibbles<16>(bits, 0, to.q);
  }
};

struct Q5_0 {
  static constexpr DType kType = DType::q5_0;
  static constexpr int32_t kElements = 32, kGroup = 32;
  static constexpr bool kOffset = false;
  F16 scale;
  uint8_t fifth[4];
  uint8_t bits[16];

  template <typename Half>
  [[gnu::always_inline]] void open(const Opened& to) const {
    to.scales[0] = Half::widen(scale);
    blocks::five_bits(bits, fifth, true, to.q);
  }
};

struct Q5_1 {
  static constexpr DType kType = DType::q5_1;
  static constexpr int32_t kElements = 32, kGroup = 32;
  static constexpr bool kOffset = true;
  F16 scale;
  F16 least;
  uint8_t fifth[4];
  uint8_t bits[16];

  template <typename Half>
  [[gnu::always_inline]] void open(const Opened& to) const {
    to.scales[0] = Half::widen(scale);
    to.offsets[0] = -Half::widen(least);
    blocks::five_bits(bits, fifth, false, to.q);
  }
};

struct Q4_K {
  static constexpr DType kType = DType::q4_k;
  static constexpr int32_t kElements = 256, kGroup = 32;
  static constexpr bool kOffset = true;
  F16 scale;
  F16 offset;
  blocks::SixBits of_group;
  uint8_t bits[128];

  template <typename Half>
  [[gnu::always_inline]] void open(const Opened& to) const {
    const float d = Half::widen(scale);
    const float m = Half::widen(offset);
    for (int32_t g = 0; g < 8; ++g) {
      to.scales[g * to.stride] = d * static_cast<float>(of_group.scale(g));
      to.offsets[g * to.stride] = m * static_cast<float>(of_group.offset(g));
    }
    for (int32_t pair = 0; pair < 4; ++pair) blocks::nibbles<32>(bits + 32 * pair, 0, to.q + 64 * pair);
  }
};

struct Q5_K {
  static constexpr DType kType = DType::q5_k;
  static constexpr int32_t kElements = 256, kGroup = 32;
  static constexpr bool kOffset = true;
  F16 scale;
  F16 offset;
  blocks::SixBits of_group;
  uint8_t fifth[32];  // bit g of byte i: of element i of group g
  uint8_t bits[128];

  template <typename Half>
  [[gnu::always_inline]] void open(const Opened& to) const {
    const float d = Half::widen(scale);
    const float m = Half::widen(offset);
    for (int32_t g = 0; g < 8; ++g) {
      to.scales[g * to.stride] = d * static_cast<float>(of_group.scale(g));
      to.offsets[g * to.stride] = m * static_cast<float>(of_group.offset(g));
    }
    for (int32_t pair = 0; pair < 4; ++pair) {
      for (int32_t i = 0; i < 32; ++i) {
        const int32_t both = bits[32 * pair + i];
        const int32_t high = fifth[i] >> (2 * pair);
        to.q[64 * pair + i] = static_cast<int8_t>((both & 0xf) | (high & 1) << 4);
        to.q[64 * pair + 32 + i] = static_cast<int8_t>(both >> 4 | (high & 2) << 3);
      }
    }
  }
};

struct Q6_K {
  static constexpr DType kType = DType::q6_k;
  static constexpr int32_t kElements = 256, kGroup = 16;
  static constexpr bool kOffset = false;
  uint8_t low[128];   // nibbles
  uint8_t high[64];   // two bits each
  int8_t of_group[16];
  F16 scale;

  template <typename Half>
  [[gnu::always_inline]] void open(const Opened& to) const {
    const float d = Half::widen(scale);
    for (int32_t g = 0; g < 16; ++g) to.scales[g * to.stride] = d * static_cast<float>(of_group[g]);
    for (int32_t half = 0; half < 2; ++half) {
      const uint8_t* const nibble = low + 64 * half;
      const uint8_t* const pair = high + 32 * half;
      int8_t* const q = to.q + 128 * half;
      for (int32_t i = 0; i < 32; ++i) {
        q[i] = static_cast<int8_t>(((nibble[i] & 0xf) | (pair[i] & 3) << 4) - 32);
        q[i + 32] = static_cast<int8_t>(((nibble[i + 32] & 0xf) | (pair[i] >> 2 & 3) << 4) - 32);
        q[i + 64] = static_cast<int8_t>((nibble[i] >> 4 | (pair[i] >> 4 & 3) << 4) - 32);
        q[i + 96] = static_cast<int8_t>((nibble[i + 32] >> 4 | (pair[i] >> 6) << 4) - 32);
      }
    }
  }
};

// The weights of a block.
template <typename Half, typename Block>
inline void widen_block(const Block& from, float* to) {
  constexpr int32_t kGroups = Block::kElements / Block::kGroup;
  int8_t q[Block::kElements];
  float scales[kGroups];
  float offsets[kGroups] = {};
  from.template open<Half>({q, scales, offsets, 1});
  for (int32_t i = 0; i < Block::kElements; ++i) {
    const float product = scales[i / Block::kGroup] * static_cast<float>(q[i]);
    to[i] = Block::kOffset ? product - offsets[i / Block::kGroup] : product;
  }
}

// Calls body with `data` as a pointer to the blocks of a quantized dtype. Data is void or const void.
template <typename Data, typename Body>
inline auto with_blocks(Data* data, DType dtype, const Body& body) {
  const auto call = [&]<typename Block>(Block) {
    return body(static_cast<std::conditional_t<std::is_const_v<Data>, const Block, Block>*>(data));
  };
  switch (dtype) {
    case DType::q4_0: return call(Q4_0{});
    case DType::q4_1: return call(Q4_1{});
    case DType::q5_0: return call(Q5_0{});
    case DType::q5_1: return call(Q5_1{});
    case DType::q4_k: return call(Q4_K{});
    case DType::q5_k: return call(Q5_K{});
    case DType::q6_k: return call(Q6_K{});
    case DType::q8_0:
    case DType::f32:
    case DType::f16:
    case DType::bf16: break;
  }
  return call(Q8_0{});
}

static_assert(sizeof(Q8_0) == 34 && sizeof(Q4_0) == 18 && sizeof(Q4_1) == 20 && sizeof(Q5_0) == 22 && sizeof(Q5_1) == 24);
static_assert(alignof(Q8_0) == 2 && alignof(Q4_K) == 2 && alignof(Q6_K) == 2);
static_assert(sizeof(Q4_K) == 144 && sizeof(Q5_K) == 176 && sizeof(Q6_K) == 210);

}  // namespace weir::kernels
