/*
 * The whole C ABI of Weir's native engine.
 *
 * Java owns every decision (admission, batching, KV accounting, streaming); this library owns every tensor. The two meet here: a
 * model is loaded once, a session holds a paged KV cache for it, and one call of weir_session_step runs one engine step.
 *
 * Rules for every function:
 *  - Only fixed-width integers, floats, pointers to sized structs, and handles cross. No callback, exception or size_t does.
 *  - A handle is a number that packs its type, a slot and a generation: a stale or foreign one gives WEIR_STALE_HANDLE, never a crash.
 *  - The return value is a WEIR_ status. With anything but WEIR_OK the caller's weir_error (may be null) holds one line of text that
 *    names the thing and the reason; outputs are then unspecified and nothing has been changed, unless said otherwise.
 *  - Every pointer is owned by the caller and borrowed for the duration of the call, unless said otherwise.
 *  - struct_bytes is set by the caller to sizeof of the struct it was compiled with; a size that is not the library's is refused.
 *  - Arrays have the length that the comment beside them gives. Indices are checked before any tensor is touched.
 *  - Strings in are UTF-8, zero-terminated. Text out goes to a caller's buffer: at most capacity bytes are written, zero included,
 *    and *required gets the bytes needed, zero included; a null buffer with capacity 0 is a size probe that returns WEIR_OK, a
 *    buffer too small gives WEIR_INVALID_ARGUMENT with *required set.
 *  - Threads: models, adapters and the describe functions may be used from any thread. A session belongs to the thread that created it; from
 *    another one its functions give WEIR_WRONG_THREAD. The worker threads inside are never visible.
 */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include <stdint.h>

