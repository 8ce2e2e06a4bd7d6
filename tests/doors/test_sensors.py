# SPDX-License-Identifier: Apache-2.0
"""Sensor classifiers through the command line and the Python package, from every kind of data."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import bytes_in
from sensor_sets import (
    AXES,
    LABELS,
    SENSOR_TRAIN,
    SMALL,
    acquisition,
    acquisition_json,
    cbor,
    clock,
    csv_text,
    long_recording,
    readings,
    recordings,
    write_folders,
)


@pytest.fixture(scope="session")
def classifier(tinyml):
    """A trained one; not to be changed."""
    return tinyml.SensorClassifier(sensors=["accelerometer"], **SMALL).train(recordings())


def test_every_verb(cli, sensor_project, tmp_path, emulator):
    project = Path(shutil.copytree(sensor_project, tmp_path / "p"))
    evaluation = cli("evaluate", project).json()
    assert evaluation["labels"] == list(LABELS) and evaluation["int8"]["accuracy"] > 0.8
    assert cli("quantize", project, "--calibration", "min_max").json()["split"] == "test"
    header = cli("compile", project, "--board", "pico", "--out", tmp_path / "src").json()["name"] + ".h"
    text = (tmp_path / "src" / header).read_text()
    assert "constexpr float unit[channels] = {" in text and "constexpr int32_t sample_rate_hz = 50;" in text
    profile = cli("profile", project, "--board", "nano33ble").json()
    assert profile["source"] == "measured" and profile["latency_ms"] > 0
    for engine in cli("compare", project, "--cores", "host,cortex_m0plus").json():
        assert engine["equal"] == engine["clips"] > 0
    cli("export", project, "--to", "arduino", "--out", tmp_path / "arduino").json()
    (stored,) = (tmp_path / "arduino").rglob("*_static_buffer.ino")
    assert "model::unit[channel]" in stored.read_text() and "accelerometer[2] (m/s2)" in stored.read_text()
    (live,) = (tmp_path / "arduino").rglob("*_motion.ino")
    assert "reading[i] *= 9.80665f;  // to m/s2" in live.read_text() and "@" not in live.read_text()
    assert (tmp_path / "arduino" / "tinyml_sensors.zip").exists()
    cli("export", project, "--to", "tflite", "--out", tmp_path / "tflite").json()
    cli("deploy", project, "--port", "/dev/ttyNONE").fails("/dev/ttyNONE")


def test_init_notes_every_setting(cli, sensor_folders, tmp_path):
    project = tmp_path / "p"
    made = cli("init", project, "--task", "sensor_classification", "--data", sensor_folders, *SENSOR_TRAIN).json()
    text = Path(made["config"]).read_text()
    assert 'name = "accelerometer"' in text and "# between windows; 0: half a window" in text
    assert cli("train", project).json()["clips"] > 0
    # What training saves is the same file again.
    assert Path(made["config"]).read_text() == text
    cli("init", project, "--task", "gesture").fails("tinyml.toml")
    cli("init", tmp_path / "g", "--task", "gesture").json()
    assert 'fit = "stretch"' in (tmp_path / "g" / "tinyml.toml").read_text()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--task", "gesture", "--keywords", "yes"), "--keywords"),
        (("--task", "keyword_spotting", "--window-s", 2), "--window-s"),
        (("--task", "gesture", "--sensors", "acelerometer"), "accelerometer"),
        (("--task", "gesture", "--window-samples", -1), "window_samples"),
        (("--task", "sensor_clasification"), "sensor_classification"),
    ],
)
def test_init_refuses(cli, tmp_path, options, named):
    cli("init", tmp_path / "p", *options).fails(named)
    assert not (tmp_path / "p").exists()


def test_folders_with_and_without_header_agree(cli, sensor_folders, sensor_project, tmp_path):
    bare = write_folders(tmp_path / "bare", header=False)
    cli("train", "sensors", "--data", bare, *SENSOR_TRAIN, "--out", tmp_path / "p").json()
    net = "model/int8.tflite"
    first, second = ((p / net).read_bytes() for p in (sensor_project, tmp_path / "p"))
    assert len(first) == len(second)
    assert cli("evaluate", tmp_path / "p").json() == cli("evaluate", sensor_project).json()


@pytest.mark.parametrize(("gap_at", "recordings_of"), [(0, 1), (300, 2)])
def test_clocks_with_jitter_and_gaps(tinyml, tmp_path, gap_at, recordings_of):
    for i in range(6):
        values, labels = long_recording(i)
        times = clock(len(values), i, gap_at=gap_at, gap_ms=5000)
        (tmp_path / f"s{i}.csv").write_text(csv_text(values, times=times, labels=labels))
    made = tinyml.SensorClassifier(sensors=["accelerometer"], time_unit="ms", **SMALL).train(tmp_path)
    evaluation = made.evaluate()
    # 599 samples a recording; windows of 50 every 25, none across the gap; one group of six is the test.
    assert evaluation["clips"] == {1: 22, 2: 21}[recordings_of]
    assert evaluation["accuracy"] > 0.7


def test_wrong_unit_of_the_clock(tinyml, tmp_path):
    for i in range(3):
        values, labels = long_recording(i)
        (tmp_path / f"{i}.csv").write_text(csv_text(values, times=clock(len(values), i), labels=labels))
    with pytest.raises(tinyml.Error, match=r"0\.05 Hz, far below the 50 Hz .*time_unit"):
        tinyml.SensorClassifier(time_unit="s", **SMALL).train(tmp_path)


@pytest.mark.parametrize("kind", ["json", "cbor"])
def test_acquisition_files(tinyml, classifier, tmp_path, kind):
    for label in LABELS:
        (tmp_path / label).mkdir()
        for i in range(8):
            values = readings(label, i)
            document = acquisition_json(values) if kind == "json" else cbor(acquisition(values))
            (tmp_path / label / f"{i}.{kind}").write_bytes(document)
    made = tinyml.SensorClassifier(sensors=["accelerometer"], **SMALL).train(tmp_path)
    assert made.labels == list(LABELS) and made.evaluate()["accuracy"] > 0.5


def test_signatures(cli, tinyml, tmp_path):
    for label in LABELS:
        (tmp_path / "d" / label).mkdir(parents=True)
        for i in range(8):
            (tmp_path / "d" / label / f"{i}.json").write_bytes(acquisition_json(readings(label, i), "right"))
    out = tmp_path / "p"
    train = ("train", "sensors", "--data", tmp_path / "d", *SENSOR_TRAIN, "--out", out)
    cli(*train, env={"TINYML_HMAC_KEY": "wrong"}).fails("rest/0.json", "signature")
    assert not out.exists()
    cli(*train, env={"TINYML_HMAC_KEY": "right"}).json()
    assert not any(b"right" in content.lower() for name, content in bytes_in(out).items() if name.endswith(".toml"))
    with pytest.raises(tinyml.Error, match="signature"):
        tinyml.SensorClassifier(hmac_key="wrong", **SMALL).train(tmp_path / "d")


def test_arrays_pairs_and_frames(tinyml, classifier, pandas):
    pairs = recordings()
    stacked, labels = np.stack([v for v, _ in pairs]), [label for _, label in pairs]
    same = tinyml.SensorClassifier(sensors=["accelerometer"], **SMALL).train(stacked, labels)
    assert bytes(same.export_tflite_micro()) == bytes(classifier.export_tflite_micro())
    lists = tinyml.SensorClassifier(sensors=["accelerometer"], **SMALL).train([(v.tolist(), n) for v, n in pairs])
    assert bytes(lists.export_tflite_micro()) == bytes(classifier.export_tflite_micro())
    assert classifier.evaluate(stacked, labels)["accuracy"] > 0.8
    assert classifier.evaluate(stacked, labels) == classifier.evaluate(pairs)
    values, names = long_recording(1, 30)
    table = pandas.DataFrame(values, columns=AXES).assign(label=names)
    made = tinyml.SensorClassifier(sensors=["accelerometer"], split="time", **SMALL).train(table)
    assert made.labels == list(LABELS)
    assert made.evaluate(table)["clips"] > made.evaluate()["clips"] > 0


def test_the_times_that_index_a_frame_are_its_clock(tinyml, pandas):
    values, names = long_recording(1, 30)
    table = pandas.DataFrame(values, columns=AXES).assign(label=names)
    table.index = pandas.date_range("2026-01-01", periods=len(table), freq="20ms", tz="UTC")
    made = tinyml.SensorClassifier(["accelerometer"], split="time", window_samples=50, epochs=1, copies=1).train(table)
    assert "at 50 Hz" in made.summary()


def test_sensors_at_different_rates_are_fused(tinyml, tmp_path):
    """An accelerometer at 50 Hz and a thermometer at 2 Hz, a file each; every folder is a recording."""
    for label, celsius in zip(LABELS, (20, 30, 40), strict=True):
        for i in range(6):
            folder = tmp_path / label / str(i)
            folder.mkdir(parents=True)
            times = clock(200, i)
            (folder / "accelerometer.csv").write_text(
                csv_text(readings(label, i), times=times).replace("timestamp", "time_ms")
            )
            slow = np.arange(0, 4000, 500.0)
            heat = celsius + np.random.default_rng(i).normal(0, 0.2, (len(slow), 1))
            text = csv_text(heat, columns=["celsius"], times=slow).replace("timestamp", "time_ms")
            (folder / "temperature.csv").write_text(text)
    made = tinyml.SensorClassifier(sensors=["accelerometer", "temperature"], fuse=True, **SMALL).train(tmp_path)
    assert made.evaluate()["accuracy"] > 0.8
    assert "4 channels" in made.summary()


def test_predict(tinyml, classifier, tmp_path):
    answer = classifier.predict(readings("shake", 99)[:50])
    assert answer.label == "shake" and sum(answer.scores.values()) == pytest.approx(1, abs=0.02)
    stream = classifier.predict_stream(readings("turn", 99), smooth=2)
    assert [(s.begin_s, s.end_s) for s in stream[:2]] == [(0, 1), (0.5, 1.5)]
    classifier.save(tmp_path / "p")
    again = tinyml.SensorClassifier.load(tmp_path / "p")
    assert again.predict(readings("turn", 99)) == classifier.predict(readings("turn", 99))
    for values, message in [
        (readings("rest", 1)[:49], "fewer than 50"),
        (np.full((50, 3), np.nan), "not all finite"),
        (np.zeros((75, 2)), "2 channels, the classifier 3"),
        (np.zeros((2, 50, 3)), "3 dimensions"),
        ([["a", "b", "c"]], "no array of numbers"),
    ]:
        with pytest.raises(tinyml.Error, match=message):
            classifier.predict(values)


def test_features_are_what_the_net_sees(tinyml, classifier):
    long = readings("shake", 7)
    features = classifier.features(long)
    assert features.dtype == np.float32 and len(features) == len(classifier.predict_stream(long))
    net = tinyml.Model.load(classifier)
    answers = [net.run([each[None]])[0].ravel() for each in features]
    scores = np.array(list(classifier.predict(long).scores.values()))
    assert np.mean(answers, axis=0) == pytest.approx(scores, abs=0.05)
    examples = np.concatenate([classifier.features(readings(label, seed)) for label in LABELS for seed in range(5)])
    quantized = tinyml.TinyMLOptimizer(threads=1).quantize(classifier, representative_dataset=examples)
    assert quantized.report["examples"] == len(examples) and quantized.report["sqnr_db"] > 15
    with pytest.raises(tinyml.Error, match="fewer than 50"):
        classifier.features(long[:49])


def test_gestures(tinyml):
    """Recordings of any length: stretched, or padded as a device can that fills its window."""
    pairs = [(readings(label, i, 60 + 7 * i), label) for i in range(10) for label in LABELS]
    for fit in ("stretch", "pad"):
        made = tinyml.GestureClassifier(sensors=["accelerometer"], window_samples=128, fit=fit, epochs=30).train(pairs)
        assert made.evaluate()["accuracy"] > 0.6
        assert made.predict(readings("shake", 50, 77)).label == "shake"
        assert "without a clock" in made.summary() and fit in made.summary()


def test_slow_rates_are_told(cli, tmp_path):
    """A reading a minute is 0.01667 Hz, in the summary, the header and the sketch."""
    rng = np.random.default_rng(1)
    rows = ["date,co2,label"]
    for minute in range(2000):
        busy = minute // 100 % 2
        day, rest = divmod(minute, 1440)
        rows.append(
            f"2024-01-{1 + day:02} {rest // 60:02}:{rest % 60:02}:00,{400 + 300 * busy + rng.normal():.2f},{busy}"
        )
    (tmp_path / "room.csv").write_text("\n".join(rows) + "\n")
    project = tmp_path / "p"
    train = ("train", "sensors", "--data", tmp_path / "room.csv", "--window-samples", 4, "--epochs", 5)
    shown = cli(*train, "--split", "time", "--out", project, quiet=False)
    assert "4 samples at 0.01667 Hz (one every 60 s)" in shown.out, shown.err
    cli("compile", project, "--out", tmp_path / "src").json()
    assert "sample_rate_hz = 0.01666" in (tmp_path / "src" / "sensors.h").read_text()
    cli("export", project, "--out", tmp_path / "arduino").json()
    (clip,) = (tmp_path / "arduino").glob("*/examples/*/clip.h")
    assert "at 0.0166667 Hz" in clip.read_text()
