# SPDX-License-Identifier: Apache-2.0
"""Keras files: what Keras answers with models of every layer, and files that are damaged or meant to do harm."""

import io
import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from conftest import ROOT

ORACLE = ROOT / "tests" / "oracle" / "keras_models.py"
CORPUS = ROOT / "tests" / "formats" / "keras"
PAGE = ROOT / "docs" / "import.md"


@pytest.fixture(scope="session")
def keras_models(tmp_path_factory):
    """The folder with the oracle's models and their answers."""
    python = os.environ.get("TINYML_KERAS_PYTHON", sys.executable)
    look = "import importlib.util as u, sys; sys.exit(not (u.find_spec('keras') and u.find_spec('jax')))"
    if subprocess.run([python, "-c", look]).returncode != 0:
        if os.environ.get("TINYML_REQUIRE_ORACLES") == "1":
            pytest.fail(f"keras or jax is missing in {python}")
        pytest.skip(f"skipped: keras or jax is missing in {python}")
    folder = tmp_path_factory.mktemp("keras")
    made = subprocess.run([python, ORACLE, folder], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]
    return folder


def arrays(folder, name: str, kind: str) -> list[np.ndarray]:
    with np.load(folder / f"{name}.npz") as file:
        return [file[f"{kind}_{i}"] for i in range(len(file.files)) if f"{kind}_{i}" in file.files]


def relative_error(ours: np.ndarray, theirs: np.ndarray) -> float:
    assert ours.shape == theirs.shape
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_models_answer_as_in_keras(tinyml, keras_models, suffix):
    wrong = {}
    files = sorted(keras_models.glob(f"*.{suffix}"))
    for path in files:
        expected = arrays(keras_models, path.stem, "output")
        answers = tinyml.Model.load(path).run(arrays(keras_models, path.stem, "input"))
        assert len(answers) == len(expected), path.name
        error = max(relative_error(ours, theirs) for ours, theirs in zip(answers, expected, strict=True))
        if not error < 1e-5:
            wrong[path.name] = error
    assert len(files) >= 70 and wrong == {}


def test_the_command_line_takes_keras_files(cli):
    for name in ("conv.keras", "conv.h5"):
        layers = cli("inspect", CORPUS / name).json()
        assert "conv_2d" in json.dumps(layers)


