#!/usr/bin/env python3
"""PyTorch on the same GPU: VGG D, a VGG for CIFAR-10 and LeNet, inference and whole training steps, and VGG's layers.

One line per case and, with --out, one JSON object. Sections run in order of worth and stop when --budget seconds are over.

    python3 docs/peers/torch_gpu.py --out torch.jsonl --budget 330
    python3 docs/peers/torch_gpu.py --smoke        # no GPU, tiny sizes: does every path run?
"""
import argparse
import gc
import json
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

VGG_D = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--smoke", action="store_true")
parser.add_argument("--budget", type=float, default=330)
parser.add_argument("--out")
parser.add_argument("--only", default="", help="sections, separated by commas")
ARGS = parser.parse_args()
BEGUN = time.time()
if not torch.cuda.is_available() and not ARGS.smoke:
    raise SystemExit("PyTorch finds no GPU; --smoke runs small sizes on the CPU")
CUDA = not ARGS.smoke
DEVICE = "cuda" if CUDA else "cpu"
OUT = open(ARGS.out, "a") if ARGS.out else None
FAILED = []


def left():
    return ARGS.budget - (time.time() - BEGUN)


def vgg(side, hidden, classes):
    """VGG's body on images of this side; returns the module, a sample's shape, classes, FLOPs of a sample."""
    layers, depth, flops = [], 3, 0
    for step in VGG_D:
        if step == "M":
            layers.append(nn.MaxPool2d(2))
            side //= 2
        else:
            layers += [nn.Conv2d(depth, step, 3, padding=1), nn.ReLU(inplace=True)]
            flops += 2 * side * side * step * depth * 9
            depth = step
    layers.append(nn.Flatten())
    width = depth * side * side
    for out in hidden:
        layers += [nn.Linear(width, out), nn.ReLU(inplace=True), nn.Dropout()]
        flops += 2 * width * out
        width = out
    layers.append(nn.Linear(width, classes))
    return nn.Sequential(*layers), classes, flops + 2 * width * classes


def lenet():
    """Caffe's."""
    layers = [nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.Flatten()]
    layers += [nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10)]
    return nn.Sequential(*layers), 10, 2 * 2293000


NETS = {
    "vgg_d": (lambda: vgg(32, [64, 64], 1000) if ARGS.smoke else vgg(224, [4096, 4096], 1000)),
    "cifar_vgg": lambda: vgg(32, [], 10),
    "lenet": lenet,
}
SHAPES = {"vgg_d": (3, 32, 32) if ARGS.smoke else (3, 224, 224), "cifar_vgg": (3, 32, 32), "lenet": (1, 28, 28)}


def synchronize():
    if CUDA:
        torch.cuda.synchronize()


def clear():
    gc.collect()
    if CUDA:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def timed(call, seconds=0.35, runs=5):
    """Milliseconds of one call: median, least, most of some runs of many."""
    call()
    synchronize()
    begun = time.perf_counter()
    call()
    synchronize()
    once = max(time.perf_counter() - begun, 1e-6)
    count = 1 if ARGS.smoke else max(2, min(2000, int(seconds / runs / once)))
    times = []
    for _ in range(2 if ARGS.smoke else runs):
        begun = time.perf_counter()
        for _ in range(count):
            call()
        synchronize()
        times.append((time.perf_counter() - begun) * 1e3 / count)
    return statistics.median(times), min(times), max(times)


def emit(row):
    if OUT:
        OUT.write(json.dumps(row) + "\n")
        OUT.flush()


def set_precision(precision):
    tf32 = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32


