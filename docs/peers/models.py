"""Models as files, for the libraries that run nothing else: ONNX and TensorFlow Lite."""
import os

import numpy as np

import nets


def path(folder, work, suffix):
    return os.path.join(folder, work.replace("/", "s") + suffix)


def onnx_model(layers, shape):
    """Dynamic batch, weights inside."""
    from onnx import TensorProto, helper, numpy_helper
    random, nodes, weights = np.random.default_rng(0), [], []

    def add(op, inputs, **attributes):
        nodes.append(helper.make_node(op, inputs, [f"t{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    def weight(values):
        weights.append(numpy_helper.from_array(values.astype(np.float32), f"w{len(weights)}"))
        return weights[-1].name

    def he(*shape):
        return weight(random.standard_normal(shape, dtype=np.float32) * np.float32((2 / np.prod(shape[1:])) ** 0.5))

    def chain(layers, x, shape):
        for one in layers:
            kind = one[0]
            if kind == "conv":
                _, filters, size, stride, pad, groups, bias = one
                inputs = [x, he(filters, shape[0] // groups, size, size)] + ([weight(np.zeros(filters))] if bias else [])
                x = add("Conv", inputs, kernel_shape=[size] * 2, strides=[stride] * 2, pads=[pad] * 4, group=groups)
            elif kind == "fc":
                x = add("Gemm", [x, he(one[1], shape[0]), weight(np.zeros(one[1]))], transB=1)
            elif kind == "bn":
                numbers = [weight(np.full(shape[0], value)) for value in (1, 0, 0, 1)]
                x = add("BatchNormalization", [x] + numbers, epsilon=one[1])
            elif kind == "pool":
                _, size, stride, pad, ceil = one
                x = add("MaxPool", [x], kernel_shape=[size] * 2, strides=[stride] * 2, pads=[pad] * 4, ceil_mode=int(ceil))
            elif kind in ("add", "concat"):
                values = [chain(branch, x, shape) for branch in one[1]]
                x = add("Add", values) if kind == "add" else add("Concat", values, axis=1)
            else:
                x = add({"relu": "Relu", "gap": "GlobalAveragePool", "flatten": "Flatten"}[kind], [x])
            shape = nets.after(one, shape)
        return x

    nodes_output = chain(layers, "x", shape)
    nodes.append(helper.make_node("Identity", [nodes_output], ["y"]))
    out = nets.chain(layers, shape)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
    features = layers[-1][0] == "fc"
    graph = helper.make_graph(nodes, "net", [value("x", shape)], [value("y", out[:1] if features else out)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def prepare(models, work):
    import onnx
    from peers import TensorFlow
    os.makedirs(models, exist_ok=True)
    if work in nets.LAYERS:
        for name in nets.LAYERS[work]:
            layer, shape = nets.layer(name)
            onnx.save(onnx_model([layer], shape), path(models, name, ".onnx"))
        return
    layers, shape, _ = nets.WORKS[work]
    onnx.save(onnx_model(layers, shape), path(models, work, ".onnx"))
    tensorflow = TensorFlow(1)
    converter = tensorflow.tf.lite.TFLiteConverter.from_keras_model(tensorflow.model(layers, shape))
    with open(path(models, work, ".tflite"), "wb") as file:
        file.write(converter.convert())
