#!/usr/bin/env python3
"""Measures this library and the others in turns, ours, a peer, ours, the next peer, and appends the lines to a file; then
prints that file as a table. The peak of fused multiply-adds around it goes with each line.

  sweep.py --threads 2 --works W1,W3 [--mode infer] [--batch 1] [--turns convnet,torch-cl,convnet,onnxruntime]
  sweep.py --table [--threads 2]
"""
import argparse, json, os, statistics, subprocess, sys

import nets

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = {"infer": ["onnxruntime", "openvino", "torch-cl", "torch", "tensorflow", "litert"], "train": ["torch-cl", "torch", "tensorflow"]}
CACHE = 32 << 20
MODES = {"infer": "inference", "train": "training step", "fwd": "forward", "bwd_data": "gradient of the input", "bwd_weights": "gradient of the weights"}

parser = argparse.ArgumentParser()
parser.add_argument("--works", default="W1,W2,W3,W4,W5,W6,W8,resnet50,mobilenet,googlenet")
parser.add_argument("--mode", choices=["infer", "train"])
parser.add_argument("--batch", type=int)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--secs", default="1.2")
parser.add_argument("--turns", help="who runs, in this order")
parser.add_argument("--out", default="peers.jsonl")
parser.add_argument("--bench", default=os.path.join(HERE, "../../target/release/examples/90_bench"))
parser.add_argument("--table", action="store_true", help="measure nothing, print the file")
args = parser.parse_args()


def calibrate(secs):
    command = [args.bench, "--calibrate", "--threads", str(args.threads), "--secs", secs]
    return float(subprocess.run(command, capture_output=True, text=True).stdout)


def turn(command, out, peak=float("inf")):
    """Runs one program and keeps its lines, with the lower of the peaks before and after."""
    command += ["--threads", str(args.threads), "--secs", args.secs]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        print("failed:", " ".join(command), done.stderr[-400:], file=sys.stderr)
    peak = min(peak, calibrate("0.5"))
    for line in lines:
        line["fma_calib"] = min(peak, line.get("fma_calib", peak))
        out.write(json.dumps(line) + "\n")
        print(f"{line['peer']:<12} {line['work']} {line.get('variant', '')} {line['mode']} {line['batch']}: "
              f"{line['median_ms']:.4g} ms, {line['gflops']:.1f} GFLOP/s, peak {line['fma_calib']:.0f}", file=sys.stderr)
    out.flush()


def measure(work, mode, batch, out):
    what = ["--work", work, "--mode", mode, "--batch", str(batch)]
    usual = [name for peer in PEERS[mode] for name in ("convnet", peer)]
    for name in args.turns.split(",") if args.turns else usual:
        if name == "convnet":
            turn([args.bench, "--json"] + what, out)
        else:
            peak = calibrate("2")
            turn([sys.executable, os.path.join(HERE, "bench.py"), "--peer", name] + what, out, peak)


def cells():
    for work in args.works.split(","):
        usual = [(m, b) for b in (1, 8) for m in ("infer", "train")] if work in nets.LAYERS else nets.WORKS[work][2]
        wanted = [(m, b) for m, b in usual if args.mode in (None, m) and args.batch in (None, b)]
        yield from ((work, m, b) for m, b in wanted or [(args.mode or usual[0][0], args.batch or usual[0][1])])


def floor(line, peak, read):
    """Milliseconds that the multiply-adds take at the peak, and that memory takes: the weights at inference; in training
    they are read forward and backward, and read and written with their velocities; a layer's volumes, too. What fits into the
    cache takes nothing."""
    work, batch, mode = line["work"], line["batch"], line["mode"]
    if line["variant"]:
        layer, shape = nets.layer(line["variant"])
        (macs, params), out = nets.count([layer], shape), nets.after(layer, shape)
        values = params + batch * (shape[0] * shape[1] * shape[2] + out[0] * out[1] * out[2])
    else:
        macs, params = nets.count(*nets.WORKS[work][:2])
        values = params * (5 if mode == "train" else 1)
        macs *= 3 if mode == "train" else 1
    return 2 * macs * batch / peak / 1e6, 4 * values / read / 1e6 if 4 * values > CACHE else 0


def table(lines):
    lines = [line for line in lines if line["threads"] == args.threads]
    hardware = [line for line in lines if line["work"] == "W7"]
    lines = [line for line in lines if line["work"] != "W7"]
    peak = max(line["fma_calib"] for line in lines)
    read = max((line["read_gbs"] for line in hardware), default=float("inf"))
    rows = {}
    for line in lines:
        key = line["work"], line["variant"], line["mode"], line["batch"]
        rows.setdefault(key, {}).setdefault(line["peer"], []).append(line)
    print(f"peak {peak:.0f} GFLOP/s, reads {read:.1f} GB/s, {args.threads} threads\n")
    print("| | batch | convnet | best peer | peer / ours | floor: sums | floor: memory | others |")
    print("| --- | ---: | ---: | --- | ---: | ---: | ---: | --- |")
    for (work, variant, mode, batch), peers in rows.items():
        times = {}
        for peer, runs in peers.items():
            # What ran while the machine was busy counts only where there is nothing else.
            good = [run for run in runs if run["fma_calib"] > 0.9 * peak]
            times[peer] = statistics.median(run["median_ms"] for run in good or runs), "" if good else "*"
        ours = times.pop("convnet", None)
        ranked = sorted(times, key=lambda peer: times[peer][0])
        show = lambda time: f"{time[0]:.4g} ms{time[1]}"
        best = f"{ranked[0]} {show(times[ranked[0]])}" if ranked else ""
        ratio = f"{times[ranked[0]][0] / ours[0]:.2f}" if ranked and ours else ""
        sums, memory = floor(next(iter(peers.values()))[0], peak, read)
        others = ", ".join(f"{peer} {show(times[peer])}" for peer in ranked[1:])
        name = f"`{variant}`" if variant else nets.NAMES[work]
        print(f"| {name}, {MODES[mode]} | {batch} | {show(ours) if ours else ''} | {best} | {ratio} | {sums:.4g} ms | {memory:.3g} ms | {others} |")


if not args.table:
    with open(args.out, "a") as out:
        for cell in cells():
            measure(*cell, out)
with open(args.out) as file:
    table([json.loads(line) for line in file])
