#include "model/forward.h"

#include <algorithm>

#include "model/config.h"

namespace weir {
namespace {

// A thread gets at least this many multiply-adds, some 5 to 25 microseconds of them: fewer take less time than waking it and waiting for it.
constexpr int64_t kShareWork = 128 * 1024;
// Outputs are handed out by whole cache lines of floats, so that no two threads write one.
constexpr int64_t kRowGrain = 16;
// An element-wise operation counts as this many multiply-adds: it is bound by memory, or by an exp.
constexpr int64_t kElementWork = 4;
constexpr int64_t kScratchAlignmentBytes = 64;
// Where a projection comes among those that are adapted together.
constexpr int32_t kGatePlace = 0;
constexpr int32_t kUpPlace = 1;

int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// How many items make a share that is worth a thread.
int64_t grain(int64_t item_work) { return std::max<int64_t>(1, (kShareWork + item_work - 1) / item_work); }

}  // namespace

Activations::Activations(const weir_model_config& config, int32_t tile, int32_t thread_count, Arena& arena)
    : tile_tokens(tile), choices(config, tile, arena), adapter_space(tile, arena) {
  const int64_t copies = saturating_product(tile, config.experts_per_token);
  const int64_t inner = std::max(saturating_product(tile, config.intermediate_size),
                                 saturating_product(copies, config.expert_intermediate_size));
  const int32_t widest = std::max({config.hidden_size, query_size(config), config.intermediate_size, config.expert_intermediate_size});
  const auto rows = [&](int64_t width) { return arena.take<float>(saturating_product(tile, width)); };
  hidden = rows(config.hidden_size);
  normed = rows(config.hidden_size);
  query = rows(query_size(config));
  key = rows(kv_size(config));
  value = rows(kv_size(config));
  attention = rows(query_size(config));
  gate = arena.take<float>(inner);
  up = arena.take<float>(inner);
  delta = rows(config.hidden_size);
  cos = rows(static_cast<int64_t>(config.rope_count) * (config.head_size / 2));
  sin = rows(static_cast<int64_t>(config.rope_count) * (config.head_size / 2));
  attention_work = arena.take<int64_t>(static_cast<int64_t>(tile) + 1);
  kept = arena.take<TokenRow>(tile);
  router_logits = rows(config.expert_count);
  expert_inputs = arena.take<float>(saturating_product(copies, config.hidden_size));
  expert_outputs = arena.take<float>(saturating_product(copies, config.hidden_size));
  const int64_t input_groups = round_up(widest, kernels::kInputGroup) / kernels::kInputGroup;
  inputs = arena.take<std::byte>(saturating_product(std::max(tile, kLogitRowsMax), input_groups * kernels::Inputs::kGroupBytes));
  scratch_bytes = round_up(kernels::matmul_scratch_bytes(widest), kScratchAlignmentBytes);
  scratch = arena.take<std::byte>(saturating_product(thread_count, scratch_bytes));
}

Forward::Forward(const Model& model, const kernels::KernelTable& kernels, KvCache& cache, ThreadPool& pool,
                 const Activations& activations)
    : model_(model),
      config_(model.config()),
      kernels_(kernels),
      cache_(cache),
      pool_(pool),
      activate_(config_.activation == WEIR_ACTIVATION_GELU_TANH ? kernels.gelu_mul : kernels.silu_mul),
      a_(activations),
      adapters_(kernels, pool, a_.adapter_space) {}

void Forward::run(const TokenRow* rows, int32_t count, const int32_t* wanted, int32_t wanted_count) {
  adapters_.group(rows, count);
  embed(rows, count);
  for (int32_t i = 0; i < config_.layer_count; ++i) {
    const DecoderLayer& weights = model_.decoder().layers[static_cast<size_t>(i)];
    const kernels::KvLayer& cache = cache_.layer(i);
    project_heads(weights, cache, rows, block_input(weights.attention_norm, weights.query.weight, count));
    if (i == config_.layer_count - 1) {  // no later layer reads the other rows: their keys and values are all that remains of them
      if (wanted_count == 0) return;
      rows = keep(rows, wanted, wanted_count);
      count = wanted_count;
      adapters_.group(rows, count);
    }
    attention(weights, cache, rows, count);
    project({{weights.output, a_.delta}}, operand(a_.attention, weights.output.weight, count));
    add_delta(weights.attention_post_norm, count);
    if (weights.sparse) {
      mix_experts(weights, block_input(weights.mlp_norm, weights.router.weight, count));
    } else {
      feed_forward(weights.mlp, block_input(weights.mlp_norm, weights.mlp.gate.weight, count));
    }
    add_delta(weights.mlp_post_norm, count);
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
  return a_.kept;
}

void Forward::embed(const TokenRow* rows, int32_t count) {
  const int32_t size = config_.hidden_size;
  const int64_t pairs = config_.head_size / 2;
  constexpr int64_t kAngleWork = 64;  // a sine and a cosine in double
  pool_.parallel_for(count, grain(size + config_.rope_count * pairs * kAngleWork), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) {
      float* const hidden = a_.hidden + t * size;
      kernels_.embed(model_.decoder().embedding, rows[t].token_id, hidden);
      for (int32_t i = 0; i < size; ++i) hidden[i] *= config_.embedding_scale;
      for (int64_t r = 0; r < config_.rope_count; ++r) {
        const int64_t offset = (r * a_.tile_tokens + t) * pairs;
        model_.ropes()[static_cast<size_t>(r)].angles(rows[t].position, a_.cos + offset, a_.sin + offset);
      }
    }
  });
}

