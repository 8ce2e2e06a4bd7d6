# SPDX-License-Identifier: Apache-2.0
"""Every `tinyml` command and example that the README and the guides show works, in the order in which they show it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import numpy as np
import pytest
from conftest import CLI, ROOT, write_fan, write_machine, write_squares, write_temperatures

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PYTHON = ".venv/bin/python"
# Learning for seconds is enough here; everything else runs as it is written.
SHORTER = {"train": ["--epochs", "3"]}


def commands(page) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(("build/bin/tinyml ", PYTHON + " examples/"))]


def write_model(folder) -> None:
    """A float model, a quantized one and examples of the former."""
    corpus = ROOT / "fuzz" / "corpus" / "onnx"
    shutil.copy(corpus / "conv_chain_flatten_dense.onnx", folder / "model.onnx")
    shutil.copy(corpus / "quantized.onnx", folder / "quantized.onnx")
    np.save(folder / "samples.npy", np.random.default_rng(1).normal(size=(64, 1, 8, 8)).astype(np.float32))


# What a page says is there.
PREPARED = {
    "models.md": write_model,
    "import.md": lambda folder: shutil.copy(
        ROOT / "fuzz" / "corpus" / "onnx" / "quantized.onnx", folder / "model.onnx"
    ),
    "anomalies.md": lambda folder: write_machine(folder / "fan"),
    "images.md": lambda folder: write_squares(folder / "shelf"),
    "example-fan.md": lambda folder: write_fan(folder / "accelerometer.csv"),
    "example-machine-temperature.md": lambda folder: write_temperatures(
        folder / "machine_temperature_system_failure.csv"
    ),
}


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.name)
def test_commands_of(page, tmp_path, emulator, request):
    if not CLI.exists():
        pytest.fail(f"no command line at {CLI}: build it, or set TINYML_CLI")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "bin").symlink_to(CLI.parent)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    PREPARED.get(page.name, lambda folder: None)(tmp_path)
    for command in commands(page):
        words = shlex.split(command)
        if words[0] == PYTHON:
            request.getfixturevalue("tinyml")
            shorter = ["--epochs", "3"] if "--epochs" in (ROOT / words[1]).read_text() else []
            words = [sys.executable, *words[1:], *shorter]
        words += SHORTER.get(words[1], [])
        done = subprocess.run(
            words, cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"


def test_pages_show_commands():
    shown = {page.name: len(commands(page)) for page in PAGES}
    assert shown["models.md"] == 7
    assert shown["README.md"] >= 4 and shown["keywords.md"] >= 9 and shown["anomalies.md"] >= 6
    for example in ("activity", "gesture", "occupancy"):
        assert shown[f"example-{example}.md"] >= 3
    for example in ("fan", "machine-temperature"):
        assert shown[f"example-{example}.md"] == 2


def test_the_occupancy_example_is_what_is_benchmarked(tinyml, tmp_path):
    subprocess.run([sys.executable, ROOT / "examples" / "occupancy.py", "--out", tmp_path / "p"], check=True)
    made, measured = (
        tomllib.loads(path.read_text())
        for path in (tmp_path / "p" / "tinyml.toml", ROOT / "bench" / "sensors" / "occupancy.toml")
    )
    for section, settings in measured.items():
        for key in settings.keys() - {"name", "path"}:
            assert made[section][key] == settings[key], f"{section}.{key}"


def test_the_models_page_s_python(tinyml, tmp_path, monkeypatch, capsys):
    (block,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "models.md").read_text(), re.MULTILINE | re.DOTALL)
    write_model(tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(block, {})
    assert re.search(r"KB in float32, .* KB in int8\n[\d.]+ dB", capsys.readouterr().out)
    assert (tmp_path / "model_int8.tflite").exists() and list((tmp_path / "generated").glob("*.cpp"))


def test_a_program_around_a_bare_model(cli, tmp_path):
    """The C++ of docs/generated-code.md that stands by itself."""
    blocks = re.findall(
        r"^```cpp\n(.*?)^```", (ROOT / "docs" / "generated-code.md").read_text(), re.MULTILINE | re.DOTALL
    )
    (program,) = [block for block in blocks if "int main" in block]
    write_model(tmp_path)
    model = ("model_int8.tflite", "--board", "nucleo_l4r5zi", "--out", "generated")
    cli("quantize", "model.onnx", "--data", "samples.npy", "--out", model[0], cwd=tmp_path)
    cli("compile", *model, cwd=tmp_path)
    (tmp_path / "generated" / "main.cpp").write_text(program)
    sources = ["main.cpp", "model_int8.cpp", "-o", "program"]
    subprocess.run(["g++", "-std=c++14", "-Wall", "-Werror", "-I.", *sources], cwd=tmp_path / "generated", check=True)
    done = subprocess.run([tmp_path / "generated" / "program"], capture_output=True, text=True, check=True)
    assert len(done.stdout.split()) == 5
