# SPDX-License-Identifier: Apache-2.0
"""The Python package, its seed snippet word for word."""

import os
import shutil
import signal
import threading

import numpy as np
import pytest
from conftest import PYTHON_TRAIN, bytes_in, machine, tone, tone_clips, write_wav


@pytest.fixture
def words(tmp_path):
    """Tones that stand for words."""
    for word, hz in {"yes": 300, "no": 600, "stop": 1200, "go": 2400, "other": 3600}.items():
        for i in range(4):
            write_wav(tmp_path / "words" / word / f"{i}.wav", tone(hz, i))
    return tmp_path / "words"


def test_snippet(tinyml, words):
    audio_dataset = words
    from tinyml import AudioClassifier

    classifier = AudioClassifier(model_type="keyword_spotting", keywords=["yes", "no", "stop", "go"], sample_rate=16000)
    classifier.train(audio_dataset)
    tflite_model = classifier.export_tflite_micro(quantization="int8", target="arduino_nano33")
    with pytest.raises(tinyml.Error, match="/dev/ttyACM0"):
        classifier.deploy_to_arduino(board="arduino:mbed_nano:nano33ble", port="/dev/ttyACM0")
    assert bytes(tflite_model)[4:8] == b"TFL3"
    assert classifier.labels == ["yes", "no", "stop", "go", "unknown", "silence"]


def test_data_sets(tinyml, words):
    def train(data):
        return tinyml.AudioClassifier(keywords=["yes", "no"], epochs=1, architecture="hybrid_small").train(data)

    (words / "labels.csv").write_text(
        "path,label,split\n"
        + "".join(
            f"{word}/{i}.wav,{word},{'test' if i == 3 else 'train'}\n"
            for word in ("yes", "no", "other")
            for i in range(4)
        )
    )
    from_csv = train(words / "labels.csv")
    assert from_csv.evaluate()["split"] == "test"
    by_label = {row["label"]: row["clips"] for row in from_csv.evaluate()["int8"]["classes"]}
    assert (by_label["yes"], by_label["no"], by_label["unknown"]) == (1, 1, 1)
    assert bytes(train(str(words)).export_tflite_micro()) == bytes(from_csv.export_tflite_micro())


def test_list_of_floats_and_ints_agree(tinyml):
    clips = tone_clips(4)
    ints = tinyml.AudioClassifier("sound_classification", **PYTHON_TRAIN).train(clips)
    floats = tinyml.AudioClassifier("sound_classification", **PYTHON_TRAIN).train(
        [((samples / 32768).astype(np.float32), label) for samples, label in clips]
    )
    assert bytes(ints.export_tflite_micro()) == bytes(floats.export_tflite_micro())


def test_evaluate_and_predict(trained):
    evaluation = trained.evaluate()
    assert evaluation["int8"]["labels"] == ["high", "low"] and evaluation["clips"] > 0
    assert 0 <= evaluation["accuracy"] <= 1
    samples = tone(2000, 5)
    answer = trained.predict(samples)
    assert answer.label in trained.labels and answer.score == max(answer.scores.values())
    assert sum(answer.scores.values()) == pytest.approx(1, abs=0.02)
    for same in (samples / 32768, (samples / 32768).astype(np.float32), np.stack([samples, samples], axis=1)):
        assert trained.predict(same) == answer
    for length in (1, 100, 16000 * 5):
        trained.predict(tone(2000, 5, length / 16000))
    assert trained.predict(samples[::2], sample_rate=8000).label in trained.labels


def test_save_and_load(tinyml, trained, tones, tmp_path):
    trained.save(tmp_path / "p")
    again = tinyml.AudioClassifier.load(tmp_path / "p")
    assert again.labels == trained.labels and again.sample_rate == 16000
    assert bytes(again.export_tflite_micro()) == bytes(trained.export_tflite_micro())
    assert again.predict(tone(400, 3)) == trained.predict(tone(400, 3))
    assert again.summary() == trained.summary() and "sound_classification" in again.summary()
    assert again.evaluate(tones)["clips"] > 0
    with pytest.raises(tinyml.Error, match="in memory"):
        again.evaluate()
    again.save(tmp_path / "p")
    assert tinyml.AudioClassifier.load(tmp_path / "p").summary() == trained.summary()


def test_command_line_reads_what_python_saved(cli, trained, tones, tmp_path):
    trained.save(tmp_path / "p")
    assert cli("evaluate", tmp_path / "p", "--data", tones).json()["labels"] == ["high", "low"]


