#include "model/forward.h"

#include <algorithm>
#include <cmath>

#include "model/config.h"

namespace weir {
namespace {

// A thread gets at least this many multiply-adds, some 5 to 25 microseconds of them: fewer take less time than waking it and waiting for it.
constexpr int64_t kShareWork = 128 * 1024;
// Outputs are handed out by whole cache lines of floats, so that no two threads write one.
constexpr int64_t kRowGrain = 16;
// An element-wise operation counts as this many multiply-adds: it is bound by memory, or by an exp.
constexpr int64_t kElementWork = 4;

int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// How many items make a share that is worth a thread.
int64_t grain(int64_t item_work) { return std::max<int64_t>(1, (kShareWork + item_work - 1) / item_work); }

}  // namespace

Activations::Activations(const weir_model_config& config, int32_t tile, Arena& arena) : tile_tokens(tile) {
  const auto rows = [&](int64_t width) { return arena.take<float>(saturating_product(tile, width)); };
  hidden = rows(config.hidden_size);
  normed = rows(config.hidden_size);
  query = rows(query_size(config));
  key = rows(kv_size(config));
  value = rows(kv_size(config));
  attention = rows(query_size(config));
  gate = rows(config.intermediate_size);
  up = rows(config.intermediate_size);
  delta = rows(config.hidden_size);
  cos = rows(config.head_size / 2);
  sin = rows(config.head_size / 2);
  attention_work = arena.take<int64_t>(static_cast<int64_t>(tile) + 1);
  kept = arena.take<TokenRow>(tile);
}

Forward::Forward(const Model& model, const kernels::KernelTable& kernels, KvCache& cache, ThreadPool& pool,
                 const Activations& activations)
    : model_(model), config_(model.config()), kernels_(kernels), cache_(cache), pool_(pool), a_(activations) {}

void Forward::run(const TokenRow* rows, int32_t count, const int32_t* wanted, int32_t wanted_count) {
  embed(rows, count);
  weigh_attention(rows, count);
  for (int32_t i = 0; i < config_.layer_count; ++i) {
    const DecoderLayer& weights = model_.decoder().layers[static_cast<size_t>(i)];
    const kernels::KvLayer& cache = cache_.layer(i);
    norm(weights.attention_norm, count);
    project_heads(weights, cache, rows, count);
    if (i == config_.layer_count - 1) {  // no later layer reads the other rows: their keys and values are all that remains of them
      if (wanted_count == 0) return;
      rows = keep(rows, wanted, wanted_count);
      count = wanted_count;
    }
    attention(cache, rows, count);
    project({{weights.output, a_.delta}}, a_.attention, count);
    add_delta(count);
    norm(weights.mlp_norm, count);
    feed_forward(weights, count);
    add_delta(count);
  }
}

// Moves the wanted rows of the residual stream and of the queries to the front.
const TokenRow* Forward::keep(const TokenRow* rows, const int32_t* wanted, int32_t wanted_count) {
  const auto move_row = [](float* array, int64_t width, int64_t from, int64_t to) {
    std::copy_n(array + from * width, from == to ? 0 : width, array + to * width);
  };
  for (int32_t j = 0; j < wanted_count; ++j) {
    move_row(a_.hidden, config_.hidden_size, wanted[j], j);
    move_row(a_.query, query_size(config_), wanted[j], j);
    a_.kept[j] = rows[wanted[j]];
  }
  weigh_attention(a_.kept, wanted_count);
  return a_.kept;
}

void Forward::embed(const TokenRow* rows, int32_t count) {
  const int32_t pairs = config_.head_size / 2;
  constexpr int64_t kAngleWork = 64;  // a sine and a cosine in double
  pool_.parallel_for(count, grain(config_.hidden_size + pairs * kAngleWork), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) {
      kernels_.embed(model_.decoder().embedding, rows[t].token_id, a_.hidden + t * config_.hidden_size);
      model_.rope().angles(rows[t].position, a_.cos + t * pairs, a_.sin + t * pairs);
    }
  });
}

void Forward::weigh_attention(const TokenRow* rows, int32_t count) {
  a_.attention_work[0] = 0;
  for (int32_t t = 0; t < count; ++t) {
    a_.attention_work[t + 1] = a_.attention_work[t] + 2 * (static_cast<int64_t>(rows[t].position) + 1) * query_size(config_);
  }
}

void Forward::project_heads(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow* rows, int32_t count) {
  project({{weights.query, a_.query}, {weights.key, a_.key}, {weights.value, a_.value}}, a_.normed, count);
  pool_.parallel_for(count, grain(kElementWork * (query_size(config_) + 2 * kv_size(config_))),
                     [&](int64_t begin, int64_t end, int32_t) {
                       for (int64_t t = begin; t < end; ++t) place(weights, cache, rows[t], static_cast<int32_t>(t));
                     });
}

// Norm and rotate the heads of one token, and store its keys and values. All tokens of the tile are stored before any of them attends.
void Forward::place(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow& row, int32_t t) {
  const int32_t size = config_.head_size;
  const float* const cos = a_.cos + static_cast<int64_t>(t) * (size / 2);
  const float* const sin = a_.sin + static_cast<int64_t>(t) * (size / 2);
  const auto turn = [&](float* heads, int32_t head_count, const std::vector<float>& norm_weight) {
    for (int32_t h = 0; h < head_count; ++h) {
      float* const head = heads + static_cast<int64_t>(h) * size;
      if (!norm_weight.empty()) kernels_.rms_norm(head, norm_weight.data(), size, config_.rms_norm_epsilon, head);
      kernels_.rope(head, cos, sin, size);
    }
  };
  float* const key = a_.key + static_cast<int64_t>(t) * kv_size(config_);
  turn(a_.query + static_cast<int64_t>(t) * query_size(config_), config_.query_head_count, weights.query_norm);
  turn(key, config_.kv_head_count, weights.key_norm);
  kernels_.kv_store(cache, row.blocks[row.position / cache.block_tokens], row.position % cache.block_tokens, key,
                    a_.value + static_cast<int64_t>(t) * kv_size(config_));
}

