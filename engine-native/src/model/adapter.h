// A LoRA adapter (Hu et al. 2021): to some of a model's projections y = W x it adds a product of two thin matrices, y += scale * B (A x).
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernels/kernels.h"
#include "model/model.h"
#include "model/weights.h"
#include "runtime/memory.h"
#include "weir/weir.h"

namespace weir {

// Projections that read the same input are adapted together: queries, keys and values are the most.
constexpr int32_t kAdaptedTogetherMax = 3;

// What is added to one projection.
struct LowRank {
  kernels::Matrix a;  // [rank, inputs]
  kernels::Matrix b;  // [outputs, rank]
};

class Adapter {
 public:
  // Every tensor must be half of the update of a projection that the model has.
  Adapter(const std::shared_ptr<const Model>& model, const weir_adapter_config& config, const weir_model_source& source);

  // An adapter fits the model that it was loaded for and no other, and does not keep it.
  bool belongs_to(const std::shared_ptr<const Model>& model) const;

  int32_t rank() const { return rank_; }
  float scale() const { return scale_; }

  // Null where the projection is not adapted. It is one of the model's own.
  const LowRank* find(const Linear& linear) const;

 private:
  void add(const std::string& projection, const std::vector<const Linear*>& linears, int32_t head_size);
  kernels::Matrix with_paired_rows(const std::string& projection, const kernels::Matrix& b, int32_t head_size);

  std::weak_ptr<const Model> model_;
  int32_t rank_;
  float scale_;
  Weights weights_;
  std::vector<Pages> copies_;
  std::unordered_map<const Linear*, LowRank> updates_;
};

}  // namespace weir
