# SPDX-License-Identifier: Apache-2.0
"""Cases of layers with weights, and of pools."""

import numpy as np
from onnx_case import Case, ints, values


def convolutions(folder):
    variants = {
        "conv_valid": dict(weights=(4, 3, 3, 3)),
        "conv_same_pads": dict(weights=(4, 3, 3, 3), pads=[1, 1, 1, 1]),
        "conv_same_upper": dict(weights=(4, 3, 3, 2), auto_pad="SAME_UPPER", strides=[2, 2]),
        "conv_same_lower": dict(weights=(4, 3, 2, 2), auto_pad="SAME_LOWER"),
        "conv_auto_valid": dict(weights=(4, 3, 3, 3), auto_pad="VALID"),
        "conv_strided_pads": dict(weights=(4, 3, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2]),
        "conv_uneven_pads": dict(weights=(4, 3, 3, 3), pads=[2, 0, 1, 1]),
        "conv_dilated": dict(weights=(4, 3, 3, 3), dilations=[2, 1], pads=[2, 1, 2, 1]),
        "conv_pointwise": dict(weights=(5, 3, 1, 1)),
        "conv_depthwise": dict(weights=(3, 1, 3, 3), group=3, pads=[1, 1, 1, 1]),
        "conv_depthwise_multiplier": dict(weights=(6, 1, 3, 3), group=3),
        "conv_unused_padding": dict(weights=(2, 3, 2, 2), pads=[0, 0, 1, 1], strides=[2, 2]),
    }
    for name, options in variants.items():
        case = Case(name, opset=11)
        weights = values(*options.pop("weights"))
        x = case.input("N", 3, 8, 10)
        case.write(folder, case.node("Conv", x, weights, values(weights.shape[0]), **options))
    case = Case("conv_groups")
    case.write(folder, case.node("Conv", case.input(1, 4, 6, 6), values(6, 2, 3, 3), values(6), group=2))
    case = Case("conv_no_bias_then_add")
    y = case.node("Conv", case.input(1, 2, 5, 5), values(3, 2, 3, 3))
    case.write(folder, case.node("Add", y, values(1, 3, 1, 1)))
    case = Case("conv_1d")
    y = case.node("Conv", case.input(1, 4, 12), values(6, 4, 3), values(6), pads=[1, 1])
    y = case.node("Relu", y)
    y = case.node("MaxPool", y, kernel_shape=[2], strides=[2])
    case.write(folder, case.node("Flatten", y))
    case = Case("conv_chain_flatten_dense")
    y = case.node("Conv", case.input(1, 1, 8, 8), values(4, 1, 3, 3), values(4))
    y = case.node("Relu", y)
    y = case.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
    y = case.node("Flatten", y)
    case.write(folder, case.node("Gemm", y, values(5, 36), values(5), transB=1))
    case = Case("conv_batch_norm_relu6")
    y = case.node("Conv", case.input(1, 3, 6, 6), values(4, 3, 3, 3))
    y = case.node("BatchNormalization", y, values(4), values(4), values(4), abs(values(4)))
    case.write(folder, case.node("Clip", y, np.float32(0), np.float32(6)))
    case = Case("batch_norm_alone")
    y = case.node("BatchNormalization", case.input(1, 3, 4, 4), values(3), values(3), values(3), abs(values(3)))
    case.write(folder, y)
    case = Case("residual")
    x = case.input(1, 3, 6, 6)
    a = case.node("Conv", x, values(3, 3, 3, 3), values(3), pads=[1, 1, 1, 1])
    b = case.node("Conv", x, values(3, 3, 1, 1), values(3))
    case.write(folder, case.node("Relu", case.node("Add", a, b)))
    case = Case("squeeze_and_excite")
    x = case.node("Conv", case.input(1, 3, 6, 6), values(4, 3, 1, 1), values(4))
    s = case.node("GlobalAveragePool", x)
    s = case.node("Conv", s, values(4, 4, 1, 1), values(4))
    case.write(folder, case.node("Mul", x, case.node("Sigmoid", s)))
    case = Case("concat_channels")
    x = case.input(1, 3, 6, 6)
    a = case.node("Conv", x, values(2, 3, 1, 1), values(2))
    b = case.node("Conv", x, values(3, 3, 1, 1), values(3))
    case.write(folder, case.node("Concat", a, b, axis=1))


def transposed(folder):
    for name, options in {
        "conv_transpose": dict(strides=[2, 2]),
        "conv_transpose_pads": dict(strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]),
        "conv_transpose_same": dict(strides=[2, 2], auto_pad="SAME_UPPER"),
    }.items():
        case = Case(name)
        y = case.node("ConvTranspose", case.input(1, 3, 5, 4), values(3, 2, 3, 3), values(2), **options)
        case.write(folder, y)


