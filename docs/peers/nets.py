"""The works' networks as nested lists of layers, for whatever library builds them, and what they count.

  ("conv", filters, size, stride, pad, groups, bias)   ("bn", eps)   ("relu",)   ("pool", size, stride, pad, ceil)
  ("gap",)   ("flatten",)   ("fc", outputs)   ("add", [branch, ..])   ("concat", [branch, ..])
"""
import re


def conv(filters, size, stride=1, pad=None, groups=1, bias=True):
    return ("conv", filters, size, stride, (size - 1) // 2 if pad is None else pad, groups, bias)


def relu_conv(*args, **kw): return [conv(*args, **kw), ("relu",)]


def pool(size=2, stride=2, pad=0, ceil=False): return ("pool", size, stride, pad, ceil)


def classifier(*sizes):
    layers = [("flatten",)]
    for outputs in sizes:
        layers += [("fc", outputs), ("relu",)]
    return layers[:-1]


def vgg(*stages):
    layers = []
    for count, filters in stages:
        layers += relu_conv(filters, 3) * count + [pool()]
    return layers


def norm_conv(*args, eps=1e-5, relu=True, **kw):
    return [conv(*args, bias=False, **kw), ("bn", eps)] + ([("relu",)] if relu else [])


def resnet50():
    def bottleneck(c, stride, project):
        body = norm_conv(c, 1) + norm_conv(c, 3, stride) + norm_conv(4 * c, 1, relu=False)
        return [("add", [body, norm_conv(4 * c, 1, stride, relu=False) if project else []]), ("relu",)]
    layers = norm_conv(64, 7, 2) + [pool(3, 2, 1)]
    for stage, (count, c) in enumerate([(3, 64), (4, 128), (6, 256), (3, 512)]):
        for i in range(count):
            layers += bottleneck(c, 2 if stage and i == 0 else 1, i == 0)
    return layers + [("gap",)] + classifier(1000)


def mobilenet():
    layers, depth = norm_conv(32, 3, 2), 32
    for stride, c in [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)] + [(1, 512)] * 5 + [(2, 1024), (1, 1024)]:
        layers += norm_conv(depth, 3, stride, groups=depth) + norm_conv(c, 1)
        depth = c
    return layers + [("gap",)] + classifier(1000)


def googlenet():
    def one(c, size=1, stride=1): return norm_conv(c, size, stride, eps=1e-3)
    def inception(a, b, c, d, e, f):
        return [("concat", [one(a), one(b) + one(c, 3), one(d) + one(e, 3), [pool(3, 1, 1, True)] + one(f)])]
    layers = one(64, 7, 2) + [pool(3, 2, 0, True)] + one(64) + one(192, 3) + [pool(3, 2, 0, True)]
    layers += inception(64, 96, 128, 16, 32, 32) + inception(128, 128, 192, 32, 96, 64) + [pool(3, 2, 0, True)]
    for numbers in [(192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64),
                    (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128)]:
        layers += inception(*numbers)
    layers += [pool(2, 2, 0, True)] + inception(256, 160, 320, 32, 128, 128) + inception(384, 192, 384, 48, 128, 128)
    return layers + [("gap",)] + classifier(1000)


VGG_D = vgg((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)) + classifier(4096, 4096, 1000)
# work: layers, input (channels, height, width), what is usual
WORKS = {
    "W1": (VGG_D, (3, 224, 224), [("infer", 1), ("infer", 8)]),
    "W2": (VGG_D, (3, 224, 224), [("train", 8)]),
    "W3": (relu_conv(64, 11, 4, 2) + [pool(3)] + relu_conv(192, 5) + [pool(3)] + relu_conv(384, 3) + relu_conv(256, 3) * 2
           + [pool(3)] + classifier(4096, 4096, 1000), (3, 224, 224), [("infer", 1), ("infer", 32), ("train", 32)]),
    "W4": (relu_conv(6, 5, pad=0) + [pool()] + relu_conv(16, 5, pad=0) + [pool()] + classifier(120, 84, 10),
           (1, 28, 28), [("infer", 1), ("infer", 256), ("train", 64)]),
    "W5": (vgg((2, 64), (2, 128), (2, 256)) + classifier(256, 10), (3, 32, 32), [("infer", 1), ("infer", 64), ("train", 64)]),
    "resnet50": (resnet50(), (3, 224, 224), [("infer", 1), ("infer", 8)]),
    "mobilenet": (mobilenet(), (3, 224, 224), [("infer", 1), ("infer", 8)]),
    "googlenet": (googlenet(), (3, 224, 224), [("infer", 1), ("infer", 8)]),
}
# Weights of fully connected layers in half precision, which are nearly all.
HALF = "-f16"
# Larger Winograd tiles, ours alone.
FASTEST = "-fastest"
WORKS["W1" + FASTEST] = WORKS["W1"]
WORKS["W3" + HALF] = (*WORKS["W3"][:2], [("infer", 1), ("infer", 32)])
NAMES = {"W1": "VGG D", "W1" + FASTEST: "VGG D, `#[conv(fastest)]`", "W2": "VGG D", "W3": "AlexNet", "W3" + HALF: "AlexNet, f16 weights", "W4": "LeNet-5", "W5": "CIFAR VGG", "resnet50": "ResNet-50",
         "mobilenet": "MobileNet", "googlenet": "GoogLeNet"}
