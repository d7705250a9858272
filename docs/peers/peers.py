"""The libraries: each builds the layer lists of nets.py and gives calls to be timed."""
import os

import numpy as np

import nets


def open_peer(name, threads, models):
    known = {"torch": Torch, "torch-cl": Torch, "onnxruntime": OnnxRuntime, "openvino": OpenVino, "tensorflow": TensorFlow, "litert": LiteRt}
    if name not in known:
        raise SystemExit(f"there is no peer {name}, only {', '.join(known)}")
    return known[name](threads, models, name)


def model_path(models, work, suffix):
    return os.path.join(models, work.replace("/", "s") + suffix)


class Torch:
    """Eager; `torch-cl` with memory in channels_last order."""

    def __init__(self, threads, models, name):
        import torch
        self.torch, self.version = torch, torch.__version__
        torch.set_num_threads(threads)
        self.format = torch.channels_last if name == "torch-cl" else torch.contiguous_format

    def module(self, layers, shape):
        nn, torch, modules = self.torch.nn, self.torch, []
        for one in layers:
            kind = one[0]
            if kind == "conv":
                module = nn.Conv2d(shape[0], one[1], one[2], one[3], one[4], groups=one[5], bias=one[6])
            elif kind == "fc":
                module = nn.Linear(shape[0], one[1])
            elif kind in ("add", "concat"):
                module = Branches([self.module(branch, shape) for branch in one[1]], kind)
            elif kind == "pool":
                module = nn.MaxPool2d(one[1], one[2], one[3], ceil_mode=one[4])
            else:
                module = {"bn": lambda: nn.BatchNorm2d(shape[0], one[1]), "relu": lambda: nn.ReLU(inplace=True),
                          "gap": lambda: nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten}[kind]()
            if kind in ("conv", "fc"):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            modules.append(module)
            shape = nets.after(one, shape)
        return nn.Sequential(*modules).to(memory_format=self.format)

    def infer(self, _, layers, x):
        model, x = self.module(layers, x.shape[1:]).eval(), self.tensor(x)
        def call():
            with self.torch.inference_mode():
                model(x)
        return call

    def train(self, layers, x, labels):
        model, x, labels = self.module(layers, x.shape[1:]).train(), self.tensor(x), self.torch.from_numpy(labels)
        optimizer, loss = self.torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9), self.torch.nn.CrossEntropyLoss()
        def call():
            value = loss(model(x), labels)
            value.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            return value.item()
        return call

    def layer(self, _, layer, x):
        """Both gradients without the bias's."""
        torch, (_, filters, size, stride, pad, groups, _) = self.torch, layer
        x = self.tensor(x)
        w = (torch.randn(filters, x.shape[1] // groups, size, size) * 0.05).contiguous(memory_format=self.format)
        bias = torch.zeros(filters)
        dy = torch.randn_like(torch.conv2d(x, w, bias, stride, pad, 1, groups)).contiguous(memory_format=self.format)
        def backward(mask):
            with torch.inference_mode():
                torch.ops.aten.convolution_backward(dy, x, w, None, [stride] * 2, [pad] * 2, [1, 1], False, [0, 0], groups, mask)
        def forward():
            with torch.inference_mode():
                torch.conv2d(x, w, bias, stride, pad, 1, groups)
        yield "fwd", forward
        if x.shape[1] > 3:
            yield "bwd_data", lambda: backward([True, False, False])
        yield "bwd_weights", lambda: backward([False, True, False])

    def tensor(self, x):
        return self.torch.from_numpy(x).contiguous(memory_format=self.format)


def Branches(branches, kind):
    import torch

    class Module(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.branches = torch.nn.ModuleList(branches)

        def forward(self, x):
            values = [branch(x) for branch in self.branches]
            return torch.cat(values, 1) if kind == "concat" else values[0] + values[1]
    return Module()


class FromFile:
    """What only runs models that `prepare` has written."""

    def train(self, *_): return None

    def infer(self, work, _, x): return self.open(work, x)

    def layer(self, name, _, x): return [("fwd", self.open(name, x))]


class OnnxRuntime(FromFile):
    def __init__(self, threads, models, _):
        import onnxruntime
        self.ort, self.version, self.threads, self.models = onnxruntime, onnxruntime.__version__, threads, models

    def open(self, work, x):
        options = self.ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
        session = self.ort.InferenceSession(model_path(self.models, work, ".onnx"), options, providers=["CPUExecutionProvider"])
        binding, value = session.io_binding(), self.ort.OrtValue.ortvalue_from_numpy(x)
        binding.bind_ortvalue_input("x", value)
        binding.bind_output("y", "cpu")
        return lambda: (session.run_with_iobinding(binding), value)[0]


class OpenVino(FromFile):
    def __init__(self, threads, models, _):
        import openvino
        self.ov, self.version, self.threads, self.models = openvino, openvino.__version__.split("-")[0], threads, models

    def open(self, work, x):
        core = self.ov.Core()
        model = core.read_model(model_path(self.models, work, ".onnx"))
        model.reshape(list(x.shape))
        compiled = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": self.threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
                                                     "INFERENCE_PRECISION_HINT": "f32"})
        request = compiled.create_infer_request()
        request.set_input_tensor(self.ov.Tensor(x, shared_memory=True))
        return lambda: (request.infer(), x)[0]


class TensorFlow:
    """Keras layers in a tf.function."""

    def __init__(self, threads, *_):
        import tensorflow
        self.tf, self.version = tensorflow, tensorflow.__version__
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)

    def model(self, layers, shape):
        keras, (c, h, w) = self.tf.keras, shape
        x = keras.Input((h, w, c))
        return keras.Model(x, self.chain(layers, x, shape))

    def chain(self, layers, x, shape):
        L = self.tf.keras.layers
        for one in layers:
            kind, out = one[0], nets.after(one, shape)
            if kind == "conv":
                _, filters, size, stride, pad, groups, bias = one
                if pad and stride > 1:
                    x = L.ZeroPadding2D(pad)(x)
                how = dict(strides=stride, padding="same" if pad and stride == 1 else "valid", use_bias=bias)
                depthwise = groups == shape[0] > 1
                x = (L.DepthwiseConv2D(size, **how) if depthwise else L.Conv2D(filters, size, groups=groups, kernel_initializer="he_normal", **how))(x)
            elif kind == "pool":
                # Behind a relu, where a zero is as good as nothing.
                _, size, stride, pad, _ = one
                after = [(out[i] - 1) * stride + size - shape[i] - pad for i in (1, 2)]
                if pad or max(after) > 0:
                    x = L.ZeroPadding2D(((pad, max(after[0], 0)), (pad, max(after[1], 0))))(x)
                x = L.MaxPool2D(size, stride)(x)
            elif kind in ("add", "concat"):
                x = (L.Add() if kind == "add" else L.Concatenate())([self.chain(branch, x, shape) for branch in one[1]])
            else:
                x = {"bn": lambda: L.BatchNormalization(epsilon=one[1]), "relu": L.ReLU, "gap": lambda: L.GlobalAveragePooling2D(keepdims=True),
                     "flatten": L.Flatten, "fc": lambda: L.Dense(one[1], kernel_initializer="he_normal")}[kind]()(x)
            shape = out
        return x

    def infer(self, _, layers, x):
        model, x = self.model(layers, x.shape[1:]), self.tf.constant(x.transpose(0, 2, 3, 1))
        function = self.tf.function(lambda x: model(x, training=False))
        return lambda: function(x).numpy()

    def train(self, layers, x, labels):
        tf, model = self.tf, self.model(layers, x.shape[1:])
        x, labels = tf.constant(x.transpose(0, 2, 3, 1)), tf.constant(labels)
        variables = model.trainable_variables
        velocities = [tf.Variable(tf.zeros_like(v)) for v in variables]

        @tf.function
        def step(x, labels):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(x, training=True)))
            for v, velocity, gradient in zip(variables, velocities, tape.gradient(loss, variables)):
                velocity.assign(0.9 * velocity + gradient)
                v.assign_sub(1e-3 * velocity)
            return loss
        return lambda: step(x, labels).numpy()

    def layer(self, *_): return []


