# SPDX-License-Identifier: Apache-2.0
"""Mistakes in Python raise tinyml.Error, whose one line names the argument."""

import os
import resource
import signal
import warnings

import numpy as np
import pytest
from conftest import tone, tone_clips


def test_errors_are_value_errors(tinyml):
    assert issubclass(tinyml.Error, ValueError)


@pytest.mark.parametrize(
    "arguments, name",
    [
        ({"model_type": "speech"}, "speech"),
        ({"sample_rate": 0}, "sample_rate"),
        ({"sample_rate": -1}, "sample_rate"),
        ({"sample_rate": 2**40}, "sample_rate"),
        ({"sample_rate": "fast"}, "sample_rate"),
        ({"epochs": "many"}, "epochs"),
        ({"epochs": 0}, "epochs"),
        ({"epoch": 3}, "epochs"),
        ({"features": "mel"}, "mel"),
        ({"architecture": "hybrit"}, "hybrid"),
        ({"board": "nano"}, "nano"),
        ({"seed": -1}, "seed"),
        ({"model_type": "wake_word"}, "wake_word"),
        ({"keywords": ["a", "a"]}, '"a"'),
        ({"keywords": [1, 2]}, "keywords"),
        ({"keywords": None}, "keywords"),
        ({"keywords": 5}, "keywords"),
        ({"keywords": ["\ud800"]}, "keywords"),
        ({"model_type": None}, "model_type"),
        ({"model_type": "\udcff"}, "model_type"),
        ({"architecture": None}, "architecture"),
        ({"name": "\ud800"}, "name"),
        ({"\ud800": 1}, "option"),
        ({"threads": -1}, "threads"),
        ({"threads": 257}, "threads.*256"),
        ({"threads": 1.5}, "threads"),
        ({"threads": None}, "threads"),
    ],
    ids=ascii,
)
def test_arguments(tinyml, arguments, name):
    with pytest.raises(tinyml.Error, match=name) as caught:
        tinyml.AudioClassifier(**arguments)
    assert "\n" not in str(caught.value)


def test_keyword_as_text(tinyml):
    """A string is not a list of letters."""
    tinyml.AudioClassifier("wake_word", keywords="computer")


def test_untrained(tinyml, tmp_path):
    classifier = tinyml.AudioClassifier(keywords=["yes", "no"])
    for work in (
        lambda: classifier.predict(tone(400, 1)),
        classifier.evaluate,
        classifier.export_tflite_micro,
        classifier.profile,
        classifier.summary,
        lambda: classifier.save(tmp_path / "p"),
        lambda: classifier.labels,
        lambda: classifier.deploy_to_arduino("arduino:mbed_nano:nano33ble", "/dev/ttyNONE"),
    ):
        with pytest.raises(tinyml.Error, match="not trained"):
            work()
    assert not (tmp_path / "p").exists()


def nan_clip():
    samples = np.zeros(16000)
    samples[7] = np.nan
    return samples


@pytest.mark.parametrize(
    "clips, name",
    [
        ([], "no clips"),
        ([(nan_clip(), "low")], "clip 0.*sample 7"),
        ([(tone(400, 1), "low"), (np.zeros(0, np.int16), "low")], "clip 1"),
        ([(tone(400, 1), "low"), (tone(400, 2), "low")], "one class"),
        ([(tone(400, 1), "low"), (tone(400, 2), "low"), (tone(900, 2), "high")], '"high".*one clip'),
        ([(tone(400, 1), "")], "clip 0"),
        ([tone(400, 1)], "clip 0"),
        ([(["a", "b"], "low")], "clip 0"),
        ([(tone(400, 1).astype(np.int64), "low")], "clip 0.*int64"),
        ([(np.zeros((2, 2, 2)), "low")], "clip 0"),
        ([(tone(400, 1), None)], "clip 0.*label"),
        ([(tone(400, 1), "\ud800")], "clip 0.*label"),
        ([(np.zeros((2, 16000), np.int16), "low")], r"clip 0.*\(samples, channels\)"),
        ([(tone(400, 1).astype(np.float32), "low")], r"clip 0.*\[-1, 1\]"),
        (7, "audio_dataset"),
        (None, "audio_dataset"),
    ],
    ids=[
        "none",
        "NaN",
        "no samples",
        "one class",
        "one clip",
        "no label",
        "no pair",
        "text",
        "int64",
        "3-D",
        "label None",
        "label of no Unicode",
        "channels first",
        "loud",
        "7",
        "None",
    ],
)
def test_lists_of_clips(tinyml, clips, name):
    classifier = tinyml.AudioClassifier("sound_classification", epochs=1)
    with pytest.raises(tinyml.Error, match=name) as caught:
        classifier.train(clips)
    assert "\n" not in str(caught.value)


