// Up to four query heads that share a key-value head go through it together, so that each key and value is read and widened once for all
// of them; over a long context reading the cache is what takes the time. The next sixteen positions lie in another block, anywhere in the
// pool, where no hardware looks ahead: they are asked for while the present ones are used, a few cache lines at a time, since a core waits
// when it has asked for more than it can keep in mind.
//
// Sixteen keys at a time: their dot products with a query are kept as lanes in a small buffer and added by sum_outputs, so that the
// scores come out as registers. Values are then weighted into strips of the output that stay in registers for all sixteen.
//
// A lane beyond the last position, or before the window, counts -infinity as a score and +0 as a weight: neither changes a bit, because a
// maximum ignores the one and no sum of weights is -0.
#pragma once

#include "kernels/cached.h"
#include "kernels/cpu/rows.h"
#include "kernels/exp.h"

namespace weir::kernels::cpu {

constexpr int32_t kHeadsTogether = 4;

// Where the keys or the values of sixteen positions begin, and which of the positions count: [skipped, count).
template <typename Element>
struct Group {
  const Element* rows;
  int64_t row_size;  // in elements or blocks
  int32_t head_size;
  int32_t skipped;
  int32_t count;

  auto at(int32_t i, int64_t d) const { return cached_at(rows + i * row_size, d); }
};

// Asks for the cache lines of one of `parts` equal parts of a group. It may reach past the last position: no such address is read.
template <typename Element>
inline void prefetch(const Element* rows, int64_t row_size, int32_t part, int32_t parts) {
  const char* bytes = reinterpret_cast<const char*>(rows);
  const int64_t size = kLanes * row_size * static_cast<int64_t>(sizeof(Element)) / parts;
  for (int64_t i = 0; i < size; i += 64) __builtin_prefetch(bytes + part * size + i, 0, 2);
}

// The running softmax of one query head.
template <typename Ops>
struct Softmax {
  typename Ops::Float sums[Ops::kParts];  // of weights, in lanes
  float highest = -__builtin_inff();
  float rescale;                     // what the weights before this group count from now on
  alignas(64) float weights[kLanes];  // of this group
  alignas(64) float lanes[kLanes * kLanes] = {};

  Softmax() {
    for (auto& sum : sums) sum = Ops::zero();
  }

  // Turns the lanes of the dot products [skipped, count) into weights.
  void advance(int32_t skipped, int32_t count, const AttentionRule& rule) {
    typename Ops::Float scores[Ops::kParts];
    Ops::sum_outputs(lanes, scores);
    float group_highest = highest;
    for (int32_t part = 0; part < Ops::kParts; ++part) {
      scores[part] = Ops::mul(scores[part], Ops::broadcast(rule.scale));
      if (rule.softcap > 0) scores[part] = softcapped<Ops>(scores[part], Ops::broadcast(rule.softcap));
      scores[part] = valid(part, skipped, count, scores[part], -__builtin_inff());
      group_highest = Ops::max_lane(scores[part], group_highest);
    }
    alignas(64) float rescales[Ops::kWidth];
    Ops::store(rescales, exponential<Ops>(Ops::broadcast(highest - group_highest)));
    rescale = rescales[0];
    highest = group_highest;
    for (int32_t part = 0; part < Ops::kParts; ++part) {
      const typename Ops::Float weight =
          valid(part, skipped, count, exponential<Ops>(Ops::sub(scores[part], Ops::broadcast(highest))), 0.0f);
      sums[part] = Ops::add(Ops::mul(sums[part], Ops::broadcast(rescale)), weight);
      Ops::store(weights + part * Ops::kWidth, weight);
    }
  }

  float total() {
    for (int32_t part = 0; part < Ops::kParts; ++part) Ops::store(weights + part * Ops::kWidth, sums[part]);
    return sum_lanes(weights);
  }

 private:
  static typename Ops::Float valid(int32_t part, int32_t skipped, int32_t count, typename Ops::Float value, float otherwise) {
    const int32_t begin = in_register(skipped - part * Ops::kWidth);
    const int32_t end = in_register(count - part * Ops::kWidth);
    if (end < Ops::kWidth) value = Ops::select_first(value, Ops::broadcast(otherwise), end);
    return begin == 0 ? value : Ops::select_first(Ops::broadcast(otherwise), value, begin);
  }

