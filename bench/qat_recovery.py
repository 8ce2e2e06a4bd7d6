# SPDX-License-Identifier: Apache-2.0
"""What int8_qat brings back of what int8 loses: gesture nets whose channels differ by orders of magnitude.

    PYTHONPATH=build/python .venv/bin/python bench/qat_recovery.py GESTURES [--seeds 5] [--octaves 5]

Trains a net a seed on the recordings of GESTURES (the last seventh of each label for test), then multiplies the output
channels of every layer that one layer alone reads by powers of two within +-octaves and divides the reader's weights by
them: the same function, which one scale a layer cannot hold, as MobileNetV2 is known for. Prints the accuracy on the
test gestures of the float net, of int8, of int8 after equalisation and of int8_qat. Needs the package ai-edge-litert.
"""

import argparse
import json
import tempfile
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import interpreter
from ai_edge_litert import schema_py_generated as schema

import tinyml

LAYERS = [getattr(schema.BuiltinOperator, name) for name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")]
DEPTHWISE = LAYERS[1]
POOLS = (schema.BuiltinOperator.AVERAGE_POOL_2D, schema.BuiltinOperator.MAX_POOL_2D)


def scrambled(model: bytes, octaves: float, seed: int) -> bytes:
    net = schema.ModelT.InitFromPackedBuf(model, 0)
    (graph,) = net.subgraphs
    rng = np.random.default_rng(seed)
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in net.operatorCodes]
    kind = [codes[op.opcodeIndex] for op in graph.operators]
    # Constants that were equal share a buffer: each gets its own.
    values = {}
    for op in graph.operators:
        for i in op.inputs[1:]:
            tensor = graph.tensors[i]
            if tensor.type == schema.TensorType.FLOAT32 and net.buffers[tensor.buffer].data is not None:
                data = np.frombuffer(bytes(net.buffers[tensor.buffer].data), np.float32)
                values[int(i)] = data.reshape(tensor.shape).copy()

    def only_reader(index):
        readers = [k for k, other in enumerate(graph.operators) if graph.operators[index].outputs[0] in other.inputs]
        if len(readers) != 1:
            return None
        return only_reader(readers[0]) if kind[readers[0]] in POOLS else readers[0]

    changed = 0
    for index, op in enumerate(graph.operators):
        reader = only_reader(index) if kind[index] in LAYERS else None
        if reader is None or kind[reader] not in LAYERS[:2]:
            continue
        if op.builtinOptions.fusedActivationFunction not in (0, 1):
            continue
        weights, bias = values[int(op.inputs[1])], values[int(op.inputs[2])]
        factor = np.exp2(rng.uniform(-octaves, octaves, len(bias))).astype(np.float32)
        weights *= factor if kind[index] == DEPTHWISE else factor.reshape(-1, *[1] * (weights.ndim - 1))
        bias *= factor
        inner = values[int(graph.operators[reader].inputs[1])]
        inner /= np.repeat(factor, inner.shape[-1] // len(factor))
        changed += 1
    assert changed, "no layer is read by one other layer alone"
    for i, value in values.items():
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(value.tobytes(), np.uint8)
        net.buffers.append(buffer)
        graph.tensors[i].buffer = len(net.buffers) - 1
    builder = flatbuffers.Builder(len(model))
    builder.Finish(net.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def gestures(folder):
    """(readings, label, whether it is for test)."""
    strokes = {}
    for path in sorted(Path(folder).glob("*.json")):
        for stroke in json.loads(path.read_text())["strokes"]:
            points = np.array([[point["x"], point["y"]] for point in stroke["strokePoints"]], np.float32)
            strokes.setdefault(str(stroke["label"]), []).append(points)
    return [
        (points, label, i >= len(own) - len(own) // 7)
        for label, own in sorted(strokes.items())
        for i, points in enumerate(own)
    ]


def features(classifier, items, of_test: bool):
    chosen = [(points, label) for points, label, test in items if test == of_test]
    classes = [classifier.labels.index(label) for _, label in chosen]
    return np.concatenate([classifier.features(points) for points, _ in chosen]), np.array(classes)


def accuracy(model: bytes, examples, classes) -> float:
    """By LiteRT's reference kernels."""
    reference = interpreter.OpResolverType.BUILTIN_REF
    net = interpreter.Interpreter(model_content=model, experimental_op_resolver_type=reference)
    net.allocate_tensors()
    (source,), (sink,) = net.get_input_details(), net.get_output_details()
    right = 0
    for example, label in zip(examples, classes, strict=True):
        value = example[None]
        if source["dtype"] == np.int8:
            scale, zero = source["quantization"]
            value = np.clip(np.round(value / scale) + zero, -128, 127).astype(np.int8)
        net.set_tensor(source["index"], value)
        net.invoke()
        right += int(np.argmax(net.get_tensor(sink["index"]))) == label
    return right / len(classes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--octaves", type=float, default=5)
    parser.add_argument("--epochs", type=int, default=40)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(arguments, folder)


def run(arguments, folder: str) -> None:
    items = gestures(arguments.data)
    optimizer = tinyml.TinyMLOptimizer(threads=1)
    lost, regained = [], []
    for seed in range(1, arguments.seeds + 1):
        classifier = tinyml.GestureClassifier(
            [tinyml.Sensor("position", 2)], seed=seed, epochs=arguments.epochs, threads=1, window_samples=64
        )
        classifier.train([(points, label) for points, label, test in items if not test])
        (learned, classes), (tested, truth) = (features(classifier, items, test) for test in (False, True))
        net = scrambled(bytes(tinyml.Model.load(classifier)), arguments.octaves, seed)
        rows = {"float": accuracy(net, tested, truth)}
        path = Path(folder) / f"{seed}.tflite"
        path.write_bytes(net)
        for name, method, options in (
            ("int8", "int8", {}),
            ("int8, equalized", "int8", {"equalize": True}),
            ("int8_qat", "int8_qat", {"epochs": 60, "progress": lambda *_: None}),
        ):
            made = optimizer.quantize(path, method, learned, labels=classes, **options)
            rows[name] = accuracy(bytes(made), tested, truth)
        lost.append(rows["float"] - rows["int8"])
        regained.append(rows["int8_qat"] - rows["int8"])
        print(seed, json.dumps(rows), flush=True)
    print(f"int8 loses {100 * np.mean(lost):.1f} points, int8_qat regains {100 * np.mean(regained):.1f}")


main()
