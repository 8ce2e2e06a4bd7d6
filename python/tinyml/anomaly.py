# SPDX-License-Identifier: Apache-2.0
"""Detectors of what is unlike normal sensor data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike

import numpy as np

from . import _arguments, _tinyml
from ._progress import hook
from ._project import Project
from .model import Model
from .sensors import Sensor, _sensors


@dataclass(frozen=True)
class AnomalyScore:
    """One window's answer. `score` is in [0, 1]: 0.1 is the median of held-out normal data, 0.5 its 99th
    percentile. `smoothed` is the mean of the newest `smoothing` scores; it is `anomalous` from the threshold
    on. `answer` is the net's int8.

    Why: `sensors` maps each sensor to its share of the answer. When: `times` has, for method "lstm", the share
    of each step of the window from its second sample on; else, a spectrum being of the window as a whole, the
    share that each of the newest `smoothing` windows has of `smoothed`, oldest first."""

    recording: int
    begin: int
    answer: int
    score: float
    smoothed: float
    anomalous: bool
    sensors: dict[str, float]
    times: list[float]


class LevelAlarm:
    """An alarm for readings that sink and stay low, the chip's own (tinyml/device/app/level_alarm.h): on while
    their exponentially weighted mean m += weight (reading - m) is below a limit.

    weight: in 1/65536, 0 to 65536. limit: in 1/4096 of a count (2^-FRACTION_BITS). Integer only: the same on every
    machine."""

    FRACTION_BITS = _tinyml.LevelAlarm.FRACTION_BITS

    def __init__(self, weight: int, limit: int):
        self._core = _tinyml.LevelAlarm(
            _arguments.integer("weight", weight, 0, 65536), _arguments.integer("limit", limit)
        )

    def add(self, reading: int) -> bool:
        """Takes a reading (int16); the first begins the mean. Whether the mean is below the limit."""
        return self._core.add(_arguments.integer("reading", reading, -32768, 32767))

    @property
    def mean(self) -> int:
        """In 1/4096 of a count."""
        return self._core.mean()


def _tables(name: str, data) -> list[np.ndarray]:
    """[time, channels] tables from an array, a data frame or a list of these."""
    if isinstance(data, (list, tuple)) and not data:
        raise _tinyml.Error(f"{name} is empty")
    if isinstance(data, (list, tuple)) and not np.isscalar(data[0]) and np.ndim(data[0]) >= 2:
        return [table for part in data for table in _tables(name, part)]
    array = _arguments.real(name, data)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3:
        raise _tinyml.Error(f"{name} has {array.ndim} dimensions: give (time, channels) or (windows, time, channels)")
    return [np.ascontiguousarray(table) for table in array]


def _path_or_tables(name: str, data) -> str | list[np.ndarray]:
    return _arguments.path(name, data) if isinstance(data, (str, PathLike)) else _tables(name, data)


class AnomalyDetector(Project):
    """Learns what normal sensor data looks like and becomes a program for a microcontroller.

    sensors: names ("accelerometer" and "gyroscope" have 3 channels, "temperature" 1, ...) or Sensor(name,
    channels, rate_hz, unit), in the order of the data's channels. window_size: samples of a channel that one
    score sees. threshold: a smoothed score of at least this is an anomaly.

    Options: context (names of columns behind the sensors', for instance ["speed"], that the score is
    conditioned on), method ("auto", "mahalanobis", "kmeans", "gmm", "autoencoder", "lstm"), hop, smoothing,
    rate_hz, training_stride, held_out, fft_size, clusters, shrinkage, width, depth, bottleneck, epochs, seed,
    board, name; of files columns, run_columns, time_column, time_unit ("s", "ms", "us", "ns"), backward_clock
    ("error", "drop", "split"), row_rate_hz, label_column, group_column, file_pattern, hmac_key (of signed
    files), fuse (each folder's files are the sensors of one recording, brought to rate_hz) and normal (the label
    to learn from, "normal"); threads: 0 to 256; 0 takes all logical CPUs.

    The score is 1 / (1 + 9^((limit - s) / (limit - median))), s being the net's int8 answer, median and limit
    the median and the 99th percentile of the answers on held-out normal data. Normalisation is fixed by the
    training data; the spectrum leaves out each window's mean, so a slow drift of a vibration sensor's zero
    does not move the score. Of sensors with one channel the mean counts as well.

    Every mistake raises tinyml.Error (a ValueError) with one line that names the argument or file.
    """

    _core_class = _tinyml.AnomalyDetector

    def __init__(
        self,
        sensors: Iterable[str | Sensor],
        window_size: int = 128,
        threshold: float = 0.5,
        threads: int = 0,
        **options,
    ):
        options = {"window_size": _arguments.integer("window_size", window_size), "threshold": threshold, **options}
        self._core = _tinyml.AnomalyDetector(_sensors(sensors), _arguments.integer("threads", threads), options)

    def train(self, normal_sensor_data, progress: Callable | None = None) -> AnomalyDetector:
        """Learns from normal operation alone; the last part of every recording calibrates the score.

        normal_sensor_data: an array (time, channels) or (windows, time, channels) or a list of these, a data
        frame, a CSV file or a folder of recordings; the sensors' channels first, then the context's.
        progress: called with (stage, done, total, seconds_left, detail); by default a bar on a terminal."""
        shown = hook(progress)
        if isinstance(normal_sensor_data, (str, PathLike)):
            self._core.train(_arguments.path("normal_sensor_data", normal_sensor_data), shown)
        else:
            self._core.train_tables(_tables("normal_sensor_data", normal_sensor_data), shown)
        return self

    def calibrate(self, normal_sensor_data) -> None:
        """Takes the median and the 99th percentile from other normal data, given as for train."""
        self._core.calibrate(_path_or_tables("normal_sensor_data", normal_sensor_data))

    def score(self, sensor_data) -> list[AnomalyScore]:
        """A score every hop samples, the int8 net's, byte for byte the device's. Data as for train."""
        names = self._core.sensors()
        return [
            AnomalyScore(*row[:6], dict(zip(names, row[6], strict=True)), row[7])
            for row in self._core.score(_path_or_tables("sensor_data", sensor_data))
        ]

    def predict(self, sensor_data) -> bool:
        """Whether any smoothed score of the data reaches the threshold."""
        return any(score.anomalous for score in self.score(sensor_data))

    def evaluate(self, normal=None, anomalous=None) -> dict:
        """AUC, recall and false alarms at the threshold, of the int8 net, the float net ("float32", at its 99th
        percentile) and the smoothed scores. What there is no data for is NaN.

        normal, anomalous: data as for train. Or one file or folder alone, whose labels tell which is which;
        nothing at all is what it was trained on, held-out ends and other labels."""
        if anomalous is None and (normal is None or isinstance(normal, (str, PathLike))):
            return self._core.evaluate_path("" if normal is None else _arguments.path("normal", normal))
        tables = [
            [] if data is None else _tables(name, data) for name, data in (("normal", normal), ("anomalous", anomalous))
        ]
        return self._core.evaluate(*tables)

    def export_tflite_micro(
        self,
        quantization: str = "int8",
        model_size_kb: float | None = None,
        progress: Callable | None = None,
    ) -> Model:
        """The net as a .tflite file. model_size_kb (1 KB is 1,024 bytes) bounds that file and the model's flash
        (weights, tables and code as compiled for the board; features beside it). Where this net does not fit,
        the best that does is searched and trained; `fit` and `summary` say what it gave up. An error names the
        smallest size that fits. progress: as for train."""
        limit = None if model_size_kb is None else _arguments.number("model_size_kb", model_size_kb)
        return Model(
            self._core.export_tflite_micro(_arguments.text("quantization", quantization), limit, hook(progress))
        )

    def export(self, to: str, folder: str | PathLike) -> list:
        """Writes "arduino" (library folder and .zip), "cpp" (the generated program with its calibrated score),
        "tflite" or "c_array" into `folder`.

        Returns the paths of what was written."""
        return super().export(to, folder)

    def compare(self, cores: Iterable[str] = ("host", "cortex_m4"), data: str | PathLike = "") -> list[tuple]:
        """(engine, equal, windows) for the generated program on each core, emulated or the host's: how many
        answers, smoothed scores and alarms are this detector's, on stored normal windows or on `data`."""
        own = isinstance(data, str) and not data
        return self._core.compare(_arguments.texts("cores", cores), "" if own else _arguments.path("data", data))

    def deploy_to_arduino(self, board: str, port: str) -> None:
        """Compiles the example that scores a stored window with arduino-cli and uploads it. Raises tinyml.Error
        that names the port, tool or core that is missing, before anything is touched."""
        self._core.deploy_to_arduino(_arguments.text("board", board), _arguments.path("port", port))

    @property
    def fit(self) -> dict:
        """What the last export with a size limit chose and gave up, and its sizes in bytes."""
        keys = ("chosen", "given_up", "tflite_bytes", "flash_bytes", "feature_bytes", "flash_measured", "limit_kb")
        return dict(zip(keys, self._core.fit(), strict=True))
