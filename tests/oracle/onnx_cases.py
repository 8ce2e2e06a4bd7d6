# SPDX-License-Identifier: Apache-2.0
"""onnx_cases.py FOLDER: small random ONNX models of every operator, and what onnxruntime computes for them.

For each case NAME.onnx, NAME.in.bin (float32 inputs, one after the other) and NAME.out.bin (float32 outputs).
"""

import sys

import numpy as np
from onnx import TensorProto
from onnx_case import Case, Quantized, ints, random, values
from onnx_layers import bidirectional, convolutions, dense, pools, recurrent, transposed


def elementwise(folder):
    for op in ("Add", "Sub", "Mul", "Div", "Min", "Max"):
        case = Case(f"{op.lower()}_tensors")
        case.write(folder, case.node(op, case.input(1, 3, 4), case.input(1, 3, 4)))
        case = Case(f"{op.lower()}_channels")
        y = case.node("Relu", case.node("Conv", case.input(1, 3, 4, 5), values(2, 3, 1, 1), values(2)))
        case.write(folder, case.node(op, y, abs(values(2, 1, 1)) + 0.5))
        case = Case(f"{op.lower()}_scalar")
        case.write(folder, case.node(op, case.input(1, 3, 4), np.float32(1.5)))
    case = Case("sub_from_constant")
    case.write(folder, case.node("Sub", np.float32(1), case.input(1, 5)))
    case = Case("add_broadcast")
    case.write(folder, case.node("Add", case.input(1, 3, 4), case.input(1, 1, 4)))
    for op, options in {
        "Relu": {},
        "Sigmoid": {},
        "Tanh": {},
        "LeakyRelu": dict(alpha=0.1),
        "HardSwish": {},
        "HardSigmoid": dict(alpha=1 / 6, beta=0.5),
        "Neg": {},
        "Abs": {},
        "Exp": {},
    }.items():
        case = Case(op.lower(), opset=14)
        case.write(folder, case.node(op, case.input(1, 3, 9), **options))
    for op in ("Sqrt", "Log"):
        case = Case(op.lower())
        y = case.node("Add", case.node("Relu", case.input(1, 8)), np.float32(0.5))
        case.write(folder, case.node(op, y))
    case = Case("prelu")
    y = case.node("Conv", case.input(1, 3, 4, 4), values(4, 3, 1, 1), values(4))
    case.write(folder, case.node("PRelu", y, values(4, 1, 1)))
    case = Case("clip_old", opset=9)
    y = case.node("Conv", case.input(1, 1, 4, 4), values(2, 1, 3, 3), values(2))
    case.write(folder, case.node("Clip", y, min=0.0, max=6.0))
    case = Case("clip_any")
    case.write(folder, case.node("Clip", case.input(1, 9), np.float32(-0.5), np.float32(0.75)))
    case = Case("pow_square")
    case.write(folder, case.node("Pow", case.input(1, 9), np.float32(2)))