// Rows as a product with `weight` reads them: where it is quantized they become bytes, once for all threads and all that read them. Matrices
// that read the same rows are all quantized, or else the bytes serve those that are.
Forward::Operand Forward::operand(const float* rows, const kernels::Matrix& weight, int32_t count) {
  if (!is_quantized(weight.dtype)) return {rows, nullptr, count};
  inputs_ = kernels::Inputs::in(a_.inputs, weight.cols, count);
  pool_.parallel_for(count, grain(kElementWork * weight.cols), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) kernels_.quantize_inputs(rows + t * weight.cols, t, inputs_);
  });
  return {rows, &inputs_, count};
}

// The residual stream as a block whose first product is with `weight` reads it: normed, or as it is.
Forward::Operand Forward::block_input(const std::vector<float>& norm, const kernels::Matrix& weight, int32_t count) {
  if (norm.empty()) return operand(a_.hidden, weight, count);
  const int32_t size = config_.hidden_size;
  const bool bytes = is_quantized(weight.dtype);
  if (bytes) inputs_ = kernels::Inputs::in(a_.inputs, size, count);
  pool_.parallel_for(count, grain(kElementWork * size), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) {
      float* const normed = a_.normed + t * size;
      kernels_.rms_norm(a_.hidden + t * size, norm.data(), size, config_.rms_norm_epsilon, normed);
      if (bytes) kernels_.quantize_inputs(normed, t, inputs_);
    }
  });
  return {a_.normed, bytes ? &inputs_ : nullptr, count};
}

void Forward::multiply(const kernels::Matrix& weight, const float* bias, const Operand& in, float* out, int64_t begin, int64_t end,
                       const kernels::Scratch& scratch) const {
  if (in.bytes != nullptr && is_quantized(weight.dtype)) {
    kernels_.matmul_inputs(weight, bias, *in.bytes, out, weight.rows, begin, end, scratch);
  } else {
    kernels_.matmul(weight, bias, in.rows, weight.cols, in.count, out, weight.rows, begin, end, scratch);
  }
}

void Forward::project_heads(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow* rows, const Operand& in) {
  const int32_t count = in.count;
  project({{weights.query, a_.query}, {weights.key, a_.key}, {weights.value, a_.value}}, in);
  if (weights.query.paired_rows) unpair(a_.query, query_size(config_), count);
  if (weights.key.paired_rows) unpair(a_.key, kv_size(config_), count);
  pool_.parallel_for(count, grain(kElementWork * (query_size(config_) + 2 * kv_size(config_))),
                     [&](int64_t begin, int64_t end, int32_t) {
                       for (int64_t t = begin; t < end; ++t) place(weights, cache, rows[t], static_cast<int32_t>(t));
                     });
}

