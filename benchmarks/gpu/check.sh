#!/usr/bin/env bash
# Builds the CUDA backend on a machine with a GPU and checks it there: every kernel test on the device, whole steps and their invariance, the kernel tests
# under compute-sanitizer, then the benchmarks: kernels, whole steps, and the same shapes in Transformers where Python has it. Needs CUDA (nvcc), CMake and a C++20 compiler; no JDK, no network. Prints a table last; its exit status is 1 when anything failed.
#
#   benchmarks/gpu/check.sh [folder for logs]
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
logs=${1:-engine-native/target/gpu-check}
build=engine-native/target/gpu
jobs=$(nproc)
tests=(attention experts matmul rows sample)
step_tests=(forward invariance)
shapes=(1b 1b/q8_0 1b/q4_0 8b 8b/q8_0 8b/q4_0)
decodes=(decode:1@512 decode:8@512 decode:32@512 decode:64@512 decode:128@512 decode:256@512)
build_limit_s=420
test_limit_s=60
sanitizer_limit_s=120
bench_limit_s=180
torch_limit_s=180
mkdir -p "$logs"
table=()
failed=0

# step NAME LIMIT_S COMMAND...: runs it under its time limit, keeps its output, adds a line to the table.
step() {
  local name=$1 limit_s=$2 begin=$SECONDS status
  shift 2
  timeout --kill-after=5 "$limit_s" "$@" >"$logs/$name.log" 2>&1
  status=$?
  local verdict=ok
  case $status in
    0) ;;
    77) verdict="SKIPPED ($(tail -1 "$logs/$name.log" | sed 's/^SKIPPED: //'))" ;;
    124 | 137) verdict="FAILED (over $limit_s s)" ;;
    *) verdict="FAILED (status $status, see $logs/$name.log)" ;;
  esac
  [[ $verdict == FAILED* ]] && failed=1
  table+=("$(printf '%-28s %5d s  %s' "$name" $((SECONDS - begin)) "$verdict")")
  return $status
}

if ! command -v nvcc >/dev/null && [[ ! -x /usr/local/cuda/bin/nvcc ]]; then
  echo "there is no nvcc: install the CUDA toolkit, or put it on the PATH" >&2
  exit 1
fi
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo "nvidia-smi shows no device"

# The architecture of this device alone: an eighth of the time of all of them.
capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -1 | tr -d .)
[[ $capability == 90 ]] && capability=90a
targets=${capability:+-DWEIR_CUDA_TARGETS=-gencode;arch=compute_$capability,code=sm_$capability}
if step configure 60 cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DWEIR_CUDA=ON ${targets:+"$targets"} &&
  step build "$build_limit_s" cmake --build "$build" --parallel "$jobs" --target weir_device_tests; then
  bin=$build/engine-native/tests/cuda
  for name in "${tests[@]}"; do step "$name" "$test_limit_s" "$bin/cuda_${name}_test_on_device"; done
  for name in "${step_tests[@]}"; do step "step-$name" "$test_limit_s" "$bin/device_${name}_test_on_device"; done
  if command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck; do
      for name in "${tests[@]}"; do
        step "$tool-$name" "$sanitizer_limit_s" compute-sanitizer --tool "$tool" --error-exitcode 1 "$bin/cuda_${name}_test_on_device"
      done
    done
  else
    table+=("$(printf '%-28s %9s%s' compute-sanitizer '' 'SKIPPED (not installed)')")
  fi
  step bench "$bench_limit_s" "$bin/cuda_bench"
  cat "$logs/bench.log"
  for shape in "${shapes[@]}"; do
    step "steps-${shape/\//-}" "$bench_limit_s" "$bin/step_bench_on_device" "$shape" "$jobs" "${decodes[@]}" prefill:2048
    echo "$shape"
    cat "$logs/steps-${shape/\//-}.log"
  done
  for run in "1b 1" "8b 1" "8b 64"; do
    read -r shape batch <<<"$run"
    step "torch-$shape-$batch" "$torch_limit_s" python3 benchmarks/gpu/transformers_bench.py "$shape" "$batch" 512 50
    cat "$logs/torch-$shape-$batch.log"
  done
fi
printf '%s\n' "${table[@]}"
exit $failed
