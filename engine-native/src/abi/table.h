// What weir.h declares, once more as lists of names. Sizes, offsets and types are the compiler's own, taken from the header, so the only
// fault left to make here is a name left out: sums of field sizes (describe.cpp) and tests/abi catch that.
#pragma once

#define WEIR_STRUCTS(STRUCT, FIELD)                     \
  STRUCT(weir_error)                                    \
  FIELD(weir_error, status)                             \
  FIELD(weir_error, message)                            \
  STRUCT(weir_tensor)                                   \
  FIELD(weir_tensor, name)                              \
  FIELD(weir_tensor, file_index)                        \
  FIELD(weir_tensor, dtype)                             \
  FIELD(weir_tensor, rank)                              \
  FIELD(weir_tensor, storage)                           \
  FIELD(weir_tensor, shape)                             \
  FIELD(weir_tensor, offset_bytes)                      \
  FIELD(weir_tensor, size_bytes)                        \
  STRUCT(weir_model_source)                             \
  FIELD(weir_model_source, struct_bytes)                \
  FIELD(weir_model_source, file_count)                  \
  FIELD(weir_model_source, file_paths)                  \
  FIELD(weir_model_source, tensors)                     \
  FIELD(weir_model_source, tensor_count)                \
  FIELD(weir_model_source, reserved)                    \
  STRUCT(weir_rope)                                     \
  FIELD(weir_rope, frequencies)                         \
  FIELD(weir_rope, pair_count)                          \
  FIELD(weir_rope, amplitude)                           \
  STRUCT(weir_layer)                                    \
  FIELD(weir_layer, attention_window)                   \
  FIELD(weir_layer, rope_index)                         \
  FIELD(weir_layer, sparse)                             \
  FIELD(weir_layer, reserved)                           \
  STRUCT(weir_model_config)                             \
  FIELD(weir_model_config, struct_bytes)                \
  FIELD(weir_model_config, architecture)                \
  FIELD(weir_model_config, dtype)                       \
  FIELD(weir_model_config, vocab_size)                  \
  FIELD(weir_model_config, hidden_size)                 \
  FIELD(weir_model_config, intermediate_size)           \
  FIELD(weir_model_config, layer_count)                 \
  FIELD(weir_model_config, query_head_count)            \
  FIELD(weir_model_config, kv_head_count)               \
  FIELD(weir_model_config, head_size)                   \
  FIELD(weir_model_config, context_tokens_max)          \
  FIELD(weir_model_config, tied_embeddings)             \
  FIELD(weir_model_config, qkv_bias)                    \
  FIELD(weir_model_config, output_bias)                 \
  FIELD(weir_model_config, mlp_bias)                    \
  FIELD(weir_model_config, qk_norm)                     \
  FIELD(weir_model_config, norm_plus_one)               \
  FIELD(weir_model_config, activation)                  \
  FIELD(weir_model_config, expert_count)                \
  FIELD(weir_model_config, experts_per_token)           \
  FIELD(weir_model_config, expert_intermediate_size)    \
  FIELD(weir_model_config, expert_weights_normalized)   \
  FIELD(weir_model_config, rope_count)                  \
  FIELD(weir_model_config, rms_norm_epsilon)            \
  FIELD(weir_model_config, embedding_scale)             \
  FIELD(weir_model_config, attention_scale)             \
  FIELD(weir_model_config, attention_softcap)           \
  FIELD(weir_model_config, logit_softcap)               \
  FIELD(weir_model_config, quantize)                    \
  FIELD(weir_model_config, reserved)                    \
  FIELD(weir_model_config, ropes)                       \
  FIELD(weir_model_config, layers)                      \
  STRUCT(weir_adapter_config)                           \
  FIELD(weir_adapter_config, struct_bytes)              \
  FIELD(weir_adapter_config, rank)                      \
  FIELD(weir_adapter_config, scale)                     \
  FIELD(weir_adapter_config, reserved)                  \
  STRUCT(weir_session_config)                           \
  FIELD(weir_session_config, struct_bytes)              \
  FIELD(weir_session_config, block_count)               \
  FIELD(weir_session_config, block_tokens)              \
  FIELD(weir_session_config, step_tokens_max)           \
  FIELD(weir_session_config, step_sequences_max)        \
  FIELD(weir_session_config, step_samples_max)          \
  FIELD(weir_session_config, top_logprobs_max)          \
  FIELD(weir_session_config, thread_count)              \
  FIELD(weir_session_config, isa)                       \
  FIELD(weir_session_config, kv_dtype)                  \
  FIELD(weir_session_config, device)                    \
  FIELD(weir_session_config, host_block_count)          \
  FIELD(weir_session_config, batch_variant)             \
  FIELD(weir_session_config, reserved)                  \
  FIELD(weir_session_config, device_bytes_max)          \
  STRUCT(weir_sampling)                                 \
  FIELD(weir_sampling, seed)                            \
  FIELD(weir_sampling, temperature)                     \
  FIELD(weir_sampling, top_p)                           \
  FIELD(weir_sampling, min_p)                           \
  FIELD(weir_sampling, top_k)                           \
  FIELD(weir_sampling, logprob_count)                   \
  FIELD(weir_sampling, token_index)                     \
  STRUCT(weir_logit_shift)                              \
  FIELD(weir_logit_shift, token_id)                     \
  FIELD(weir_logit_shift, repetition)                   \
  FIELD(weir_logit_shift, bias)                         \
  STRUCT(weir_step_plan)                                \
  FIELD(weir_step_plan, struct_bytes)                   \
  FIELD(weir_step_plan, sequence_count)                 \
  FIELD(weir_step_plan, token_count)                    \
  FIELD(weir_step_plan, sample_count)                   \
  FIELD(weir_step_plan, token_ids)                      \
  FIELD(weir_step_plan, token_counts)                   \
  FIELD(weir_step_plan, computed_tokens)                \
  FIELD(weir_step_plan, block_tables)                   \
  FIELD(weir_step_plan, block_table_offsets)            \
  FIELD(weir_step_plan, adapters)                       \
  FIELD(weir_step_plan, samples)                        \
  FIELD(weir_step_plan, hidden_token_indices)           \
  FIELD(weir_step_plan, hidden_count)                   \
  FIELD(weir_step_plan, mask_count)                     \
  FIELD(weir_step_plan, masks)                          \
  FIELD(weir_step_plan, mask_indices)                   \
  FIELD(weir_step_plan, given_token_ids)                \
  FIELD(weir_step_plan, shifts)                         \
  FIELD(weir_step_plan, shift_offsets)                  \
  STRUCT(weir_step_result)                              \
  FIELD(weir_step_result, struct_bytes)                 \
  FIELD(weir_step_result, top_logprobs_stride)          \
  FIELD(weir_step_result, token_ids)                    \
  FIELD(weir_step_result, logprobs)                     \
  FIELD(weir_step_result, top_token_ids)                \
  FIELD(weir_step_result, top_logprobs)                 \
  FIELD(weir_step_result, logits)                       \
  FIELD(weir_step_result, hidden)

