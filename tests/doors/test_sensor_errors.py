# SPDX-License-Identifier: Apache-2.0
"""Sensor data that nothing can be learned from: one line for every mistake, nothing half-written."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import bytes_in
from sensor_sets import (
    LABELS,
    SENSOR_TRAIN,
    SMALL,
    acquisition,
    acquisition_json,
    cbor,
    clock,
    csv_text,
    readings,
    recordings,
    write_folders,
)


def spoil(values, change):
    changed = values.copy()
    change(changed)
    return changed


def nan_at(values):
    values[7, 1] = np.nan


def infinity_at(values):
    values[7, 1] = np.inf


def spike_at(values):
    values[7, 1] = 1e30


def constant(values):
    values[:, 2] = 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (lambda: [(spoil(v, nan_at), n) for v, n in recordings()], "sample 7, channel .* not a finite"),
        (lambda: [(spoil(v, infinity_at), n) for v, n in recordings()], "sample 7, channel .* not a finite"),
        (lambda: [(spoil(v, constant), n) for v, n in recordings()], "always 1 .* leave it out"),
        (
            lambda: [(spoil(readings("rest", 9), spike_at), "rest"), *recordings()],
            r"a reading of 1e\+30, where 99.9 % .* remove it",
        ),
        (lambda: [(v[:20], n) for v, n in recordings()], "50 samples of a window: the longest has 20"),
        (lambda: [(v[:, :2], n) for v, n in recordings()], "2 channels .* the sensors have 3"),
        (lambda: [*recordings(), (readings("rest", 1)[:, :2], "rest")], "recording-24 has the channels"),
        (lambda: [(v, "one") for v, _ in recordings()], "one label"),
        (lambda: recordings(1), "left to evaluate on"),
        (list, "no samples"),
        (lambda: [(np.zeros((0, 3)), "rest")], "0 values"),
        (lambda: [readings("rest", 1)], r"recording 0 is not \(readings, label\)"),
        (lambda: 5, "not int"),
    ],
)
def test_bad_recordings(tinyml, data, message):
    made = tinyml.SensorClassifier(sensors=["accelerometer"], **SMALL)
    with pytest.raises(tinyml.Error, match=message) as caught:
        made.train(data())
    assert "\n" not in str(caught.value)
    with pytest.raises(tinyml.Error, match="not trained"):
        made.summary()


def backward(path):
    values, times = readings("rest", 1), clock(200, 1)
    times[100] = times[50]
    path.write_text(csv_text(values, times=times))


def text_of(text):
    return lambda path: path.write_text(text)


def bytes_of(content):
    return lambda path: path.write_bytes(content)


ROW = "1.0,2.0,3.0\n"
SPOILED = {
    "x.csv": {
        "NaN": (text_of("ax,ay,az\n" + ROW + "1,nan,3\n"), "line 3"),
        "infinite": (text_of("ax,ay,az\n" + ROW + "1,inf,3\n"), "line 3"),
        "decimal commas": (text_of("ax;ay;az\n1,5;2,5;3,5\n"), "decimal comma"),
        "missing field": (text_of("ax,ay,az\n" + ROW + "1,2\n"), "line 3"),
        "no rows": (text_of("ax,ay,az\n"), "no rows"),
        "empty": (text_of(""), "empty"),
        "backward clock": (backward, "clock runs backwards"),
    },
    "x.json": {
        "cut": (bytes_of(acquisition_json(readings("rest", 1))[:-50]), "JSON"),
        "nested": (text_of("[" * 100000), "nested"),
        "other": (text_of('{"a": 1}'), "data acquisition format"),
    },
    "x.cbor": {
        "cut": (bytes_of(cbor(acquisition(readings("rest", 1)))[:-50]), "CBOR"),
        "nested": (bytes_of(b"\x81" * 100000), "nested"),
        "huge list": (bytes_of(b"\x9b" + b"\xff" * 8), "items"),
        "huge text": (bytes_of(b"\x7b" + b"\xff" * 8), "CBOR"),
    },
}


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, cases in SPOILED.items() for case in cases], ids=lambda v: v
)
def test_spoiled_files(cli, sensor_project, tmp_path, name, case):
    spoiler, word = SPOILED[name][case]
    data = write_folders(tmp_path / "data", count=2)
    spoiler(data / "rest" / name)
    project = Path(shutil.copytree(sensor_project, tmp_path / "p"))
    before = bytes_in(project)
    cli("train", "sensors", "--data", data, *SENSOR_TRAIN, "--out", project).fails(f"rest/{name}", word)
    cli("evaluate", project, "--data", data).fails(f"rest/{name}", word)
    assert bytes_in(project) == before
    cli("train", "sensors", "--data", data, *SENSOR_TRAIN, "--out", tmp_path / "new").fails(name)
    assert not (tmp_path / "new").exists()


def test_backward_clocks_on_demand(tinyml, tmp_path):
    for label in LABELS:
        (tmp_path / label).mkdir()
        for i in range(4):
            times = clock(200, i)
            times[100:] -= 500
            (tmp_path / label / f"{i}.csv").write_text(csv_text(readings(label, i), times=times))
    options = {**SMALL, "time_unit": "ms", "sensors": ["accelerometer"]}
    for action in ("drop", "split"):
        tinyml.SensorClassifier(backward_clock=action, **options).train(tmp_path)
    with pytest.raises(tinyml.Error, match="nearest: .*drop"):
        tinyml.SensorClassifier(backward_clock="dropp", **options)


@pytest.mark.skipif(os.geteuid() == 0, reason="skipped: root writes everywhere")
def test_folder_that_cannot_be_written(cli, sensor_folders, tmp_path):
    (tmp_path / "p").mkdir(mode=0o500)
    cli("train", "sensors", "--data", sensor_folders, *SENSOR_TRAIN, "--out", tmp_path / "p").fails(tmp_path / "p")