// Brings heads whose weights have paired rows into the order of their names. Moving results, not weights, leaves the weights mapped as
// they lie, quantized or not, and everything after this computes the bits that it would have computed from weights in that order.
void Forward::unpair(float* heads, int32_t width, int32_t count) {
  const int32_t size = config_.head_size;
  pool_.parallel_for(static_cast<int64_t>(count) * width / size, grain(size), [&](int64_t begin, int64_t end, int32_t) {
    float pairs[kHeadSizeMax];
    for (int64_t h = begin; h < end; ++h) {
      float* const head = heads + h * size;
      std::copy_n(head, size, pairs);
      for (int32_t i = 0; i < size / 2; ++i) {
        head[i] = pairs[2 * i];
        head[i + size / 2] = pairs[2 * i + 1];
      }
    }
  });
}

// Norm and rotate the heads of one token, and store its keys and values. All tokens of the tile are stored before any of them attends.
void Forward::place(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow& row, int32_t t) {
  const int32_t size = config_.head_size;
  const int64_t angles = (static_cast<int64_t>(weights.rope_index) * a_.tile_tokens + t) * (size / 2);
  const int32_t turned = 2 * model_.ropes()[static_cast<size_t>(weights.rope_index)].pair_count();
  const auto turn = [&](float* heads, int32_t width, const std::vector<float>& norm) {
    const int32_t normed = static_cast<int32_t>(norm.size());
    for (int32_t i = 0; normed > 0 && i < width; i += normed) {
      kernels_.rms_norm(heads + i, norm.data(), normed, config_.rms_norm_epsilon, heads + i);
    }
    for (int32_t i = 0; i < width; i += size) kernels_.rope(heads + i, a_.cos + angles, a_.sin + angles, turned);
  };
  float* const key = a_.key + static_cast<int64_t>(t) * kv_size(config_);
  turn(a_.query + static_cast<int64_t>(t) * query_size(config_), query_size(config_), weights.query_norm);
  turn(key, kv_size(config_), weights.key_norm);
  kernels_.kv_store(cache, row.blocks[row.position / cache.block_tokens], row.position % cache.block_tokens, key,
                    a_.value + static_cast<int64_t>(t) * kv_size(config_));
}

void Forward::weigh_attention(const kernels::AttentionRule& rule, const TokenRow* rows, int32_t count) {
  a_.attention_work[0] = 0;
  for (int32_t t = 0; t < count; ++t) {
    const int64_t seen = rows[t].position - rule.first_position(rows[t].position) + 1;
    a_.attention_work[t + 1] = a_.attention_work[t] + 2 * seen * query_size(config_);
  }
}

// A head of a token is one unit. A unit's work grows with what it sees, so the shares are cut at equal sums of work, not of units.
void Forward::attention(const DecoderLayer& weights, const kernels::KvLayer& cache, const TokenRow* rows, int32_t count) {
  const kernels::AttentionRule rule{config_.attention_scale, config_.attention_softcap, weights.attention_window};
  weigh_attention(rule, rows, count);
  const int32_t heads = config_.query_head_count;
  const int32_t queries_per_kv = heads / config_.kv_head_count;
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
      kernels_.attention(cache, head / queries_per_kv, rows[t].blocks, rows[t].position, together, a_.query + offset, rule,
                         a_.attention + offset);
      unit += together;
    }
  });
}

void Forward::feed_forward(const Mlp& mlp, const Operand& in) {
  const int64_t inputs = config_.hidden_size;
  adapters_.put(kGatePlace, mlp.gate);
  adapters_.put(kUpPlace, mlp.up);
  adapters_.bring_down(kUpPlace + 1, in.rows, inputs, kShareWork, [this](int32_t worker) { return a_.scratch_of(worker); });
  pool_.parallel_for(config_.intermediate_size, round_up(grain(2 * inputs * in.count), kRowGrain),
                     [&](int64_t begin, int64_t end, int32_t worker) {
                       gate_and_up(mlp, in, a_.gate, a_.up, begin, end, &adapters_, a_.scratch_of(worker));
                     });
  project({{mlp.down, a_.delta}}, operand(a_.gate, mlp.down.weight, in.count));
}