#define WEIR_FUNCTIONS(FUNCTION)   \
  FUNCTION(weir_abi_version)       \
  FUNCTION(weir_abi_describe)      \
  FUNCTION(weir_system_describe)   \
  FUNCTION(weir_machine_peak)      \
  FUNCTION(weir_model_load)        \
  FUNCTION(weir_model_destroy)     \
  FUNCTION(weir_model_describe)    \
  FUNCTION(weir_model_drop_pages)  \
  FUNCTION(weir_model_block_bytes) \
  FUNCTION(weir_adapter_load)      \
  FUNCTION(weir_adapter_destroy)   \
  FUNCTION(weir_session_create)    \
  FUNCTION(weir_session_destroy)   \
  FUNCTION(weir_session_step)      \
  FUNCTION(weir_session_offload)   \
  FUNCTION(weir_session_restore)   \
  FUNCTION(weir_session_read_blocks)   \
  FUNCTION(weir_session_write_blocks)  \
  FUNCTION(weir_session_describe)  \
  FUNCTION(weir_live_handles)

#define WEIR_CONSTANTS(CONSTANT)        \
  CONSTANT(WEIR_ABI_VERSION)            \
  CONSTANT(WEIR_OK)                     \
  CONSTANT(WEIR_INVALID_ARGUMENT)       \
  CONSTANT(WEIR_STALE_HANDLE)           \
  CONSTANT(WEIR_WRONG_THREAD)           \
  CONSTANT(WEIR_OUT_OF_MEMORY)          \
  CONSTANT(WEIR_DEVICE_ERROR)           \
  CONSTANT(WEIR_FILE_ERROR)             \
  CONSTANT(WEIR_DEVICE_LOST)            \
  CONSTANT(WEIR_DTYPE_AUTO)             \
  CONSTANT(WEIR_DTYPE_F32)              \
  CONSTANT(WEIR_DTYPE_F16)              \
  CONSTANT(WEIR_DTYPE_BF16)             \
  CONSTANT(WEIR_DTYPE_Q8_0)             \
  CONSTANT(WEIR_DTYPE_Q4_0)             \
  CONSTANT(WEIR_DTYPE_Q4_1)             \
  CONSTANT(WEIR_DTYPE_Q5_0)             \
  CONSTANT(WEIR_DTYPE_Q5_1)             \
  CONSTANT(WEIR_DTYPE_Q4_K)             \
  CONSTANT(WEIR_DTYPE_Q5_K)             \
  CONSTANT(WEIR_DTYPE_Q6_K)             \
  CONSTANT(WEIR_ARCHITECTURE_LLAMA)     \
  CONSTANT(WEIR_ARCHITECTURE_QWEN2)     \
  CONSTANT(WEIR_ARCHITECTURE_QWEN3)     \
  CONSTANT(WEIR_ARCHITECTURE_PHI3)      \
  CONSTANT(WEIR_ARCHITECTURE_GEMMA2)    \
  CONSTANT(WEIR_ARCHITECTURE_GEMMA3)    \
  CONSTANT(WEIR_ARCHITECTURE_OLMO2)     \
  CONSTANT(WEIR_ARCHITECTURE_MIXTRAL)   \
  CONSTANT(WEIR_ARCHITECTURE_QWEN3_MOE) \
  CONSTANT(WEIR_STORAGE_AS_NAMED)       \
  CONSTANT(WEIR_STORAGE_PAIRED_ROWS)    \
  CONSTANT(WEIR_STORAGE_ONE_PLUS)       \
  CONSTANT(WEIR_QK_NORM_NONE)           \
  CONSTANT(WEIR_QK_NORM_HEAD)           \
  CONSTANT(WEIR_QK_NORM_PROJECTION)     \
  CONSTANT(WEIR_ACTIVATION_SILU)        \
  CONSTANT(WEIR_ACTIVATION_GELU_TANH)   \
  CONSTANT(WEIR_ISA_AUTO)               \
  CONSTANT(WEIR_ISA_REFERENCE)          \
  CONSTANT(WEIR_ISA_AVX2)               \
  CONSTANT(WEIR_ISA_AVX512)             \
  CONSTANT(WEIR_ISA_AVX512_VNNI)        \
  CONSTANT(WEIR_ISA_AMX)                \
  CONSTANT(WEIR_DEVICE_CPU)             \
  CONSTANT(WEIR_DEVICE_CUDA)            \
  CONSTANT(WEIR_PEAK_READ_BYTES)        \
  CONSTANT(WEIR_PEAK_F32)               \
  CONSTANT(WEIR_PEAK_BF16)              \
  CONSTANT(WEIR_PEAK_INT8)              \
  CONSTANT(WEIR_ERROR_MESSAGE_BYTES)    \
  CONSTANT(WEIR_TENSOR_RANK_MAX)        \
  CONSTANT(WEIR_ADAPTER_RANK_MAX)