# Single layers; the names are those of `90_bench`.
LAYERS = {
    "W6": """conv3-64@56x56x64 conv3-128@28x28x128 conv3-256@14x14x256 conv3-512@7x7x512 conv3-64@224x224x64
             conv3-256@56x56x256 conv3-512@28x28x512""".split(),
    "W8": """conv1-256@56x56x64 conv1-64@56x56x256 conv1-128@28x28x512 conv1-256@14x14x1024 conv1-2048@7x7x512
             conv1-64@112x112x32 conv1-512@14x14x512 conv1-1024@7x7x1024 conv3-128/2@56x56x128 conv3-512/2@14x14x512
             conv3-32/2@224x224x3 conv5-32@28x28x16 conv5-128@14x14x32 conv5-192@27x27x64 conv7-64/2@224x224x3
             conv11-64/4(pad=2)@224x224x3 dwconv3@112x112x32 dwconv3/2@112x112x64 dwconv3@14x14x512 dwconv3/2@14x14x512
             conv5-256(groups=2)@27x27x96 conv3-128(groups=32)@56x56x128 conv3-512(groups=32)@14x14x512""".split(),
}


def layer(name):
    """The layer and the input of `conv3-64@56x56x64`."""
    kind, size, filters, stride, options, h, w, c = re.fullmatch(
        r"(dw)?conv(\d+)(?:-(\d+))?(?:/(\d+))?(?:\((.*)\))?@(\d+)x(\d+)x(\d+)", name).groups()
    given = dict(option.split("=") for option in options.split(", ")) if options else {}
    groups = int(c) if kind else int(given.get("groups", 1))
    pad = int(given["pad"]) if "pad" in given else None
    return conv(int(filters or c), int(size), int(stride or 1), pad, groups), (int(c), int(h), int(w))


def extent(size, window, stride, pad, ceil=False):
    span = size + 2 * pad - window
    out = (-(-span // stride) if ceil else span // stride) + 1
    return out - 1 if ceil and (out - 1) * stride >= size + pad else out


def after(layer, shape):
    """The shape behind a layer."""
    c, h, w = shape
    if layer[0] == "conv":
        _, filters, size, stride, pad = layer[:5]
        return filters, extent(h, size, stride, pad), extent(w, size, stride, pad)
    if layer[0] == "pool":
        return c, extent(h, *layer[1:]), extent(w, *layer[1:])
    if layer[0] in ("add", "concat"):
        shapes = [chain(branch, shape) for branch in layer[1]]
        return (sum(s[0] for s in shapes) if layer[0] == "concat" else shapes[0][0], *shapes[0][1:])
    return {"gap": (c, 1, 1), "flatten": (c * h * w, 1, 1), "fc": (layer[-1], 1, 1)}.get(layer[0], shape)


def chain(layers, shape):
    for one in layers:
        shape = after(one, shape)
    return shape


def count(layers, shape):
    """Multiply-accumulates of one sample, and parameters."""
    macs = params = 0
    for one in layers:
        out = after(one, shape)
        if one[0] == "conv":
            weights = one[1] * shape[0] // one[5] * one[2] ** 2
            macs, params = macs + weights * out[1] * out[2], params + weights + one[1] * one[6]
        elif one[0] == "fc":
            macs, params = macs + shape[0] * one[1], params + (shape[0] + 1) * one[1]
        elif one[0] == "bn":
            params += 2 * shape[0]
        elif one[0] in ("add", "concat"):
            for branch in one[1]:
                more = count(branch, shape)
                macs, params = macs + more[0], params + more[1]
        shape = out
    return macs, params


if __name__ == "__main__":
    for work, (layers, shape, _) in WORKS.items():
        print(work, chain(layers, shape), "%d MACs, %d parameters" % count(layers, shape))
    for names in LAYERS.values():
        for name in names:
            one, shape = layer(name)
            print(name, after(one, shape), "%d MACs" % count([one], shape)[0])
