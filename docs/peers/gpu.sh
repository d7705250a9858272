#!/usr/bin/env bash
# On a machine with a GPU: the tests, our times, then PyTorch's in the same run, in under 9 minutes.
#
# gpu.sh --pack          builds tests and benchmark and puts them, stripped, into target/gpu, with the benchmark's kernels where
#                        there is NVRTC: that folder and docs/peers are all that the machine with the GPU needs
# gpu.sh [--smoke] [OUT] runs them, what is worth most first. Everything goes to OUT/log.txt as it comes (OUT is gpu-results
#                        unless it is named), our numbers to OUT/ours.jsonl and PyTorch's to OUT/torch.jsonl, too, both beside
#                        each other to OUT/table.txt. A part that fails, or hangs, or takes too long costs no other part
#
# Where a kernel hangs or stops the device, the log's last line of the test is its name; convolutions that give wrong numbers
# are all listed. compute-sanitizer follows at once, if there is one.
#
# --smoke: one small case of everything, also on the emulator (CONVNET_CUDA_EMULATOR), where PyTorch runs on the CPU.
# python3 is the one that has PyTorch, if there is one. Its NVRTC is taken unless CONVNET_CUDA_LIB names another.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
packed=target/gpu

# Where cargo puts what it is told to build.
built() { cargo "$@" --message-format=json-render-diagnostics | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1; }

pack() {
    mkdir -p "$packed" || exit 2
    strip -o "$packed/tests" "$(built test --release --features cuda --test cuda --no-run)" || exit 2
    strip -o "$packed/units" "$(built test --release -p convnet-runtime --features cuda --lib --no-run)" || exit 2
    strip -o "$packed/bench" "$(built build --release --features cuda --example 91_cuda_bench)" || exit 2
    git describe --always --dirty >"$packed/version"
    # To compile them would take much of the time on the other machine.
    export CONVNET_CUDA_LIB=${CONVNET_CUDA_LIB:-$HOME/.cache/convnet-cuda}
    rm -rf "$packed/cubins"
    "$packed/bench" --cubins "$packed/cubins" --make sm_90a || echo "no kernels made ahead"
    "$packed/bench" --cubins "$packed/cubins" --make sm_90 --only vgg_d || echo "no kernels for comparison made ahead"
    ls -l "$packed"
}

# one PROGRAM TEST: a test in a process of its own, so that a kernel that hangs or spoils the device costs no other one.
one() {
    local output code begun=$SECONDS
    output=$(timeout --foreground -k 2 "$ONE" "$1" --exact "$2" --nocapture 2>&1)
    code=$?
    if [ "$code" -eq 0 ]; then
        echo "ok $2, $((SECONDS - begun)) s $(grep -o 'skipped: .*' <<<"$output" | head -n 1)"
    else
        printf 'FAILED %s (exit %s) after %s s\n%s\n' "$2" "$code" "$((SECONDS - begun))" "$(tail -c 3000 <<<"$output")"
    fi
    return "$code"
}

smoke=
case ${1:-} in
--pack) pack; exit ;;
--one) one "$2" "$3"; exit ;;
--smoke) smoke=--smoke; shift ;;
esac
out=${1:-gpu-results}
mkdir -p "$out" || exit 2
for name in tests units bench; do
    [ -x "$packed/$name" ] || { echo "there is no $packed/$name: docs/peers/gpu.sh --pack makes it" >&2; exit 2; }
done

# Seconds for all, for one test, and processes at once.
seconds=530 jobs=12
export ONE=75
[ -z "$smoke" ] || { seconds=3000 jobs=2 ONE=600; }
left() { echo $((seconds - SECONDS)); }
say() { echo "$*" | tee -a "$out/log.txt"; }
status=0 failed=()

# part NAME SECONDS COMMAND...: runs it for so long at most. What it leaves behind, even a process that cannot be ended, holds
# nothing up: it writes to the log alone.
part() {
    local name=$1 limit=$2 begun=$SECONDS code=137 before process
    shift 2
    [ -z "$smoke" ] || limit=$seconds
    [ "$limit" -le "$(left)" ] || limit=$(left)
    if [ "$limit" -lt 5 ]; then
        say "== $name: left out, the time is up"
        status=1 failed+=("$name")
        return
    fi
    say "== $name, at most $limit s ($(date +%T))"
    before=$(stat -c %s "$out/log.txt")
    timeout -k 5 "$limit" "$@" >>"$out/log.txt" 2>&1 </dev/null &
    process=$!
    while kill -0 "$process" 2>/dev/null && [ $((SECONDS - begun)) -le $((limit + 8)) ]; do sleep 0.2; done
    kill -0 "$process" 2>/dev/null || { wait "$process"; code=$?; }
    tail -c "+$((before + 1))" "$out/log.txt"
    say "== $name: exit $code after $((SECONDS - begun)) s"
    [ "$code" -eq 0 ] || { status=1 failed+=("$name"); return "$code"; }
}

