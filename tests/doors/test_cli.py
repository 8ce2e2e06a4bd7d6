# SPDX-License-Identifier: Apache-2.0
"""What the verbs print and write when all is well."""

import json
import shutil

import pytest
from conftest import TRAIN, bytes_in, tone, write_wav

PROFILE_KEYS = {
    "instructions",
    "cycles",
    "latency_ms",
    "ram_bytes",
    "flash_bytes",
    "stack_bytes",
    "layers",
    "source",
    "elf_sha256",
}


def test_train_and_evaluate(cli, own_project):
    evaluation = cli("evaluate", own_project).json()
    assert evaluation["split"] == "test" and evaluation["labels"] == ["high", "low"]
    for engine in ("float32", "int8"):
        counts = evaluation[engine]["confusion"]
        assert sum(map(sum, counts)) == evaluation["clips"] > 0
        right = sum(row[i] for i, row in enumerate(counts))
        assert evaluation[engine]["accuracy"] == pytest.approx(right / evaluation["clips"])
    assert {"tinyml.toml", "report.html", "model/int8.tflite"} <= set(bytes_in(own_project))


def test_quantize(cli, own_project, tmp_path):
    before = bytes_in(own_project)
    for calibration in ("min_max", "mse"):
        assert "int8" in cli("quantize", own_project, "--calibration", calibration).json()
        assert f'"{calibration}"' in (own_project / "tinyml.toml").read_text()
    assert bytes_in(own_project)["model/float32.tflite"] == before["model/float32.tflite"]


def test_init_and_train_keep_the_config(cli, tones, tmp_path):
    folder = tmp_path / "p"
    data = shutil.copytree(tones, folder / "clips")
    made = cli("init", folder, "--data", "clips", *TRAIN).json()
    config = folder / "tinyml.toml"
    assert made == {"project": str(folder), "config": str(config)}
    config.write_text("# my own words\n" + config.read_text())
    text = config.read_text()
    cli("train", folder).json()
    assert config.read_text() == text
    moved = folder.rename(tmp_path / "moved")
    assert cli("evaluate", moved).json()["clips"] > 0
    assert data.name == "clips"


def test_data(cli, own_tones, tmp_path):
    listed = cli("data", "list", own_tones).json()
    assert [row["label"] for row in listed] == ["high", "low"]
    assert all(row["train"] + row["validation"] + row["test"] == 3 for row in listed)
    keywords = cli("data", "list", own_tones, "--keywords", "low").json()
    assert [row["label"] for row in keywords] == ["low", "unknown", "silence"]

    write_wav(tmp_path / "new.wav", tone(500, 1), 8000)
    assert cli("data", "add", own_tones, tmp_path / "new.wav", "--label", "low").json() == {
        "added": 1,
        "label": "low",
    }
    assert (own_tones / "low" / "new.wav").exists()
    cli("data", "add", own_tones, tmp_path / "new.wav", "--label", "low").fails("new.wav")

    before = cli("data", "list", own_tones).json()
    assert cli("data", "split", own_tones).json() == before
    assert (own_tones / "labels.csv").read_text().startswith("path,label,word,speaker,split\n")
    assert cli("data", "list", own_tones).json() == before


def test_data_add_takes_no_name_twice(cli, own_tones, tmp_path):
    write_wav(tmp_path / "a" / "x.wav", tone(500, 1))
    write_wav(tmp_path / "b" / "x.wav", tone(600, 1))
    cli("data", "add", own_tones, tmp_path / "a/x.wav", tmp_path / "b/x.wav", "--label", "mid").fails("x.wav")
    assert not (own_tones / "mid").exists()


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="skipped: espeak-ng is missing")
def test_synth(cli, tmp_path):
    out = tmp_path / "speech"
    rows = cli("data", "synth", "--keywords", "yes, no", "--clips", 8, "--out", out).json()
    assert [row["label"] for row in rows] == ["yes", "no", "unknown", "silence"]
    before = bytes_in(out)
    cli("data", "synth", "--keywords", "yes,no", "--clips", 8, "--out", out).fails("speech")
    assert bytes_in(out) == before


def test_compile(cli, own_project, tmp_path):
    made = cli("compile", own_project, "--board", "nrf52840_dk", "--out", tmp_path / "c").json()
    assert made["arena_bytes"] > 0 and made["folder"] == str(tmp_path / "c")
    assert {f"{made['name']}.h", f"{made['name']}.cpp"} <= set(bytes_in(tmp_path / "c"))
    cli("compile", own_project / "model" / "int8.tflite", "--out", tmp_path / "d").json()