def case(name, precision, layout, mode, what, batch):
    """precision: fp32, tf32, bf16 (weights, too), amp (fp32 weights, autocast); mode: eager, graph, compile[-KIND]."""
    clear()
    set_precision(precision)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    module, classes, flops = NETS[name]()
    memory = torch.channels_last if layout == "nhwc" else torch.contiguous_format
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    module = module.to(DEVICE, kind).to(memory_format=memory)
    x = torch.randn(batch, *SHAPES[name], device=DEVICE).to(kind).to(memory_format=memory)
    labels = torch.randint(0, classes, (batch,), device=DEVICE)
    net = module
    if mode.startswith("compile"):
        net = torch.compile(module, mode=mode.partition("-")[2] or "default")

    def forward():
        with torch.autocast(DEVICE, torch.bfloat16, enabled=precision == "amp"):
            return net(x).float()

    if what == "infer":
        module.eval()

        def step():
            with torch.inference_mode():
                return F.softmax(forward(), 1)
    else:
        module.train()
        optimizer = torch.optim.SGD(module.parameters(), lr=1e-4, momentum=0.9, weight_decay=5e-4, foreach=True)

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(forward(), labels)
            loss.backward()
            optimizer.step()
            return loss

    run = step
    if mode == "graph" and CUDA:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(4):
                step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = step()
        run = graph.replay
    for _ in range(1 if ARGS.smoke else 3):
        run()
    median, least, most = timed(run)
    if mode != "graph" or not CUDA:
        result = run()
    assert torch.isfinite(result.float()).all(), "not finite"
    peak = torch.cuda.max_memory_allocated() if CUDA else 0
    rate = batch / median * 1e3
    tflops = flops * batch * (3 if what == "train" else 1) / median / 1e9
    print(f"{name} {precision} {layout} {mode} {what} b{batch}: {median:.4f} ms [{least:.4f}, {most:.4f}], {rate:.0f} images/s, "
          f"{tflops:.2f} TFLOP/s, peak {peak >> 20} MiB", flush=True)
    emit(dict(net=name, precision=precision, layout=layout, mode=mode, what=what, batch=batch, ms=median, least=least,
              most=most, images_per_s=rate, tflops=tflops, peak_bytes=peak))
    if mode.startswith("compile"):
        torch._dynamo.reset()


def guarded(*arguments, need=8):
    if left() < need:
        print("left out:", *arguments, flush=True)
        return
    try:
        case(*arguments)
    except Exception as error:  # one case that fails must not cost the others
        FAILED.append(" ".join(map(str, arguments)))
        print("failed:", *arguments, type(error).__name__, str(error)[:200], flush=True)


def ceilings():
    side = 256 if ARGS.smoke else 8192
    for precision in ("bf16", "tf32", "fp32"):
        set_precision(precision)
        kind = torch.bfloat16 if precision == "bf16" else torch.float32
        a, b = (torch.randn(side, side, device=DEVICE, dtype=kind) for _ in range(2))
        median, _, _ = timed(lambda: a @ b)
        print(f"matmul {side}^3 {precision}: {median:.3f} ms, {2 * side**3 / median / 1e9:.1f} TFLOP/s", flush=True)
        emit(dict(what="matmul", precision=precision, side=side, ms=median, tflops=2 * side**3 / median / 1e9))
    size = 2**20 if ARGS.smoke else 2**31
    a = torch.zeros(size, dtype=torch.uint8, device=DEVICE)
    b = torch.empty_like(a)
    median, _, _ = timed(lambda: b.copy_(a))
    print(f"copy of {size >> 20} MiB: {2 * size / median / 1e6:.0f} GB/s read and written", flush=True)
    emit(dict(what="copy", bytes=2 * size, ms=median))


def vgg_d():
    for batch, what in [(128, "train"), (128, "infer"), (1, "infer"), (32, "infer"), (256, "infer")]:
        batch = 2 if ARGS.smoke else batch
        for precision in ("bf16", "tf32"):
            for mode in ("eager", "graph"):
                guarded("vgg_d", precision, "nhwc", mode, what, batch)
    batch = 2 if ARGS.smoke else 128
    for arguments in [("amp", "nhwc"), ("bf16", "nchw"), ("tf32", "nchw"), ("fp32", "nchw")]:
        guarded("vgg_d", *arguments, "eager", "train", batch)