# each NAME SECONDS PROGRAM FILTER...: its tests by these filters, many at once.
each() {
    local name=$1 limit=$2 program=$3
    shift 3
    "$program" "$@" --list --format terse | sed -n 's/: test$//p' >"$out/.tests"
    part "$name" "$limit" xargs -a "$out/.tests" -P "$jobs" -I{} bash docs/peers/gpu.sh --one "$program" {}
}

site=$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])' 2>/dev/null || true)
site=${site%/torch}
export CONVNET_CUDA_LIB=${CONVNET_CUDA_LIB:-$site} CONVNET_REQUIRE_CUDA=1 PYTHONUNBUFFERED=1
# Drivers that are mounted and not known to the system.
for folder in /usr/local/nvidia/lib64 /usr/local/nvidia/lib; do
    [ -d "$folder" ] && export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder
done
cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
export CONVNET_CUDA_CACHE=$cache

machine() {
    date -u
    cat "$packed/version"
    nvidia-smi -L
    nvidia-smi --query-gpu=driver_version,clocks.sm,clocks.max.sm,power.limit --format=csv
    nvidia-smi --query-gpu=compute_mode,memory.used --format=csv
    lscpu | grep 'Model name'
    command -v compute-sanitizer
    echo "CONVNET_CUDA_LIB=$CONVNET_CUDA_LIB"
}
machine 2>&1 | tee -a "$out/log.txt"
# Where only one process at a time may use the device.
[ "$(nvidia-smi --query-gpu=compute_mode --format=csv,noheader 2>/dev/null)" != Exclusive_Process ] || jobs=1

bench() { part "$1" "$2" "$packed/bench" --cubins "$packed/cubins" --json "$out/ours.jsonl" "${@:3}"; }
# peer NAME SECONDS SECTION,..: PyTorch's.
peer() {
    # shellcheck disable=SC2086
    part "$1" "$2" python3 docs/peers/torch_gpu.py $smoke --out "$out/torch.jsonl" --budget $(($2 - 10)) --only "$3"
}
# sanitize TOOL: what it finds in Hopper's kernels, and in those of a small network.
sanitize() {
    local tests=cuda::source::tests
    command -v compute-sanitizer >/dev/null || { say "there is no compute-sanitizer"; return; }
    part "compute-sanitizer's $1" 45 compute-sanitizer --tool "$1" --error-exitcode 9 --print-limit 20 "$packed/units" \
        $tests::convolutions::on_hoppers_matrix_units $tests::convolutions::on_hoppers_matrix_units_in_tf32 \
        $tests::lenet::agrees $tests::lenet::agrees_in_bf16 --exact --nocapture --test-threads 1
}
[ -n "$site" ] || say "PyTorch is not installed: no peer"
if [ -n "$smoke" ]; then
    each units 0 "$packed/units" cuda::source::tests::losses cuda::cache
    each tests 0 "$packed/tests" networks::each_kernel_is_timed faults::no_such_device
    bench ours 0 --smoke --kernels
    [ -z "$site" ] || peer PyTorch "$seconds" ceilings,vgg_d,layers,small
else
    # First every kind of convolution against f64: on Hopper's matrix units, on tensor cores, in single precision.
    sanitized=
    each convolutions 80 "$packed/units" convolutions || { sanitize memcheck; sanitized=memcheck; }
    for precision in bf16 tf32; do
        bench "vgg_d in $precision" 55 --only vgg_d --precision "$precision" --seconds 30 --kernels
    done
    bench "small networks" 45 --only small --seconds 35
    [ -z "$site" ] || peer PyTorch 170 ceilings,vgg_d,layers,small
    each "kernels against the CPU" 60 "$packed/units" cuda --skip convolutions
    each "networks" 60 "$packed/tests" --skip compile::
    [ -n "$sanitized" ] || sanitize memcheck
    sanitize racecheck
    # Without what only Hopper has.
    for precision in bf16 tf32; do
        CONVNET_CUDA_ARCHITECTURE=sm_90 part "vgg_d's kernels for sm_90 in $precision" 25 "$packed/bench" \
            --cubins "$packed/cubins" --json "$out/sm_90.jsonl" --only vgg_d --precision "$precision" --seconds 0 --kernels
    done
    [ -z "$site" ] || [ "$(left)" -lt 60 ] || peer "PyTorch, compiled" "$(($(left) - 10))" compiled
fi
rm -f "$out/.tests"
part "beside each other" 10 bash -c 'python3 docs/peers/gpu_table.py "$1"/ours.jsonl "$1"/torch.jsonl | tee "$1"/table.txt' - "$out"
say "done after $SECONDS s; $([ "$status" -eq 0 ] && echo "nothing failed" || printf 'failed: %s; ' "${failed[@]}")"
exit "$status"
