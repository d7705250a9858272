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


def turn(command, out, peak=float("inf"), work=None):
    """Runs one program and keeps its lines, with the lower of the peaks before and after."""
    command += ["--threads", str(args.threads), "--secs", args.secs]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        print("failed:", " ".join(command), done.stderr[-400:], file=sys.stderr)
    peak = min(peak, calibrate("0.5"))
    for line in lines:
        line["fma_calib"] = min(peak, line.get("fma_calib", peak))
        line["work"] = work or line["work"]
        out.write(json.dumps(line) + "\n")
        print(f"{line['peer']:<12} {line['work']} {line.get('variant', '')} {line['mode']} {line['batch']}: "
              f"{line['median_ms']:.4g} ms, {line['gflops']:.1f} GFLOP/s, peak {line['fma_calib']:.0f}", file=sys.stderr)
    out.flush()


def measure(work, mode, batch, out):
    what = ["--mode", mode, "--batch", str(batch)]
    usual = [name for peer in PEERS[mode] for name in ("convnet", peer)]
    for name in args.turns.split(",") if args.turns else usual:
        if name == "convnet":
            turn([args.bench, "--json", "--work", work] + what, out)
        else:
            peak = calibrate("2")
            # The others run the network as it is.
            plain = ["--work", work.removesuffix(nets.HALF).removesuffix(nets.FASTEST)]
            turn([sys.executable, os.path.join(HERE, "bench.py"), "--peer", name] + plain + what, out, peak, work)


def cells():
    for work in args.works.split(","):
        usual = [(m, b) for b in (1, 8) for m in ("infer", "train")] if work in nets.LAYERS else nets.WORKS[work][2]
        wanted = [(m, b) for m, b in usual if args.mode in (None, m) and args.batch in (None, b)]
        yield from ((work, m, b) for m, b in wanted or [(args.mode or usual[0][0], args.batch or usual[0][1])])


def floor(work, mode, batch, peak, read):
    """Milliseconds that the multiply-adds take at the peak, and that memory takes: the weights at inference; in training they
    are read forward and backward, and read and written with their velocities. What fits into the cache takes nothing."""
    macs, params = nets.count(*nets.WORKS[work][:2])
    passes, moves = (3, 5) if mode == "train" else (1, 1)
    size = params * (2 if work.endswith(nets.HALF) else 4)
    moved = size * moves / read / 1e6 if size > CACHE else 0
    return 2 * macs * passes * batch / peak / 1e6, moved


def table(lines):
    lines = [line for line in lines if line["threads"] == args.threads]
    read = max((line["read_gbs"] for line in lines if line["work"] == "W7"), default=float("inf"))
    peak = max(line["fma_calib"] for line in lines)
    rows = {}
    for line in lines:
        if line["work"] != "W7":
            key = line["work"], line["variant"], line["mode"], line["batch"]
            rows.setdefault(key, {}).setdefault(line["peer"], []).append(line)
    found = {key: medians(peers, peak) for key, peers in rows.items()}
    print(f"peak {peak:.0f} GFLOP/s, reads {read:.1f} GB/s, {args.threads} threads\n")
    networks([key for key in found if not key[1]], found, peak, read)
    layers(list(dict.fromkeys((work, variant, batch) for work, variant, _, batch in found if variant)), found)


def medians(peers, peak):
    """Milliseconds of ours, and of the others, best first; what ran while the machine was busy only where there is nothing else."""
    times = {}
    for peer, runs in peers.items():
        good = [run for run in runs if run["fma_calib"] > 0.9 * peak]
        times[peer] = statistics.median_low(run["median_ms"] for run in good or runs), "" if good else "*"
    ours = times.pop("convnet", None)
    return ours, sorted(times.items(), key=lambda item: item[1])


def networks(keys, found, peak, read):
    show = lambda time: f"{time[0]:.4g} ms{time[1]}"
    print("| | batch | convnet | best peer | peer / ours | floor | ours / floor | other peers |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for key in keys:
        (work, _, mode, batch), (ours, peers) = key, found[key]
        best = f"{peers[0][0]} {show(peers[0][1])}" if peers else ""
        ratio = f"{peers[0][1][0] / ours[0]:.2f}" if peers and ours else ""
        least, what = max(zip(floor(work, mode, batch, peak, read), ("", " (memory)")))
        others = ", ".join(f"{peer} {show(time)}" for peer, time in peers[1:])
        print(f"| {nets.NAMES[work]}, {MODES[mode]} | {batch} | {show(ours) if ours else ''} | {best} | {ratio} | "
              f"{least:.4g} ms{what} | {f'{ours[0] / least:.2f}' if ours else ''} | {others} |")


def layers(keys, found):
    """GFLOP/s of ours / of the best peer."""
    modes = ["fwd", "bwd_data", "bwd_weights"]
    if not keys:
        return
    print("\n| layer | batch | " + " | ".join(MODES[mode] for mode in modes) + " |\n| --- | ---: | --- | --- | --- |")
    for work, variant, batch in keys:
        one, shape = nets.layer(variant)
        operations = 2 * nets.count([one], shape)[0] * batch
        rate = lambda time: f"{operations / time[0] / 1e6:.0f}{time[1]}"
        cells = []
        for mode in modes:
            ours, peers = found.get((work, variant, mode, batch), (None, []))
            best = f"{rate(peers[0][1])} {peers[0][0]}" if peers else ""
            cells.append(f"{rate(ours)} / {best}" if ours else best)
        print(f"| `{variant}` | {batch} | " + " | ".join(cells) + " |")


if not args.table:
    with open(args.out, "a") as out:
        for cell in cells():
            measure(*cell, out)
with open(args.out) as file:
    table([json.loads(line) for line in file])
