# SPDX-License-Identifier: Apache-2.0
"""TinyMLOptimizer: the snippet word for word, what it takes, what it refuses."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, tone

SNIPPET = """from tinyml import TinyMLOptimizer
optimizer = TinyMLOptimizer()
quantized = optimizer.quantize(model=trained_model, method="int8", representative_dataset=calibration_data)
print(f"Original: {model.size_mb:.2f}MB"); print(f"Quantized: {quantized.size_kb:.1f}KB")
print(f"Reduction: {(1 - quantized.size_kb/model.size_kb)*100:.1f}%")
"""


@pytest.fixture(scope="module")
def examples(trained):
    """Of the trained classifier, and what they are."""
    hz = [(2000, 0), (400, 1)]
    features = [trained.features(tone(rate * (1 + 0.005 * i), 100 + i)) for i in range(12) for rate, _ in hz]
    return features, [label for _ in range(12) for _, label in hz]


@pytest.fixture(scope="module")
def optimizer(tinyml):
    return tinyml.TinyMLOptimizer(threads=1)


def test_snippet_is_the_example_s():
    lines = [line.strip() for line in (ROOT / "examples" / "quantize.py").read_text().splitlines()]
    for line in SNIPPET.splitlines():
        assert line in lines
    ast.parse(SNIPPET)


def test_snippet(tinyml, trained, examples, capsys):
    names = {"trained_model": trained, "calibration_data": examples[0], "model": tinyml.Model.load(trained)}
    exec(SNIPPET, names)
    original, quantized, reduction = capsys.readouterr().out.splitlines()
    assert original.startswith("Original: 0.") and original.endswith("MB")
    assert quantized == f"Quantized: {names['quantized'].size_kb:.1f}KB"
    assert reduction.startswith("Reduction: ") and names["quantized"].size_kb < names["model"].size_kb


def run_example(*arguments, cwd):
    command = [sys.executable, ROOT / "examples" / "quantize.py", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_example_of_our_own(tinyml, tmp_path):
    assert "Reduction: " in run_example("--epochs", 2, "--out", tmp_path / "small.tflite", cwd=tmp_path)
    assert tinyml.Model.load(tmp_path / "small.tflite").size_kb < 40


def test_example_of_a_tflite_file(tinyml, trained, examples, tmp_path):
    tinyml.Model.load(trained).save(tmp_path / "float.tflite")
    np.save(tmp_path / "examples.npy", np.concatenate(examples[0]))
    out = run_example("--model", "float.tflite", "--data", "examples.npy", cwd=tmp_path)
    assert "Reduction: " in out and "dB" in out


def test_example_of_an_onnx_file(tinyml, tmp_path):
    onnx = pytest.importorskip("onnx", reason="skipped: onnx is not installed")
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(1)
    values = {"w": rng.normal(size=(8, 3, 3, 3)) / 4, "b": rng.normal(size=8) / 4, "f": rng.normal(size=(8, 4)) / 2}
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["g"]),
        helper.make_node("Flatten", ["g"], ["flat"]),
        helper.make_node("MatMul", ["flat", "f"], ["m"]),
        helper.make_node("Softmax", ["m"], ["y"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 16, 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in values.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(made, str(tmp_path / "net.onnx"))
    ((_, shape, _),) = tinyml._tinyml.model_inputs(tinyml.Model.load(tmp_path / "net.onnx")._core)
    np.save(tmp_path / "examples.npy", rng.normal(size=(32, *shape[1:])).astype(np.float32))
    out = run_example("--model", "net.onnx", "--data", "examples.npy", cwd=tmp_path)
    assert "Reduction: " in out and "dB" in out


@pytest.mark.parametrize("name", ["conv.keras", "conv.h5"])
def test_example_of_a_keras_file(tinyml, name, tmp_path):
    path = ROOT / "tests" / "formats" / "keras" / name
    ((_, shape, _),) = tinyml._tinyml.model_inputs(tinyml.Model.load(path)._core)
    np.save(tmp_path / "examples.npy", np.random.default_rng(1).normal(size=(32, *shape[1:])).astype(np.float32))
    out = run_example("--model", path, "--data", "examples.npy", cwd=tmp_path)
    assert "Reduction: " in out and "dB" in out


KERAS_MODEL = """import keras
import tinyml
trained_model = keras.Sequential([
    keras.Input((8, 8, 3)),
    keras.layers.Conv2D(8, 3, activation="relu"),
    keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dense(4, activation="softmax"),
])
calibration_data = np.random.default_rng(1).normal(size=(32, 8, 8, 3)).astype("float32")
model = tinyml.Model.load(trained_model)
"""

TORCH_MODEL = """import torch
import tinyml
trained_model = torch.nn.Sequential(
    torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(8, 4)
)
calibration_data = np.random.default_rng(1).normal(size=(32, 3, 8, 8)).astype("float32")
example = torch.zeros(1, 3, 8, 8)
model = tinyml.Model.load(trained_model, example_input=example)
"""


@pytest.mark.parametrize(
    "python, needs, made, snippet",
    [
        ("TINYML_KERAS_PYTHON", ("keras",), KERAS_MODEL, SNIPPET),
        (
            "TINYML_TORCH_PYTHON",
            ("torch", "onnx"),
            TORCH_MODEL,
            SNIPPET.replace("calibration_data)", "calibration_data, example_input=example)"),
        ),
    ],
    ids=["keras", "torch"],
)
def test_snippet_on_objects(tinyml, python, needs, made, snippet):
    """In an interpreter of its own, since those packages are large: it needs the package tinyml of this build."""
    program = os.environ.get(python, sys.executable)
    look = "import importlib.util as u, sys; print(*[name for name in sys.argv[1:] if u.find_spec(name)])"
    backends = ("jax", "tensorflow", "torch")
    found = subprocess.run([program, "-c", look, *needs, *backends], capture_output=True, text=True, check=True)
    found = found.stdout.split()
    backend = next((name for name in backends if name in found), None)
    if backend is None or not set(needs) <= set(found):
        pytest.skip(f"skipped: {' or '.join(needs)} or what it needs is missing in {program}")
    env = {**os.environ, "PYTHONPATH": str(Path(tinyml.__file__).parents[1]), "KERAS_BACKEND": backend}

    def run(code):
        return subprocess.run([program, "-c", code], env=env, capture_output=True, text=True, check=False)

    if run("import tinyml").returncode != 0:
        pytest.skip(f"skipped: the package tinyml is built for another Python than {program}")
    # TensorFlow must not lend its protobuf to this package's ONNX reader.
    other = f"tinyml.Model.load({str(ROOT / 'fuzz' / 'corpus' / 'onnx' / 'conv_1d.onnx')!r})\n"
    done = run("import numpy as np\n" + made + snippet + other + "print(quantized.report['sqnr_db'] > 20)")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Reduction: " in done.stdout and done.stdout.splitlines()[-1] == "True"


def test_every_form_of_examples(tinyml, trained, examples, optimizer):
    features, labels = examples
    expected = bytes(optimizer.quantize(trained, representative_dataset=features))

    def generator():
        for each in features:
            yield [each]

    def by_name():
        for each in features:
            yield {"features": each}

    forms = [
        np.concatenate(features),
        np.stack(features),
        [[each] for each in features],
        [each[0] for each in features],
        iter(features),
        generator,
        generator(),
        by_name,
        [np.concatenate(features[:5]), np.concatenate(features[5:])],
    ]
    for form in forms:
        assert bytes(optimizer.quantize(tinyml.Model.load(trained), representative_dataset=form)) == expected
    labelled = optimizer.quantize(trained, representative_dataset=features, labels=labels)
    assert 0 <= labelled.report["accuracy"] <= 1 and bytes(labelled) == expected


def test_report(trained, examples, optimizer):
    report = optimizer.quantize(trained, representative_dataset=examples[0]).report
    names = [layer["name"] for layer in report["layers"]]
    assert report["method"] == "int8" and report["examples"] == 24 and report["sqnr_db"] > 15
    assert report["worst_layer"] in names
    assert {layer["type"] for layer in report["layers"]} == {"int8"}


@pytest.mark.parametrize(
    "data, words",
    [
        (None, "missing"),
        ([], "no examples"),
        (np.zeros((3, 5)), "3x5.*1x49x40x1"),
        (np.full((4, 49, 40, 1), 0.5), "all 0.5"),
        (np.full((4, 49, 40, 1), np.nan), "nan"),
        (5, "not int"),
        ("x", "not str"),
        ([["a"]], "no array of numbers"),
        (lambda: 3, "not int"),
    ],
    ids=["none", "empty", "shape", "constant", "nan", "number", "text", "words", "function"],
)
def test_bad_examples(tinyml, trained, optimizer, data, words):
    with pytest.raises(tinyml.Error, match=words) as caught:
        optimizer.quantize(trained, representative_dataset=data)
    assert "\n" not in str(caught.value)


def test_bad_arguments(tinyml, trained, examples, optimizer, tmp_path):
    features = examples[0]
    for arguments, words in (
        ({"method": "int9"}, "int8"),
        ({"method": 8}, "method"),
        ({"calibration": "mean"}, "min_max"),
        ({"percentile": 1}, "nearest"),
        ({"labels": [0]}, "1 labels for 24"),
        ({"labels": [0.5] * 24}, "whole"),
        ({"outside": 2.0}, "outside is a share"),
        ({"method": "mixed", "least_sqnr_db": float("inf")}, "least_sqnr_db is a number"),
        ({"method": "mixed", "most_loss": -1}, "most_loss a share"),
        ({"method": "int8_qat", "epochs": -1}, "epochs is 1 or more"),
        ({"method": "int8_qat", "batch": 0}, "batch is 1 or more"),
        ({"method": "int8_qat", "learning_rate": float("nan")}, "learning_rate is above 0"),
        ({"method": "int8_qat", "teacher": 3.0}, "teacher is a share"),
    ):
        with pytest.raises(tinyml.Error, match=words):
            optimizer.quantize(trained, representative_dataset=features, **arguments)
    with pytest.raises(tinyml.Error, match="quantized already"):
        done = optimizer.quantize(trained, representative_dataset=features)
        optimizer.quantize(done, representative_dataset=features)
    with pytest.raises(tinyml.Error, match="absent.onnx"):
        optimizer.quantize(tmp_path / "absent.onnx", representative_dataset=features)
    with pytest.raises(tinyml.Error, match="not dict"):
        optimizer.quantize({}, representative_dataset=features)


@pytest.mark.parametrize("method", ["int16x8", "mixed", "float16", "int8_qat"])
def test_methods(tinyml, trained, examples, optimizer, method, tmp_path):
    features, labels = examples
    options = {"epochs": 1, "progress": lambda *_: None} if method == "int8_qat" else {}
    made = optimizer.quantize(trained, method, features, labels=labels, **options)
    assert made.report["method"] == method and made.report["sqnr_db"] > 10
    made.save(tmp_path / "made.tflite")
    again = tinyml.Model.load(tmp_path / "made.tflite")
    assert bytes(again) == bytes(made)
    model = tinyml.Model.load(trained)
    if method == "float16":
        assert again.run([features[0]])[0] == pytest.approx(model.run([features[0]])[0], abs=0.01)
        assert bytes(optimizer.quantize(trained, "float16")) == bytes(made)
    assert made.size_kb < model.size_kb


def test_pictures_with_their_channels_last(tinyml, optimizer, tmp_path):
    helper = pytest.importorskip("onnx", reason="skipped: onnx is not installed").helper
    pool = helper.make_node("GlobalAveragePool", ["x"], ["y"])
    source, sink = (
        helper.make_tensor_value_info(name, 1, [1, 3, *size]) for name, size in (("x", (8, 6)), ("y", (1, 1)))
    )
    graph = helper.make_graph([pool], "net", [source], [sink])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    with pytest.raises(tinyml.Error, match=r"4x8x6x3.*1x3x8x6.*transpose\(0, 3, 1, 2\)"):
        optimizer.quantize(tmp_path / "net.onnx", representative_dataset=np.zeros((4, 8, 6, 3)))


def test_options_of_int8(trained, examples, optimizer):
    for options in ({"equalize": True}, {"correct_bias": True}, {"calibration": "mse"}, {"fold_dead_channels": False}):
        assert optimizer.quantize(trained, representative_dataset=examples[0], **options).report["sqnr_db"] > 10


def test_smaller_floats(tinyml, trained, examples, optimizer):
    features, labels = examples
    model = tinyml.Model.load(trained)
    silent = lambda *_: None  # noqa: E731
    pruned = optimizer.prune(model, share=0.5, dataset=features, labels=labels, epochs=1, progress=silent)
    assert pruned.inspect()["macs"] < 0.8 * model.inspect()["macs"]
    sparse = optimizer.prune(model, "n_of_m", n=2, m=4)
    clustered = optimizer.cluster(model, clusters=16)
    for other in (sparse, clustered, optimizer.low_rank(model), optimizer.equalize(model)):
        assert other.run([features[0]])[0].shape == model.run([features[0]])[0].shape
    whole = optimizer.quantize(pruned, representative_dataset=features)
    folded = optimizer.fold_dead_channels(whole)
    rng = np.random.default_rng(3)
    for _ in range(5):
        example = rng.integers(-128, 128, features[0].shape).astype(np.int8)
        assert np.array_equal(whole.run([example])[0], folded.run([example])[0])


@pytest.mark.parametrize(
    "verb, arguments, words",
    [
        ("prune", {"pattern": "rows"}, "n_of_m"),
        ("prune", {"share": 0.0}, "share"),
        ("prune", {"pattern": "n_of_m", "n": 4}, "n = 4"),
        ("cluster", {"clusters": 1}, "clusters"),
        ("low_rank", {"energy": 2}, "energy"),
        ("fold_dead_channels", {}, "quantize"),
    ],
)
def test_bad_options(tinyml, trained, optimizer, verb, arguments, words):
    with pytest.raises(tinyml.Error, match=words):
        getattr(optimizer, verb)(trained, **arguments)
