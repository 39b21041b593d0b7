#include "model/rope.h"

#include <cmath>
#include <numbers>

namespace weir {
namespace {

// Llama 3.1 stretches the context by slowing down the pairs whose wavelength does not fit the original one: long waves by the whole factor,
// short ones not at all, those between by a blend that is linear in original_context / wavelength.
double llama3_scaled(const weir_model_config& config, double frequency) {
  const double wavelength = 2 * std::numbers::pi / frequency;
  const double turns = config.rope_original_context_tokens / wavelength;
  if (turns < config.rope_low_freq_factor) return frequency / config.rope_factor;
  if (turns > config.rope_high_freq_factor) return frequency;
  const double low = config.rope_low_freq_factor;
  const double high = config.rope_high_freq_factor;
  const double blend = (turns - low) / (high - low);
  return (1 - blend) * frequency / config.rope_factor + blend * frequency;
}

double scaled(const weir_model_config& config, double frequency) {
  switch (config.rope_scaling) {
    case WEIR_ROPE_SCALING_LLAMA3: return llama3_scaled(config, frequency);
    case WEIR_ROPE_SCALING_LINEAR: return frequency / config.rope_factor;
    default: return frequency;
  }
}

}  // namespace

Rope::Rope(const weir_model_config& config) {
  for (int32_t i = 0; i < config.head_size / 2; ++i) {
    frequencies_.push_back(scaled(config, std::pow(config.rope_theta, -2.0 * i / config.head_size)));
  }
}

void Rope::angles(int32_t position, float* cos, float* sin) const {
  for (size_t i = 0; i < frequencies_.size(); ++i) {
    const double angle = position * frequencies_[i];
    cos[i] = static_cast<float>(std::cos(angle));
    sin[i] = static_cast<float>(std::sin(angle));
  }
}

}  // namespace weir