def test_paths_need_no_utf8(tinyml, tmp_path):
    with pytest.raises(tinyml.Error, match="gone"):
        tinyml.AudioClassifier().train(tmp_path / os.fsdecode(b"\xffgone"))


def test_keyword_without_clips(tinyml):
    with pytest.raises(tinyml.Error, match='"shout"'):
        tinyml.AudioClassifier(keywords=["low", "shout"], epochs=1).train(tone_clips(3))


def test_predict_arguments(tinyml, trained):
    with pytest.raises(tinyml.Error, match="sample 7"):
        trained.predict(nan_clip())
    with pytest.raises(tinyml.Error, match="no samples"):
        trained.predict(np.zeros(0, np.int16))
    for samples, name in (
        (np.zeros((2, 16000), np.int16), r"channels.*\(2, 16000\)"),
        (np.zeros((2, 16000)), r"channels.*\(2, 16000\)"),
        (np.zeros((16000, 65), np.int16), "up to 64 channels"),
        (np.zeros((16000, 0), np.int16), "channels"),
        (np.zeros((16000, 0)), "channels"),
        (np.zeros((0, 2)), "no samples"),
        (np.float32(1), "shape"),
        (tone(400, 1).astype(np.float64), r"\[-1, 1\]"),
        (np.full(16000, 1e300), r"\[-1, 1\]"),
        (np.full(16000, np.inf), "sample 0"),
        (np.zeros((16000, 2), np.int64), "int64"),
        (np.zeros((16000, 2), object), "object"),
        ([[1, 2], [3]], "array"),
        ("yes.wav", "samples"),
        (None, "samples"),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(tinyml.Error, match=name):
                trained.predict(samples)
    for rate in (0, -1, 2**40, 8000.5, "fast"):
        with pytest.raises(tinyml.Error, match="rate"):
            trained.predict(tone(400, 1), sample_rate=rate)


def test_export_arguments(tinyml, trained, tmp_path):
    for arguments, name in (
        ({"quantization": "int4"}, "int4"),
        ({"target": "nano"}, "nano"),
        ({"tflite_config": {"arena": 1}}, "arena"),
        ({"tflite_config": {"tensor_arena_size": -1}}, "tensor_arena_size"),
        ({"tflite_config": {"tensor_arena_size": "big"}}, "tensor_arena_size"),
        ({"tflite_config": {"optimize_for_size": "no"}}, "optimize_for_size"),
        ({"tflite_config": {5: 1}}, "tflite_config.*5"),
        ({"tflite_config": 5}, "tflite_config"),
        ({"quantization": None}, "quantization"),
        ({"target": None}, "target"),
    ):
        with pytest.raises(tinyml.Error, match=name):
            trained.export_tflite_micro(**arguments)
    with pytest.raises(tinyml.Error, match="ardino"):
        trained.export("ardino", tmp_path / "a")
    with pytest.raises(tinyml.Error, match="fast"):
        trained.profile(mode="fast")
    with pytest.raises(tinyml.Error, match="nowhere"):
        tinyml.AudioClassifier.load(tmp_path / "nowhere")


def test_model_run_arguments(tinyml, trained):
    model = trained.export_tflite_micro()
    for inputs, name in (
        ([], "inputs"),
        ([np.zeros((1, 49, 40, 1), np.float32)], "int8"),
        ([np.zeros(3, np.int8)], "1x49x40x1, not int8 3"),
        ([np.zeros((1, 40, 49, 1), np.int8)], "1x49x40x1, not int8 1x40x49x1"),
        ([np.zeros(1960, np.int8)], "1960"),
        ([[[1, 2], [3]]], "inputs"),
        ([None], "int8"),
        (5, "inputs"),
        (None, "inputs"),
    ):
        with pytest.raises(tinyml.Error, match=name):
            model.run(inputs)


@pytest.mark.parametrize("bad", [None, 5, "", "a\0b", "\ud800"], ids=ascii)
def test_paths(tinyml, trained, bad):
    model = trained.export_tflite_micro()
    for work in (
        lambda: tinyml.AudioClassifier.load(bad),
        lambda: tinyml.Model.load(bad),
        lambda: trained.save(bad),
        lambda: trained.export("arduino", bad),
        lambda: trained.deploy_to_arduino("arduino:mbed_nano:nano33ble", bad),
        lambda: model.save(bad),
        lambda: model.compile(bad),
        lambda: trained.evaluate(bad) if bad != "" else trained.save(bad),
        lambda: tinyml.AudioClassifier().train(bad),
        lambda: tinyml.synthesize_speech(["yes"], bad),
    ):
        with pytest.raises(tinyml.Error, match="path|empty|audio_dataset"):
            work()


@pytest.mark.parametrize("bad", [None, 5, "\ud800"], ids=ascii)
def test_texts(tinyml, trained, tmp_path, bad):
    model = trained.export_tflite_micro()
    for name, work in (
        ("board", lambda: trained.profile(bad)),
        ("mode", lambda: trained.profile(mode=bad)),
        ("to", lambda: trained.export(bad, tmp_path)),
        ("board", lambda: trained.deploy_to_arduino(bad, "/dev/ttyNONE")),
        ("board", lambda: model.profile(bad)),
        ("mode", lambda: model.compile(tmp_path / "c", mode=bad)),
    ):
        with pytest.raises(tinyml.Error, match=f"^{name} is "):
            work()
    assert not list(tmp_path.iterdir())


def test_other_mistakes(tinyml, trained, tmp_path):
    for work, name in (
        (lambda: tinyml.AudioClassifier().train([], progress=5), "progress"),
        (lambda: tinyml.Model("net.tflite"), "Model.load"),
        (lambda: tinyml.AudioClassifier.load(tmp_path, threads=257), "threads|tinyml.toml"),
        (lambda: tinyml.Model.load("a" * 5000), "aaaa"),
        (lambda: tinyml.synthesize_speech(["yes"], tmp_path / "s", clips=10**6), "at most 100000"),
        (lambda: tinyml.synthesize_speech(None, tmp_path / "s"), "keywords"),
    ):
        with pytest.raises(tinyml.Error, match=name):
            work()


def test_threads_of_a_loaded_project(tinyml, own_project):
    with pytest.raises(tinyml.Error, match="threads is within 0 .* and 256, not 257"):
        tinyml.AudioClassifier.load(own_project, threads=257)


def test_a_failed_save_keeps_the_earlier_model(tinyml, trained, tmp_path):
    """Writing beyond the limit fails as on a full disk."""
    model = trained.export_tflite_micro()
    (tmp_path / "net.tflite").write_bytes(b"earlier")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(tinyml.Error, match="net.tflite"):
            model.save(tmp_path / "net.tflite")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert (tmp_path / "net.tflite").read_bytes() == b"earlier"
    assert len(list(tmp_path.iterdir())) == 1


def test_unsaved_outputs_stay(tinyml, trained, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    with pytest.raises(tinyml.Error, match="blocked"):
        trained.save(blocked)
    with pytest.raises(tinyml.Error, match="blocked"):
        trained.export_tflite_micro().save(blocked / "net.tflite")
    assert blocked.read_text() == "a file"
