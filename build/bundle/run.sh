#!/usr/bin/env bash
# Builds Levee's native library against this machine's PyTorch, then runs the tests and the benchmarks, on the GPU too where there is one.
# Needs python3 with PyTorch, CMake, make (or ninja) and a C++ compiler; no .NET, no network. Writes to $OUT, by default ./out.
#
#   ./run.sh [all|build|tests|bench]...      all when nothing is named
#   OUT=folder  PYTHON=python3  SHAPES="qwen2.5-0.5b qwen2.5-1.5b qwen2.5-3b"  PEAK_TFLOPS=989  ROWS=64  TOKENS=512
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
out="${OUT:-$PWD/out}"
python="${PYTHON:-python3}"
mkdir -p "$out"
out="$(cd "$out" && pwd)"
summary="$out/summary.txt"
failed=0

say() { printf '%s\n' "$*" | tee -a "$summary"; }

# One step: its name, then its command. What it writes goes to a file of that name; the summary gets its last line.
step() {
    local name="$1" started=$SECONDS
    shift
    if "$@" >"$out/$name.log" 2>&1; then
        say "ok      $name ($((SECONDS - started)) s): $(tail -n 1 "$out/$name.log")"
    else
        say "FAILED  $name ($((SECONDS - started)) s), see $out/$name.log: $(tail -n 1 "$out/$name.log")"
        failed=1
        return 1
    fi
}

export DOTNET_ROOT="$here/runtime" DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
export PATH="$here/runtime:$PATH"
export LEVEE_TORCH_LIBRARY="$out/native/libLeveeTorch.so" LEVEE_EXTRAS_LIBRARY="$out/extras/libLeveeExtras.so"

program() {
    local name="$1"
    shift
    dotnet "$here/programs/$name.dll" "$@"
}

torch() { "$python" -c "import torch; $1"; }

build() {
    step cmake cmake -S "$here/Interop.LibTorch/native" -B "$out/native" -DCMAKE_BUILD_TYPE=Release -DPYTHON3="$(command -v "$python")" &&
        step native cmake --build "$out/native" --parallel "$(nproc)" &&
        grep -h 'libtorch [0-9]' "$out/cmake.log" | tee -a "$summary"
    # CUDA graphs need the toolkit's headers besides; all else does without.
    if [ "$gpu" = 1 ]; then
        step extras-cmake cmake -S "$here/Interop.LibTorch/native/extras" -B "$out/extras" -DPYTHON3="$(command -v "$python")" &&
            step extras cmake --build "$out/extras" --parallel "$(nproc)"
    fi
}

test_of() {
    local name="$1" project="$2"
    shift 2
    step "$name" program "$project" -noLogo -noColor -xml "$out/$name.xml" "$@"
}

tests() {
    test_of test-interop Interop.Tests -namespace Levee.Interop.LibTorch.Tests
    test_of test-framework Framework.Tests
    test_of test-policies Policies.Tests -class- '*GpuTests'
    # The others compile scripts, which takes the .NET SDK.
    test_of test-training Training.Tests -class- '*CommandLine' -class- '*Documentation' -class- '*ScriptJourney'
    if [ "$gpu" = 1 ]; then
        test_of test-gpu Policies.Tests -class '*GpuTests'
    fi
}

# Dense bfloat16 peaks in TFLOP/s, from the makers' data sheets.
peak() {
    case "$1" in
        *H100*PCIe*) echo 756 ;;
        *H100* | *H200* | *GH200*) echo 989 ;;
        *A100* | *A800*) echo 312 ;;
        *L40S*) echo 362 ;;
        *4090*) echo 165 ;;
    esac
}

bench() {
    step bench-cpu program Benchmarks update rollout --json "$out/bench-cpu.jsonl"
    if [ "$gpu" = 1 ]; then
        local name flops
        name="$(torch 'print(torch.cuda.get_device_name())')"
        flops="${PEAK_TFLOPS:-$(peak "$name")}"
        say "device  $name, peak ${flops:-not known: set PEAK_TFLOPS}"
        for shape in ${SHAPES:-qwen2.5-0.5b qwen2.5-1.5b qwen2.5-3b}; do
            step "bench-$shape" program Benchmarks device --device cuda --shape "$shape" --rows "${ROWS:-64}" --tokens "${TOKENS:-512}" \
                ${flops:+--peak-tflops "$flops"} --json "$out/bench-$shape.jsonl"
            [ -f "$LEVEE_EXTRAS_LIBRARY" ] &&
                step "bench-$shape-graphs" program Benchmarks device --device cuda --shape "$shape" --rows "${ROWS:-64}" --tokens "${TOKENS:-512}" \
                    ${flops:+--peak-tflops "$flops"} --graphs --json "$out/bench-$shape-graphs.jsonl"
        done
    else
        step bench-tiny program Benchmarks device --device cpu --shape tiny --json "$out/bench-tiny.jsonl"
    fi
}

: >"$summary"
for tool in "$python" cmake; do
    command -v "$tool" >/dev/null || { say "FAILED  no $tool on the PATH"; exit 1; }
done
step torch torch 'print("PyTorch", torch.__version__, "CUDA", torch.version.cuda, "GPUs", torch.cuda.device_count())' || exit 1
gpu="$(torch 'print(int(torch.cuda.is_available()))')"
[ "$gpu" = 1 ] || say "no GPU  torch sees none: GPU tests and benchmarks are left out"

[ $# -gt 0 ] || set -- all
for what in "$@"; do
    case "$what" in
        all) build && { tests; bench; } ;;
        build | tests | bench) "$what" ;;
        *) say "unknown: $what. There are: all, build, tests, bench."; exit 2 ;;
    esac
done

[ "$failed" = 0 ] && say "all done" || say "something failed"
exit "$failed"
