/*
 * The header as C17, and every function of it against every status it can give: from an ordinary C program that links the shared library
 * alone. WEIR_DEVICE_ERROR and WEIR_DEVICE_LOST have no test here: a CPU does not fail that way (tests/cuda).
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "weir/weir.h"

_Static_assert(sizeof(weir_error) == 512, "weir_error");
_Static_assert(sizeof(weir_tensor) == 72, "weir_tensor");
_Static_assert(sizeof(weir_model_source) == 32, "weir_model_source");
_Static_assert(sizeof(weir_rope) == 16, "weir_rope");
_Static_assert(sizeof(weir_layer) == 16, "weir_layer");
_Static_assert(sizeof(weir_model_config) == 136, "weir_model_config");
_Static_assert(sizeof(weir_adapter_config) == 16, "weir_adapter_config");
_Static_assert(sizeof(weir_session_config) == 64, "weir_session_config");
_Static_assert(sizeof(weir_sampling) == 32, "weir_sampling");
_Static_assert(sizeof(weir_logit_shift) == 12, "weir_logit_shift");
_Static_assert(sizeof(weir_step_plan) == 128, "weir_step_plan");
_Static_assert(sizeof(weir_step_result) == 56, "weir_step_result");

static int failures = 0;

static void expect(int32_t status, int32_t expected, const weir_error* error, const char* text, int line) {
  if (status == expected && (error == NULL || expected == WEIR_OK || (error->status == expected && error->message[0] != '\0'))) return;
  ++failures;
  printf("FAIL  line %d: %s: status %d, expected %d: %s\n", line, text, status, expected, error == NULL ? "" : error->message);
}

static weir_error error;

#define EXPECT(expected, call)                                   \
  do {                                                           \
    memset(&error, 0, sizeof error);                             \
    expect((call), (expected), &error, #call, __LINE__);         \
  } while (0)

#define EXPECT_TRUE(condition)                                                   \
  do {                                                                           \
    if (!(condition)) ++failures, printf("FAIL  line %d: %s\n", __LINE__, #condition); \
  } while (0)

/* ---- a model of one layer, two values wide, all weights 0.5 ---- */

enum { VOCAB = 3, HIDDEN = 2, TENSORS = 11, FILE_FLOATS = 64 };

static char weights_path[] = "/tmp/weir-abi-test-XXXXXX";
static const char* paths[] = {weights_path};
static weir_tensor tensors[TENSORS];
static weir_model_source source;
static weir_model_config config;
static const double frequencies[HIDDEN / 2] = {1};
static const weir_rope rope = {.frequencies = frequencies, .pair_count = HIDDEN / 2, .amplitude = 1};

static weir_tensor tensor(const char* name, int64_t rows, int64_t cols) {
  static int64_t offset = 0;
  weir_tensor t = {.name = name, .dtype = WEIR_DTYPE_F32, .rank = cols == 0 ? 1 : 2, .shape = {rows, cols}, .offset_bytes = offset};
  t.size_bytes = 4 * rows * (cols == 0 ? 1 : cols);
  offset += t.size_bytes;
  return t;
}