class LiteRt(FromFile):
    def __init__(self, threads, models, _):
        from importlib.metadata import version
        self.version, self.threads, self.models = version("ai-edge-litert"), threads, models

    def open(self, work, x):
        from ai_edge_litert.interpreter import Interpreter
        interpreter = Interpreter(model_path=model_path(self.models, work, ".tflite"), num_threads=self.threads)
        index, x = interpreter.get_input_details()[0]["index"], np.ascontiguousarray(x.transpose(0, 2, 3, 1))
        interpreter.resize_tensor_input(index, x.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(index, x)
        return interpreter.invoke

    def layer(self, *_): return []


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
    os.makedirs(models, exist_ok=True)
    if work in nets.LAYERS:
        for name in nets.LAYERS[work]:
            layer, shape = nets.layer(name)
            onnx.save(onnx_model([layer], shape), model_path(models, name, ".onnx"))
        return
    layers, shape, _ = nets.WORKS[work]
    onnx.save(onnx_model(layers, shape), model_path(models, work, ".onnx"))
    tensorflow = TensorFlow(1)
    converter = tensorflow.tf.lite.TFLiteConverter.from_keras_model(tensorflow.model(layers, shape))
    with open(model_path(models, work, ".tflite"), "wb") as file:
        file.write(converter.convert())