@pytest.mark.parametrize("to", ["arduino", "tflite", "c_array"])
def test_export(cli, own_project, tmp_path, to):
    written = cli("export", own_project, "--to", to, "--out", tmp_path / to).json()["written"]
    assert written and all(shutil.os.path.exists(path) for path in written)


def test_profile(cli, own_project, emulator):
    first = cli("profile", own_project, "--board", "arduino_nano33_ble")
    document = first.json()
    assert set(document) >= PROFILE_KEYS
    assert document["source"] == "measured"
    assert len(document["elf_sha256"]) == 64
    assert document["layers"] and all(layer["instructions"] > 0 for layer in document["layers"])
    assert sum(layer["instructions"] for layer in document["layers"]) <= document["instructions"]
    assert cli("profile", own_project, "--board", "nano33ble").out == first.out
    features = document["features"]
    assert features["source"] == "measured" and features["cycles_source"] == document["cycles_source"]
    net = cli("profile", own_project / "model" / "int8.tflite").json()
    assert set(net) >= PROFILE_KEYS and "features" not in net


@pytest.mark.parametrize(
    ("board", "source"),
    [
        ("raspberry_pi_pico", "modelled: Cortex-M0+ timing table"),
        ("arduino_nano33_ble", "modelled: Cortex-M4 timing table"),
        ("stm32f746", "modelled: 0.61 x the Cortex-M4 timing table"),
        (
            "esp32_devkit",
            "modelled: seven-stage Xtensa pipeline on lx106 code, soft float; an upper estimate for the LX6",
        ),
    ],
)
def test_profile_says_how_cycles_are_modelled(cli, own_project, emulator, board, source):
    assert cli("profile", own_project, "--board", board).json()["cycles_source"] == source


def test_profile_of_every_board(cli, own_project, emulator):
    """A board that cannot be emulated says so in one line."""
    for board in cli("boards").json():
        result = cli("profile", own_project, "--board", board["id"])
        if result.code != 0:
            result.fails()
            assert board["core"] not in ("cortex_m0plus", "cortex_m4", "cortex_m7", "xtensa_lx6"), board["id"]


def test_compare(cli, own_project, emulator):
    clips = cli("evaluate", own_project).json()["clips"]
    rows = cli("compare", own_project).json()
    assert [row["engine"].split()[-1] for row in rows] == ["host", "cortex_m0plus", "cortex_m4", "cortex_m7"]
    assert all(row["equal"] == row["clips"] == clips for row in rows), rows


def test_compare_on_the_esp32(cli, own_project, emulator):
    (row,) = cli("compare", own_project, "--cores", "xtensa_lx6").json()
    assert row["equal"] == row["clips"] > 0


def test_boards_and_doctor(cli):
    boards = cli("boards").json()
    assert {"arduino_nano33_ble", "raspberry_pi_pico", "stm32f746"} <= {board["id"] for board in boards}
    assert all(board["ram_bytes"] > 0 and board["clock_hz"] > 0 for board in boards)
    tools = {tool["tool"] for tool in cli("doctor").json()}
    assert {"arm-none-eabi-g++", "qemu-system-arm", "xtensa-lx106-elf-g++", "qemu-system-xtensa"} <= tools


def test_threads_train_the_same_bytes(cli, tones, tmp_path):
    models = []
    for threads in (1, 2):
        folder = tmp_path / str(threads)
        cli("train", "kws", "--data", tones, *TRAIN, "--threads", threads, "--out", folder).json()
        models.append(bytes_in(folder / "model"))
    for name in ("int8.tflite", "float32.tflite"):
        assert models[0][name] == models[1][name], name


def test_seeds_train_other_bytes(cli, tones, project, tmp_path):
    cli("train", "kws", "--data", tones, *TRAIN, "--seed", 2, "--out", tmp_path / "p").json()
    assert (tmp_path / "p/model/int8.tflite").read_bytes() != (project / "model/int8.tflite").read_bytes()


def test_wake_word_and_plain_text(cli, tones, tmp_path):
    options = ("--task", "wake_word", "--keywords", "low", "--epochs", 1, "--architecture", "hybrid_small")
    result = cli("train", "kws", "--data", tones, *options, "--out", tmp_path / "p", quiet=False)
    assert result.code == 0 and "low" in result.out and "report.html" in result.out
    with pytest.raises(json.JSONDecodeError):
        json.loads(result.out)
    assert cli("evaluate", tmp_path / "p").json()["labels"] == ["low", "unknown", "silence"]
