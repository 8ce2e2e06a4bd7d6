# SPDX-License-Identifier: Apache-2.0
"""int8 of TinyMLOptimizer beside that of the LiteRT converter: the same float32 net, the same examples.

    python3.11 -m venv litert && litert/bin/pip install tensorflow-cpu pillow soundfile
    PYTHONPATH=build/python litert/bin/python bench/ptq_against_litert.py model NET.onnx EXAMPLES.npy [LABELS.npy]
    PYTHONPATH=build/python litert/bin/python bench/ptq_against_litert.py keywords DATA [--epochs 60]
    PYTHONPATH=build/python litert/bin/python bench/ptq_against_litert.py pictures NET.onnx DATA

The float32 .tflite of the net is rebuilt as TensorFlow operations for the converter. Half of the examples calibrate,
the other half is tested; both int8 files run on LiteRT's reference kernels. Without tensorflow it says so and skips.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

import tinyml

try:
    import tensorflow as tf
    from tensorflow.lite.python import schema_py_generated as schema
except ImportError as error:
    print(f"skipped: {error} ({sys.executable})")
    sys.exit(0)

BUILTIN = {value: name for name, value in vars(schema.BuiltinOperator).items() if name.isupper()}
PADDING = {0: "SAME", 1: "VALID"}
ACTIVATION = {0: lambda x: x, 1: tf.nn.relu, 3: tf.nn.relu6}


def as_tensorflow(model: bytes):
    """A function of the float32 .tflite model's inputs that gives its outputs, and the inputs' shapes."""
    net = schema.ModelT.InitFromPackedBuf(model, 0)
    (graph,) = net.subgraphs
    names = [BUILTIN[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in net.operatorCodes]
    numpy_types = {schema.TensorType.FLOAT32: np.float32, schema.TensorType.INT32: np.int32}

    def constant(tensor):
        data = net.buffers[tensor.buffer].data
        shape = () if tensor.shape is None else tensor.shape
        return None if data is None else np.frombuffer(bytes(data), numpy_types[tensor.type]).reshape(shape)

    def apply(name, options, x, shape):
        def activated(value):
            return ACTIVATION[options.fusedActivationFunction](value)

        if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            strides, padding = (options.strideH, options.strideW), PADDING[options.padding]
            if name == "CONV_2D":
                y = tf.nn.conv2d(x[0], np.transpose(x[1], (1, 2, 3, 0)), strides, padding)
            else:
                _, height, width, channels = x[1].shape
                weights = x[1].reshape(height, width, x[0].shape[-1], channels // x[0].shape[-1])
                y = tf.nn.depthwise_conv2d(x[0], weights, (1, *strides, 1), padding)
            return activated(tf.nn.bias_add(y, x[2]))
        if name == "FULLY_CONNECTED":
            y = tf.matmul(tf.reshape(x[0], (-1, x[1].shape[1])), x[1].T)
            return activated(tf.nn.bias_add(y, x[2]) if len(x) > 2 and x[2] is not None else y)
        if name in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
            pool = tf.nn.avg_pool2d if name.startswith("AVERAGE") else tf.nn.max_pool2d
            window, strides = (options.filterHeight, options.filterWidth), (options.strideH, options.strideW)
            return activated(pool(x[0], window, strides, PADDING[options.padding]))
        if name in ("ADD", "SUB", "MUL"):
            return activated({"ADD": tf.add, "SUB": tf.subtract, "MUL": tf.multiply}[name](x[0], x[1]))
        if name == "MEAN":
            return tf.reduce_mean(x[0], axis=[int(axis) for axis in np.ravel(x[1])], keepdims=options.keepDims)
        if name == "RESHAPE":
            return tf.reshape(x[0], shape)
        if name == "TRANSPOSE":
            return tf.transpose(x[0], x[1])
        if name == "PAD":
            return tf.pad(x[0], x[1])
        if name == "CONCATENATION":
            return tf.concat(x, options.axis)
        simple = {"SOFTMAX": tf.nn.softmax, "RELU": tf.nn.relu, "RELU6": tf.nn.relu6, "LOGISTIC": tf.sigmoid}
        if name not in simple:
            sys.exit(f"{name} is not rebuilt for TensorFlow here")
        return simple[name](x[0])

    def run(*inputs):
        values = {i: constant(tensor) for i, tensor in enumerate(graph.tensors)}
        values.update(zip((int(i) for i in graph.inputs), inputs, strict=True))
        for op in graph.operators:
            x = [None if i < 0 else values[int(i)] for i in op.inputs]
            (out,) = (int(i) for i in op.outputs)
            values[out] = apply(names[op.opcodeIndex], op.builtinOptions, x, list(graph.tensors[out].shape))
        return [values[int(i)] for i in graph.outputs]

    return run, [list(graph.tensors[int(i)].shape) for i in graph.inputs]


def litert_int8(model: bytes, calibration) -> bytes:
    run, (shape,) = as_tensorflow(model)
    function = tf.function(run, input_signature=[tf.TensorSpec(shape, tf.float32)])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([example.reshape(shape)] for example in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def answers(model: bytes, examples) -> np.ndarray:
    """Real numbers, by LiteRT's reference kernels."""
    reference = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_content=model, experimental_op_resolver_type=reference)
    interpreter.allocate_tensors()
    (source,), (sink,) = interpreter.get_input_details(), interpreter.get_output_details()
    rows = []
    for example in examples:
        value = example.reshape(source["shape"])
        if source["dtype"] == np.int8:
            scale, zero = source["quantization"]
            value = np.clip(np.round(value / scale) + zero, -128, 127).astype(np.int8)
        interpreter.set_tensor(source["index"], value)
        interpreter.invoke()
        row = interpreter.get_tensor(sink["index"]).astype(np.float64).ravel()
        if sink["dtype"] == np.int8:
            scale, zero = sink["quantization"]
            row = (row - zero) * scale
        rows.append(row)
    return np.array(rows)