def rewritten(change, name: str = "conv.keras") -> bytes:
    """The file with its members changed: a dictionary of bytes."""
    with zipfile.ZipFile(CORPUS / name) as file:
        members = {member: file.read(member) for member in file.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for member, content in members.items():
            file.writestr(member, content)
    return out.getvalue()


def with_config(change) -> bytes:
    def apply(members):
        config = json.loads(members["config.json"])
        change(config)
        members["config.json"] = json.dumps(config).encode()

    return rewritten(apply)


def layer(config, class_name: str) -> dict:
    return next(entry for entry in config["config"]["layers"] if entry["class_name"] == class_name)


def refusal(tinyml, folder, content: bytes, suffix: str = "keras") -> str:
    path = folder / f"bad.{suffix}"
    path.write_bytes(content)
    with pytest.raises(tinyml.Error) as error:
        tinyml.Model.load(path)
    message = str(error.value)
    assert message.startswith(str(path)) and "\n" not in message
    return message


def test_code_is_refused_with_the_lines_of_the_page(tinyml, tmp_path):
    def to_lambda(config):
        layer(config, "Conv2D").update(class_name="Lambda", module="keras.layers")

    def to_custom(config):
        layer(config, "Conv2D").update(class_name="Mine", module="mine", registered_name="my>Mine")

    def to_function(config):
        function = {"module": "builtins", "class_name": "function", "config": "mine", "registered_name": "function"}
        layer(config, "Conv2D")["config"]["activation"] = function

    page = PAGE.read_text()
    for change, name in ((to_lambda, "Lambda"), (to_custom, "Mine"), (to_function, "mine")):
        message = refusal(tinyml, tmp_path, with_config(change))
        assert "layer conv" in message and name in message
        for line in ('model = keras.models.load_model("model.keras")', 'model.export("model.onnx", format="onnx")'):
            assert line in message and line in page


def test_a_pickle_is_refused_whatever_its_name(tinyml, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("net/data.pkl", b"\x80\x02}q\x00.")
    assert "torch.onnx.export" in refusal(tinyml, tmp_path, out.getvalue())


def test_bombs_do_not_go_off(tinyml, tmp_path):
    zeros = bytes(200 << 20)
    bomb = rewritten(lambda members: members.update({"model.weights.h5": zeros}))
    assert len(bomb) < 1 << 20
    assert "many times larger than the file" in refusal(tinyml, tmp_path, bomb)
    bomb = rewritten(lambda members: members.update({"config.json": zeros}))
    assert "many times larger than the file" in refusal(tinyml, tmp_path, bomb)


def test_what_lies_in_other_places_is_not_opened(tinyml, tmp_path):
    content = rewritten(lambda members: members.update({"../../escaped": b"1", "/escaped": b"1"}))
    (tmp_path / "extra.keras").write_bytes(content)
    tinyml.Model.load(tmp_path / "extra.keras")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["extra.keras"]


@pytest.mark.parametrize("kind", ["external", "virtual", "huge", "circle"])
def test_hdf5_that_reaches_out_is_refused(tinyml, tmp_path, kind):
    h5py = pytest.importorskip("h5py", reason="skipped: h5py is missing")
    path = tmp_path / "bad.h5"
    path.write_bytes((CORPUS / "conv.h5").read_bytes())
    (tmp_path / "secret").write_bytes(bytes(range(256)) * 16)
    with h5py.File(path, "a") as file:
        group = file["model_weights/conv"]
        if kind == "external":
            group.create_dataset("out", (4,), "<f4", external=[(str(tmp_path / "secret"), 0, 16)])
        elif kind == "virtual":
            layout = h5py.VirtualLayout((4,), "<f4")
            layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (4,))
            group.create_virtual_dataset("out", layout)
        elif kind == "huge":
            group.create_dataset("out", (1 << 20, 1 << 20), "<f4", chunks=(1, 1))
        else:
            group["again"] = file["model_weights"]  # a group that holds itself
            group["elsewhere"] = h5py.ExternalLink("/etc/passwd", "x")
            group["nowhere"] = h5py.SoftLink("/nowhere")
    if kind == "circle":
        tinyml.Model.load(path)
        return
    expected = "many times larger than the file" if kind == "huge" else "lies in another file"
    assert expected in refusal(tinyml, tmp_path, path.read_bytes(), "h5")


@pytest.mark.parametrize("name", ["conv.keras", "conv.h5"])
def test_damaged_files_are_refused_or_read(tinyml, tmp_path, name):
    good = (CORPUS / name).read_bytes()
    random = np.random.default_rng(7)
    suffix = name.split(".")[1]
    for size in [0, 3, 8, 100, *random.integers(100, len(good) - 1, 12)]:
        refusal(tinyml, tmp_path, good[:size], suffix)
    for _ in range(60):
        content = bytearray(good)
        for place in random.integers(0, len(good), 4):
            content[place] ^= 1 << int(random.integers(8))
        path = tmp_path / f"bad.{suffix}"
        path.write_bytes(content)
        try:
            tinyml.Model.load(path)
        except tinyml.Error as error:
            assert "\n" not in str(error)


def test_a_missing_part_is_named(tinyml, tmp_path):
    assert "model.weights.h5" in refusal(tinyml, tmp_path, rewritten(lambda members: members.pop("model.weights.h5")))
    assert "config.json" in refusal(tinyml, tmp_path, rewritten(lambda members: members.pop("config.json")))
    assert "tinyml-unpack" not in refusal(tinyml, tmp_path, rewritten(lambda m: m.update({"model.weights.h5": b"no"})))


def test_the_program_that_opens_the_files_may_be_named(cli, tmp_path):
    result = cli("inspect", CORPUS / "conv.keras", env={"TINYML_UNPACK": str(tmp_path / "none")})
    result.fails("TINYML_UNPACK names no file")
