// The table of one instruction set, from the kernels that are written once over its registers.
#pragma once

#include "kernels/cpu/add.h"
#include "kernels/cpu/add_scaled.h"
#include "kernels/cpu/attention.h"
#include "kernels/cpu/embed.h"
#include "kernels/cpu/exp_sum.h"
#include "kernels/cpu/gelu_mul.h"
#include "kernels/cpu/kv_store.h"
#include "kernels/cpu/matmul.h"
#include "kernels/cpu/rms_norm.h"
#include "kernels/cpu/rope.h"
#include "kernels/cpu/silu_mul.h"
#include "kernels/cpu/softcap.h"

namespace weir::kernels::cpu {

template <typename Ops>
constexpr KernelTable table(const char* name) {
  return {name,          matmul<Ops>,    quantize_inputs<Ops>, matmul_inputs<Ops>, embed<Ops>,    rms_norm<Ops>, rope<Ops>,
          add<Ops>,      add_scaled<Ops>, silu_mul<Ops>,        gelu_mul<Ops>,      softcap<Ops>,
          kv_store<Ops>, attention<Ops>, exp_sum<Ops>};
}

}  // namespace weir::kernels::cpu
