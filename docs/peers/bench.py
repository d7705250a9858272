#!/usr/bin/env python3
"""Measures one library on one of the works of nets.py, the way `90_bench` measures this one: a JSON object per line.

  bench.py --peer torch|torch-cl|onnxruntime|openvino|tensorflow|litert --work W1 --mode infer --batch 1 --threads 2
  bench.py --prepare W1,W3,W6    writes the models that onnxruntime, openvino and litert read, into --models
"""
import argparse, json, os, time

parser = argparse.ArgumentParser()
parser.add_argument("--peer")
parser.add_argument("--work")
parser.add_argument("--mode", choices=["infer", "train"])
parser.add_argument("--batch", type=int)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--secs", type=float, default=1.2)
parser.add_argument("--variant", help="W6 and W8: only this layer")
parser.add_argument("--prepare")
parser.add_argument("--models", default=os.path.expanduser("~/.cache/convnet-peers"))
args = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(args.threads)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
if args.threads == 1:
    os.sched_setaffinity(0, {0})

import numpy as np
import models, nets, peers


def seconds(call):
    """Times of a call: of ten at once where it takes less than 20 microseconds."""
    clock, times = time.perf_counter, []
    began = clock()
    while not times or clock() - began < 20 and (len(times) < 2 or clock() - began < min(0.6, args.secs)):
        t = clock()
        call()
        times.append(clock() - t)
    one, least = times[-1], 10 if times[-1] < 0.5 else 3
    group, times, began = 10 if one < 20e-6 else 1, [], clock()
    while len(times) < least or clock() - began < args.secs:
        t = clock()
        for _ in range(group):
            call()
        times.append((clock() - t) / group)
    return sorted(times)


def emit(peer, mode, batch, times, macs, variant=""):
    median = times[len(times) // 2]
    print(json.dumps(dict(peer=args.peer, version=peer.version, work=args.work, variant=variant, mode=mode, dtype="f32", batch=batch,
                          threads=args.threads, iters=len(times), median_ms=median * 1e3, min_ms=times[0] * 1e3,
                          gflops=2 * macs * batch / median / 1e9)), flush=True)


def noise(batch, shape):
    return np.random.default_rng(1).standard_normal((batch, *shape), dtype=np.float32)


def whole(peer):
    layers, shape, usual = nets.WORKS[args.work]
    plan = [(m, b) for m, b in usual if args.mode in (None, m) and args.batch in (None, b)]
    if args.mode and args.batch:
        plan = [(args.mode, args.batch)]
    for mode, batch in plan:
        x, labels = noise(batch, shape), np.arange(batch) % nets.chain(layers, shape)[0]
        call = peer.infer(args.work, layers, x) if mode == "infer" else peer.train(layers, x, labels)
        if call:
            emit(peer, mode, batch, seconds(call), nets.count(layers, shape)[0] * (3 if mode == "train" else 1))


def single(peer):
    for name in nets.LAYERS[args.work]:
        if args.variant not in (None, name):
            continue
        layer, shape = nets.layer(name)
        for batch in [args.batch] if args.batch else [1, 8]:
            for mode, call in peer.layer(name, layer, noise(batch, shape)):
                if args.mode in (None, "infer" if mode == "fwd" else "train"):
                    emit(peer, mode, batch, seconds(call), nets.count([layer], shape)[0], name)


if args.prepare:
    for work in args.prepare.split(","):
        models.prepare(args.models, work)
else:
    peer = peers.open_peer(args.peer, args.threads, args.models)
    (single if args.work in nets.LAYERS else whole)(peer)
