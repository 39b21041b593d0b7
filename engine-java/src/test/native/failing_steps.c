/*
 * Stands before the real native library, in tests alone: everything is its own, but that a step fails where the file that WEIR_FAIL_STEP names says so, as
 * "STATUS STEPS": with that status, once, after so many steps more. The file is gone when it has been read.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "weir/weir.h"

typedef int32_t (*step_function)(weir_session, const weir_step_plan*, const weir_step_result*, weir_error*);

static int status = WEIR_OK;
static int steps_left = 0;

static void read_order(void) {
  const char* const path = getenv("WEIR_FAIL_STEP");
  FILE* const order = path == NULL ? NULL : fopen(path, "r");
  if (order == NULL) return;
  if (fscanf(order, "%d %d", &status, &steps_left) != 2) abort();
  fclose(order);
  remove(path);
}

int32_t weir_session_step(weir_session session, const weir_step_plan* plan, const weir_step_result* result, weir_error* error) {
  if (status == WEIR_OK) read_order();
  if (status != WEIR_OK && steps_left-- == 0) {
    const int32_t ordered = status;
    status = WEIR_OK;
    error->status = ordered;
    snprintf(error->message, sizeof error->message, "a test had this step fail");
    return ordered;
  }
  static step_function real = NULL;
  if (real == NULL) real = (step_function)dlsym(dlopen(REAL_LIBRARY, RTLD_NOW), "weir_session_step");
  return real(session, plan, result, error);
}
