# SPDX-License-Identifier: Apache-2.0
"""Mistakes in Python raise tinyml.Error, whose one line names the argument."""

import os

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
        ({"threads": -1}, "threads"),
    ],
    ids=str,
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
    for rate in (0, -1, 2**40):
        with pytest.raises(tinyml.Error, match="rate"):
            trained.predict(tone(400, 1), sample_rate=rate)


def test_export_arguments(tinyml, trained, tmp_path):
    for arguments, name in (
        ({"quantization": "int4"}, "int4"),
        ({"target": "nano"}, "nano"),
        ({"tflite_config": {"arena": 1}}, "arena"),
        ({"tflite_config": {"tensor_arena_size": -1}}, "tensor_arena_size"),
        ({"tflite_config": {"tensor_arena_size": "big"}}, "tensor_arena_size"),
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
        ([np.zeros(3, np.int8)], "1960"),
    ):
        with pytest.raises(tinyml.Error, match=name):
            model.run(inputs)


def test_unsaved_outputs_stay(tinyml, trained, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    with pytest.raises(tinyml.Error, match="blocked"):
        trained.save(blocked)
    with pytest.raises((tinyml.Error, OSError), match="blocked"):
        trained.export_tflite_micro().save(blocked / "net.tflite")
    assert blocked.read_text() == "a file"