def shapes(folder):
    case = Case("reshape_zero_and_rest")
    case.write(folder, case.node("Reshape", case.input(1, 4, 6), ints(0, -1, 3)))
    case = Case("transpose_input")
    case.write(folder, case.node("Transpose", case.input(1, 3, 4, 5), perm=[0, 2, 3, 1]))
    case = Case("transpose_back_and_forth")
    y = case.node("Transpose", case.input(1, 4, 5, 3), perm=[0, 3, 1, 2])
    y = case.node("Conv", y, values(2, 3, 3, 3), values(2))
    case.write(folder, case.node("Transpose", y, perm=[0, 2, 3, 1]))
    case = Case("squeeze_unsqueeze", opset=11)
    y = case.node("Unsqueeze", case.input(1, 6), axes=[1, 3])
    case.write(folder, case.node("Squeeze", y, axes=[1]))
    case = Case("squeeze_input_axes")
    y = case.node("Conv", case.input(1, 3, 1, 6), values(4, 3, 1, 3), values(4))
    y = case.node("Squeeze", y, ints(2))
    case.write(folder, case.node("Unsqueeze", y, ints(0)))
    case = Case("split_even", opset=11)
    parts = case.node("Split", case.input(1, 6, 2), axis=1, split=[2, 4], outputs=2)
    case.write(folder, *parts)
    case = Case("split_count", opset=18)
    parts = case.node("Split", case.input(1, 7, 2), axis=1, num_outputs=2, outputs=2)
    case.write(folder, *parts)
    case = Case("slice_steps")
    case.write(folder, case.node("Slice", case.input(1, 9, 4), ints(1, -1), ints(8, -4), ints(1, 2), ints(2, -1)))
    case = Case("slice_old", opset=9)
    case.write(folder, case.node("Slice", case.input(1, 9, 4), starts=[2], ends=[2**31 - 1], axes=[1]))
    case = Case("slice_channels")
    y = case.node("Conv", case.input(1, 3, 4, 5), values(4, 3, 1, 1), values(4))
    case.write(folder, case.node("Slice", y, ints(1), ints(3), ints(1)))
    for opset in (10, 13):
        case = Case(f"pad_{opset}", opset)
        x = case.input(1, 2, 3, 4)
        pads = [0, 0, 1, 0, 0, 0, 2, 1]
        y = (
            case.node("Pad", x, pads=pads, value=0.5)
            if opset < 11
            else case.node("Pad", x, ints(*pads), np.float32(0.5))
        )
        case.write(folder, y)
    case = Case("pad_reflect")
    case.write(folder, case.node("Pad", case.input(1, 6, 4), ints(0, 2, 0, 0, 1, 0), mode="reflect"))
    case = Case("gather_step")
    case.write(folder, case.node("Gather", case.input(1, 6, 4), np.int64(-1), axis=1))
    case = Case("concat_steps")
    case.write(folder, case.node("Concat", case.input(1, 3, 4), case.input(1, 2, 4), axis=1))
    case = Case("flatten_by_shape_arithmetic")
    y = case.node("Conv", case.input("N", 2, 5, 5), values(3, 2, 5, 5), values(3))
    batch = case.node("Gather", case.node("Shape", y), np.int64(0), axis=0)
    shape = case.node("Concat", case.node("Unsqueeze", batch, ints(0)), ints(-1), axis=0)
    case.write(folder, case.node("Reshape", y, shape))
    case = Case("depth_to_space_and_back")
    y = case.node("DepthToSpace", case.input(1, 8, 3, 2), blocksize=2, mode="DCR")
    case.write(folder, case.node("SpaceToDepth", case.node("Neg", y), blocksize=2))
    for mode, place in (("linear", "half_pixel"), ("linear", "align_corners"), ("nearest", "half_pixel")):
        case = Case(f"resize_{mode}_{place}")
        inputs = [case.input(1, 2, 3, 4), np.zeros(0, np.float32), np.zeros(0, np.float32), ints(1, 2, 6, 8)]
        y = case.node("Resize", *inputs, mode=mode, coordinate_transformation_mode=place)
        case.write(folder, y)
    case = Case("gather_steps")
    case.write(folder, case.node("Gather", case.input(1, 6, 4), ints(3, 0, -1), axis=1))
    case = Case("identity_and_dropout")
    y = case.node("Dropout", case.node("Identity", case.input(1, 5)))
    case.write(folder, case.node("Relu", y))
    case = Case("resize_nearest")
    y = case.node(
        "Resize",
        case.input(1, 2, 3, 4),
        np.zeros(0, np.float32),
        np.array([1, 1, 2, 2], np.float32),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    case.write(folder, y)


def composed(folder):
    for op, options in {
        "Elu": dict(alpha=0.7),
        "Celu": dict(alpha=1.3),
        "Selu": {},
        "Softplus": {},
        "Softsign": {},
        "Mish": {},
    }.items():
        case = Case(op.lower(), opset=18)
        case.write(folder, case.node(op, case.input(1, 3, 9), **options))
    for op in ("Sin", "Cos", "Floor", "Ceil", "Round"):
        case = Case(op.lower(), opset=18)
        case.write(folder, case.node(op, case.input(1, 3, 9)))
    case = Case("elu_plain")
    case.write(folder, case.node("Elu", case.input(1, 3, 9)))
    case = Case("reciprocal")
    case.write(folder, case.node("Reciprocal", case.node("Exp", case.input(1, 9))))
    for exponent in (3, 0.5, -0.5, -1):
        case = Case(f"pow_{exponent}".replace("-", "m"))
        case.write(folder, case.node("Pow", case.node("Exp", case.input(1, 9)), np.float32(exponent)))
    case = Case("layer_norm", opset=17)
    case.write(folder, case.node("LayerNormalization", case.input(1, 5, 8), values(8), values(8), epsilon=1e-4))
    case = Case("layer_norm_spelled_out", opset=13)
    x = case.input(1, 5, 8)
    centred = case.node("Sub", x, case.node("ReduceMean", x, axes=[-1]))
    variance = case.node("ReduceMean", case.node("Pow", centred, np.float32(2)), axes=[-1])
    scale = case.node("Sqrt", case.node("Add", variance, np.float32(1e-5)))
    y = case.node("Add", case.node("Mul", case.node("Div", centred, scale), values(8)), values(8))
    case.write(folder, y)
    case = Case("instance_norm")
    y = case.node("Conv", case.input(1, 2, 5, 6), values(3, 2, 1, 1), values(3))
    case.write(folder, case.node("InstanceNormalization", y, values(3), values(3), epsilon=1e-5))
    case = Case("batch_norm_before_relu")
    x = case.node("Relu", case.input(1, 3, 5, 4))
    x = case.node("BatchNormalization", x, values(3), values(3), values(3), abs(values(3)))
    case.write(folder, case.node("Conv", case.node("Relu", x), values(2, 3, 3, 3), values(2)))
    for op in ("ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"):
        case = Case(f"{op.lower()}_space")
        y = case.node("Conv", case.input(1, 2, 5, 6), values(3, 2, 1, 1), values(3))
        case.write(folder, case.node(op, y, axes=[2, 3], keepdims=0))
        case = Case(f"{op.lower()}_channels")
        y = case.node("Conv", case.input(1, 2, 5, 6), values(3, 2, 1, 1), values(3))
        case.write(folder, case.node(op, y, axes=[1], keepdims=1))
        case = Case(f"{op.lower()}_apart")
        case.write(folder, case.node(op, case.input(1, 3, 4, 5), axes=[1, 3], keepdims=0))
    for op in ("Sum", "Mean", "Max"):
        case = Case(f"{op.lower()}_of_three")
        case.write(folder, case.node(op, values(4), case.input(1, 3, 4), case.input(1, 1, 4)))


def logic(folder):
    for op in ("Less", "LessOrEqual", "Greater", "GreaterOrEqual"):
        case = Case(f"where_{op.lower()}", opset=16)
        x, y = case.input(1, 3, 4), case.input(1, 3, 4)
        case.write(folder, case.node("Where", case.node(op, x, y), x, np.float32(0.25)))
    case = Case("where_not_equal", opset=13)
    x = case.node("Relu", case.input(1, 9))
    case.write(folder, case.node("Where", case.node("Not", case.node("Equal", x, np.float32(0))), x, np.float32(-3)))
    case = Case("where_constant_mask", opset=13)
    x = case.node("Conv", case.input(1, 2, 3, 4), values(2, 2, 1, 1), values(2))
    case.write(folder, case.node("Where", np.arange(4) % 2 == 0, x, np.float32(7)))
    case = Case("arg_max_channels")
    y = case.node("Conv", case.input(1, 2, 5, 6), values(3, 2, 1, 1), values(3))
    case.write(folder, case.node("Cast", case.node("ArgMax", y, axis=1, keepdims=0), to=TensorProto.FLOAT))
    case = Case("arg_min")
    y = case.node("ArgMin", case.input(1, 7), axis=1, keepdims=1)
    case.write(folder, case.node("Cast", y, to=TensorProto.FLOAT))
    case = Case("cast_comparison")
    y = case.node("Greater", case.input(1, 9), np.float32(0))
    case.write(folder, case.node("Cast", y, to=TensorProto.FLOAT))
    case = Case("expand")
    y = case.node("Conv", case.input(1, 2, 1, 6), values(3, 2, 1, 1), values(3))
    case.write(folder, case.node("Expand", y, ints(1, 3, 4, 6)))
    case = Case("tile")
    case.write(folder, case.node("Tile", case.input(1, 3, 2), ints(1, 2, 3)))
    case = Case("pixel_shuffle")
    y = case.node("Conv", case.input(1, 2, 3, 4), values(8, 2, 1, 1), values(8))
    case.write(folder, case.node("DepthToSpace", y, blocksize=2, mode="CRD"))
    case = Case("resize_1d", opset=18)
    case.write(
        folder,
        case.node(
            "Resize",
            case.input(1, 2, 5),
            np.zeros(0, np.float32),
            np.array([2], np.float32),
            axes=[2],
            mode="linear",
            coordinate_transformation_mode="pytorch_half_pixel",
        ),
    )


def quantized(folder):
    for dtype, name in ((np.int8, "int8"), (np.uint8, "uint8")):
        zero = 0 if dtype == np.int8 else 128
        case = Quantized(f"qdq_{name}_conv_add_pool_dense")
        x = case.quantized(case.input(1, 3, 8, 8), 0.021, zero + 3, dtype)
        y = case.node("Conv", x, case.weights(4, 3, 3, 3), case.bias(4), pads=[1, 1, 1, 1])
        y = case.quantized(case.node("Relu", y), 0.037, zero - 128, dtype)
        z = case.node("Conv", y, case.weights(4, 1, 3, 3), case.bias(4), pads=[1, 1, 1, 1], group=4)
        z = case.quantized(z, 0.053, zero - 5, dtype)
        y = case.quantized(case.node("Add", y, z), 0.061, zero - 7, dtype)
        y = case.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
        y = case.quantized(case.node("Flatten", y), 0.061, zero - 7, dtype)
        y = case.quantized(case.node("Gemm", y, case.weights(5, 64), case.bias(5), transB=1), 0.17, zero, dtype)
        case.write(folder, case.node("Softmax", y, axis=1))
    case = Quantized("qdq_moves_in_int8")
    arguments = np.float32(0.031), np.int8(4)
    x = case.node("QuantizeLinear", case.input(1, 4, 6, 3), *arguments)
    x = case.node("Transpose", x, perm=[0, 3, 1, 2])
    x = case.node(
        "Concat",
        case.node("MaxPool", x, kernel_shape=[2, 2]),
        case.node("Slice", x, ints(0, 1), ints(3, 6), ints(2, 3)),
        axis=1,
    )
    case.write(folder, case.node("DequantizeLinear", case.node("Reshape", x, ints(1, -1)), *arguments))
    case = Quantized("qlinear_conv_matmul")
    x_scale, x_zero = np.float32(0.02), np.uint8(120)
    x = case.node("QuantizeLinear", case.input(1, 3, 6, 6), x_scale, x_zero)
    w_scale = ((np.abs(values(4)) + 0.5) / 127).astype(np.float32)
    codes = random.integers(-127, 128, (4, 3, 3, 3), np.int8)
    y_scale, y_zero = np.float32(0.05), np.uint8(130)
    bias = random.integers(-500, 500, 4, np.int32)
    y = case.node("QLinearConv", x, x_scale, x_zero, codes, w_scale, np.zeros(4, np.int8), y_scale, y_zero, bias)
    y = case.node("Reshape", y, ints(1, -1))
    codes = random.integers(0, 255, (64, 5), np.uint8)
    z_scale, z_zero = np.float32(0.3), np.uint8(128)
    z = case.node("QLinearMatMul", y, y_scale, y_zero, codes, np.float32(0.01), np.uint8(128), z_scale, z_zero)
    case.write(folder, case.node("DequantizeLinear", z, z_scale, z_zero))


def exported(folder):
    """Whole nets with the nodes that torch.onnx writes for them."""
    case = Case("torch_sensor_net", opset=17)
    y = case.input("batch", 6, 64)
    for channels, before in ((8, 6), (12, 8)):
        y = case.node("Conv", y, values(channels, before, 5) * 0.3, values(channels), pads=[2, 2])
        y = case.node("MaxPool", case.node("Relu", y), kernel_shape=[2], strides=[2])
    y = case.node("ReduceMean", y, axes=[2], keepdims=0)
    case.write(folder, case.node("Gemm", y, values(4, 12), values(4), transB=1))
    case = Case("torch_mobile_net", opset=17)
    y = case.input(1, 3, 24, 24)
    y = case.node("Conv", y, values(8, 3, 3, 3) * 0.3, values(8), pads=[1, 1, 1, 1], strides=[2, 2])
    y = case.node("Clip", y, np.float32(0), np.float32(6))
    for stride in (1, 2):
        x = y
        y = case.node("Conv", y, values(16, 8, 1, 1) * 0.3, values(16))
        y = case.node("Clip", y, np.float32(0), np.float32(6))
        y = case.node(
            "Conv", y, values(16, 1, 3, 3) * 0.3, values(16), pads=[1, 1, 1, 1], strides=[stride] * 2, group=16
        )
        y = case.node("Clip", y, np.float32(0), np.float32(6))
        y = case.node("Conv", y, values(8, 16, 1, 1) * 0.3, values(8))
        y = case.node("Add", x, y) if stride == 1 else y
    s = case.node("Conv", case.node("GlobalAveragePool", y), values(8, 8, 1, 1), values(8))
    y = case.node("Mul", y, case.node("HardSigmoid", s, alpha=1 / 6, beta=0.5))
    y = case.node("Flatten", case.node("GlobalAveragePool", y))
    case.write(folder, case.node("Gemm", y, values(5, 8), values(5), transB=1))
    case = Case("torch_flatten_net", opset=13)
    y = case.node("Conv", case.input(1, 1, 12, 10), values(4, 1, 3, 3), values(4))
    y = case.node("MaxPool", case.node("Relu", y), kernel_shape=[2, 2], strides=[2, 2])
    shape = case.node("Shape", y)
    batch = case.node("Unsqueeze", case.node("Gather", shape, np.int64(0), axis=0), ints(0))
    y = case.node("Reshape", y, case.node("Concat", batch, ints(-1), axis=0))
    y = case.node("Relu", case.node("Gemm", y, values(16, 80) * 0.1, values(16), transB=1))
    case.write(folder, case.node("LogSoftmax", case.node("Gemm", y, values(3, 16), values(3), transB=1), axis=1))
    case = Case("torch_recurrent_net", opset=17)
    y = case.node("Transpose", case.input("batch", 10, 3), perm=[1, 0, 2])
    shape = case.node("Gather", case.node("Shape", y), np.int64(1), axis=0)
    state = case.node("Concat", ints(1), case.node("Unsqueeze", shape, ints(0)), ints(4), axis=0)
    state = case.node("ConstantOfShape", state)
    weights = values(1, 16, 3), values(1, 16, 4), values(1, 32)
    y = case.node("LSTM", y, *weights, "", state, state, hidden_size=4, outputs=3)
    y = case.node("Transpose", case.node("Squeeze", y[0], ints(1)), perm=[1, 0, 2])
    y = case.node("Gather", y, np.int64(-1), axis=1)
    case.write(folder, case.node("Gemm", y, values(2, 4), values(2), transB=1))


def main(folder):
    groups = convolutions, transposed, pools, dense, elementwise, shapes, recurrent
    for write in (*groups, composed, logic, bidirectional, quantized, exported):
        write(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