#ifdef __cplusplus
#define WEIR_NOEXCEPT noexcept
extern "C" {
#else
#define WEIR_NOEXCEPT
#endif

#define WEIR_API __attribute__((visibility("default"), warn_unused_result))

/* While this is 0 there are no compatibility promises between versions: both sides are built together. */
#define WEIR_ABI_VERSION 0

/* ---- statuses ---- */
#define WEIR_OK 0
#define WEIR_INVALID_ARGUMENT 1 /* a value, shape, index or struct size that cannot be: the error names it */
#define WEIR_STALE_HANDLE 2     /* the handle is null, was destroyed, or is of another type */
#define WEIR_WRONG_THREAD 3     /* the session belongs to another thread */
#define WEIR_OUT_OF_MEMORY 4    /* the machine or the device cannot give what was asked for */
#define WEIR_DEVICE_ERROR 5     /* the device failed; the session is dead: destroy it and create another */
#define WEIR_FILE_ERROR 6       /* a weights file cannot be opened, mapped, or is shorter than its tensors say */
#define WEIR_DEVICE_LOST 7      /* the device has lost its context, for good: only another process can use it again */

/* ---- element types of stored tensors, and of computation ---- */
#define WEIR_DTYPE_AUTO 0 /* not of a tensor: where a config asks for a type, leave it to the library */
#define WEIR_DTYPE_F32 1
#define WEIR_DTYPE_F16 2
#define WEIR_DTYPE_BF16 3
/* Blocks of small integers along a row, with scales between them, as GGUF files lay them out: elements and bytes of a block. */
#define WEIR_DTYPE_Q8_0 4 /* 32 in 34 */
#define WEIR_DTYPE_Q4_0 5 /* 32 in 18 */
#define WEIR_DTYPE_Q4_1 6 /* 32 in 20 */
#define WEIR_DTYPE_Q5_0 7 /* 32 in 22 */
#define WEIR_DTYPE_Q5_1 8 /* 32 in 24 */
#define WEIR_DTYPE_Q4_K 9 /* 256 in 144 */
#define WEIR_DTYPE_Q5_K 10 /* 256 in 176 */
#define WEIR_DTYPE_Q6_K 11 /* 256 in 210 */

/* ---- architectures ---- */
#define WEIR_ARCHITECTURE_LLAMA 1
#define WEIR_ARCHITECTURE_QWEN2 2
#define WEIR_ARCHITECTURE_QWEN3 3
#define WEIR_ARCHITECTURE_PHI3 4
#define WEIR_ARCHITECTURE_GEMMA2 5
#define WEIR_ARCHITECTURE_GEMMA3 6
#define WEIR_ARCHITECTURE_OLMO2 7
#define WEIR_ARCHITECTURE_MIXTRAL 8
#define WEIR_ARCHITECTURE_QWEN3_MOE 9

/* ---- how a stored tensor differs from the one that its name promises ---- */
#define WEIR_STORAGE_AS_NAMED 0
#define WEIR_STORAGE_PAIRED_ROWS 1 /* q_proj and k_proj only: of each head, rows i and i + head_size / 2 follow each other */
#define WEIR_STORAGE_ONE_PLUS 2    /* norms that multiply by 1 + w only: holds 1 + w */

/* ---- RMSNorm of queries and keys before RoPE ---- */
#define WEIR_QK_NORM_NONE 0
#define WEIR_QK_NORM_HEAD 1       /* over each head, one weight of head_size for all of them */
#define WEIR_QK_NORM_PROJECTION 2 /* over all heads at once */

/* ---- activation of an MLP's gate ---- */
#define WEIR_ACTIVATION_SILU 1
#define WEIR_ACTIVATION_GELU_TANH 2

/* ---- instruction sets of the CPU backend: every one gives the same bits ---- */
#define WEIR_ISA_AUTO 0
#define WEIR_ISA_REFERENCE 1
#define WEIR_ISA_AVX2 2
#define WEIR_ISA_AVX512 3
#define WEIR_ISA_AVX512_VNNI 4
#define WEIR_ISA_AMX 5

/* ---- what computes a session's steps ---- */
#define WEIR_DEVICE_CPU 0
#define WEIR_DEVICE_CUDA 1 /* the first CUDA device that the driver shows; those after it are 2, 3 and so on */

/* ---- what a machine can do at most ---- */
#define WEIR_PEAK_READ_BYTES 1 /* read from memory, of far more than caches hold */
#define WEIR_PEAK_F32 2        /* operations in registers, a multiplication and an addition being two: fused in float32 */
#define WEIR_PEAK_BF16 3       /* of dot products of bfloat16, in tiles where there are */
#define WEIR_PEAK_INT8 4       /* of dot products of bytes, in tiles where there are */

typedef uint64_t weir_model;   /* 0 is never a live handle */
typedef uint64_t weir_adapter; /* 0 is never a live handle */
typedef uint64_t weir_session; /* 0 is never a live handle */

#define WEIR_ERROR_MESSAGE_BYTES 508
#define WEIR_TENSOR_RANK_MAX 4
#define WEIR_ADAPTER_RANK_MAX 256

/* Filled by a failed call: a status and one zero-terminated UTF-8 line. */
typedef struct weir_error {
  int32_t status;
  char message[WEIR_ERROR_MESSAGE_BYTES];
} weir_error;

/* One tensor of the weights files, as the reader of their headers found it. Row-major, dense, offset in bytes from the file's start. */
typedef struct weir_tensor {
  const char* name;    /* Hugging Face's name, e.g. model.layers.0.self_attn.q_proj.weight */
  int32_t file_index;  /* into weir_model_source.file_paths */
  int32_t dtype;       /* WEIR_DTYPE_, not AUTO; of a block type the last dimension is a multiple of the block's elements */
  int32_t rank;        /* 1..WEIR_TENSOR_RANK_MAX */
  int32_t storage;     /* WEIR_STORAGE_ */
  int64_t shape[WEIR_TENSOR_RANK_MAX]; /* the first `rank` are used */
  int64_t offset_bytes;
  int64_t size_bytes;  /* product of shape in blocks (single elements where not quantized), times the bytes of one */
} weir_tensor;

/* Where the weights lie. The files are memory-mapped read-only and stay mapped until the model is destroyed. */
typedef struct weir_model_source {
  uint32_t struct_bytes;
  int32_t file_count;
  const char* const* file_paths; /* [file_count] */
  const weir_tensor* tensors;    /* [tensor_count] */
  int32_t tensor_count;
  int32_t reserved;              /* 0 */
} weir_model_source;

/*
 * One rotary embedding: elements i and i + pair_count of a head, i in [0, pair_count), are turned by the angle position * frequencies[i];
 * what lies behind them is left as it is. How frequencies follow from a base and a context's scaling is the caller's business.
 */
typedef struct weir_rope {
  const double* frequencies; /* [pair_count] radians a position */
  int32_t pair_count;        /* at most head_size / 2 */
  float amplitude;           /* what the turned elements are multiplied by; 1 but for some scalings of the context */
} weir_rope;

/* What may differ between the layers of a model. */
typedef struct weir_layer {
  int32_t attention_window; /* most positions that a token attends to, its own included; 0: all up to its own */
  int32_t rope_index;       /* into weir_model_config.ropes */
  int32_t sparse;           /* 1: a mixture of experts; 0: one MLP */
  int32_t reserved;         /* 0 */
} weir_layer;

/*
 * The shape of a decoder-only transformer. Sizes count elements. The architecture says which tensors there are, what they are called and
 * where the norms stand; everything else is said here. Of a sparse layer's experts, each token takes those with the highest router
 * logits (ties by lower index), weighted by the softmax over all logits.
 */
typedef struct weir_model_config {
  uint32_t struct_bytes;
  int32_t architecture;       /* WEIR_ARCHITECTURE_ */
  int32_t dtype;              /* WEIR_DTYPE_AUTO, _F32, _F16 or _BF16: how weights and KV cache are held */
  int32_t vocab_size;
  int32_t hidden_size;
  int32_t intermediate_size;  /* of a layer with one MLP */
  int32_t layer_count;
  int32_t query_head_count;
  int32_t kv_head_count;      /* divides query_head_count */
  int32_t head_size;          /* even */
  int32_t context_tokens_max;
  int32_t tied_embeddings;    /* 1: the LM head is the embedding table */
  int32_t qkv_bias;           /* 1: q, k and v projections have biases */
  int32_t output_bias;        /* 1: the attention output projection has a bias */
  int32_t mlp_bias;           /* 1: gate, up and down projections have biases */
  int32_t qk_norm;            /* WEIR_QK_NORM_ */
  int32_t norm_plus_one;      /* 1: an RMSNorm multiplies by 1 + the stored weight */
  int32_t activation;         /* WEIR_ACTIVATION_ */
  int32_t expert_count;       /* of a sparse layer; 0 where no layer is sparse, as are the next three */
  int32_t experts_per_token;
  int32_t expert_intermediate_size;
  int32_t expert_weights_normalized; /* 1: the weights of a token's experts are divided by their sum */
  int32_t rope_count;
  float rms_norm_epsilon;
  float embedding_scale;      /* what embeddings are multiplied by; mostly 1 */
  float attention_scale;      /* what dot products of queries and keys are multiplied by; mostly 1 / sqrt(head_size) */
  float attention_softcap;    /* c > 0: a score x becomes c * tanh(x / c); 0: none */
  float logit_softcap;        /* the same of the final logits */
  int32_t quantize;            /* WEIR_DTYPE_ of blocks into which matrices that are not quantized yet are turned at load; AUTO: none.
                                * Rows that 256 does not divide become blocks of 32, rows that 32 does not divide stay as they are. The LM
                                * head becomes Q8_0 or Q6_K; an embedding apart from it, and the router of experts, stay as they are */
  int32_t reserved;            /* 0 */
  const weir_rope* ropes;     /* [rope_count] */
  const weir_layer* layers;   /* [layer_count]; null: no layer has a window or is sparse, and all use ropes[0] */
} weir_model_config;

/*
 * A LoRA adapter: to y = W x of a projection it adds scale * B (A x), where A has `rank` rows and B as many columns.
 * Its tensors are called <projection>.lora_A.weight and <projection>.lora_B.weight, with the projection's name in the model's files, as
 * in model.layers.0.self_attn.q_proj; those of attention and of MLPs may be adapted, experts may not. qkv_proj and gate_up_proj stand
 * for the parts that they are made of, in every model. Tensors are float32, float16 or bfloat16.
 */
typedef struct weir_adapter_config {
  uint32_t struct_bytes;
  int32_t rank;      /* 1..WEIR_ADAPTER_RANK_MAX */
  float scale;
  int32_t reserved;  /* 0 */
} weir_adapter_config;

/*
 * What a session may be asked to do at most. Its memory is taken when it is created. A step on the CPU allocates nothing; one on a device takes
 * more where its block tables, masks or shifts outgrow those of all steps before it, and where it brings an adapter that is not there yet; it is
 * refused (WEIR_OUT_OF_MEMORY) where it cannot.
 */
typedef struct weir_session_config {
  uint32_t struct_bytes;
  int32_t block_count;         /* KV blocks in the pool */
  int32_t block_tokens;        /* tokens in a block: 16 */
  int32_t step_tokens_max;     /* tokens of one step over all sequences */
  int32_t step_sequences_max;
  int32_t step_samples_max;    /* sampled rows of one step */
  int32_t top_logprobs_max;    /* most alternatives that a row may ask for, 0..64 */
  int32_t thread_count;        /* worker threads with the caller's; 0: one for each physical core that the process may use */
  int32_t isa;                 /* WEIR_ISA_; one that this CPU lacks is refused */
  int32_t kv_dtype;            /* how keys and values are held, as for weir_model_block_bytes */
  int32_t device;              /* WEIR_DEVICE_ */
  int32_t host_block_count;    /* places in the machine's memory for blocks that are away from the cache */
  int32_t batch_variant;       /* 1: a result may depend on what else is in its step, where that is faster: large products by the device's own library, where
                                * there is one; 0: it never does. 0 on the CPU */
  int32_t reserved;            /* 0 */
  int64_t device_bytes_max;    /* most that the session takes of the device's memory; 0: what is free. 0 on the CPU */
} weir_session_config;

/*
 * How the row of logits after one token becomes the next token.
 * Order: the plan's shifts, its mask (what it leaves out has logit -infinity; log-probabilities are those after both), temperature, then top-k, top-p (over what top-k left, renormalised), min-p, then one draw by inverse CDF in descending order
 * of probability (ties by lower id). The uniform number comes from Philox4x32-10 with key `seed` and counter `position`, where
 * position is that of the token being drawn, so that it depends on the request alone. temperature 0 is greedy: the highest logit,
 * ties by lower id.
 */
typedef struct weir_sampling {
  uint64_t seed;
  float temperature;     /* >= 0; 0 is greedy */
  float top_p;           /* (0, 1]; 1 is off */
  float min_p;           /* [0, 1); 0 is off */
  int32_t top_k;         /* >= 0; 0 is off */
  int32_t logprob_count; /* -1: none; 0: of the chosen token; N: and of the N most likely (natural log of the untempered softmax) */
  int32_t token_index;   /* the row: index into weir_step_plan.token_ids of the token after which to sample */
} weir_sampling;

/* What happens to one token's logit before all else: a positive one is divided by `repetition`, any other multiplied; then comes `bias`. */
typedef struct weir_logit_shift {
  int32_t token_id;
  float repetition; /* a number above 0; 1 is off */
  float bias;       /* a number, or -infinity: not drawn, unless the mask leaves nothing else */
} weir_logit_shift;

/*
 * One engine step: for each sequence a run of tokens whose keys and values are computed and stored, the rows to sample, and the rows
 * whose hidden states are wanted.
 * Sequence s has tokens token_ids[sum of earlier token_counts ...], at positions computed_tokens[s] onward. Its block table names, for
 * each block_tokens positions from 0, the block that holds them; it must cover computed_tokens[s] + token_counts[s] positions. Earlier
 * positions were stored by earlier steps, in this session, in those blocks. A block may stand in several tables (a shared prefix), but
 * a block that one sequence of the step writes may be neither written by another nor hold positions that another reads as computed.
 */
typedef struct weir_step_plan {
  uint32_t struct_bytes;
  int32_t sequence_count;
  int32_t token_count;                 /* sum of token_counts */
  int32_t sample_count;
  const int32_t* token_ids;            /* [token_count] */
  const int32_t* token_counts;         /* [sequence_count], each >= 1 */
  const int32_t* computed_tokens;      /* [sequence_count] */
  const int32_t* block_tables;         /* [block_table_offsets[sequence_count]] block indices */
  const int32_t* block_table_offsets;  /* [sequence_count + 1], ascending from 0 */
  const weir_adapter* adapters;        /* [sequence_count] 0: the model as it is; null: so of all sequences */
  const weir_sampling* samples;        /* [sample_count] */
  const int32_t* hidden_token_indices; /* [hidden_count] indices into token_ids, ascending, none twice */
  int32_t hidden_count;
  int32_t mask_count;
  const uint64_t* masks;               /* [mask_count][(vocab_size + 63) / 64] a bit for each token, from the lowest bit of the first word on */
  const int32_t* mask_indices;         /* [sample_count] the row of masks with the tokens that may be drawn, -1: all; null where mask_count is 0 */
  const int32_t* given_token_ids;      /* [sample_count] the token that is known to come, of which only the log-probability is wanted; -1: draw
                                        * one; null: all are drawn */
  const weir_logit_shift* shifts;      /* [shift_offsets[sample_count]] those of sample s from shift_offsets[s] on, applied in this order */
  const int32_t* shift_offsets;        /* [sample_count + 1], ascending from 0; null: there are none */
} weir_step_plan;

/* What a step gives back, in the caller's buffers. A pointer may be null where the caller wants nothing of it. */
typedef struct weir_step_result {
  uint32_t struct_bytes;
  int32_t top_logprobs_stride;  /* elements between rows of the top arrays; >= every logprob_count of the plan */
  int32_t* token_ids;           /* [sample_count] the sampled ids */
  float* logprobs;              /* [sample_count] of the sampled ids; set where logprob_count >= 0 */
  int32_t* top_token_ids;       /* [sample_count][stride] descending by probability, ties by lower id; null together with the next */
  float* top_logprobs;          /* [sample_count][stride] */
  float* logits;                /* [sample_count][vocab_size], for tests and diagnosis; null when serving: logits never cross */
  float* hidden;                /* [hidden_count][hidden_size] after the final norm; null only where hidden_count is 0 */
} weir_step_result;

/* WEIR_ABI_VERSION of the library. */
__attribute__((visibility("default"))) int32_t weir_abi_version(void) WEIR_NOEXCEPT;

/*
 * The ABI as text, one line each, to compare with a binding's own idea of it:
 *   struct <name> <bytes>
 *   field <struct>.<name> <offset> <type>        type: i32 u32 i64 u64 f32 f64 ptr, with [n] for an array
 *   function <name> <result>(<types, comma-separated>)
 *   constant <name> <value>
 */
WEIR_API int32_t weir_abi_describe(char* buffer, int64_t capacity, int64_t* required, weir_error* error) WEIR_NOEXCEPT;

/* The machine as text, `key=value` lines: cpu.model, cpu.cores.physical, cpu.cores.logical, cpu.features, cpu.isa (what AUTO picks),
 * memory.total_bytes, memory.available_bytes, compiler, backends (cpu, and cuda where the library was built with it). */
WEIR_API int32_t weir_system_describe(char* buffer, int64_t capacity, int64_t* required, weir_error* error) WEIR_NOEXCEPT;

/* Measures one of WEIR_PEAK_ with so many threads for about so many milliseconds: *out gets how much a second, 0 where the processor has no
 * instruction for it. Reading takes 512 MiB of memory meanwhile. Blocks; other work on the machine shows. Any thread. */
WEIR_API int32_t weir_machine_peak(int32_t peak, int32_t thread_count, int32_t milliseconds, double* out, weir_error* error) WEIR_NOEXCEPT;

/* Maps the files and resolves every tensor that the architecture needs, with its shape checked. Any thread. */
WEIR_API int32_t weir_model_load(const weir_model_config* config, const weir_model_source* source, weir_model* out,
                                 weir_error* error) WEIR_NOEXCEPT;

/* Unmaps the model once no session uses it any more. 0 and a released handle are no-ops. Any thread. */
__attribute__((visibility("default"))) void weir_model_destroy(weir_model model) WEIR_NOEXCEPT;

/* How a model's matrices are held, as `key=value` lines, for each type that holds some: weights.<type>.matrices and weights.<type>.bytes,
 * <type> as a quantized model file or a configuration spells it (q4_k, bfloat16). Any thread. */
WEIR_API int32_t weir_model_describe(weir_model model, char* buffer, int64_t capacity, int64_t* required,
                                     weir_error* error) WEIR_NOEXCEPT;

/* Lets the system have the memory that holds the model's file pages, as far as nobody else maps them; what is touched again is read again.
 * For a model that is about to be destroyed and not to come back soon. A request to the system, not a promise. Any thread. */
WEIR_API int32_t weir_model_drop_pages(weir_model model, weir_error* error) WEIR_NOEXCEPT;

/* Bytes of KV cache that one block of `block_tokens` tokens takes in a session of this model on that WEIR_DEVICE_, over all layers. On the CPU
 * kv_dtype is WEIR_DTYPE_F32, _F16, _BF16 or _Q8_0, or AUTO for the config's dtype, and where that is AUTO too for the type of the stored
 * embedding, or F16 where that is quantized. A CUDA device holds bfloat16, or where _Q8_0 is asked for eight bits: as E4M3 numbers. Any thread. */
WEIR_API int32_t weir_model_block_bytes(weir_model model, int32_t device, int32_t block_tokens, int32_t kv_dtype, int64_t* out,
                                        weir_error* error) WEIR_NOEXCEPT;

/* Maps the files of an adapter of this model and resolves every tensor, with its shape checked. The adapter fits no other model, not even
 * one loaded from the same files. Any thread. */
WEIR_API int32_t weir_adapter_load(weir_model model, const weir_adapter_config* config, const weir_model_source* source,
                                   weir_adapter* out, weir_error* error) WEIR_NOEXCEPT;

/* Unmaps the adapter once no step uses it any more. 0 and a released handle are no-ops. Any thread. */
__attribute__((visibility("default"))) void weir_adapter_destroy(weir_adapter adapter) WEIR_NOEXCEPT;

/* Takes the KV pool and all working memory. The calling thread becomes the session's owner. */
WEIR_API int32_t weir_session_create(weir_model model, const weir_session_config* config, weir_session* out,
                                     weir_error* error) WEIR_NOEXCEPT;

/* Frees a session. 0 and a released handle are no-ops; from a thread that is not the owner it gives WEIR_WRONG_THREAD. */
WEIR_API int32_t weir_session_destroy(weir_session session, weir_error* error) WEIR_NOEXCEPT;

/* Runs one step: stores keys and values of every token of the plan, samples the rows asked for. Blocks until the results are there.
 * A plan that is refused has changed nothing. The result for a sequence depends on its own tokens, adapter and parameters alone: not on what
 * else is in the step, on how its tokens were split over steps, or on which blocks hold them; but for batch_variant. Owner thread. */
WEIR_API int32_t weir_session_step(weir_session session, const weir_step_plan* plan, const weir_step_result* result,
                                   weir_error* error) WEIR_NOEXCEPT;

/* Brings blocks of the cache into the machine's memory, block blocks[i] into place host_blocks[i] of host_block_count, or back. What a place or a
 * block held before is gone; what is copied stays where it was, too. Blocks until it is done. Owner thread. */
WEIR_API int32_t weir_session_offload(weir_session session, const int32_t* blocks, const int32_t* host_blocks, int32_t count,
                                      weir_error* error) WEIR_NOEXCEPT;
WEIR_API int32_t weir_session_restore(weir_session session, const int32_t* host_blocks, const int32_t* blocks, int32_t count,
                                      weir_error* error) WEIR_NOEXCEPT;

/* Copies blocks of the cache to the caller's memory, one after the other, each of weir_model_block_bytes, or from there: what is read in one
 * session may be written in a later one of the same model, on the same device and with the same types. To nobody else do the bytes mean anything.
 * Blocks until it is done. Owner thread. */
WEIR_API int32_t weir_session_read_blocks(weir_session session, const int32_t* blocks, int32_t count, void* bytes,
                                          weir_error* error) WEIR_NOEXCEPT;
WEIR_API int32_t weir_session_write_blocks(weir_session session, const void* bytes, const int32_t* blocks, int32_t count,
                                           weir_error* error) WEIR_NOEXCEPT;

/* The session as text, `key=value` lines: device; and on a CUDA device device.bytes and device.bytes.peak (taken of its memory),
 * steps.graph and steps.plain (how many ran as a recorded graph, and how many did not), graphs.failed, steps.device_ms (what the device took for
 * all of them), library (of products: its name, or none) and library.products (how many it has computed). Owner thread. */
WEIR_API int32_t weir_session_describe(weir_session session, char* buffer, int64_t capacity, int64_t* required,
                                       weir_error* error) WEIR_NOEXCEPT;

/* Count of live models, adapters and sessions, to show leaks at shutdown. Any thread. */
WEIR_API int32_t weir_live_handles(int32_t* models, int32_t* adapters, int32_t* sessions, weir_error* error) WEIR_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
