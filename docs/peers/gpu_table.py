#!/usr/bin/env python3
"""Our times on a GPU beside PyTorch's of the same run: whole networks, then each convolution of VGG D.

    python3 docs/peers/gpu_table.py ours.jsonl torch.jsonl

Of a network, PyTorch's is the best of all its modes and layouts, with the batch on the device before, and so is ours that is
compared with it; beside it stands what a program sees that has the batch in its own memory. Of a layer, ours is all kernels of
the part, the mean where the network has the layer several times; forward with bias, ReLU and pool, as PyTorch's, and to the
input with the slope and the bias's gradient of the layer before, which PyTorch's is without.
"""
import json
import sys

OURS = {"fprop": "fprop+bias+relu", "fprop+pool": "fprop+bias+relu+pool", "dgrad": "dgrad", "wgrad": "wgrad"}


def rows(path):
    try:
        with open(path) as file:
            return [json.loads(line) for line in file if line.strip()]
    except OSError as error:
        print(error)
        return []


def ratio(ours, theirs):
    return f"{theirs:10.4f}  {theirs / ours:6.2f}x" if theirs else "         -        -"


def networks(ours, theirs):
    print("network          precision  what    batch  from the host, ms   ours, ms   PyTorch, ms  faster")
    for row in ours:
        if "what" not in row:
            continue
        key = ("net", "precision", "what", "batch")
        precision = {"f32": "fp32"}.get(row["precision"], row["precision"])
        wanted = tuple(dict(row, precision=precision)[k] for k in key)
        best = min((r["ms"] for r in theirs if "net" in r and tuple(r[k] for k in key) == wanted), default=None)
        name = f"{row['net']:16} {row['precision']:9}  {row['what']:6} {row['batch']:6}"
        print(f"{name} {row['ms']:18.4f} {row['device_ms']:10.4f}    {ratio(row['device_ms'], best)}")


def layers(ours, theirs):
    # The kernels of a part follow each other; a part begins anew where one of its kernels comes again.
    sums, last = {}, None
    for row in ours:
        part = OURS.get(row.get("part"))
        if not part or row["filter"] != [3, 3]:
            last = None
            continue
        key = (row["precision"], row["input"][2], row["output"][2], row["input"][0], part, row["batch"])
        parts = sums.setdefault(key, [])
        if last != key or row["kernel"] in parts[-1]:
            parts.append({})
        parts[-1][row["kernel"]] = row["ms"]
        last = key
    print("layer of VGG D     precision  part                   ours, ms   PyTorch, ms  faster")
    for (precision, c, k, side, part, batch), parts in sums.items():
        mean = sum(sum(part.values()) for part in parts) / len(parts)
        match = dict(what=part, precision=precision, c=c, k=k, side=side, batch=batch)
        best = min((r["ms"] for r in theirs if all(r.get(name) == value for name, value in match.items())), default=None)
        print(f"{c:4} -> {k:4} at {side:3}  {precision:9}  {part:20} {mean:10.4f}    {ratio(mean, best)}")


if __name__ == "__main__":
    ours, theirs = rows(sys.argv[1]), rows(sys.argv[2])
    networks(ours, theirs)
    layers(ours, theirs)
