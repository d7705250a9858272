#!/usr/bin/env python3
"""Writes the tensors of torchvision's networks, name and shape per line, beside this file.

Made with torch 2.15.0 and torchvision 0.29.2. The printed parameters and multiply-accumulates stand in the tests.
"""
import pathlib

import torch
from torchvision import models


def multiply_accumulates(net):
    total = 0

    def count(module, _, output):
        nonlocal total
        if isinstance(module, torch.nn.Conv2d):
            height, width = module.kernel_size
            total += output.numel() * module.in_channels // module.groups * height * width
        elif isinstance(module, torch.nn.Linear):
            total += output.numel() * module.in_features

    for module in net.modules():
        module.register_forward_hook(count)
    net.eval()(torch.zeros(1, 3, 224, 224, device="meta"))
    return total


for name in ["alexnet", "googlenet", "resnet18", "resnet50", "vgg11", "vgg13", "vgg16", "vgg19"]:
    options = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        net = getattr(models, name)(**options)
    lines = [
        f"{key} {'x'.join(str(side) for side in tensor.shape)}\n"
        for key, tensor in net.state_dict().items()
        if not key.endswith("num_batches_tracked")
    ]
    (pathlib.Path(__file__).parent / f"{name}.txt").write_text("".join(lines))
    parameters = sum(parameter.numel() for parameter in net.parameters())
    print(f"{name}: {parameters} parameters, {multiply_accumulates(net)} multiply-accumulates")
