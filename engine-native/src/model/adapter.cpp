#include "model/adapter.h"

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "runtime/error.h"

namespace weir {
namespace {

constexpr const char* kHalfA = ".lora_A.weight";
constexpr const char* kHalfB = ".lora_B.weight";

const weir_adapter_config& checked(const weir_adapter_config& config) {
  require(config.rank >= 1 && config.rank <= WEIR_ADAPTER_RANK_MAX, "rank: ", config.rank, " is not in [1, WEIR_ADAPTER_RANK_MAX = ",
          WEIR_ADAPTER_RANK_MAX, "]");
  require(std::isfinite(config.scale), "scale: ", config.scale, " is not a finite number");
  require(config.reserved == 0, "reserved: ", config.reserved, " is not 0");
  return config;
}

// What can be adapted, by its name in the model's files. Some files keep several matrices as one, whose rows are theirs one after the other.
using Adaptable = std::map<std::string, std::vector<const Linear*>>;

Adaptable adaptable(const Decoder& decoder) {
  Adaptable found;
  for (size_t i = 0; i < decoder.layers.size(); ++i) {
    const DecoderLayer& layer = decoder.layers[i];
    const std::string prefix = "model.layers." + std::to_string(i) + ".";
    found[prefix + "self_attn.q_proj"] = {&layer.query};
    found[prefix + "self_attn.k_proj"] = {&layer.key};
    found[prefix + "self_attn.v_proj"] = {&layer.value};
    found[prefix + "self_attn.qkv_proj"] = {&layer.query, &layer.key, &layer.value};
    found[prefix + "self_attn.o_proj"] = {&layer.output};
    if (layer.sparse) continue;
    found[prefix + "mlp.gate_proj"] = {&layer.mlp.gate};
    found[prefix + "mlp.up_proj"] = {&layer.mlp.up};
    found[prefix + "mlp.gate_up_proj"] = {&layer.mlp.gate, &layer.mlp.up};
    found[prefix + "mlp.down_proj"] = {&layer.mlp.down};
  }
  return found;
}

// The projection that a tensor is half of an update of.
std::string projection_of(const std::string& tensor) {
  for (const std::string half : {kHalfA, kHalfB}) {
    if (tensor.size() > half.size() && tensor.ends_with(half)) return tensor.substr(0, tensor.size() - half.size());
  }
  fail(WEIR_INVALID_ARGUMENT, tensor, ": is neither <projection>", kHalfA, " nor <projection>", kHalfB);
}

}  // namespace

Adapter::Adapter(const std::shared_ptr<const Model>& model, const weir_adapter_config& config, const weir_model_source& source)
    : model_(model), rank_(checked(config).rank), scale_(config.scale), weights_(source, WEIR_DTYPE_AUTO, WEIR_DTYPE_AUTO) {
  const Adaptable known = adaptable(model->decoder());
  std::set<std::string> projections;
  for (int32_t i = 0; i < source.tensor_count; ++i) {
    const std::string projection = projection_of(source.tensors[i].name);
    require(source.tensors[i].storage == WEIR_STORAGE_AS_NAMED, source.tensors[i].name, ": storage ", source.tensors[i].storage,
            " is not understood of this tensor");
    require(known.contains(projection), projection, ": the model has no such projection, or it cannot be adapted");
    projections.insert(projection);
  }
  for (const std::string& projection : projections) add(projection, known.at(projection), model->config().head_size);
}

void Adapter::add(const std::string& projection, const std::vector<const Linear*>& linears, int32_t head_size) {
  int64_t outputs = 0;
  for (const Linear* linear : linears) outputs += linear->weight.rows;
  const kernels::Matrix a = weights_.matrix(projection + kHalfA, rank_, linears.front()->weight.cols, Quantizing::never);
  const kernels::Matrix b = weights_.matrix(projection + kHalfB, outputs, rank_, Quantizing::never);
  require(!is_quantized(a.dtype) && !is_quantized(b.dtype), projection, ": an adapter's tensors are float32, float16 or bfloat16");
  int64_t first = 0;
  for (const Linear* linear : linears) {
    const kernels::Matrix part = kernels::row_range(b, first, linear->weight.rows);
    const bool fresh =
        updates_.emplace(linear, LowRank{a, linear->paired_rows ? with_paired_rows(projection, part, head_size) : part}).second;
    require(fresh, projection, ": a projection that is part of it is adapted by a tensor of its own, too");
    first += linear->weight.rows;
  }
}

// A copy with its rows in the order in which weights with paired rows give their outputs, for there the update is added.
kernels::Matrix Adapter::with_paired_rows(const std::string& projection, const kernels::Matrix& b, int32_t head_size) {
  const int64_t row_bytes = stored_bytes(b.dtype, b.cols);
  copies_.push_back(Pages::allocate(row_bytes * b.rows, projection));
  std::byte* const out = copies_.back().data();
  for (int64_t r = 0; r < b.rows; ++r) {
    const int64_t i = r % head_size;
    const int64_t named = r - i + i / 2 + i % 2 * (head_size / 2);
    std::memcpy(out + r * row_bytes, static_cast<const std::byte*>(b.data) + named * row_bytes, static_cast<size_t>(row_bytes));
  }
  return {out, b.dtype, b.rows, b.cols};
}

bool Adapter::belongs_to(const std::shared_ptr<const Model>& model) const {
  return !model_.owner_before(model) && !model.owner_before(model_);
}

const LowRank* Adapter::find(const Linear& linear) const {
  const auto found = updates_.find(&linear);
  return found == updates_.end() ? nullptr : &found->second;
}

}  // namespace weir
