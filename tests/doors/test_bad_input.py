# SPDX-License-Identifier: Apache-2.0
"""A mistake is one line that names the file or argument, exit code 2, and leaves earlier outputs alone."""

import os

import numpy as np
import pytest
from conftest import TRAIN, bytes_in, float_wav, tone, write_tones, write_wav
from sensor_sets import write_folders


def truncated(path):
    write_wav(path, tone(400, 1))
    path.write_bytes(path.read_bytes()[:-1000])


def without_samples(path):
    write_wav(path, np.zeros(0, np.int16))


def not_finite(value):
    samples = np.zeros(16000, np.float32)
    samples[123] = value
    return lambda path: path.write_bytes(float_wav(samples))


def rate_zero(path):
    write_wav(path, tone(400, 1))
    content = bytearray(path.read_bytes())
    content[24:32] = bytes(8)
    path.write_bytes(content)


SPOILED = {
    "truncated": truncated,
    "no samples": without_samples,
    "no bytes": lambda path: path.write_bytes(b""),
    "header alone": lambda path: path.write_bytes(b"RIFF\x24\0\0\0WAVE"),
    "text": lambda path: path.write_text("these are\nlines of text\n"),
    "NaN": not_finite(np.nan),
    "infinity": not_finite(np.inf),
    "rate of 0": rate_zero,
}


@pytest.fixture(params=SPOILED)
def spoiled(request, own_tones):
    SPOILED[request.param](own_tones / "low" / "spoiled.wav")
    return own_tones


def test_spoiled_recording(cli, spoiled, own_project):
    before = bytes_in(own_project)
    cli("train", "kws", "--data", spoiled, *TRAIN, "--out", own_project).fails("low/spoiled.wav")
    cli("evaluate", own_project, "--data", spoiled).fails("low/spoiled.wav")
    cli("data", "list", spoiled).fails("low/spoiled.wav")
    cli("data", "add", spoiled, spoiled / "low" / "spoiled.wav", "--label", "other").fails("low/spoiled.wav")
    assert bytes_in(own_project) == before
    assert not (spoiled / "other").exists()


def test_spoiled_recording_in_python(tinyml, spoiled, own_project):
    before = bytes_in(own_project)
    classifier = tinyml.AudioClassifier("sound_classification", epochs=1)
    for work in (
        lambda: classifier.train(spoiled),
        lambda: tinyml.AudioClassifier.load(own_project).evaluate(spoiled),
    ):
        with pytest.raises(tinyml.Error, match="low/spoiled.wav") as caught:
            work()
        assert "\n" not in str(caught.value)
    assert bytes_in(own_project) == before


@pytest.mark.parametrize("content", [b"", b"TFL3", b"text\n", bytes(4096)], ids=["empty", "short", "text", "zeros"])
def test_spoiled_model(cli, tmp_path, content):
    path = tmp_path / "net.tflite"
    path.write_bytes(content)
    cli("profile", path).fails("net.tflite")
    cli("compile", path, "--out", tmp_path / "out").fails("net.tflite")
    assert not (tmp_path / "out").exists()