  static int32_t in_register(int32_t lane) { return lane < 0 ? 0 : lane < Ops::kWidth ? lane : Ops::kWidth; }
};

// The lanes of the dot products of Keys keys, the first being `key`, with the queries of all heads.
template <typename Ops, int32_t Heads, int32_t Keys, typename Element>
inline void dot_keys(const Group<Element>& keys, int32_t key, const float* q, Softmax<Ops>* heads) {
  typename Ops::Float sums[Keys][Heads][Ops::kParts];
  for (auto& of_key : sums) {
    for (auto& of_head : of_key) {
      for (auto& part : of_head) part = Ops::zero();
    }
  }
  for_each_lanes<Ops>(keys.head_size, [&](int64_t d, int32_t part, auto at) {
    typename Ops::Float queries[Heads];
#pragma GCC unroll 4
    for (int32_t h = 0; h < Heads; ++h) queries[h] = at.load(q + h * keys.head_size + d);
#pragma GCC unroll 16
    for (int32_t i = 0; i < Keys; ++i) {
      const typename Ops::Float values = at.load(keys.at(key + i, d));
#pragma GCC unroll 4
      for (int32_t h = 0; h < Heads; ++h) sums[i][h][part] = at.fma(values, queries[h], sums[i][h][part]);
    }
  });
  for (int32_t h = 0; h < Heads; ++h) {
    for (int32_t i = 0; i < Keys; ++i) {
      for (int32_t part = 0; part < Ops::kParts; ++part) {
        Ops::store(heads[h].lanes + (key + i) * kLanes + part * Ops::kWidth, sums[i][h][part]);
      }
    }
  }
}

// out[d] = out[d] * rescale + sum over i of weights[i] * values[i][d], in order of i, for Strip registers of d from `begin` on.
template <typename Ops, int32_t Heads, int32_t Strip, typename Access, typename Element>
inline void add_strip(const Access& at, const Group<Element>& values, int64_t begin, const Softmax<Ops>* heads, float* out) {
  typename Ops::Float sums[Heads][Strip];
#pragma GCC unroll 4
  for (int32_t h = 0; h < Heads; ++h) {
#pragma GCC unroll 8
    for (int32_t s = 0; s < Strip; ++s) {
      sums[h][s] = Ops::mul(at.load(out + h * values.head_size + begin + s * Ops::kWidth), Ops::broadcast(heads[h].rescale));
    }
  }
  for (int32_t i = values.skipped; i < values.count; ++i) {
#pragma GCC unroll 8
    for (int32_t s = 0; s < Strip; ++s) {
      const typename Ops::Float value = at.load(values.at(i, begin + s * Ops::kWidth));
#pragma GCC unroll 4
      for (int32_t h = 0; h < Heads; ++h) sums[h][s] = Ops::fma(Ops::broadcast(heads[h].weights[i]), value, sums[h][s]);
    }
  }
#pragma GCC unroll 4
  for (int32_t h = 0; h < Heads; ++h) {
#pragma GCC unroll 8
    for (int32_t s = 0; s < Strip; ++s) at.store(out + h * values.head_size + begin + s * Ops::kWidth, sums[h][s]);
  }
}

// All of d from `begin` on: strips of Strip registers, then of half as many, down to single registers and the elements that are left.
template <typename Ops, int32_t Heads, int32_t Strip, typename Element>
inline void add_values(const Group<Element>& values, int64_t begin, const Softmax<Ops>* heads, float* out) {
  for (; begin + Strip * Ops::kWidth <= values.head_size; begin += Strip * Ops::kWidth) {
    add_strip<Ops, Heads, Strip>(Whole<Ops>{}, values, begin, heads, out);
  }
  if constexpr (Strip > 1) {
    add_values<Ops, Heads, Strip / 2>(values, begin, heads, out);
  } else if (begin < values.head_size) {
    add_strip<Ops, Heads, 1>(First<Ops>{static_cast<int32_t>(values.head_size - begin)}, values, begin, heads, out);
  }
}

template <typename Ops, int32_t Heads, typename Element>
void attend(const KvLayer& layer, const Element* cache, int32_t kv_head, const int32_t* blocks, int32_t position, const float* q,
            const AttentionRule& rule, float* out) {
  constexpr int32_t kKeysTogether = Ops::kAttentionSums / (Ops::kParts * (Heads == 3 ? 4 : Heads));
  constexpr int32_t kStrip = Ops::kAttentionSums / (Heads == 3 ? 4 : Heads) < 8 ? Ops::kAttentionSums / (Heads == 3 ? 4 : Heads) : 8;
  const int32_t head_size = layer.head_size;
  const int64_t row_size = kv_row_size(layer.dtype, head_size);
  const auto rows = [&](int32_t half, int32_t first) {
    return cache + kv_offset(layer, blocks[first / layer.block_tokens], half, kv_head, first % layer.block_tokens);
  };
  Softmax<Ops> heads[Heads];
  for_each_register<Ops>(Heads * head_size, [&](int64_t i, auto at) { at.store(out + i, Ops::zero()); });
  const int32_t begin = rule.first_position(position);
  for (int32_t first = begin - begin % kLanes; first <= position; first += kLanes) {
    const int32_t skipped = first < begin ? begin - first : 0;
    const int32_t count = position - first + 1 < kLanes ? position - first + 1 : kLanes;
    const bool more = first + kLanes <= position;
    const Element* const next_keys = more ? rows(kKeys, first + kLanes) : nullptr;
    const Element* const next_values = more ? rows(kValues, first + kLanes) : nullptr;
    const Group<Element> keys{rows(kKeys, first), row_size, head_size, skipped, count};
    int32_t i = skipped;
    for (; i + kKeysTogether <= count; i += kKeysTogether) {
      if (more) prefetch(next_keys, row_size, i / kKeysTogether, kLanes / kKeysTogether);
      dot_keys<Ops, Heads, kKeysTogether>(keys, i, q, heads);
    }
    for (; i < count; ++i) dot_keys<Ops, Heads, 1>(keys, i, q, heads);
    for (int32_t h = 0; h < Heads; ++h) {
      if (more) prefetch(next_values, row_size, h, Heads);
      heads[h].advance(skipped, count, rule);
    }
    add_values<Ops, Heads, kStrip>(Group<Element>{rows(kValues, first), row_size, head_size, skipped, count}, 0, heads, out);
  }
  for (int32_t h = 0; h < Heads; ++h) {
    const typename Ops::Float total = Ops::broadcast(heads[h].total());
    float* head_out = out + h * head_size;
    for_each_register<Ops>(head_size, [&](int64_t i, auto at) { at.store(head_out + i, Ops::div(at.load(head_out + i), total)); });
  }
}

template <typename Ops, int32_t Heads = 1, typename Element>
void attend_together(const KvLayer& layer, const Element* cache, int32_t kv_head, const int32_t* blocks, int32_t position, int32_t heads,
                     const float* q, const AttentionRule& rule, float* out) {
  if constexpr (Heads < kHeadsTogether) {
    if (heads > Heads) return attend_together<Ops, Heads + 1>(layer, cache, kv_head, blocks, position, heads, q, rule, out);
  }
  attend<Ops, Heads>(layer, cache, kv_head, blocks, position, q, rule, out);
}

template <typename Ops>
void attention(const KvLayer& layer, int32_t kv_head, const int32_t* blocks, int32_t position, int32_t heads, const float* q,
               const AttentionRule& rule, float* out) {
  with_cached(static_cast<const void*>(layer.data), layer.dtype, [&](const auto* cache) {
    for (int32_t h = 0; h < heads; h += kHeadsTogether) {
      const int32_t together = heads - h < kHeadsTogether ? heads - h : kHeadsTogether;
      const int64_t offset = static_cast<int64_t>(h) * layer.head_size;
      attend_together<Ops>(layer, cache, kv_head, blocks, position, together, q + offset, rule, out + offset);
    }
  });
}

}  // namespace weir::kernels::cpu
