#include "support/reference_forward.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace weir::testing {
namespace {

using Vector = std::vector<double>;

// Rows [begin, begin + count) of W, times x (+ b); all rows where count is 0.
Vector linear(const TinyModel& model, const std::string& name, const Vector& x, size_t begin = 0, size_t count = 0) {
  const StoredTensor& weight = model.tensor(name + ".weight");
  Vector y(count > 0 ? count : static_cast<size_t>(weight.shape[0]));
  for (size_t r = 0; r < y.size(); ++r) {
    if (model.has(name + ".bias")) y[r] = model.tensor(name + ".bias").values[begin + r];
    for (size_t k = 0; k < x.size(); ++k) y[r] += static_cast<double>(weight.values[(begin + r) * x.size() + k]) * x[k];
  }
  return y;
}

// Over stretches as long as the weight; x itself where there is no such weight.
Vector rms_norm(const TinyModel& model, const std::string& name, const Vector& x) {
  if (!model.has(name + ".weight")) return x;
  const std::vector<float>& weight = model.tensor(name + ".weight").values;
  Vector y(x.size());
  for (size_t begin = 0; begin < x.size(); begin += weight.size()) {
    double squares = 0;
    for (size_t i = 0; i < weight.size(); ++i) squares += x[begin + i] * x[begin + i];
    const double mean = squares / static_cast<double>(weight.size());
    const double inverse = 1 / std::sqrt(mean + static_cast<double>(model.config().rms_norm_epsilon));
    for (size_t i = 0; i < weight.size(); ++i) {
      y[begin + i] = x[begin + i] * inverse * (static_cast<double>(weight[i]) + model.config().norm_plus_one);
    }
  }
  return y;
}

void rope(const weir_model_config& c, const weir_rope& rope, Vector& heads, int32_t position) {
  for (size_t begin = 0; begin < heads.size(); begin += static_cast<size_t>(c.head_size)) {
    for (int32_t i = 0; i < rope.pair_count; ++i) {
      double& a = heads[begin + static_cast<size_t>(i)];
      double& b = heads[begin + static_cast<size_t>(i + rope.pair_count)];
      const double cos = rope.amplitude * std::cos(position * rope.frequencies[i]);
      const double sin = rope.amplitude * std::sin(position * rope.frequencies[i]);
      const double turned = a * cos - b * sin;
      b = b * cos + a * sin;
      a = turned;
    }
  }
}

double softcapped(double x, double cap) { return cap > 0 ? cap * std::tanh(x / cap) : x; }

Vector attention(const weir_model_config& c, size_t window, const Vector& query, const std::vector<Vector>& keys,
                 const std::vector<Vector>& values) {
  const size_t size = static_cast<size_t>(c.head_size);
  const size_t first = window > 0 && keys.size() > window ? keys.size() - window : 0;
  Vector out(query.size());
  for (int32_t h = 0; h < c.query_head_count; ++h) {
    const size_t q = static_cast<size_t>(h) * size;
    const size_t kv = static_cast<size_t>(h / (c.query_head_count / c.kv_head_count)) * size;
    Vector weights(keys.size());
    for (size_t p = first; p < keys.size(); ++p) {
      for (size_t d = 0; d < size; ++d) weights[p] += query[q + d] * keys[p][kv + d];
      weights[p] = std::exp(softcapped(weights[p] * c.attention_scale, c.attention_softcap));
    }
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (size_t p = first; p < keys.size(); ++p) {
      for (size_t d = 0; d < size; ++d) out[q + d] += weights[p] / total * values[p][kv + d];
    }
  }
  return out;
}

double activation(const weir_model_config& c, double x) {
  if (c.activation == WEIR_ACTIVATION_SILU) return x / (1 + std::exp(-x));
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
}

Vector gated(const weir_model_config& c, Vector gate, const Vector& up) {
  for (size_t i = 0; i < gate.size(); ++i) gate[i] = activation(c, gate[i]) * up[i];
  return gate;
}

void add(Vector& x, const Vector& y, double factor = 1) {
  for (size_t i = 0; i < x.size(); ++i) x[i] += factor * y[i];
}

Vector experts(const TinyModel& model, const std::string& prefix, const std::vector<std::string>& names, const Vector& x) {
  const weir_model_config& c = model.config();
  const Vector logits = linear(model, prefix + "gate", x);
  std::vector<size_t> order(logits.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  Vector out(x.size());
  double total = 0;
  const size_t chosen = static_cast<size_t>(c.experts_per_token);
  for (size_t j = 0; j < (c.expert_weights_normalized == 1 ? chosen : order.size()); ++j) total += std::exp(logits[order[j]]);
  for (size_t j = 0; j < chosen; ++j) {
    const std::string expert = prefix + "experts." + std::to_string(order[j]) + ".";
    const Vector inner = gated(c, linear(model, expert + names[0], x), linear(model, expert + names[1], x));
    add(out, linear(model, expert + names[2], inner), std::exp(logits[order[j]]) / total);
  }
  return out;
}

Vector feed_forward(const TinyModel& model, const std::string& prefix, const Vector& x) {
  const weir_model_config& c = model.config();
  if (model.has(prefix + "block_sparse_moe.gate.weight")) return experts(model, prefix + "block_sparse_moe.", {"w1", "w3", "w2"}, x);
  if (model.has(prefix + "mlp.gate.weight")) return experts(model, prefix + "mlp.", {"gate_proj", "up_proj", "down_proj"}, x);
  if (model.has(prefix + "mlp.gate_up_proj.weight")) {
    const size_t inner = static_cast<size_t>(c.intermediate_size);
    const Vector gate = linear(model, prefix + "mlp.gate_up_proj", x, 0, inner);
    return linear(model, prefix + "mlp.down_proj", gated(c, gate, linear(model, prefix + "mlp.gate_up_proj", x, inner, inner)));
  }
  return linear(model, prefix + "mlp.down_proj",
                gated(c, linear(model, prefix + "mlp.gate_proj", x), linear(model, prefix + "mlp.up_proj", x)));
}

struct Heads {
  Vector query, key, value;
};

Heads project(const TinyModel& model, const std::string& prefix, const Vector& x) {
  if (!model.has(prefix + "qkv_proj.weight")) {
    return {linear(model, prefix + "q_proj", x), linear(model, prefix + "k_proj", x), linear(model, prefix + "v_proj", x)};
  }
  const size_t query = static_cast<size_t>(model.config().query_head_count * model.config().head_size);
  const size_t kv = static_cast<size_t>(model.config().kv_head_count * model.config().head_size);
  return {linear(model, prefix + "qkv_proj", x, 0, query), linear(model, prefix + "qkv_proj", x, query, kv),
          linear(model, prefix + "qkv_proj", x, query + kv, kv)};
}

}  // namespace

std::vector<std::vector<double>> reference_logits(const TinyModel& model, const std::vector<int32_t>& token_ids, CacheRounding cache) {
  const weir_model_config& c = model.config();
  std::vector<std::vector<Vector>> keys(static_cast<size_t>(c.layer_count)), values(keys);
  std::vector<Vector> logits;
  for (size_t t = 0; t < token_ids.size(); ++t) {
    const int32_t position = static_cast<int32_t>(t);
    const auto& table = model.tensor("model.embed_tokens.weight").values;
    const auto row = table.begin() + static_cast<std::ptrdiff_t>(token_ids[t]) * c.hidden_size;
    Vector x(row, row + c.hidden_size);
    for (double& value : x) value *= c.embedding_scale;
    for (size_t l = 0; l < keys.size(); ++l) {
      const std::string prefix = "model.layers." + std::to_string(l) + ".";
      const weir_layer layer = c.layers == nullptr ? weir_layer{} : c.layers[l];
      // Where a second norm follows the MLP, the one after the attention belongs to its output, and not to the MLP's input.
      const bool post_norms = model.has(prefix + "post_feedforward_layernorm.weight");
      const std::string mlp_norm = post_norms ? "pre_feedforward_layernorm" : "post_attention_layernorm";
      Heads heads = project(model, prefix + "self_attn.", rms_norm(model, prefix + "input_layernorm", x));
      heads.query = rms_norm(model, prefix + "self_attn.q_norm", heads.query);
      heads.key = rms_norm(model, prefix + "self_attn.k_norm", heads.key);
      rope(c, c.ropes[layer.rope_index], heads.query, position);
      rope(c, c.ropes[layer.rope_index], heads.key, position);
      for (size_t head = 0; head < heads.key.size(); head += static_cast<size_t>(c.head_size)) {
        cache(heads.key.data() + head, c.head_size);
        cache(heads.value.data() + head, c.head_size);
      }
      keys[l].push_back(heads.key);
      values[l].push_back(heads.value);
      const size_t window = static_cast<size_t>(layer.attention_window);
      const Vector attended = linear(model, prefix + "self_attn.o_proj", attention(c, window, heads.query, keys[l], values[l]));
      add(x, post_norms ? rms_norm(model, prefix + "post_attention_layernorm", attended) : attended);
      const Vector fed = feed_forward(model, prefix, rms_norm(model, prefix + mlp_norm, x));
      add(x, rms_norm(model, prefix + "post_feedforward_layernorm", fed));
    }
    Vector row_logits = linear(model, c.tied_embeddings == 1 ? "model.embed_tokens" : "lm_head", rms_norm(model, "model.norm", x));
    for (double& logit : row_logits) logit = softcapped(logit, c.logit_softcap);
    logits.push_back(std::move(row_logits));
  }
  return logits;
}

}  // namespace weir::testing
