# SPDX-License-Identifier: Apache-2.0
"""Models that are brought along: inspected, imported, quantized, compared, measured."""

import os
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

SHARED = Path(os.environ.get("TINYML_SHARED", ROOT.parent / "shared")) / "data" / "models"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"skipped: {name} is not there")
    return path


@pytest.fixture(scope="session")
def int8(project) -> Path:
    return project / "model" / "int8.tflite"


@pytest.fixture(scope="session")
def float32(project) -> Path:
    return project / "model" / "float32.tflite"


def test_inspect_tells_what_a_model_is(cli, int8):
    found = cli("inspect", int8, "--board", "pico").json()
    assert found["board"]["id"] == "raspberry_pi_pico"
    assert found["file_bytes"] == int8.stat().st_size
    assert found["macs"] == sum(layer["macs"] for layer in found["layers"]) > 0
    assert found["operators"][0]["op"] in {"conv_2d", "depthwise_conv_2d", "fully_connected"}
    assert found["inputs"][0]["dtype"] == "int8" and found["inputs"][0]["quantization"]["scale"] > 0
    assert found["deployable"]
    peak = found["ram"]["peak_layer"]
    assert found["layers"][peak]["ram_bytes"] == max(layer["ram_bytes"] for layer in found["layers"])
    assert found["ram"]["source"] == found["flash"]["source"] == "estimated"
    assert found["metadata"]["labels"] == '["high","low"]'
    rules = [advice["rule"] for advice in found["advice"]]
    assert rules[-2:] == ["not_profiled", "not_on_hardware"]


def test_inspect_of_a_project_counts_its_features(cli, project, int8):
    found, alone = cli("inspect", project).json(), cli("inspect", int8).json()
    assert found["features"] in {"mfe", "mfcc"} and alone["features"] is None
    assert found["flash"]["bytes"] > alone["flash"]["bytes"]
    assert found["macs"] == alone["macs"]


def test_inspect_agrees_with_compile_and_profile(cli, emulator, int8, tmp_path):
    found = cli("inspect", int8, "--board", "nucleo_l4r5zi").json()
    made = cli("compile", int8, "--board", "nucleo_l4r5zi", "--out", tmp_path).json()
    assert found["ram"]["arena_bytes"] == made["arena_bytes"]
    assert found["flash"]["bytes"] > made["table_bytes"]
    measured = cli("profile", int8, "--board", "nucleo_l4r5zi").json()
    assert found["macs"] == sum(layer["macs"] for layer in measured["layers"])
    assert found["flash"]["bytes"] == pytest.approx(measured["flash_bytes"], rel=0.25)


def test_inspect_advises_to_quantize_a_float_model(cli, float32):
    text = cli("inspect", float32, quiet=False).out
    assert f"tinyml quantize {float32}" in text and "no chip runs it before it is quantized" in text


def test_inspect_as_text_shows_where_ram_peaks(cli, int8):
    lines = cli("inspect", int8, quiet=False).out.splitlines()
    assert lines[0].startswith(str(int8))
    assert sum(line.endswith("<- peak") for line in lines) == 1
    assert "What to do next" in lines


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        ("kws_ref_int8", 2656768),
        ("vww_96_int8", 7489664),
        ("resnet8_cifar10_int8", 12501632),
        ("ad01_toycar_int8", 264192),
    ],
)
def test_inspect_counts_the_macs_of_published_models(cli, name, macs):
    assert cli("inspect", shared(f"{name}.tflite")).json()["macs"] == macs


def test_inspect_names_what_is_wrong(cli, tmp_path, int8):
    cli("inspect", tmp_path / "absent.tflite").fails("absent.tflite")
    cli("inspect", int8, "--board", "nanno").fails("nanno", "pico")
    pointer = tmp_path / "pointer.tflite"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 53936\n")
    cli("inspect", pointer).fails("pointer.tflite")


def test_model_inspect_in_python_is_the_same(cli, tinyml, int8):
    found = tinyml.Model.load(int8).inspect(board="pico")
    printed = cli("inspect", int8, "--board", "pico").json()
    assert found["layers"] == printed["layers"] and found["ram"] == printed["ram"]
    with pytest.raises(tinyml.Error, match="nearest: pico"):
        tinyml.Model.load(int8).inspect(board="nanno")


def test_reset_takes_a_stream_back_to_its_start(tinyml):
    model = tinyml.Model.load(shared("mww_vad.tflite"))
    [given] = model.inspect()["inputs"]
    steps = np.random.default_rng(1).integers(-128, 128, (40, *given["shape"])).astype(np.int8)

    def answers():
        return [int(model.run([step])[0].ravel()[0]) for step in steps]

    first = answers()
    assert answers() != first
    model.reset()
    assert answers() == first