// A head of a token is one unit. A unit's work grows with its position, so the shares are cut at equal sums of work, not of units.
void Forward::attention(const kernels::KvLayer& cache, const TokenRow* rows, int32_t count) {
  const int32_t heads = config_.query_head_count;
  const int32_t queries_per_kv = heads / config_.kv_head_count;
  const float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(config_.head_size)));
  const int64_t* const work = a_.attention_work;
  const int64_t shares = std::clamp<int64_t>(work[count] / kShareWork, 1, pool_.thread_count());
  const auto first_unit = [&](int64_t share) {
    const int64_t target = work[count] / shares * share + work[count] % shares * share / shares;
    const int64_t row = std::upper_bound(work, work + count, target) - work - 1;
    return row * heads + (target - work[row]) / ((work[row + 1] - work[row]) / heads);
  };
  pool_.parallel_for(shares, 1, [&](int64_t begin, int64_t end, int32_t) {
    const int64_t unit_end = end == shares ? static_cast<int64_t>(count) * heads : first_unit(end);
    for (int64_t unit = begin == 0 ? 0 : first_unit(begin); unit < unit_end;) {
      const int64_t t = unit / heads;
      const int32_t head = static_cast<int32_t>(unit % heads);
      const int64_t offset = unit * config_.head_size;
      const int32_t together = static_cast<int32_t>(std::min<int64_t>(queries_per_kv - head % queries_per_kv, unit_end - unit));
      kernels_.attention(cache, head / queries_per_kv, rows[t].blocks, rows[t].position, together, a_.query + offset, scale,
                         a_.attention + offset);
      unit += together;
    }
  });
}

// Gate, up and their product in one go: a range of outputs needs nothing of another range.
void Forward::feed_forward(const DecoderLayer& weights, int32_t count) {
  const int64_t width = config_.intermediate_size;
  const int64_t inputs = config_.hidden_size;
  pool_.parallel_for(width, round_up(grain(2 * inputs * count), kRowGrain), [&](int64_t begin, int64_t end, int32_t) {
    kernels_.matmul(weights.gate.weight, weights.gate.bias_or_null(), a_.normed, inputs, count, a_.gate, width, begin, end);
    kernels_.matmul(weights.up.weight, weights.up.bias_or_null(), a_.normed, inputs, count, a_.up, width, begin, end);
    for (int64_t t = 0; t < count; ++t) {
      kernels_.silu_mul(a_.gate + t * width + begin, a_.up + t * width + begin, static_cast<int32_t>(end - begin));
    }
  });
  project({{weights.down, a_.delta}}, a_.gate, count);
}

void Forward::norm(const std::vector<float>& weight, int32_t count) {
  const int32_t size = config_.hidden_size;
  pool_.parallel_for(count, grain(kElementWork * size), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) {
      kernels_.rms_norm(a_.hidden + t * size, weight.data(), size, config_.rms_norm_epsilon, a_.normed + t * size);
    }
  });
}

void Forward::add_delta(int32_t count) {
  const int32_t size = config_.hidden_size;
  pool_.parallel_for(count, grain(kElementWork * size), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) kernels_.add(a_.hidden + t * size, a_.delta + t * size, size);
  });
}

// Matrices that read the same input, their outputs laid end to end as one range, so that one waking of the workers serves them all.
void Forward::project(std::initializer_list<Projection> projections, const float* in, int32_t count) {
  int64_t outputs = 0;
  for (const Projection& p : projections) outputs += p.linear.weight.rows;
  const int64_t inputs = projections.begin()->linear.weight.cols;
  pool_.parallel_for(outputs, round_up(grain(inputs * count), kRowGrain), [&](int64_t begin, int64_t end, int32_t) {
    int64_t first = 0;  // of this matrix's outputs in the whole range
    for (const Projection& p : projections) {
      const kernels::Matrix& weight = p.linear.weight;
      const int64_t row_begin = std::clamp<int64_t>(begin - first, 0, weight.rows);
      const int64_t row_end = std::clamp<int64_t>(end - first, 0, weight.rows);
      if (row_begin < row_end) {
        kernels_.matmul(weight, p.linear.bias_or_null(), in, inputs, count, p.out, weight.rows, row_begin, row_end);
      }
      first += weight.rows;
    }
  });
}

void Forward::final_norm(int32_t row, float* out) const {
  kernels_.rms_norm(a_.hidden + static_cast<int64_t>(row) * config_.hidden_size, model_.decoder().final_norm.data(),
                    config_.hidden_size, config_.rms_norm_epsilon, out);
}

void Forward::logits(const float* normed, int32_t count, float* out) const {
  const int64_t inputs = config_.hidden_size;
  pool_.parallel_for(config_.vocab_size, round_up(grain(inputs * count), kRowGrain), [&](int64_t begin, int64_t end, int32_t) {
    kernels_.matmul(model_.decoder().lm_head, nullptr, normed, inputs, count, out, config_.vocab_size, begin, end);
  });
}

}  // namespace weir