// Gate, up and their product in one go: a range of outputs needs nothing of another range. Experts have no adapters.
void Forward::gate_and_up(const Mlp& mlp, const Operand& in, float* gate, float* up, int64_t begin, int64_t end,
                          const AdapterPass* adapters, const kernels::Scratch& scratch) {
  const int64_t width = mlp.gate.weight.rows;
  multiply(mlp.gate.weight, mlp.gate.bias_or_null(), in, gate, begin, end, scratch);
  multiply(mlp.up.weight, mlp.up.bias_or_null(), in, up, begin, end, scratch);
  if (adapters != nullptr) {
    adapters->bring_up(kGatePlace, gate, width, begin, end, scratch);
    adapters->bring_up(kUpPlace, up, width, begin, end, scratch);
  }
  for (int64_t t = 0; t < in.count; ++t) activate_(gate + t * width + begin, up + t * width + begin, static_cast<int32_t>(end - begin));
}

// Every expert over the copies of the rows that chose it; then each row adds what its experts gave, in the order in which it chose them.
void Forward::mix_experts(const DecoderLayer& weights, const Operand& in) {
  const int32_t count = in.count;
  const int64_t size = config_.hidden_size;
  const int64_t inner = config_.expert_intermediate_size;
  const ExpertChoices& choices = a_.choices;
  choose(weights, in);
  for_each_expert(inner, 2 * size, count, [&](size_t expert, int64_t copy, int32_t copies, int64_t begin, int64_t end,
                                              const kernels::Scratch& scratch) {
    gate_and_up(weights.experts[expert], {a_.expert_inputs + copy * size, nullptr, copies}, a_.gate + copy * inner, a_.up + copy * inner,
                begin, end, nullptr, scratch);
  });
  for_each_expert(size, inner, count, [&](size_t expert, int64_t copy, int32_t copies, int64_t begin, int64_t end,
                                           const kernels::Scratch& scratch) {
    multiply(weights.experts[expert].down.weight, weights.experts[expert].down.bias_or_null(), {a_.gate + copy * inner, nullptr, copies},
             a_.expert_outputs + copy * size, begin, end, scratch);
  });
  pool_.parallel_for(count, grain(choices.chosen_count * size), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) {
      float* const delta = a_.delta + t * size;
      std::fill_n(delta, size, 0.0f);
      for (int64_t i = t * choices.chosen_count; i < (t + 1) * choices.chosen_count; ++i) {
        kernels_.add_scaled(delta, a_.expert_outputs + choices.copies[i] * size, choices.weights[i], static_cast<int32_t>(size));
      }
    }
  });
}

// Asks the router, and copies each row to where its experts will read it.
void Forward::choose(const DecoderLayer& weights, const Operand& in) {
  const int32_t count = in.count;
  const int64_t size = config_.hidden_size;
  ExpertChoices& choices = a_.choices;
  project({{weights.router, a_.router_logits}}, in);
  pool_.parallel_for(count, grain(static_cast<int64_t>(choices.chosen_count) * choices.expert_count * kElementWork),
                     [&](int64_t begin, int64_t end, int32_t) {
                       for (int64_t t = begin; t < end; ++t) {
                         choose_experts(a_.router_logits + t * choices.expert_count, choices.expert_count, choices.chosen_count,
                                        config_.expert_weights_normalized == 1, choices.experts + t * choices.chosen_count,
                                        choices.weights + t * choices.chosen_count);
                       }
                     });
  choices.group(count);
  pool_.parallel_for(count, grain(choices.chosen_count * size), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t i = begin * choices.chosen_count; i < end * choices.chosen_count; ++i) {
      std::copy_n(in.rows + i / choices.chosen_count * size, size, a_.expert_inputs + choices.copies[i] * size);
    }
  });
}

