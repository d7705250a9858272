"""The libraries: each builds the layer lists of nets.py and gives calls to be timed."""
import numpy as np

import models, nets


def open_peer(name, threads, folder):
    known = {"torch": Torch, "torch-cl": Torch, "onnxruntime": OnnxRuntime, "openvino": OpenVino, "tensorflow": TensorFlow, "litert": LiteRt}
    if name not in known:
        raise SystemExit(f"there is no peer {name}, only {', '.join(known)}")
    return known[name](threads, folder, name)


class Torch:
    """Eager; `torch-cl` with memory in channels_last order."""

    def __init__(self, threads, _, name):
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
    def __init__(self, threads, folder, _):
        import onnxruntime
        self.ort, self.version, self.threads, self.folder = onnxruntime, onnxruntime.__version__, threads, folder

    def open(self, work, x):
        options = self.ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
        session = self.ort.InferenceSession(models.path(self.folder, work, ".onnx"), options, providers=["CPUExecutionProvider"])
        binding, value = session.io_binding(), self.ort.OrtValue.ortvalue_from_numpy(x)
        binding.bind_ortvalue_input("x", value)
        binding.bind_output("y", "cpu")
        return lambda: (session.run_with_iobinding(binding), value)[0]


class OpenVino(FromFile):
    def __init__(self, threads, folder, _):
        import openvino
        self.ov, self.version, self.threads, self.folder = openvino, openvino.__version__.split("-")[0], threads, folder

    def open(self, work, x):
        core = self.ov.Core()
        model = core.read_model(models.path(self.folder, work, ".onnx"))
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
    def __init__(self, threads, folder, _):
        from importlib.metadata import version
        self.version, self.threads, self.folder = version("ai-edge-litert"), threads, folder

    def open(self, work, x):
        from ai_edge_litert.interpreter import Interpreter
        interpreter = Interpreter(model_path=models.path(self.folder, work, ".tflite"), num_threads=self.threads)
        index, x = interpreter.get_input_details()[0]["index"], np.ascontiguousarray(x.transpose(0, 2, 3, 1))
        interpreter.resize_tensor_input(index, x.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(index, x)
        return interpreter.invoke

    def layer(self, *_): return []
