#!/usr/bin/env bash
# On a machine with a GPU: the tests, then our times, then PyTorch's in the same run, in under 9 minutes.
#
# gpu.sh [--smoke] [OUT]: logs go to OUT (default gpu-results). What has not been built is built first, before the clock starts.
# PyTorch's own NVRTC is used unless CONVNET_CUDA_LIB names another. CONVNET_TESTS, CONVNET_UNIT_TESTS and CONVNET_BENCH
# name binaries that were built elsewhere.
# --smoke: one small case of everything, also on the emulator (CONVNET_CUDA_EMULATOR), where PyTorch runs on the CPU.
set -uo pipefail
cd "$(dirname "$0")/../.."
smoke=
[ "${1:-}" = --smoke ] && smoke=--smoke && shift
out=${1:-gpu-results}
mkdir -p "$out"

newest() { find target/release/"$1" -maxdepth 1 -name "$2" -type f -executable -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d' ' -f2; }
built() {
    local found
    found=$(newest "$1" "$2")
    if [ -z "$found" ]; then
        cargo "${@:3}" >&2 || exit 2
        found=$(newest "$1" "$2")
    fi
    echo "$found"
}
tests=${CONVNET_TESTS:-$(built deps 'cuda-*' test --release --features cuda --test cuda --no-run)} || exit 2
unit_tests=${CONVNET_UNIT_TESTS:-$(built deps 'convnet_runtime-*' test --release -p convnet-runtime --features cuda --lib --no-run)} || exit 2
bench=${CONVNET_BENCH:-$(built examples 91_cuda_bench build --release --features cuda --example 91_cuda_bench)} || exit 2

begun=$(date +%s)
left() { echo $((520 - $(date +%s) + begun)); }

site=$(python3 -c 'import os, torch; print(os.path.dirname(os.path.dirname(torch.__file__)))' 2>/dev/null || true)
export CONVNET_CUDA_LIB=${CONVNET_CUDA_LIB:-$site} CONVNET_REQUIRE_CUDA=1 PYTHONUNBUFFERED=1
{
    date -u
    nvidia-smi -L
    nvidia-smi --query-gpu=driver_version,clocks.sm,clocks.max.sm,power.limit --format=csv
    lscpu | grep 'Model name'
} 2>&1 | tee "$out/machine.txt"

status=0
if [ -n "$smoke" ]; then
    "$unit_tests" cuda::source::tests::losses 2>&1 | tee "$out/unit_tests.txt" || status=1
    "$tests" networks::each_kernel_is_timed 2>&1 | tee "$out/tests.txt" || status=1
    "$bench" --smoke 2>&1 | tee "$out/ours.txt" || status=1
    if [ -n "$site" ]; then
        python3 docs/peers/torch_gpu.py --smoke --out "$out/torch.jsonl" 2>&1 | tee "$out/torch.txt" || status=1
    fi
    exit "$status"
fi
echo "== tests"
# First every kind of convolution against f64: on Hopper's matrix units, on tensor cores, in single precision.
timeout 90 "$unit_tests" --test-threads=3 convolutions 2>&1 | tee "$out/convolutions.txt" || status=1
timeout 70 "$tests" --test-threads=4 --skip compile:: 2>&1 | tee "$out/tests.txt" || status=1
timeout 90 "$unit_tests" --test-threads=8 --skip convolutions cuda 2>&1 | tee "$out/unit_tests.txt" || status=1
echo "== ours, then each kernel of VGG D's step"
timeout 120 "$bench" --seconds 70 --kernels 2>&1 | tee "$out/ours.txt" || status=1
echo "== the same kernels without what only Hopper has"
CONVNET_CUDA_ARCHITECTURE=sm_90 timeout 40 "$bench" --seconds 0 --kernels 2>&1 | tee "$out/kernels_sm_90.txt" || status=1
if [ -n "$site" ]; then
    echo "== PyTorch"
    budget=$(($(left) - 20))
    timeout "$(left)" python3 docs/peers/torch_gpu.py --out "$out/torch.jsonl" --budget "$budget" 2>&1 |
        tee "$out/torch.txt" || status=1
else
    echo "PyTorch is not installed: no peer"
fi
exit "$status"
