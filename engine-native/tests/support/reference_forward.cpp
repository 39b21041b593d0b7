#include "support/reference_forward.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace weir::testing {
namespace {

using Vector = std::vector<double>;

// y = W x (+ b)
Vector linear(const TinyModel& model, const std::string& name, const Vector& x) {
  const StoredTensor& weight = model.tensor(name + ".weight");
  Vector y(static_cast<size_t>(weight.shape[0]));
  for (size_t r = 0; r < y.size(); ++r) {
    if (model.has(name + ".bias")) y[r] = model.tensor(name + ".bias").values[r];
    for (size_t k = 0; k < x.size(); ++k) y[r] += static_cast<double>(weight.values[r * x.size() + k]) * x[k];
  }
  return y;
}

Vector rms_norm(const TinyModel& model, const std::string& name, const Vector& x) {
  double squares = 0;
  for (const double v : x) squares += v * v;
  const double inverse = 1 / std::sqrt(squares / static_cast<double>(x.size()) + static_cast<double>(model.config().rms_norm_epsilon));
  Vector y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] * inverse * model.tensor(name).values[i];
  return y;
}

double frequency(const weir_model_config& c, int32_t pair) {
  const double plain = 1 / std::pow(c.rope_theta, 2.0 * pair / c.head_size);
  if (c.rope_scaling == WEIR_ROPE_SCALING_LINEAR) return plain / c.rope_factor;
  if (c.rope_scaling == WEIR_ROPE_SCALING_NONE) return plain;
  const double wavelength = 2 * std::numbers::pi / plain;
  const double low_wavelength = c.rope_original_context_tokens / static_cast<double>(c.rope_low_freq_factor);
  const double high_wavelength = c.rope_original_context_tokens / static_cast<double>(c.rope_high_freq_factor);
  if (wavelength < high_wavelength) return plain;
  if (wavelength > low_wavelength) return plain / c.rope_factor;
  const double smooth = (c.rope_original_context_tokens / wavelength - c.rope_low_freq_factor) /
                        (static_cast<double>(c.rope_high_freq_factor) - c.rope_low_freq_factor);
  return (1 - smooth) * plain / c.rope_factor + smooth * plain;
}

void rope(const weir_model_config& c, double* head, int32_t position) {
  for (int32_t i = 0; i < c.head_size / 2; ++i) {
    const double angle = position * frequency(c, i);
    const double a = head[i];
    const double b = head[i + c.head_size / 2];
    head[i] = a * std::cos(angle) - b * std::sin(angle);
    head[i + c.head_size / 2] = b * std::cos(angle) + a * std::sin(angle);
  }
}

// Norm, where the model has one, and rotation of every head of q or k.
void turn_heads(const TinyModel& model, const std::string& norm, Vector& heads, int32_t position) {
  const size_t size = static_cast<size_t>(model.config().head_size);
  for (size_t begin = 0; begin < heads.size(); begin += size) {
    if (model.has(norm)) {
      const Vector head(heads.begin() + static_cast<std::ptrdiff_t>(begin), heads.begin() + static_cast<std::ptrdiff_t>(begin + size));
      std::ranges::copy(rms_norm(model, norm, head), heads.begin() + static_cast<std::ptrdiff_t>(begin));
    }
    rope(model.config(), heads.data() + begin, position);
  }
}

Vector attention(const weir_model_config& c, const Vector& query, const std::vector<Vector>& keys, const std::vector<Vector>& values) {
  const size_t size = static_cast<size_t>(c.head_size);
  Vector out(query.size());
  for (int32_t h = 0; h < c.query_head_count; ++h) {
    const size_t q = static_cast<size_t>(h) * size;
    const size_t kv = static_cast<size_t>(h / (c.query_head_count / c.kv_head_count)) * size;
    Vector weights(keys.size());
    for (size_t p = 0; p < keys.size(); ++p) {
      for (size_t d = 0; d < size; ++d) weights[p] += query[q + d] * keys[p][kv + d];
      weights[p] /= std::sqrt(static_cast<double>(size));
    }
    const double highest = *std::max_element(weights.begin(), weights.end());
    double total = 0;
    for (double& weight : weights) total += weight = std::exp(weight - highest);
    for (size_t p = 0; p < keys.size(); ++p) {
      for (size_t d = 0; d < size; ++d) out[q + d] += weights[p] / total * values[p][kv + d];
    }
  }
  return out;
}

void add(Vector& x, const Vector& y) {
  for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
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
    for (size_t l = 0; l < keys.size(); ++l) {
      const std::string prefix = "model.layers." + std::to_string(l) + ".";
      const Vector n = rms_norm(model, prefix + "input_layernorm.weight", x);
      Vector query = linear(model, prefix + "self_attn.q_proj", n);
      Vector key = linear(model, prefix + "self_attn.k_proj", n);
      Vector value = linear(model, prefix + "self_attn.v_proj", n);
      turn_heads(model, prefix + "self_attn.q_norm.weight", query, position);
      turn_heads(model, prefix + "self_attn.k_norm.weight", key, position);
      std::ranges::transform(key, key.begin(), cache);
      std::ranges::transform(value, value.begin(), cache);
      keys[l].push_back(key);
      values[l].push_back(value);
      add(x, linear(model, prefix + "self_attn.o_proj", attention(c, query, keys[l], values[l])));
      const Vector m = rms_norm(model, prefix + "post_attention_layernorm.weight", x);
      Vector gate = linear(model, prefix + "mlp.gate_proj", m);
      const Vector up = linear(model, prefix + "mlp.up_proj", m);
      for (size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
      add(x, linear(model, prefix + "mlp.down_proj", gate));
    }
    const Vector normed = rms_norm(model, "model.norm.weight", x);
    logits.push_back(linear(model, model.config().tied_embeddings == 1 ? "model.embed_tokens" : "lm_head", normed));
  }
  return logits;
}

}  // namespace weir::testing