def test_spoiled_model_in_python(tinyml, tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(b"")
    with pytest.raises(tinyml.Error, match="net.tflite"):
        tinyml.Model.load(path)


@pytest.mark.parametrize("name", ["model/int8.tflite", "model/float32.tflite", "model/training.json"])
@pytest.mark.parametrize("content", [b"", b"[1, 2"], ids=["empty", "broken"])
def test_spoiled_project(cli, own_project, name, content):
    (own_project / name).write_bytes(content)
    cli("evaluate", own_project).fails(name)


def test_data_verbs_of_sensor_files(cli, own_tones, tmp_path):
    folder = write_folders(tmp_path / "moves", count=2)
    recording = next(folder.glob("*/*.csv"))
    for verb in ("list", "split"):
        cli("data", verb, folder).fails("tinyml train sensors --data", folder.name)
    cli("data", "add", folder, recording, "--label", "other").fails(recording.name, "label's folder")
    assert not (folder / "other").exists()
    (own_tones / "notes.csv").write_text("who\nme\n")
    assert cli("data", "list", own_tones).json()


def test_missing_pieces(cli, own_project, own_tones, tmp_path):
    cli("evaluate", tmp_path / "nowhere").fails("nowhere")
    cli("profile", tmp_path / "nowhere.tflite").fails("nowhere.tflite")
    cli("data", "list", tmp_path / "nowhere").fails("nowhere")
    cli("train", "kws", "--data", tmp_path / "nowhere", *TRAIN, "--out", own_project).fails("nowhere")
    cli("data", "add", own_tones, tmp_path / "nowhere.wav", "--label", "low").fails("nowhere.wav")
    for name in ("model/float32.tflite", "model/training.json"):
        (own_project / name).rename(tmp_path / "away")
        cli("evaluate", own_project).fails(name)
        (tmp_path / "away").rename(own_project / name)


def test_one_class(cli, tmp_path, own_project):
    before = bytes_in(own_project)
    for i in range(3):
        write_wav(tmp_path / "one" / "hum" / f"{i}.wav", tone(400, i))
    cli("train", "kws", "--data", tmp_path / "one", *TRAIN, "--out", own_project).fails("one class only", "hum")
    assert bytes_in(own_project) == before


def test_one_clip(cli, own_tones, own_project):
    before = bytes_in(own_project)
    write_wav(own_tones / "lonely" / "a.wav", tone(900, 1))
    cli("train", "kws", "--data", own_tones, *TRAIN, "--out", own_project).fails('"lonely"', "one clip")
    assert bytes_in(own_project) == before


def test_keyword_without_clips(cli, own_tones, own_project):
    before = bytes_in(own_project)
    error = cli("train", "kws", "--data", own_tones, "--keywords", "low,shout", "--out", own_project).fails('"shout"')
    assert "high, low" in error
    cli("data", "list", own_tones, "--keywords", "low,shout").fails('"shout"')
    assert bytes_in(own_project) == before


@pytest.mark.parametrize(
    "options, name",
    [
        (["--sample-rate", 0], "sample_rate"),
        (["--sample-rate", -8000], "sample_rate"),
        (["--sample-rate", "fast"], "--sample-rate"),
        (["--sample-rate", 20], "hop_ms"),
        (["--window-ms", 0], "window_ms"),
        (["--window-ms", 10], "window_ms"),
        (["--epochs", 0], "epochs"),
        (["--epochs", -1], "epochs"),
        (["--epochs", "many"], "--epochs"),
        (["--epochs", 99999999999], "--epochs"),
        (["--seed", -1], "seed"),
        (["--seed", 2**64 - 1], "seed"),
        (["--threads", -1], "threads"),
        (["--threads", 257], "threads is within 0 (all CPUs) and 256, not 257"),
        (["--threads", "all"], "--threads"),
        (["--features", "mel"], "mel"),
        (["--architecture", "hybrit"], "hybrid"),
        (["--board", "arduino_nano"], "arduino_nano33_ble"),
        (["--task", "speech"], "speech"),
        (["--task", "wake_word"], "wake_word"),
        (["--keywords", "low,low"], '"low"'),
        (["--keywords", "low,unknown", "--task", "keyword_spotting"], '"unknown"'),
        (["--wrong", "1"], "--wrong"),
        (["extra"], "extra"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_options(cli, tones, own_project, tmp_path, options, name):
    before = bytes_in(own_project)
    task = () if "--task" in options else TRAIN[:2]
    cli("train", "kws", "--data", tones, *task, "--out", own_project, *options).fails(name)
    assert bytes_in(own_project) == before
    cli("init", tmp_path / "new", *task, *options).fails(name)
    assert not (tmp_path / "new").exists()


def test_verbs_and_their_arguments(cli, own_project, tones, tmp_path):
    cli("trian").fails("trian")
    cli("data", "lst", tones).fails("lst")
    cli("train").fails("project")
    cli("train", "kws", "--out", tmp_path / "p").fails("--data")
    cli("train", "kws", "--data", tones).fails("--out")
    cli("train", own_project, "--epochs", 3).fails("--epochs", "tinyml.toml")
    cli("profile", own_project, "--board", "nano").fails('"nano"', "nano33ble")
    cli("profile", own_project, "--mode", "fast").fails('"fast"')
    cli("compile", own_project).fails("--out")
    cli("export", own_project, "--to", "ardino", "--out", tmp_path / "o").fails('"ardino"', "arduino")
    cli("quantize", own_project, "--calibration", "best").fails('"best"')
    cli("deploy", own_project, "--port", "/dev/ttyNONE").fails("/dev/ttyNONE")
    cli("data", "synth", "--keywords", "yes", "--clips", 0, "--out", tmp_path / "s").fails("0")
    cli("data", "add", tones, tones / "low" / "00.wav", "--label", "../up").fails("../up")
    assert not list(tmp_path.glob("[ops]"))


@pytest.mark.parametrize("clips", [100000, 2**31 - 1])
def test_too_many_synthetic_clips(cli, tmp_path, clips):
    cli("data", "synth", "--keywords", "yes,no", "--clips", clips, "--out", tmp_path / "s").fails(
        str(clips), "at most 100000"
    )
    assert not (tmp_path / "s").exists()


def test_board_that_is_not_emulated(cli, own_project):
    cli("profile", own_project, "--board", "esp32c3").fails(
        "esp32c3 cannot be profiled", "arduino_nano33_ble", "esp32_devkit", "raspberry_pi_pico"
    )


def test_no_verb(cli):
    cli(quiet=False).fails("--help")


def test_unreadable_labels_csv(cli, own_tones, own_project):
    before = bytes_in(own_project)
    csv = own_tones / "labels.csv"
    for text, names in {
        "path,label\nlow/00.wav,low\nlow/gone.wav,low\n": ["labels.csv line 3", "low/gone.wav"],
        "path,label\nlow/00.wav\n": ["labels.csv line 2"],
        "name,label\nlow/00.wav,low\n": ["labels.csv", '"path"'],
        "path,label,split\nlow/00.wav,low,holdout\n": ["labels.csv line 2", "holdout"],
        'path,label\n"low/00.wav,low\n': ["labels.csv line 2"],
        "": ["labels.csv"],
    }.items():
        csv.write_text(text)
        cli("train", "kws", "--data", own_tones, *TRAIN, "--out", own_project).fails(*names)
        cli("train", "kws", "--data", csv, *TRAIN, "--out", own_project).fails(*names)
    assert bytes_in(own_project) == before


def test_malformed_config(cli, tmp_path):
    folder = tmp_path / "p"
    cli("init", folder, "--data", "x").json()
    good = (folder / "tinyml.toml").read_text()
    line = 1 + good.splitlines().index("epochs = 200")
    for bad, names in {
        good.replace("epochs = 200", "epochs = "): [f"line {line}"],
        good.replace("epochs = 200", 'epochs = "many"'): [f"line {line}", "epochs"],
        good.replace("epochs = 200", "epochs = 200.5"): [f"line {line}", "epochs"],
        good.replace("epochs = 200", "epoch = 80"): [f"line {line}", "epoch", "epochs"],
        good.replace("epochs = 200", "epochs = -200"): ["epochs"],
        good.replace("[training]", "[trainign]"): [f"line {line - 1}", "trainign", "training"],
        good.replace('board = "', 'board = "my'): ["myarduino_nano33_ble", "arduino_nano33_ble"],
        good.replace("low_hz = 80", "low_hz = 9000"): ["low_hz"],
        "text of\nno kind": ["line 1"],
        "\xff\xfe": ["line 1"],
        good.replace("sample_rate_hz = 16000", "sample_rate_hz = 0"): ["sample_rate_hz"],
    }.items():
        assert bad != good
        (folder / "tinyml.toml").write_text(bad, encoding="latin-1")
        cli("train", folder).fails("p/tinyml.toml", *names)
        cli("profile", folder).fails("p/tinyml.toml", *names)


def test_untrained(cli, tmp_path):
    folder = tmp_path / "p"
    cli("init", folder, "--data", "x").json()
    for verb in (["evaluate"], ["quantize"], ["profile"], ["compile", "--out", tmp_path / "o"]):
        cli(verb[0], folder, *verb[1:]).fails("p is not trained yet", "tinyml train")
    cli("export", folder, "--out", tmp_path / "o").fails("p is not trained yet")
    cli("deploy", folder, "--port", "/dev/ttyNONE").fails("p is not trained yet")
    assert not (tmp_path / "o").exists()


def test_init_keeps_a_project(cli, own_project):
    before = bytes_in(own_project)
    cli("init", own_project).fails("tinyml.toml", "already")
    assert bytes_in(own_project) == before


def test_outputs_that_are_files(cli, tones, own_project, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    cli("init", blocked).fails("blocked")
    cli("train", "kws", "--data", tones, *TRAIN, "--out", blocked).fails("blocked")
    cli("export", own_project, "--out", blocked).fails("blocked")
    cli("compile", own_project, "--out", blocked).fails("blocked")
    assert blocked.read_text() == "a file"


@pytest.mark.parametrize("name", [b"\xff\xfe", "été".encode(), b"a\nb", b'quo"te', b"com,ma"])
def test_odd_label_names(cli, tones, tmp_path, name):
    """A label that cannot be stored is an error; every other one works from data to profile."""
    data = write_tones(tmp_path / "data", clips=3)
    os.rename(os.fsencode(data / "low"), os.fsencode(data) + b"/" + name)
    trained = cli("train", "kws", "--data", data, *TRAIN, "--out", tmp_path / "p")
    if trained.code != 0:
        assert name in (b"\xff\xfe", b"a\nb")
        trained.fails("data")
        assert not (tmp_path / "p").exists()
        return
    assert os.fsdecode(name) in trained.json()["labels"]
    cli("evaluate", tmp_path / "p").json()
    cli("export", tmp_path / "p", "--out", tmp_path / "e").json()
