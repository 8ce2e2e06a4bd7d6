# SPDX-License-Identifier: Apache-2.0
"""Activities, gestures, states of machines and rooms: classifiers of sensor readings."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from . import _arguments, _tinyml
from ._progress import hook
from ._project import Classifier, Prediction


@dataclass(frozen=True)
class Sensor:
    """A sensor: `channels` readings at a time, `rate_hz` times a second (0: the data's rate), in `unit`.

    range: the sensor's full scale in that unit, which becomes 32767 counts on the device; 0 takes twice the
    largest reading of the training data."""

    name: str
    channels: int = 1
    rate_hz: float = 0
    unit: str = ""
    range: float = 0


@dataclass(frozen=True)
class TimedPrediction:
    """What a stretch of a recording shows, in seconds from its begin."""

    begin_s: float
    end_s: float
    prediction: Prediction


def _sensors(sensors) -> list:
    try:
        listed = [sensors] if isinstance(sensors, (str, Sensor)) else list(sensors)
    except TypeError:
        raise _tinyml.Error(f"sensors are names or Sensor(...), not {sensors!r}") from None
    result = []
    for sensor in listed:
        if isinstance(sensor, Sensor):
            rate_hz, full_scale = (
                _arguments.number(f"{key} of sensor {sensor.name!r}", getattr(sensor, key))
                for key in ("rate_hz", "range")
            )
            result.append((sensor.name, sensor.channels, rate_hz, sensor.unit, full_scale))
        elif isinstance(sensor, str):
            result.append(sensor)
        else:
            raise _tinyml.Error(f"sensors are names or Sensor(...), not {sensor!r}")
    return result


def _readings(values, what: str = "readings") -> np.ndarray:
    """float32 (time, channels) from anything like it; one dimension is one channel."""
    array = _arguments.real(what, values)
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2:
        raise _tinyml.Error(f"{what} have the shape (time, channels), not {array.ndim} dimensions")
    return np.ascontiguousarray(array)


def _is_frame(data) -> bool:
    return hasattr(data, "to_csv") and hasattr(data, "columns")


def _recordings(data, labels) -> list:
    if labels is not None:
        listed = [str(label) for label in labels]
        arrays = list(data)
        if len(arrays) != len(listed):
            raise _tinyml.Error(f"{len(arrays)} recordings and {len(listed)} labels")
        data = list(zip(arrays, listed, strict=True))
    try:
        items = list(data)
    except TypeError:
        raise _tinyml.Error(
            f"data is a path, a frame, a list of (readings, label), or arrays and labels, not {type(data).__name__}"
        ) from None
    result = []
    for i, item in enumerate(items):
        if not isinstance(item, (tuple, list)) or len(item) not in (2, 3):
            raise _tinyml.Error(f"recording {i} is not (readings, label) or (readings, label, group)")
        group = str(item[2]) if len(item) == 3 else ""
        result.append((_readings(item[0], f"the readings of recording {i}"), str(item[1]), group))
    return result


def _prediction(labels: list[str], answer) -> Prediction:
    label, score, scores = answer
    return Prediction(label, score, dict(zip(labels, scores, strict=True)))


class SensorClassifier(Classifier):
    """Learns to tell stretches of sensor readings apart and becomes a program for a microcontroller.

    sensors: names ("accelerometer" has 3 channels, "temperature" 1, ...) or Sensor(...), in the order of the
    data's channels; none takes each channel as a sensor.

    Options: of the data rate_hz, window_s or window_samples, stride_samples, label_rule ("majority", "centre",
    "interval"), least_share, labels, split ("group", "time", "order") with test_fraction, validation_fraction,
    test_groups and validation_groups, columns, time_column, time_unit ("s", "ms", "us", "ns"), backward_clock
    ("error", "drop", "split"), row_rate_hz, label_column, default_label, group_column, run_columns, file_pattern,
    group_pattern, fuse, hmac_key; features ("raw",
    "flatten", "spectral", "wavelet") with frame_samples, hop_samples, filter, cutoff_hz, order, fft_size,
    overlap, log, wavelet, levels, headroom; of the net architecture, width, depth, dropout; of training epochs,
    batch, patience, copies, learning_rate, augment with jitter, scaling, shift, speed, warp, offset and
    rotation_degrees, refit, label_smoothing, mixup, balance_classes, seed; board, name; threads: 0 to 256; 0
    takes all logical CPUs.

    Every mistake raises tinyml.Error (a ValueError) with one line that names the argument or file.
    """

    _core_class = _tinyml.SensorClassifier
    _task = "sensor_classification"

    def __init__(self, sensors: Iterable[str | Sensor] = (), threads: int = 0, **options):
        self._core = _tinyml.SensorClassifier(
            self._task, _sensors(sensors), _arguments.integer("threads", threads), options
        )

    def _given(self, path: Callable, copy: Callable, recordings: Callable, data, labels):
        """Calls what takes data of this kind."""
        if isinstance(data, (str, PathLike)):
            return path(_arguments.path("data", data))
        if not _is_frame(data):
            return recordings(_recordings(data, labels))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "frame.csv"
            clock = data.index.dtype.kind == "M"
            data.to_csv(file, index=clock, index_label="timestamp" if clock else None)
            return copy(file)

    def train(self, data, labels=None, progress: Callable | None = None):
        """Trains, quantizes and evaluates.

        data: a folder of label folders, a labels.csv, a CSV, JSON or CBOR file; a data frame with a label
        column, whose index, where it has times, is the clock; a list of (readings, label) or (readings, label,
        group); or an array (recordings, time, channels) with `labels`, one a recording. readings: (time, channels),
        in physical units, at the classifier's rate.
        progress: called with (stage, done, total, seconds_left, detail); by default a bar on a terminal.
        """
        shown = hook(progress)
        core = self._core
        self._given(
            lambda path: core.train(path, shown),
            lambda path: core.train_copy(path, shown),
            lambda recordings: core.train_recordings(recordings, shown),
            data,
            labels,
        )
        return self

    def evaluate(self, data="", labels=None) -> dict:
        """Accuracy, per-class precision, recall and F1, and the confusion matrix of the int8 and the float net:
        on the test split of what it was trained on, or of the data set at a path; of a frame, a list or arrays
        with `labels`, as `train` takes them, on all of it."""
        if isinstance(data, str) and not data:
            return super().evaluate()
        return self._given(super().evaluate, self._core.evaluate_copy, self._core.evaluate_recordings, data, labels)

    def predict(self, readings) -> Prediction:
        """The answer of the int8 net to readings (time, channels) in physical units, byte for byte the device's
        for one window; the mean over a longer recording's windows."""
        return _prediction(self.labels, self._core.predict(_readings(readings)))

    def features(self, readings) -> np.ndarray:
        """What the net sees of readings (as predict takes them): float32, for each window the shape of its input.
        Some hundred of these are the representative examples that TinyMLOptimizer asks for."""
        values = np.array(self._core.features(_readings(readings)), dtype=np.float32)
        ((_, shape, _),) = _tinyml.model_inputs(self.export_tflite_micro("float32")._core)
        return values.reshape(-1, *shape[1:])

    def predict_stream(self, readings, smooth: int = 3) -> list[TimedPrediction]:
        """An answer a stride of a long recording, each the mean over the last `smooth` windows."""
        answers = self._core.predict_stream(_readings(readings), _arguments.integer("smooth", smooth))
        return [TimedPrediction(a, b, _prediction(self.labels, p)) for a, b, p in answers]


class GestureClassifier(SensorClassifier):
    """A SensorClassifier whose recordings are one gesture each: a recording, or a labelled interval of one, is
    stretched to window_samples (64), or padded with fit="pad"; predict takes one gesture of any length."""

    _task = "gesture"