static void make_model(void) {
  float values[FILE_FLOATS];
  for (int i = 0; i < FILE_FLOATS; ++i) values[i] = 0.5f;
  int file = mkstemp(weights_path);
  EXPECT_TRUE(file >= 0 && write(file, values, sizeof values) == (ssize_t)sizeof values);
  close(file);
  int n = 0;
  tensors[n++] = tensor("model.embed_tokens.weight", VOCAB, HIDDEN);
  tensors[n++] = tensor("model.layers.0.input_layernorm.weight", HIDDEN, 0);
  tensors[n++] = tensor("model.layers.0.self_attn.q_proj.weight", HIDDEN, HIDDEN);
  tensors[n++] = tensor("model.layers.0.self_attn.k_proj.weight", HIDDEN, HIDDEN);
  tensors[n++] = tensor("model.layers.0.self_attn.v_proj.weight", HIDDEN, HIDDEN);
  tensors[n++] = tensor("model.layers.0.self_attn.o_proj.weight", HIDDEN, HIDDEN);
  tensors[n++] = tensor("model.layers.0.post_attention_layernorm.weight", HIDDEN, 0);
  tensors[n++] = tensor("model.layers.0.mlp.gate_proj.weight", HIDDEN, HIDDEN);
  tensors[n++] = tensor("model.layers.0.mlp.up_proj.weight", HIDDEN, HIDDEN);
  tensors[n++] = tensor("model.layers.0.mlp.down_proj.weight", HIDDEN, HIDDEN);
  tensors[n++] = tensor("model.norm.weight", HIDDEN, 0);
  EXPECT_TRUE(n == TENSORS);
  source = (weir_model_source){.struct_bytes = sizeof source, .file_count = 1, .file_paths = paths, .tensors = tensors, .tensor_count = TENSORS};
  config = (weir_model_config){.struct_bytes = sizeof config, .architecture = WEIR_ARCHITECTURE_LLAMA, .vocab_size = VOCAB,
      .hidden_size = HIDDEN, .intermediate_size = HIDDEN, .layer_count = 1, .query_head_count = 1, .kv_head_count = 1, .head_size = HIDDEN,
      .context_tokens_max = 32, .tied_embeddings = 1, .activation = WEIR_ACTIVATION_SILU, .rope_count = 1, .rms_norm_epsilon = 1e-5f,
      .embedding_scale = 1, .attention_scale = 0.7071068f, .ropes = &rope};
}

static weir_session_config session_config(void) {
  return (weir_session_config){.struct_bytes = sizeof(weir_session_config), .block_count = 2, .block_tokens = 16, .step_tokens_max = 8,
      .step_sequences_max = 1, .step_samples_max = 1, .top_logprobs_max = 2, .thread_count = 1};
}

static weir_model load_model(void) {
  weir_model model = 0;
  EXPECT(WEIR_OK, weir_model_load(&config, &source, &model, &error));
  return model;
}

static weir_session create_session(weir_model model) {
  const weir_session_config wanted = session_config();
  weir_session session = 0;
  EXPECT(WEIR_OK, weir_session_create(model, &wanted, &session, &error));
  return session;
}

/* ---- text ---- */

typedef int32_t (*describe_function)(char*, int64_t, int64_t*, weir_error*);