def test_one_thread_loads_with_one(tinyml, tones):
    """Every file of the only thread is told, in order."""
    told = []

    def progress(stage, done, total, *_):
        if stage == "loading":
            told.append((done, total))

    tinyml.AudioClassifier("sound_classification", threads=1, **PYTHON_TRAIN).train(tones, progress=progress)
    assert told == [(i + 1, 24) for i in range(24)]


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="skipped: espeak-ng is missing")
def test_synthesize_speech(cli, tinyml, tmp_path):
    tinyml.synthesize_speech(["yes", "no"], tmp_path / "speech", clips=8)
    cli("data", "synth", "--keywords", "yes,no", "--clips", 8, "--out", tmp_path / "same").json()
    assert bytes_in(tmp_path / "speech") == bytes_in(tmp_path / "same")


def test_profile(trained, emulator):
    profile = trained.profile("arduino_nano33_ble")
    assert profile["source"] == "measured" and profile["latency_ms"] > 0 and profile["layers"]
    assert profile == trained.profile("nano33ble")


def test_export(tinyml, trained, tmp_path):
    model = trained.export_tflite_micro(
        target="arduino_nano33", tflite_config={"tensor_arena_size": 64 * 1024, "optimize_for_size": True}
    )
    model.save(tmp_path / "net.tflite")
    loaded = tinyml.Model.load(tmp_path / "net.tflite")
    assert bytes(loaded) == bytes(model) and model.size_kb == len(model) / 1024
    (output,) = loaded.run([np.zeros((1, 49, 40, 1), np.int8)])
    assert output.dtype == np.int8 and output.size == 2
    (output,) = trained.export_tflite_micro(quantization="float32").run([np.zeros((1, 49, 40, 1), np.float32)])
    assert output.dtype == np.float32 and output.sum() == pytest.approx(1, abs=1e-5)
    with pytest.raises(tinyml.Error, match=r"tensor_arena_size of 1024 bytes .* needs \d+") as caught:
        trained.export_tflite_micro(tflite_config={"tensor_arena_size": 1024})
    need = int(str(caught.value).split()[-1])
    assert trained.export_tflite_micro(tflite_config={"tensor_arena_size": need})
    with pytest.raises(tinyml.Error, match=str(need)):
        trained.export_tflite_micro(tflite_config={"tensor_arena_size": need - 1})
    for path in trained.export("arduino", tmp_path / "a"):
        assert os.path.exists(path)


def test_keyboard_interrupt(tinyml, tones, own_project):
    # A shell that starts the tests in the background leaves SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    before = bytes_in(own_project)
    classifier = tinyml.AudioClassifier("sound_classification", epochs=100000, architecture="hybrid_small")
    started = threading.Event()

    def progress(stage, *_):
        if stage == "training" and not started.is_set():
            started.set()
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        classifier.train(tones, progress=progress)
    assert started.is_set()
    with pytest.raises(tinyml.Error, match="not trained"):
        classifier.save(own_project)
    assert bytes_in(own_project) == before


def test_errors_of_the_progress_hook_come_through(tinyml, tones):
    class Stop(Exception):
        pass

    def progress(*_):
        raise Stop

    with pytest.raises(Stop):
        tinyml.AudioClassifier("sound_classification", epochs=3).train(tones, progress=progress)


@pytest.fixture
def classifiers(tinyml, trained):
    """What is trained, with the files that it compiles to."""
    detector = tinyml.AnomalyDetector(["accelerometer"], window_size=64).train(machine(2000, 1)[:, :3])
    sensors = tinyml.SensorClassifier(["accelerometer"], rate_hz=100, window_samples=50, epochs=2)
    sensors.train([(machine(300, seed, worn=seed % 2)[:, :3], "ab"[seed % 2]) for seed in range(12)])
    return {
        detector: ("anomaly.h", "anomaly.cpp", "anomaly_score.h"),
        sensors: ("sensors.h", "sensors.cpp"),
        trained: ("sounds.h", "sounds.cpp"),
    }


def test_compile_writes_the_whole_program(tinyml, tmp_path, classifiers):
    for made, files in classifiers.items():
        made.compile(tmp_path / files[0], board="pico", mode="size")
        assert set(files) <= {path.name for path in (tmp_path / files[0]).iterdir()}
        with pytest.raises(tinyml.Error, match="mode"):
            made.compile(tmp_path / "no", mode="tiny")
        assert not (tmp_path / "no").exists()
