#!/usr/bin/env bash
# Builds the CUDA backend on a machine with a GPU and checks it there: every kernel test, whole steps, their invariance, adapters, the device's library of products and
# the models of the tests on the device; kernels and adapters under compute-sanitizer; then the benchmarks: kernels, whole steps with and without batch invariance, and
# the same shapes in Transformers where Python has it. Needs CUDA (nvcc), CMake and a C++20 compiler; no JDK, no network. Prints a table last; its exit status is 1
# when anything failed.
#
#   benchmarks/gpu/check.sh [--emulated] [--testdata FOLDER] [folder for logs]
#
# --emulated goes the same way on the emulated device, to try this script where there is no GPU: its figures mean nothing. --testdata names a folder whose models/
# holds further models, each with its expected.json.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
emulated=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --emulated) emulated=1 ;;
    --testdata) export WEIR_TESTDATA=$2 && shift ;;
    *) echo "usage: check.sh [--emulated] [--testdata FOLDER] [folder for logs]" >&2 && exit 2 ;;
  esac
  shift
done
logs=${1:-engine-native/target/gpu-check}
build=engine-native/target/gpu
jobs=${WEIR_JOBS:-$(nproc)}
kernel_tests=(cuda_attention_test cuda_experts_test cuda_matmul_test cuda_rows_test cuda_sample_test)
step_tests=(device_forward_test device_invariance_test device_adapter_test device_library_test device_fixtures_test)
sanitized_tests=("${kernel_tests[@]}" device_adapter_test)
shapes=(1b 1b/q8_0 1b/q4_0 8b 8b/q8_0 8b/q4_0)
decodes=(decode:1@512 decode:8@512 decode:32@512 decode:64@512 decode:128@512 decode:256@512)
prefills=(prefill:2048)
build_limit_s=420
test_limit_s=60
sanitizer_limit_s=120
bench_limit_s=180
torch_limit_s=240
mkdir -p "$logs"
table=()
failed=0

# note NAME SECONDS VERDICT: a line of the table.
note() { table+=("$(printf '%-32s %5s s  %s' "$1" "$2" "$3")"); }

# step NAME LIMIT_S COMMAND...: runs it under its time limit, keeps its output, adds a line to the table.
step() {
  local name=$1 limit_s=$2 begin=$SECONDS status verdict=ok
  shift 2
  timeout --kill-after=5 "$limit_s" "$@" >"$logs/$name.log" 2>&1
  status=$?
  case $status in
    0) grep -q '^SKIPPED' "$logs/$name.log" && verdict="ok, but $(grep -m 1 '^SKIPPED' "$logs/$name.log")" ;;
    77) verdict="SKIPPED ($(tail -1 "$logs/$name.log" | sed 's/^SKIPPED: //'))" ;;
    124 | 137) verdict="FAILED (over $limit_s s)" ;;
    *) verdict="FAILED (status $status, see $logs/$name.log)" ;;
  esac
  [[ $verdict == FAILED* ]] && failed=1
  note "$name" $((SECONDS - begin)) "$verdict"
  return $status
}

# bench NAME LIMIT_S COMMAND...: a step whose output is what it is for.
bench() {
  echo "== $1"
  step "$@"
  cat "$logs/$1.log"
}

if [[ $emulated ]]; then
  suffix='' targets=("${kernel_tests[@]}" "${step_tests[@]}" step_bench_emulated) step_bench=step_bench_emulated
  build=engine-native/target/release configure=(cmake --preset release) jobs=${WEIR_JOBS:-2}
  shapes=(tiny) decodes=(decode:2@16) prefills=(prefill:40)
  bench_limit_s=300 test_limit_s=300 build_limit_s=1800
  echo "the emulated device: figures mean nothing"
else
  if ! command -v nvcc >/dev/null && [[ ! -x /usr/local/cuda/bin/nvcc ]]; then
    echo "there is no nvcc: install the CUDA toolkit, or put it on the PATH" >&2
    exit 1
  fi
  suffix=_on_device targets=(weir_device_tests) step_bench=step_bench_on_device
  configure=(cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DWEIR_CUDA=ON)
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo "nvidia-smi shows no device"
  # The architecture of this device alone: an eighth of the time of all of them.
  capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -1 | tr -d .)
  [[ $capability == 90 ]] && capability=90a
  [[ $capability ]] && configure+=("-DWEIR_CUDA_TARGETS=-gencode;arch=compute_$capability,code=sm_$capability")
  # PyTorch brings cuBLASLt where the toolkit has none.
  library=$(find "$(python3 -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])' 2>/dev/null || echo /nonexistent)" -name 'libcublasLt.so.1*' \
    -printf '%h\n' -quit 2>/dev/null)
  [[ $library ]] && export LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi

if step configure 60 "${configure[@]}" &&
  step build "$build_limit_s" cmake --build "$build" --parallel "$jobs" --target "${targets[@]}"; then
  bin=$build/engine-native/tests/cuda
  for name in "${kernel_tests[@]}" "${step_tests[@]}"; do step "$name" "$test_limit_s" "$bin/$name$suffix"; done
  cat "$logs/device_fixtures_test.log"
  if [[ ! $emulated ]] && command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck; do
      for name in "${sanitized_tests[@]}"; do
        step "$tool-$name" "$sanitizer_limit_s" compute-sanitizer --tool "$tool" --error-exitcode 1 "$bin/$name$suffix"
      done
    done
  else
    note compute-sanitizer - "SKIPPED ($([[ $emulated ]] && echo "no device" || echo "not installed"))"
  fi
  if [[ ! $emulated ]]; then bench kernels "$bench_limit_s" "$bin/cuda_bench"; fi
  for shape in "${shapes[@]}"; do
    bench "steps-${shape/\//-}" "$bench_limit_s" "$bin/$step_bench" "$shape" "$jobs" "${decodes[@]}" "${prefills[@]}"
    # What batch invariance costs: the same without it.
    bench "variant-${shape/\//-}" "$bench_limit_s" "$bin/$step_bench" "$shape" "$jobs" variant "${prefills[@]}"
  done
  if [[ $emulated ]]; then
    note torch - "SKIPPED (no device)"
  else
    for run in "eager 1b 1" "graphs 1b 1" "eager 8b 1" "graphs 8b 1" "eager 8b 64" "graphs 8b 64"; do
      read -r mode shape batch <<<"$run"
      bench "torch-$mode-$shape-$batch" "$torch_limit_s" python3 benchmarks/gpu/transformers_bench.py "$mode" "$shape" "$batch" 512 50
    done
  fi
fi
printf '%s\n' "${table[@]}"
exit $failed
