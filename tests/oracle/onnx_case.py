# SPDX-License-Identifier: Apache-2.0
"""Small random ONNX models and what onnxruntime computes for them."""

import pathlib

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(5)


def values(*shape):
    return random.normal(size=shape).astype(np.float32)


def ints(*numbers):
    return np.array(numbers, np.int64)


class Case:
    """A model under construction; nodes are chained by naming their outputs."""

    def __init__(self, name, opset=13):
        self.name, self.opset = name, opset
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def input(self, *shape, name=None):
        name = name or f"x{len(self.inputs)}"
        self.inputs.append((name, shape))
        return name

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, op, *inputs, outputs=1, **attributes):
        names = [f"n{len(self.nodes)}_{i}" for i in range(outputs)]
        inputs = [i if isinstance(i, str) else self.constant(i) for i in inputs]
        self.nodes.append(helper.make_node(op, inputs, names, name=f"node{len(self.nodes)}", **attributes))
        return names if outputs > 1 else names[0]

    def write(self, folder, *outputs):
        def concrete(shape):
            return [1 if isinstance(extent, str) else extent for extent in shape]

        model = helper.make_model(
            helper.make_graph(
                self.nodes,
                self.name,
                [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in self.inputs],
                [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs],
                self.constants,
            ),
            opset_imports=[helper.make_opsetid("", self.opset)],
            ir_version=8 if self.opset < 21 else 10,
        )
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        feeds = {n: values(*concrete(s)) for n, s in self.inputs}
        results = session.run(None, feeds)
        path = pathlib.Path(folder) / self.name
        path.with_suffix(".onnx").write_bytes(model.SerializeToString())
        path.with_suffix(".in.bin").write_bytes(b"".join(feeds[n].tobytes() for n, _ in self.inputs))
        path.with_suffix(".out.bin").write_bytes(b"".join(r.astype(np.float32).tobytes() for r in results))


class Quantized(Case):
    """A case between QuantizeLinear and DequantizeLinear."""

    def quantized(self, x, scale, zero_point=0, dtype=np.int8):
        arguments = np.float32(scale), dtype(zero_point)
        return self.node("DequantizeLinear", self.node("QuantizeLinear", x, *arguments), *arguments)

    def weights(self, *shape):
        scales = (np.abs(values(shape[0])) + 0.5) / 127
        codes = random.integers(-127, 128, shape, np.int8)
        return self.node("DequantizeLinear", codes, scales.astype(np.float32), np.zeros(shape[0], np.int8), axis=0)

    def bias(self, count):
        scales = np.full(count, 0.0001, np.float32)
        codes = random.integers(-5000, 5000, count, np.int32)
        return self.node("DequantizeLinear", codes, scales, np.zeros(count, np.int32), axis=0)
