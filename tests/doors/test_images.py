# SPDX-License-Identifier: Apache-2.0
"""Pictures through the command line and the Python package."""

import re
import subprocess

import numpy as np
import pytest
from conftest import ROOT, bytes_in, square, write_bmp, write_squares

SMALL = ("--size", 16, "--architecture", "cnn_2d_strided", "--net-width", 0.25, "--epochs", 40)
PYTHON_SMALL = {
    "width": 16,
    "height": 16,
    "architecture": "cnn_2d_strided",
    "net_width": 0.25,
    "epochs": 40,
    "batch": 8,
    "flip": False,
}


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
    return write_squares(tmp_path_factory.mktemp("squares"))


@pytest.fixture(scope="module")
def project(cli, squares, tmp_path_factory):
    folder = tmp_path_factory.mktemp("projects") / "shelf"
    cli("init", folder, "--task", "image_classification", "--data", squares, "--camera", "40x30", *SMALL).json()
    text = (folder / "tinyml.toml").read_text()
    (folder / "tinyml.toml").write_text(text.replace("flip = true", "flip = false").replace("batch = 32", "batch = 8"))
    trained = cli("train", folder).json()
    assert trained["split"] == "test"
    return folder


def test_project(cli, project, emulator, tmp_path):
    evaluation = cli("evaluate", project).json()
    assert evaluation["labels"] == ["left", "right"]
    assert evaluation["int8"]["accuracy"] > 0.7
    assert "What it takes for something else" in (project / "report.html").read_text() or (
        evaluation["int8"]["accuracy"] == 1
    )
    assert cli("quantize", project, "--calibration", "min_max").json()["int8"]["accuracy"] > 0.7
    made = cli("compile", project, "--out", tmp_path / "cpp").json()
    header = (tmp_path / "cpp" / f"{made['name']}.h").read_text()
    assert "uint8_t* input" in header and f"input_bytes = {40 * 30 * 3}" in header
    profile = cli("profile", project, "--board", "pico").json()
    assert [layer["op"] for layer in profile["layers"]][:2] == ["camera_frame", "conv_2d"]
    assert profile["layers"][0]["instructions"] > 0
    for to, name in (("tflite", "pictures.tflite"), ("cpp", "pictures.cpp"), ("c_array", "model_data.h")):
        cli("export", project, "--to", to, "--out", tmp_path / to).json()
        assert (tmp_path / to / name).exists()


def test_arduino_library(cli, project, tmp_path):
    cli("export", project, "--to", "arduino", "--out", tmp_path / "a").json()
    library = tmp_path / "a" / "tinyml_pictures"
    assert (library / "src" / "pictures.cpp").exists() and library.with_suffix(".zip").exists()
    assert [sketch.name for sketch in (library / "examples").iterdir()] == ["tinyml_pictures_frame"]
    text = (project / "tinyml.toml").read_text()
    try:
        camera = text.replace('format = "rgb888"', 'format = "rgb565"').replace("width = 40", "width = 160")
        (project / "tinyml.toml").write_text(camera.replace("height = 30", "height = 120"))
        cli("export", project, "--to", "arduino", "--out", tmp_path / "a").json()
    finally:
        (project / "tinyml.toml").write_text(text)
    sketch = library / "examples" / "tinyml_pictures_camera" / "tinyml_pictures_camera.ino"
    assert "Camera.begin(QQVGA, RGB565, 5)" in sketch.read_text()
    assert f"input_bytes = {160 * 120 * 2};" in (library / "src" / "pictures.h").read_text()


def test_code_of_the_page(cli, project, tmp_path):
    """What docs/images.md shows compiles with the generated code and tells a picture's label."""
    shown = re.search(r"^```cpp\n(.*?)^```", (ROOT / "docs" / "images.md").read_text(), re.MULTILINE | re.DOTALL)[1]
    text = (project / "tinyml.toml").read_text()
    try:
        (project / "tinyml.toml").write_text(
            text.replace("width = 40", "width = 0").replace("height = 30", "height = 0")
        )
        cli("compile", project, "--out", tmp_path).json()
    finally:
        (project / "tinyml.toml").write_text(text)
    assert "camera_crop" in (tmp_path / "pictures.cpp").read_text()
    frame = tmp_path / "frame"
    main = f'#include <stdio.h>\n{shown}\nint main() {{ FILE* f = fopen("{frame}", "rb"); '
    main += "if (fread(frame, 1, sizeof frame, f) != sizeof frame) return 1; puts(pictures::labels[look()]); }\n"
    (tmp_path / "main.cpp").write_text(main)
    program = [tmp_path / name for name in ("main.cpp", "pictures.cpp")]
    subprocess.run(["c++", "-std=c++14", f"-I{tmp_path}", *program, "-o", tmp_path / "look"], check=True)
    right = 0
    for seed in range(20):
        label = ("left", "right")[seed % 2]
        frame.write_bytes(square(label == "right", 500 + seed, 16, 16).tobytes())
        right += subprocess.run([tmp_path / "look"], check=True, capture_output=True, text=True).stdout.strip() == label
    assert right > 14