def compare(model, examples: np.ndarray, labels=None, **options) -> dict:
    original = bytes(tinyml.Model.load(model))
    order = np.random.default_rng(1).permutation(len(examples))
    calibration, tested = (examples[part] for part in np.array_split(order, 2))
    expected = answers(original, tested)
    optimizer = tinyml.TinyMLOptimizer(threads=1)
    made = {
        "tinyml": bytes(optimizer.quantize(model, representative_dataset=calibration, **options)),
        "litert": litert_int8(original, calibration),
    }
    figures = {"calibration": len(calibration), "tested": len(tested), "float_bytes": len(original)}
    if labels is not None:
        truth = labels[np.array_split(order, 2)[1]]
        figures["float_accuracy"] = float((expected.argmax(1) == truth).mean())
    for name, file in made.items():
        got = answers(file, tested)
        noise = ((got - expected) ** 2).sum()
        figures[name] = {
            "bytes": len(file),
            "times_smaller": len(original) / len(file),
            "sqnr_db": float(10 * np.log10((expected**2).sum() / noise)),
            "same_answer": float((got.argmax(1) == expected.argmax(1)).mean()),
        }
        if labels is not None:
            figures[name]["accuracy"] = float((got.argmax(1) == truth).mean())
    return figures


def keyword_net(data: Path, epochs: int, folder: str):
    """A net trained on the clips of the training split, and features and classes of the others."""
    import csv

    import soundfile

    classifier = tinyml.AudioClassifier(keywords=["yes", "no", "stop", "go"], epochs=epochs, threads=1)
    classifier.train(data)
    classifier.save(folder)
    with open(data / "labels.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] != "train"]
    features = [classifier.features(soundfile.read(data / row["path"], dtype="int16")[0]) for row in rows]
    labels = [classifier.labels.index(row["label"]) for row in rows]
    return classifier, np.concatenate(features), np.array(labels)


def pictures(data: Path, shape) -> np.ndarray:
    """In [0, 1], channels where the net has them."""
    from PIL import Image

    first = shape[1] in (1, 3)
    size = (shape[3], shape[2]) if first else (shape[2], shape[1])
    files = sorted(path for path in data.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".bmp"))
    stack = np.stack([np.asarray(Image.open(path).convert("RGB").resize(size), np.float32) / 255 for path in files])
    return stack.transpose(0, 3, 1, 2) if first else stack


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    model = kinds.add_parser("model")
    model.add_argument("net")
    model.add_argument("examples")
    model.add_argument("labels", nargs="?")
    keywords = kinds.add_parser("keywords")
    keywords.add_argument("data", type=Path)
    keywords.add_argument("--epochs", type=int, default=60)
    shown = kinds.add_parser("pictures")
    shown.add_argument("net")
    shown.add_argument("data", type=Path)
    for kind in (model, keywords, shown):
        kind.add_argument("--calibration", choices=["min_max", "percentile", "mse"])
        kind.add_argument("--equalize", action="store_true")
        kind.add_argument("--correct-bias", action="store_true")
    arguments = parser.parse_args()
    options = {"equalize": arguments.equalize, "correct_bias": arguments.correct_bias}
    if arguments.calibration:
        options["calibration"] = arguments.calibration
    with tempfile.TemporaryDirectory() as folder:
        if arguments.kind == "model":
            net, examples = arguments.net, np.load(arguments.examples)
            labels = np.load(arguments.labels) if arguments.labels else None
        elif arguments.kind == "keywords":
            net, examples, labels = keyword_net(arguments.data, arguments.epochs, f"{folder}/net")
        else:
            ((_, shape, _),) = tinyml._tinyml.model_inputs(tinyml.Model.load(arguments.net)._core)
            net, examples, labels = arguments.net, pictures(arguments.data, shape), None
        print(json.dumps(compare(net, examples, labels, **options), indent=1))


main()