// body(expert, first copy, copies, output_begin, output_end, scratch) over all outputs of all experts that were chosen. An output of a copy is one
// unit, and those of all copies are one range, so that threads get equal shares however unequal the experts' numbers of rows.
template <typename Body>
void Forward::for_each_expert(int64_t outputs, int64_t inputs, int32_t count, const Body& body) {
  const ExpertChoices& choices = a_.choices;
  const int64_t units = static_cast<int64_t>(count) * choices.chosen_count * outputs;
  pool_.parallel_for(units, grain(inputs), [&](int64_t begin, int64_t end, int32_t worker) {
    for (int32_t e = 0; e < choices.expert_count; ++e) {
      const int64_t first = choices.begins[e];
      const int64_t copies = choices.begins[e + 1] - first;
      if (copies == 0 || (first + copies) * outputs <= begin || first * outputs >= end) continue;
      const auto output_at = [&](int64_t unit) {
        return std::clamp<int64_t>(round_up((unit - first * outputs) / copies, kRowGrain), 0, outputs);
      };
      const int64_t output_begin = output_at(begin);
      const int64_t output_end = output_at(end);
      if (output_begin < output_end) {
        body(static_cast<size_t>(e), first, static_cast<int32_t>(copies), output_begin, output_end, a_.scratch_of(worker));
      }
    }
  });
}

// Adds what a block gave to the residual stream, normed where a norm stands behind the block.
void Forward::add_delta(const std::vector<float>& norm, int32_t count) {
  const int32_t size = config_.hidden_size;
  pool_.parallel_for(count, grain(kElementWork * size), [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) {
      float* const delta = a_.delta + t * size;
      if (!norm.empty()) kernels_.rms_norm(delta, norm.data(), size, config_.rms_norm_epsilon, delta);
      kernels_.add(a_.hidden + t * size, delta, size);
    }
  });
}

// Matrices that read the same input, their outputs laid end to end as one range, so that one waking of the workers serves them all.
void Forward::project(std::initializer_list<Projection> projections, const Operand& in) {
  int64_t outputs = 0;
  for (const Projection& p : projections) outputs += p.linear.weight.rows;
  const int64_t inputs = projections.begin()->linear.weight.cols;
  int32_t places = 0;
  for (const Projection& p : projections) adapters_.put(places++, p.linear);
  adapters_.bring_down(places, in.rows, inputs, kShareWork, [this](int32_t worker) { return a_.scratch_of(worker); });
  pool_.parallel_for(outputs, round_up(grain(inputs * in.count), kRowGrain), [&](int64_t begin, int64_t end, int32_t worker) {
    int64_t first = 0;  // of this matrix's outputs in the whole range
    int32_t place = 0;
    for (const Projection& p : projections) {
      const kernels::Matrix& weight = p.linear.weight;
      const int64_t row_begin = std::clamp<int64_t>(begin - first, 0, weight.rows);
      const int64_t row_end = std::clamp<int64_t>(end - first, 0, weight.rows);
      if (row_begin < row_end) {
        multiply(weight, p.linear.bias_or_null(), in, p.out, row_begin, row_end, a_.scratch_of(worker));
        adapters_.bring_up(place, p.out, weight.rows, row_begin, row_end, a_.scratch_of(worker));
      }
      first += weight.rows;
      ++place;
    }
  });
}

void Forward::final_norm(int32_t row, float* out) const {
  kernels_.rms_norm(a_.hidden + static_cast<int64_t>(row) * config_.hidden_size, model_.decoder().final_norm.data(),
                    config_.hidden_size, config_.rms_norm_epsilon, out);
}

void Forward::logits(const float* normed, int32_t count, float* out) {
  const int64_t inputs = config_.hidden_size;
  const kernels::Matrix& head = model_.decoder().lm_head;
  const Operand in = operand(normed, head, count);
  pool_.parallel_for(config_.vocab_size, round_up(grain(inputs * count), kRowGrain), [&](int64_t begin, int64_t end, int32_t worker) {
    multiply(head, nullptr, in, out, begin, end, a_.scratch_of(worker));
    for (int64_t t = 0; config_.logit_softcap > 0 && t < count; ++t) {
      kernels_.softcap(out + t * config_.vocab_size + begin, config_.logit_softcap, static_cast<int32_t>(end - begin));
    }
  });
}

}  // namespace weir