def pools(folder):
    for op in ("AveragePool", "MaxPool"):
        for name, options in {
            "valid": dict(kernel_shape=[2, 2], strides=[2, 2]),
            "same": dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            "auto": dict(kernel_shape=[2, 3], auto_pad="SAME_UPPER", strides=[2, 2]),
            "torch": dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
            "ceil": dict(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        }.items():
            if op == "AveragePool" and name == "torch":
                options["count_include_pad"] = 1
            case = Case(f"{op.lower()}_{name}")
            case.write(folder, case.node(op, case.input(1, 3, 8, 9), **options))
    for op in ("GlobalAveragePool", "GlobalMaxPool"):
        case = Case(op.lower())
        case.write(folder, case.node("Flatten", case.node(op, case.input(1, 5, 4, 6))))
    case = Case("reduce_mean_space", opset=11)
    case.write(folder, case.node("ReduceMean", case.input(1, 5, 4, 6), axes=[2, 3], keepdims=0))
    case = Case("reduce_mean_input_axes", opset=18)
    case.write(folder, case.node("ReduceMean", case.input(1, 5, 4, 6), ints(-1), keepdims=1))
    case = Case("reduce_mean_steps")
    case.write(folder, case.node("ReduceMean", case.input(1, 7, 3), axes=[1], keepdims=0))
    case = Case("reduce_sum")
    case.write(folder, case.node("ReduceSum", case.input(1, 4, 5), ints(2), keepdims=0))


def dense(folder):
    case = Case("gemm")
    case.write(folder, case.node("Gemm", case.input(1, 6), values(4, 6), values(4), transB=1))
    case = Case("gemm_plain_scaled")
    y = case.node("Gemm", case.input("batch", 6), values(6, 4), values(1, 4), alpha=0.5, beta=2.0)
    case.write(folder, y)
    case = Case("matmul_add_relu")
    y = case.node("MatMul", case.input(1, 6), values(6, 4))
    case.write(folder, case.node("Relu", case.node("Add", values(4), y)))
    case = Case("matmul_of_steps")
    y = case.node("MatMul", case.input(1, 5, 6), values(6, 4))
    case.write(folder, case.node("Add", y, values(4)))
    for opset, axis in ((11, 1), (13, -1), (13, 1)):
        case = Case(f"softmax_{opset}_{axis % 3}".replace("-", "m"), opset)
        case.write(folder, case.node("Softmax", case.input(1, 3, 4), axis=axis))
    case = Case("log_softmax")
    case.write(folder, case.node("LogSoftmax", case.input(1, 7), axis=-1))


def recurrent(folder):
    steps, inputs, units = 6, 3, 4
    for op, gates in (("LSTM", 4), ("GRU", 3)):
        options = {} if op == "LSTM" else dict(linear_before_reset=1)
        weights = [values(1, gates * units, inputs), values(1, gates * units, units), values(1, 2 * gates * units)]
        case = Case(op.lower(), opset=14)
        x = case.node("Transpose", case.input(1, steps, inputs), perm=[1, 0, 2])
        states = [values(1, 1, units) * 0] * (2 if op == "LSTM" else 1)
        y = case.node(op, x, *weights, "", *states, hidden_size=units, outputs=2, **options)
        case.write(folder, case.node("Transpose", case.node("Squeeze", y[0], ints(1)), perm=[1, 0, 2]))
        case = Case(f"{op.lower()}_last", opset=14)
        x = case.node("Transpose", case.input(1, steps, inputs), perm=[1, 0, 2])
        y = case.node(op, x, *weights, hidden_size=units, outputs=2, **options)
        case.write(folder, case.node("Gemm", case.node("Squeeze", y[1], ints(0)), values(3, units), transB=1))


def bidirectional(folder):
    """As torch.onnx exports two directions, and one from the last step to the first."""
    steps, inputs, units = 6, 3, 4
    for op, gates in (("LSTM", 4), ("GRU", 3)):
        options = {} if op == "LSTM" else dict(linear_before_reset=1)
        for direction, count in (("bidirectional", 2), ("reverse", 1)):
            shapes = (count, gates * units, inputs), (count, gates * units, units), (count, 2 * gates * units)
            weights = [values(*shape) for shape in shapes]
            case = Case(f"{op.lower()}_{direction}", opset=14)
            x = case.node("Transpose", case.input(1, steps, inputs), perm=[1, 0, 2])
            y = case.node(op, x, *weights, hidden_size=units, direction=direction, outputs=2, **options)
            all_steps = case.node("Transpose", y[0], perm=[0, 2, 1, 3])
            all_steps = case.node("Reshape", all_steps, ints(0, 0, -1))
            case.write(folder, case.node("Transpose", all_steps, perm=[1, 0, 2]), y[1])
