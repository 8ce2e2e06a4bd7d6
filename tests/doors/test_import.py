# SPDX-License-Identifier: Apache-2.0
"""Models of other tools, as docs/import.md shows them."""

import re
import shutil

import numpy
import pytest
from conftest import ROOT

PAGE = ROOT / "docs" / "import.md"
CORPUS = ROOT / "fuzz" / "corpus" / "onnx"


def python_blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_an_onnx_model_runs_as_the_page_shows(tinyml, tmp_path, monkeypatch, capsys):
    shutil.copy(CORPUS / "quantized.onnx", tmp_path / "model.onnx")
    monkeypatch.chdir(tmp_path)
    exec(python_blocks()[0], {})
    assert "KB" in capsys.readouterr().out


def test_a_quantized_onnx_model_runs_in_float32_and_is_written_as_int8(tinyml, tmp_path):
    model = tinyml.Model.load(CORPUS / "quantized.onnx")
    answer = model.run([numpy.ones((1, 1, 5, 5), numpy.float32)])[0]
    assert answer.dtype == numpy.float32
    model.save(tmp_path / "int8.tflite")
    int8 = tinyml.Model.load(tmp_path / "int8.tflite")
    assert int8.run([numpy.zeros((1, 1, 5, 5), numpy.int8)])[0].dtype == numpy.int8


def test_a_float_model_is_not_put_on_a_board(tinyml, tmp_path):
    model = tinyml.Model.load(CORPUS / "conv_1d.onnx")
    with pytest.raises(tinyml.Error, match=r"computes in float32, boards in int8: quantize first: tinyml quantize"):
        model.compile(tmp_path, "nucleo_l4r5zi")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["net.pt", "net.pth", "net.pkl"])
def test_pickles_are_refused_with_the_lines_of_the_page(tinyml, tmp_path, name):
    (tmp_path / name).write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(tinyml.Error) as error:
        tinyml.Model.load(tmp_path / name)
    for line in python_blocks()[1].strip().splitlines():
        assert line in str(error.value)


def small_nets(torch):
    nn = torch.nn
    return {
        "image": (
            nn.Sequential(
                nn.Conv2d(3, 8, 3, stride=2, padding=1),
                nn.BatchNorm2d(8),
                nn.ReLU6(),
                nn.Conv2d(8, 8, 3, padding=1, groups=8),
                nn.ReLU(),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(8, 4),
            ),
            (1, 3, 24, 24),
        ),
        "steps": (
            nn.Sequential(
                nn.Conv1d(6, 8, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(8 * 32, 5)
            ),
            (1, 6, 64),
        ),
        "dense": (nn.Sequential(nn.Linear(12, 16), nn.Hardswish(), nn.Linear(16, 3), nn.Softmax(dim=1)), (1, 12)),
    }


@pytest.mark.parametrize("name", ["image", "steps", "dense"])
def test_pytorch_models_come_by_the_lines_of_the_page(tinyml, tmp_path, monkeypatch, name):
    torch = pytest.importorskip("torch", reason="skipped: no torch")
    pytest.importorskip("onnx", reason="skipped: no onnx")
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(3)
    model, shape = small_nets(torch)[name]
    example_input = torch.randn(*shape)
    exec(python_blocks()[1], {"torch": torch, "model": model, "example_input": example_input})
    answer = tinyml.Model.load("model.onnx").run([example_input.numpy()])[0]
    numpy.testing.assert_allclose(answer, model(example_input).detach().numpy(), rtol=1e-4, atol=1e-5)