def test_generated_program_answers_as_the_host(cli, project, emulator):
    for row in cli("compare", project, "--cores", "host,cortex_m0plus,cortex_m4").json():
        assert row["equal"] == row["clips"] > 0, row


def test_one_step_and_csv(cli, squares, tmp_path):
    rows = [
        f"{p.relative_to(squares)},{p.parent.name},{'val' if p.stem > '20' else 'train'}"
        for p in squares.rglob("*.bmp")
    ]
    (squares / "few.csv").write_text("path,label,split\n" + "\n".join(rows) + "\n")
    cli("train", "images", "--data", squares / "few.csv", "--out", tmp_path / "one", *SMALL).json()
    assert cli("evaluate", tmp_path / "one").json()["split"] == "validation"


def test_mistakes_are_one_line(cli, project, squares, tmp_path):
    cli("init", tmp_path / "a", "--task", "image_classification", "--size", "0x9").fails("--size", "0x9")
    cli("init", tmp_path / "a", "--task", "image_classification", "--resize", "stretch").fails("stretch", "squash")
    cli("init", tmp_path / "a", "--task", "image_classification", "--rate", 5).fails("--rate", "images")
    cli("init", tmp_path / "a", "--task", "keyword_spotting", "--size", 32).fails("--size", "images", "audio")
    cli("export", project, "--to", "esp_idf", "--out", tmp_path / "x").fails("esp_idf", "arduino")
    cli("deploy", project, "--port", tmp_path / "no_port").fails("no_port")
    broken = write_squares(tmp_path / "broken", 3)
    (broken / "left" / "00.bmp").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    cli("train", "images", "--data", broken, "--out", tmp_path / "y", *SMALL).fails("00.bmp", "neither JPEG")
    (tmp_path / "empty" / "left").mkdir(parents=True)
    cli("train", "images", "--data", tmp_path / "empty", "--out", tmp_path / "y").fails("JPEG, PNG or BMP")
    cli("train", "images", "--data", squares, "--out", tmp_path / "y", "--backbone", tmp_path / "no.onnx").fails(
        "no.onnx"
    )


def test_python(tinyml, squares, emulator, tmp_path):
    classifier = tinyml.ImageClassifier(**PYTHON_SMALL).train(squares)
    assert classifier.labels == ["left", "right"]
    assert classifier.evaluate()["accuracy"] > 0.7
    picture = square(True, 999)
    from_array = classifier.predict(picture)
    assert from_array == classifier.predict(write_bmp(tmp_path / "one.bmp", picture))
    assert from_array.label in classifier.labels and abs(sum(from_array.scores.values()) - 1) < 0.02
    assert classifier.predict(picture[..., 0]).label in classifier.labels
    classifier.save(tmp_path / "shelf")
    loaded = tinyml.ImageClassifier.load(tmp_path / "shelf")
    assert loaded.predict(picture) == from_array
    assert loaded.evaluate()["accuracy"] == classifier.evaluate()["accuracy"]
    assert loaded.profile("nano33ble")["ram_bytes"] > 0
    classifier.compile(tmp_path / "cpp", "pico")
    assert (tmp_path / "cpp" / "pictures.h").exists()
    assert bytes(classifier.export_tflite_micro())[4:8] == b"TFL3"
    model = tinyml.Model.load(tmp_path / "shelf")
    assert model.size_kb > 1


def test_python_from_arrays(tinyml):
    pictures = [(square(bool(i % 2), i), "right" if i % 2 else "left") for i in range(40)]
    one = tinyml.ImageClassifier(**PYTHON_SMALL).train(pictures)
    same = tinyml.ImageClassifier(threads=1, **PYTHON_SMALL).train(pictures)
    assert bytes(one.export_tflite_micro()) == bytes(same.export_tflite_micro())


@pytest.mark.parametrize(
    ("picture", "named"),
    [
        (np.zeros((8, 8, 3)), "float64"),
        (np.zeros((8, 8, 2), np.uint8), "(8, 8, 2)"),
        (np.zeros((0, 8), np.uint8), "(0, 8)"),
        ([["a"]], "uint8"),
    ],
)
def test_python_mistakes(tinyml, squares, picture, named):
    classifier = tinyml.ImageClassifier(**PYTHON_SMALL)
    with pytest.raises(tinyml.Error, match="not trained"):
        classifier.predict(np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(tinyml.Error) as error:
        classifier.train([(picture, "a")])
    assert named in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(tinyml.Error, match="nearest: .*zoom"):
        tinyml.ImageClassifier(zooom=1)


def test_training_again_gives_the_same_bytes(cli, squares, tmp_path):
    for name in ("a", "b"):
        cli(
            "train", "images", "--data", squares, "--out", tmp_path / name, *SMALL, "--threads", 1 if name == "a" else 2
        )
    assert bytes_in(tmp_path / "a" / "model")["int8.tflite"] == bytes_in(tmp_path / "b" / "model")["int8.tflite"]
