#include "model/weights.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>

#include "kernels/elements.h"
#include "kernels/packed.h"
#include "kernels/quantize.h"
#include "runtime/error.h"
#include "runtime/machine.h"
#include "tensor/thread_pool.h"

namespace weir {
namespace {

constexpr int32_t kFilesMax = 4096;
constexpr int32_t kTensorsMax = 1 << 20;
constexpr int64_t kNameBytesMax = 256;

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string out = "[";
  for (const int64_t size : shape) out += (out.size() > 1 ? ", " : "") + std::to_string(size);
  return out + "]";
}

// A block type's members are F16 at most.
int64_t alignment_bytes(DType dtype) { return is_quantized(dtype) ? 2 : facts(dtype).block_bytes; }

// One stored row as floats. The reference kernel widens any type.
void widen(const void* data, DType dtype, int64_t count, float* out) {
  kernels::reference_kernels().embed({data, dtype, 1, count}, 0, out);
}

// Of 32 weights, with as many bits for each: for rows that 256 does not divide.
DType small_block(DType dtype) {
  switch (dtype) {
    case DType::q4_k: return DType::q4_1;
    case DType::q5_k: return DType::q5_1;
    case DType::q6_k: return DType::q8_0;
    default: return dtype;
  }
}

// The type of block that rows of `cols` weights are turned into where `asked` is asked for, if there is one.
std::optional<DType> block_type(DType asked, Quantizing quantizing, int64_t cols) {
  if (quantizing == Quantizing::never) return std::nullopt;
  const DType wanted = quantizing == Quantizing::finely && asked != DType::q8_0 ? DType::q6_k : asked;
  for (const DType dtype : {wanted, small_block(wanted)}) {
    if (cols % facts(dtype).block_elements == 0) return dtype;
  }
  return std::nullopt;
}

// Weights that are worth a thread of their own, where a load converts them.
constexpr int64_t kShareWeights = 64 * 1024;
constexpr int64_t kChunk = 4096;  // converted at a time; a multiple of every block

// Brings `size` weights, whole rows, from one type into another or only to another place. False where one cannot be quantized.
bool convert(const std::byte* from, DType stored, int64_t size, DType target, std::byte* to) {
  if (target == stored) {
    std::memcpy(to, from, static_cast<size_t>(stored_bytes(stored, size)));
    return true;
  }
  alignas(64) std::byte aligned[kChunk * sizeof(float)];
  float widened[kChunk];
  for (int64_t at = 0; at < size; at += kChunk) {
    const int64_t count = std::min(kChunk, size - at);
    std::memcpy(aligned, from + stored_bytes(stored, at), static_cast<size_t>(stored_bytes(stored, count)));
    widen(aligned, stored, count, widened);
    std::byte* const out = to + stored_bytes(target, at);
    if (!is_quantized(target)) {  // held_dtype allows no other type than BF16
      kernels::Bf16* const rounded = reinterpret_cast<kernels::Bf16*>(out);
      for (int64_t i = 0; i < count; ++i) kernels::narrow(widened[i], rounded[i]);
    } else if (!kernels::quantize(widened, count, target, out)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Weights::Weights(const weir_model_source& source, int32_t dtype, int32_t quantize) : dtype_(dtype), quantize_(quantize) {
  require(source.file_count >= 1 && source.file_count <= kFilesMax, "file_count: ", source.file_count, " is not in [1, ", kFilesMax, "]");
  require(source.tensor_count >= 1 && source.tensor_count <= kTensorsMax, "tensor_count: ", source.tensor_count, " is not in [1, ",
          kTensorsMax, "]");
  require(source.file_paths != nullptr, "file_paths is null");
  require(source.tensors != nullptr, "tensors is null");
  for (int32_t i = 0; i < source.file_count; ++i) {
    require(source.file_paths[i] != nullptr, "file_paths[", i, "] is null");
    file_paths_.emplace_back(source.file_paths[i]);
    files_.push_back(Pages::map_file(file_paths_.back()));
  }
  for (int32_t i = 0; i < source.tensor_count; ++i) {
    require(source.tensors[i].name != nullptr, "tensors[", i, "].name is null");
    require(strnlen(source.tensors[i].name, kNameBytesMax) < kNameBytesMax, "tensors[", i, "].name is longer than ", kNameBytesMax - 1,
            " bytes");
    add(source.tensors[i]);
  }
}

void Weights::drop_file_pages() const {
  for (size_t i = 0; i < files_.size(); ++i) files_[i].drop_file_pages(file_paths_[i]);
}

void Weights::add(const weir_tensor& tensor) {
  const std::string name = tensor.name;
  require(tensor.file_index >= 0 && tensor.file_index < static_cast<int32_t>(files_.size()), name, ": file_index ", tensor.file_index,
          " is not in [0, ", files_.size(), ")");
  const std::string where = name + " in " + file_paths_[static_cast<size_t>(tensor.file_index)];
  require(tensor.dtype >= WEIR_DTYPE_F32 && tensor.dtype <= kDTypeLast, where, ": dtype ", tensor.dtype, " is none of WEIR_DTYPE_");
  require(tensor.rank >= 1 && tensor.rank <= WEIR_TENSOR_RANK_MAX, where, ": rank ", tensor.rank, " is not in [1, ",
          WEIR_TENSOR_RANK_MAX, "]");
  require(tensor.storage >= WEIR_STORAGE_AS_NAMED && tensor.storage <= WEIR_STORAGE_ONE_PLUS, where, ": storage ", tensor.storage,
          " is none of WEIR_STORAGE_");
  const DType dtype = static_cast<DType>(tensor.dtype);
  const DTypeFacts& type = facts(dtype);
  int64_t bytes = type.block_bytes;
  for (int32_t i = 0; i < tensor.rank; ++i) {
    require(tensor.shape[i] >= 1, where, ": shape[", i, "] is ", tensor.shape[i]);
    const bool row = i == tensor.rank - 1;
    require(!row || tensor.shape[i] % type.block_elements == 0, where, ": rows of ", tensor.shape[i], " elements are no whole blocks of ",
            type.name, ", which have ", type.block_elements);
    bytes = saturating_product(bytes, row ? tensor.shape[i] / type.block_elements : tensor.shape[i]);
  }
  std::vector<int64_t> shape(tensor.shape, tensor.shape + tensor.rank);
  require(bytes == tensor.size_bytes, where, ": shape ", shape_text(shape), " of ", facts(dtype).name, " takes ", bytes,
          " bytes, not ", tensor.size_bytes);
  require(tensor.offset_bytes >= 0, where, ": offset_bytes is ", tensor.offset_bytes);
  const Pages& file = files_[static_cast<size_t>(tensor.file_index)];
  if (saturating_sum(tensor.offset_bytes, tensor.size_bytes) > file.size_bytes()) {
    fail(WEIR_FILE_ERROR, where, ": bytes ", tensor.offset_bytes, " to ", saturating_sum(tensor.offset_bytes, tensor.size_bytes),
         " lie beyond the end of the file, which has ", file.size_bytes(), " (is it truncated?)");
  }
  const bool fresh =
      tensors_.emplace(name, Tensor{dtype, std::move(shape), file.data() + tensor.offset_bytes, bytes, tensor.file_index, tensor.storage}).second;
  require(fresh, where, ": a second tensor of that name");
}

const Weights::Tensor& Weights::find(const std::string& name, const std::vector<int64_t>& shape, int32_t understood) const {
  const auto found = tensors_.find(name);
  require(found != tensors_.end(), name, ": missing from ", file_paths_.front(),
          files_.size() > 1 ? text(" and ", files_.size() - 1, " more files") : "");
  const Tensor& tensor = found->second;
  require(tensor.shape == shape, name, " in ", file_paths_[static_cast<size_t>(tensor.file_index)], ": shape ", shape_text(tensor.shape),
          ", expected ", shape_text(shape));
  require(tensor.storage == WEIR_STORAGE_AS_NAMED || tensor.storage == understood, name, " in ",
          file_paths_[static_cast<size_t>(tensor.file_index)], ": storage ", tensor.storage, " is not understood of this tensor");
  return tensor;
}

// The type a matrix is held in. What is stored quantized stays so. float32 keeps the stored bits: arithmetic is FP32 in any case and
// widening is exact, so copying BF16 weights into floats would change no result and double the bytes that every step reads; there, dtype only
// decides the KV cache's type.
DType Weights::held_dtype(const std::string& name, const Tensor& tensor, Quantizing quantizing) const {
  if (is_quantized(tensor.dtype)) return tensor.dtype;
  if (quantize_ != WEIR_DTYPE_AUTO) {
    const std::optional<DType> blocks = block_type(static_cast<DType>(quantize_), quantizing, tensor.shape.back());
    if (blocks.has_value()) return *blocks;
  }
  if (dtype_ == WEIR_DTYPE_BF16) return DType::bf16;
  require(dtype_ != WEIR_DTYPE_F16 || tensor.dtype == DType::f16, name, " in ", file_paths_[static_cast<size_t>(tensor.file_index)],
          ": is ", facts(tensor.dtype).name, " and may not fit float16's range; use auto, float32 or bfloat16");
  return tensor.dtype;
}

kernels::Matrix Weights::matrix(const std::string& name, int64_t rows, int64_t cols, Quantizing quantizing, int32_t understood) {
  const Tensor& tensor = find(name, {rows, cols}, understood);
  const DType held = held_dtype(name, tensor, quantizing);
  Holding& holding = holdings_[static_cast<size_t>(held)];
  ++holding.matrices;
  holding.size_bytes += stored_bytes(held, rows * cols);
  kernels::Matrix matrix{tensor.data, held, rows, cols};
  matrix.packed = is_quantized(held) && quantizing != Quantizing::never;
  const bool aligned = reinterpret_cast<uintptr_t>(tensor.data) % static_cast<uintptr_t>(alignment_bytes(tensor.dtype)) == 0;
  return held == tensor.dtype && aligned && !matrix.packed ? matrix : copy_as(name, tensor, matrix);
}

// A copy in the target's type and place, its rows packed where the target says so. What was read of the file is given back.
kernels::Matrix Weights::copy_as(const std::string& name, const Tensor& tensor, kernels::Matrix target) {
  const int64_t unit_rows = target.packed ? kernels::kPanelRows : 1;
  const int64_t unit_bytes = target.packed ? kernels::panel_shape(target.dtype, target.cols).size_bytes : stored_bytes(target.dtype, target.cols);
  const int64_t units = (target.rows + unit_rows - 1) / unit_rows;
  const int64_t bytes = saturating_product(units, unit_bytes);
  const int64_t available_bytes = available_memory_bytes();
  if (bytes > available_bytes) {
    fail(WEIR_OUT_OF_MEMORY, name, ": a copy as ", facts(target.dtype).name, " needs ", bytes_text(bytes), ", but ",
         bytes_text(available_bytes), " are available; free memory, or use a smaller type of weights");
  }
  copies_.push_back(Pages::allocate(bytes, name));
  std::byte* const out = copies_.back().data();
  target.data = out;
  ThreadPool pool(target.rows * target.cols < 2 * kShareWeights ? 1 : inspect_machine().cores_physical);
  std::atomic<bool> fits = true;
  pool.parallel_for(units, (kShareWeights + unit_rows * target.cols - 1) / (unit_rows * target.cols), [&](int64_t begin, int64_t end, int32_t) {
    std::vector<std::byte> rows(static_cast<size_t>(target.packed ? unit_rows * stored_bytes(target.dtype, target.cols) : 0));
    for (int64_t unit = begin; unit < end && fits; ++unit) {
      const int64_t first = unit * unit_rows;
      const int64_t count = std::min(unit_rows, target.rows - first);
      const std::byte* const from = tensor.data + first * stored_bytes(tensor.dtype, target.cols);
      std::byte* const to = out + unit * unit_bytes;
      if (!target.packed) {
        if (!convert(from, tensor.dtype, count * target.cols, target.dtype, to)) fits = false;
      } else if (tensor.dtype == target.dtype) {
        kernels::pack_panel(target.dtype, from, count, target.cols, to);
      } else if (convert(from, tensor.dtype, count * target.cols, target.dtype, rows.data())) {
        kernels::pack_panel(target.dtype, rows.data(), count, target.cols, to);
      } else {
        fits = false;
      }
    }
  });
  require(fits, name, " in ", file_paths_[static_cast<size_t>(tensor.file_index)], ": holds a weight that is no number or larger than ",
          kernels::kQuantizableMax, ", which no ", facts(target.dtype).name, " can hold; load it without quantizing");
  files_[static_cast<size_t>(tensor.file_index)].forget(tensor.data, tensor.size_bytes);
  return target;
}

std::vector<float> Weights::vector(const std::string& name, int64_t size, int32_t understood) const {
  const Tensor& tensor = find(name, {size}, understood);
  std::vector<std::byte> aligned(tensor.data, tensor.data + tensor.size_bytes);
  std::vector<float> out(static_cast<size_t>(size));
  widen(aligned.data(), tensor.dtype, size, out.data());
  return out;
}

}  // namespace weir