def small():
    for name in ("cifar_vgg", "lenet"):
        for batch in (2,) if ARGS.smoke else (128, 1024):
            for what in ("train", "infer"):
                for precision, layout in (("bf16", "nhwc"), ("tf32", "nhwc"), ("fp32", "nchw")):
                    for mode in ("eager", "graph"):
                        guarded(name, precision, layout, mode, what, batch)


def layers():
    """Each distinct convolution of VGG D as cuDNN runs it."""
    torch.backends.cudnn.benchmark = True
    batch = 2 if ARGS.smoke else 128
    shapes, depth, side = [], 3, 32 if ARGS.smoke else 224
    for step in VGG_D:
        if step == "M":
            side //= 2
            continue
        if (depth, step, side) not in shapes:
            shapes.append((depth, step, side))
        depth = step
    for precision, kind in (("bf16", torch.bfloat16), ("tf32", torch.float32)):
        set_precision(precision)
        for c, k, side in shapes:
            if left() < 6:
                print("left out: layers", flush=True)
                return
            clear()

            def make(*shape, scale=1.0):
                return (torch.randn(*shape, device=DEVICE) * scale).to(kind).contiguous(memory_format=torch.channels_last)

            x, w, gradient = make(batch, c, side, side), make(k, c, 3, 3, scale=0.05), make(batch, k, side, side)
            bias = torch.randn(k, device=DEVICE).to(kind)

            def backward(mask):
                return torch.ops.aten.convolution_backward(
                    gradient, x, w, [k], [1, 1], [1, 1], [1, 1], False, [0, 0], 1, mask)

            calls = {
                "fprop": lambda: F.conv2d(x, w, None, padding=1),
                "fprop+bias+relu": lambda: F.relu_(F.conv2d(x, w, bias, padding=1)),
                "fprop+bias+relu+pool": lambda: F.max_pool2d(F.relu_(F.conv2d(x, w, bias, padding=1)), 2),
                "wgrad": lambda: backward([False, True, False]),
            }
            if c > 3:
                calls["dgrad"] = lambda: backward([True, False, False])
            flops, texts = 2 * batch * side * side * c * k * 9, []
            for what, call in calls.items():
                with torch.no_grad():
                    median, _, _ = timed(call, seconds=0.1, runs=3)
                texts.append(f"{what} {median:.4f} ms {flops / median / 1e9:.0f}")
                emit(dict(what=what, precision=precision, c=c, k=k, side=side, batch=batch, ms=median))
            print(f"layer {precision} {c}->{k} at {side}: " + ", ".join(texts) + " TFLOP/s", flush=True)


def compiled():
    batch = 2 if ARGS.smoke else 128
    for what in ("train", "infer"):
        guarded("vgg_d", "bf16", "nhwc", "compile", what, batch, need=60)
    guarded("lenet", "bf16", "nhwc", "compile-reduce-overhead", "train", batch, need=40)
    guarded("cifar_vgg", "bf16", "nhwc", "compile-reduce-overhead", "train", batch, need=50)
    guarded("vgg_d", "tf32", "nhwc", "compile", "train", batch, need=60)


def main():
    device = torch.cuda.get_device_name() if CUDA else "cpu (smoke)"
    cudnn = torch.backends.cudnn.version() if CUDA else None
    print(f"torch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {cudnn}, {device}", flush=True)
    emit(dict(torch=torch.__version__, cuda=torch.version.cuda, cudnn=cudnn, device=device))
    wanted = [name for name in ARGS.only.split(",") if name]
    for section in (ceilings, vgg_d, layers, small, compiled):
        if wanted and section.__name__ not in wanted or ARGS.smoke and section is compiled and not wanted:
            continue
        if left() < 5:
            continue
        try:
            section()
        except Exception as error:  # one section that fails must not cost the others
            FAILED.append(section.__name__)
            print("failed:", section.__name__, type(error).__name__, str(error)[:300], flush=True)
    if FAILED:
        raise SystemExit("failed: " + ", ".join(FAILED))


main()