static void test_text(describe_function describe) {
  int64_t required = -1;
  EXPECT(WEIR_OK, describe(NULL, 0, &required, &error));
  EXPECT_TRUE(required > 1);
  char* text = malloc((size_t)required + 1);
  text[required] = 'x';
  int64_t again = -1;
  EXPECT(WEIR_INVALID_ARGUMENT, describe(text, 3, &again, &error));
  EXPECT_TRUE(again > 3);
  EXPECT(WEIR_OK, describe(text, required, &again, &error));
  EXPECT_TRUE(strlen(text) + 1 == (size_t)again && text[required] == 'x');
  free(text);
  EXPECT(WEIR_INVALID_ARGUMENT, describe(NULL, 0, NULL, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, describe(NULL, 5, &required, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, describe(NULL, -1, &required, &error));
  expect(describe(NULL, -1, &required, NULL), WEIR_INVALID_ARGUMENT, NULL, "no error struct", __LINE__);
}

/* The system's text has the amount of free memory in it, so that its length may change between two calls: with room to spare. */
static void test_system_text(void) {
  static char text[8192];
  int64_t required = -1;
  EXPECT(WEIR_OK, weir_system_describe(NULL, 0, &required, &error));
  EXPECT(WEIR_OK, weir_system_describe(text, sizeof text, &required, &error));
  const char* keys[] = {"cpu.model=", "\ncpu.cores.physical=", "\ncpu.cores.logical=", "\ncpu.features=", "\ncpu.isa=",
                        "\nmemory.total_bytes=", "\nmemory.available_bytes=", "\ncompiler="};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; ++i) EXPECT_TRUE(strstr(text, keys[i]) != NULL);
  EXPECT(WEIR_INVALID_ARGUMENT, weir_system_describe(text, 3, &required, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_system_describe(text, sizeof text, NULL, &error));
}

/* ---- models ---- */

static void test_model(void) {
  weir_model model = 0;
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_load(NULL, &source, &model, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_load(&config, NULL, &model, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_load(&config, &source, NULL, &error));
  weir_model_config older = config;
  older.struct_bytes = 8;
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_load(&older, &source, &model, &error));
  weir_model_source newer = source;
  newer.struct_bytes = 1000;
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_load(&config, &newer, &model, &error));
  const char* absent[] = {"/nonexistent/model.safetensors"};
  weir_model_source elsewhere = source;
  elsewhere.file_paths = absent;
  EXPECT(WEIR_FILE_ERROR, weir_model_load(&config, &elsewhere, &model, &error));
  EXPECT_TRUE(strstr(error.message, absent[0]) != NULL);
  EXPECT_TRUE(model == 0);

  int64_t bytes = 0;
  int64_t required = 0;
  char text[256];
  EXPECT(WEIR_STALE_HANDLE, weir_model_describe(0, text, sizeof text, &required, &error));
  model = load_model();
  EXPECT(WEIR_OK, weir_model_describe(model, NULL, 0, &required, &error));
  EXPECT(WEIR_OK, weir_model_describe(model, text, sizeof text, &required, &error));
  EXPECT_TRUE(strstr(text, "weights.float32.matrices=") == text && (int64_t)strlen(text) + 1 == required);
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_describe(model, text, 3, &required, &error));
  EXPECT(WEIR_OK, weir_model_drop_pages(model, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_model_drop_pages(0, &error));
  EXPECT(WEIR_OK, weir_model_block_bytes(model, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &bytes, &error));
  EXPECT_TRUE(bytes == 2 * 16 * HIDDEN * 4);
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_block_bytes(model, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, NULL, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_block_bytes(model, WEIR_DEVICE_CPU, 0, WEIR_DTYPE_AUTO, &bytes, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_model_block_bytes(model, -1, 16, WEIR_DTYPE_AUTO, &bytes, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_model_block_bytes(0, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &bytes, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_model_block_bytes(model + 1, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &bytes, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_model_block_bytes(~model, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &bytes, &error));
  weir_model_destroy(model);
  EXPECT(WEIR_STALE_HANDLE, weir_model_block_bytes(model, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &bytes, &error));
  weir_model_destroy(model);
  weir_model_destroy(0);
  const weir_model next = load_model(); /* in the same slot, under another number */
  EXPECT_TRUE(next != model);
  EXPECT(WEIR_STALE_HANDLE, weir_model_block_bytes(model, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &bytes, &error));
  weir_model_destroy(model);
  EXPECT(WEIR_OK, weir_model_block_bytes(next, WEIR_DEVICE_CPU, 16, WEIR_DTYPE_AUTO, &bytes, &error));
  weir_model_destroy(next);
}

static void test_model_limit(void) {
  enum { TRIES = 1000 };
  static weir_model loaded[TRIES];
  int count = 0;
  while (count < TRIES && weir_model_load(&config, &source, &loaded[count], &error) == WEIR_OK) ++count;
  EXPECT_TRUE(count < TRIES && error.status == WEIR_OUT_OF_MEMORY);
  for (int i = 0; i < count; ++i) weir_model_destroy(loaded[i]);
}

/* ---- steps ---- */

typedef struct {
  weir_session session;
  int32_t step_status;
  int32_t destroy_status;
} stranger;

static int32_t step_with(weir_session session, weir_adapter adapter, weir_error* out) {
  const weir_adapter adapters[] = {adapter};
  static const int32_t ids[] = {1, 2}, counts[] = {2}, computed[] = {0}, table[] = {1}, offsets[] = {0, 1};
  static const int32_t hidden_at[] = {0};
  const weir_sampling sampling = {.top_p = 1, .logprob_count = 2, .token_index = 1};
  const weir_step_plan plan = {sizeof plan, 1, 2, 1, ids, counts, computed, table, offsets, adapters, &sampling, hidden_at, 1, 0, NULL, NULL, NULL, NULL, NULL};
  int32_t id = -1, top_ids[2] = {-1, -1};
  float logprob = 1, top_logprobs[2] = {1, 1}, logits[VOCAB] = {0}, hidden[HIDDEN] = {0};
  const weir_step_result result = {sizeof result, 2, &id, &logprob, top_ids, top_logprobs, logits, hidden};
  const int32_t status = weir_session_step(session, &plan, &result, out);
  if (status == WEIR_OK) { /* all rows of the LM head are equal: so are the logits */
    EXPECT_TRUE(id == 0 && top_ids[0] == 0 && top_ids[1] == 1 && logits[0] == logits[2]);
    EXPECT_TRUE(logprob < -1.09f && logprob > -1.11f && top_logprobs[1] == logprob);
  }
  return status;
}

static int32_t step_once(weir_session session, weir_error* out) { return step_with(session, 0, out); }

static void* visit(void* argument) {
  stranger* visitor = argument;
  visitor->step_status = step_once(visitor->session, NULL);
  visitor->destroy_status = weir_session_destroy(visitor->session, NULL);
  return NULL;
}

/* ---- adapters: of rank 1, to the queries; all weights 0.5 ---- */

static const weir_adapter_config adapter_config = {.struct_bytes = sizeof(weir_adapter_config), .rank = 1, .scale = 2};
static weir_tensor adapter_tensors[2];
static weir_model_source adapter_source;

static void make_adapter(void) {
  const char* const names[] = {"model.layers.0.self_attn.q_proj.lora_A.weight", "model.layers.0.self_attn.q_proj.lora_B.weight"};
  for (int i = 0; i < 2; ++i) {
    adapter_tensors[i] = (weir_tensor){.name = names[i], .dtype = WEIR_DTYPE_F32, .rank = 2, .size_bytes = 4 * HIDDEN};
    adapter_tensors[i].shape[i] = 1;
    adapter_tensors[i].shape[1 - i] = HIDDEN;
  }
  adapter_source = source;
  adapter_source.tensors = adapter_tensors;
  adapter_source.tensor_count = 2;
}

static weir_adapter load_adapter(weir_model model) {
  weir_adapter adapter = 0;
  EXPECT(WEIR_OK, weir_adapter_load(model, &adapter_config, &adapter_source, &adapter, &error));
  return adapter;
}

static void test_adapter(void) {
  const weir_model model = load_model();
  weir_adapter adapter = 0;
  EXPECT(WEIR_STALE_HANDLE, weir_adapter_load(0, &adapter_config, &adapter_source, &adapter, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_adapter_load(model, NULL, &adapter_source, &adapter, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_adapter_load(model, &adapter_config, NULL, &adapter, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_adapter_load(model, &adapter_config, &adapter_source, NULL, &error));
  weir_adapter_config older = adapter_config;
  older.struct_bytes = 8;
  EXPECT(WEIR_INVALID_ARGUMENT, weir_adapter_load(model, &older, &adapter_source, &adapter, &error));
  const char* absent[] = {"/nonexistent/adapter.safetensors"};
  weir_model_source elsewhere = adapter_source;
  elsewhere.file_paths = absent;
  EXPECT(WEIR_FILE_ERROR, weir_adapter_load(model, &adapter_config, &elsewhere, &adapter, &error));
  EXPECT_TRUE(adapter == 0);

  adapter = load_adapter(model);
  EXPECT(WEIR_STALE_HANDLE, weir_adapter_load(adapter, &adapter_config, &adapter_source, &adapter, &error));
  const weir_session session = create_session(model);
  EXPECT(WEIR_OK, step_with(session, adapter, &error));
  EXPECT(WEIR_STALE_HANDLE, step_with(session, model, &error)); /* of another type */
  weir_adapter_destroy(model);                                  /* a no-op */
  EXPECT(WEIR_OK, step_with(session, adapter, &error));
  const weir_model other = load_model();
  const weir_adapter foreign = load_adapter(other);
  EXPECT(WEIR_INVALID_ARGUMENT, step_with(session, foreign, &error));
  weir_model_destroy(other);
  EXPECT(WEIR_INVALID_ARGUMENT, step_with(session, foreign, &error)); /* whether or not its own model is still there */
  weir_adapter_destroy(foreign);
  weir_adapter_destroy(adapter);
  EXPECT(WEIR_STALE_HANDLE, step_with(session, adapter, &error));
  weir_adapter_destroy(adapter);
  weir_adapter_destroy(0);
  const weir_adapter next = load_adapter(model); /* under another number */
  EXPECT_TRUE(next != adapter);
  EXPECT(WEIR_STALE_HANDLE, step_with(session, adapter, &error));
  EXPECT(WEIR_OK, step_with(session, next, &error));
  weir_adapter_destroy(next);
  EXPECT(WEIR_OK, weir_session_destroy(session, &error));
  weir_model_destroy(model);
}

static void test_adapter_limit(void) {
  enum { TRIES = 2000 };
  static weir_adapter loaded[TRIES];
  const weir_model model = load_model();
  int count = 0;
  while (count < TRIES && weir_adapter_load(model, &adapter_config, &adapter_source, &loaded[count], &error) == WEIR_OK) ++count;
  EXPECT_TRUE(count < TRIES && error.status == WEIR_OUT_OF_MEMORY);
  for (int i = 0; i < count; ++i) weir_adapter_destroy(loaded[i]);
  weir_model_destroy(model);
}

/* ---- sessions ---- */

static void test_session(void) {
  const weir_model model = load_model();
  weir_session session = 0;
  weir_session_config wanted = session_config();
  EXPECT(WEIR_STALE_HANDLE, weir_session_create(0, &wanted, &session, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_create(model, NULL, &session, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_create(model, &wanted, NULL, &error));
  wanted.struct_bytes = 0;
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_create(model, &wanted, &session, &error));
  wanted = session_config();
  wanted.isa = 99;
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_create(model, &wanted, &session, &error));
  EXPECT_TRUE(strstr(error.message, "isa") != NULL);
  int32_t* const fields[] = {&wanted.block_count, &wanted.block_tokens, &wanted.step_tokens_max, &wanted.step_sequences_max,
                             &wanted.step_samples_max, &wanted.top_logprobs_max, &wanted.thread_count, &wanted.isa, &wanted.kv_dtype};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; ++i) {
    wanted = session_config();
    *fields[i] = -1;
    EXPECT(WEIR_INVALID_ARGUMENT, weir_session_create(model, &wanted, &session, &error));
  }
  EXPECT_TRUE(session == 0);

  session = create_session(model);
  EXPECT(WEIR_OK, step_once(session, &error));
  EXPECT(WEIR_STALE_HANDLE, step_once(0, &error));
  EXPECT(WEIR_STALE_HANDLE, step_once(model, &error)); /* of another type */
  EXPECT(WEIR_STALE_HANDLE, weir_session_destroy(model, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_session_destroy(session + 1, &error)); /* a generation that was never issued */
  EXPECT(WEIR_STALE_HANDLE, weir_session_create(session, &wanted, &session, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_step(session, NULL, NULL, &error));

  char text[64];
  int64_t required = 0;
  EXPECT(WEIR_OK, weir_session_describe(session, text, sizeof text, &required, &error));
  EXPECT_TRUE(strcmp(text, "device=cpu\n") == 0);
  EXPECT(WEIR_STALE_HANDLE, weir_session_describe(model, text, sizeof text, &required, &error));
  const int32_t place = 0;
  EXPECT(WEIR_OK, weir_session_offload(session, NULL, NULL, 0, &error));
  EXPECT(WEIR_OK, weir_session_restore(session, NULL, NULL, 0, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_offload(session, &place, &place, 1, &error)); /* there is no such place */
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_restore(session, &place, &place, -1, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_session_offload(0, &place, &place, 1, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_session_restore(0, &place, &place, 1, &error));
  EXPECT(WEIR_OK, weir_session_read_blocks(session, NULL, 0, NULL, &error));
  EXPECT(WEIR_OK, weir_session_write_blocks(session, NULL, NULL, 0, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_read_blocks(session, &place, 1, NULL, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_write_blocks(session, NULL, &place, 1, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_session_read_blocks(session, NULL, 1, text, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_session_read_blocks(0, &place, 1, text, &error));
  EXPECT(WEIR_STALE_HANDLE, weir_session_write_blocks(0, text, &place, 1, &error));

  stranger visitor = {session, -1, -1};
  pthread_t thread;
  EXPECT_TRUE(pthread_create(&thread, NULL, visit, &visitor) == 0 && pthread_join(thread, NULL) == 0);
  EXPECT_TRUE(visitor.step_status == WEIR_WRONG_THREAD);
  EXPECT_TRUE(visitor.destroy_status == WEIR_WRONG_THREAD);

  weir_model_destroy(model); /* the session keeps it mapped */
  EXPECT(WEIR_OK, step_once(session, &error));
  EXPECT(WEIR_OK, weir_session_destroy(session, &error));
  EXPECT(WEIR_OK, weir_session_destroy(session, &error)); /* a no-op, as for 0 */
  EXPECT(WEIR_OK, weir_session_destroy(0, &error));
  EXPECT(WEIR_STALE_HANDLE, step_once(session, &error));
}

/* Handles run out before memory does; that memory is refused by name is tested in session_test.cpp, with a model that is large enough. */
static void test_session_limit(void) {
  enum { TRIES = 1000 };
  static weir_session created[TRIES];
  const weir_model model = load_model();
  const weir_session_config wanted = session_config();
  int count = 0;
  while (count < TRIES && weir_session_create(model, &wanted, &created[count], &error) == WEIR_OK) ++count;
  EXPECT_TRUE(count < TRIES && error.status == WEIR_OUT_OF_MEMORY);
  for (int i = 0; i < count; ++i) EXPECT(WEIR_OK, weir_session_destroy(created[i], &error));
  weir_model_destroy(model);
}

static void test_live_handles(void) {
  int32_t models = -1, adapters = -1, sessions = -1;
  EXPECT(WEIR_INVALID_ARGUMENT, weir_live_handles(NULL, &adapters, &sessions, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_live_handles(&models, NULL, &sessions, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_live_handles(&models, &adapters, NULL, &error));
  EXPECT(WEIR_OK, weir_live_handles(&models, &adapters, &sessions, &error));
  EXPECT_TRUE(models == 0 && adapters == 0 && sessions == 0); /* everything above let go of what it took */
  const weir_model model = load_model();
  const weir_adapter adapter = load_adapter(model);
  const weir_session session = create_session(model);
  EXPECT(WEIR_OK, weir_live_handles(&models, &adapters, &sessions, &error));
  EXPECT_TRUE(models == 1 && adapters == 1 && sessions == 1);
  weir_adapter_destroy(adapter);
  EXPECT(WEIR_OK, weir_session_destroy(session, &error));
  weir_model_destroy(model);
}

static void test_machine_peak(void) {
  double rate = 0;
  EXPECT(WEIR_INVALID_ARGUMENT, weir_machine_peak(WEIR_PEAK_F32, 1, 1, NULL, &error));
  EXPECT(WEIR_INVALID_ARGUMENT, weir_machine_peak(0, 1, 1, &rate, &error));
  EXPECT(WEIR_OK, weir_machine_peak(WEIR_PEAK_READ_BYTES, 1, 1, &rate, &error));
  EXPECT_TRUE(rate > 0);
}

int main(void) {
  make_model();
  EXPECT_TRUE(weir_abi_version() == WEIR_ABI_VERSION);
  test_text(weir_abi_describe);
  test_system_text();
  test_machine_peak();
  test_model();
  test_model_limit();
  make_adapter();
  test_adapter();
  test_adapter_limit();
  test_session();
  test_session_limit();
  test_live_handles();
  unlink(weights_path);
  printf("%d failed\n", failures);
  return failures == 0 ? 0 : 1;
}
