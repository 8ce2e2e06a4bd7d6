# SPDX-License-Identifier: Apache-2.0
"""Keyword spotting, wake words and sound classification."""

from __future__ import annotations

import json
import operator
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike, fspath

import numpy as np

from . import _tinyml
from .model import Model


@dataclass(frozen=True)
class Prediction:
    """What a classifier answers. `scores` maps every label to its score in [0, 1]."""

    label: str
    score: float
    scores: dict[str, float]


def _to_int16(samples) -> np.ndarray:
    """Mono int16 from int16, or from floats in [-1, 1]; channels (the last axis) are averaged."""
    try:
        array = np.asarray(samples)
    except ValueError as error:
        raise _tinyml.Error(f"samples are no array: {error}") from None
    if array.ndim == 2:
        array = array.mean(axis=1).astype(array.dtype)
    if array.ndim != 1:
        raise _tinyml.Error(f"samples need one or two dimensions, not {array.ndim}")
    if array.dtype == np.int16:
        return np.ascontiguousarray(array)
    if np.issubdtype(array.dtype, np.floating):
        return np.frombuffer(_tinyml.to_int16(np.ascontiguousarray(array, dtype=np.float32)), dtype=np.int16)
    raise _tinyml.Error(f"samples are int16 or floats in [-1, 1], not {array.dtype}")


def _clips(audio_dataset) -> list[tuple[np.ndarray, str]]:
    try:
        pairs = list(audio_dataset)
    except TypeError:
        kind = type(audio_dataset).__name__
        raise _tinyml.Error(f"audio_dataset is a path or a list of (samples, label), not {kind}") from None
    clips = []
    for i, pair in enumerate(pairs):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise _tinyml.Error(f"clip {i} of audio_dataset is not a pair of samples and label")
        try:
            clips.append((_to_int16(pair[0]), str(pair[1])))
        except _tinyml.Error as error:
            raise _tinyml.Error(f"clip {i} of audio_dataset: {error}") from None
    return clips


def _integer(name: str, value, low: int = -(2**31), high: int = 2**31 - 1) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise _tinyml.Error(f"{name} is a whole number, not {value!r}") from None
    if not low <= number <= high:
        raise _tinyml.Error(f"{name} is within {low} and {high}, not {number}")
    return number


class _ProgressPrinter:
    """A bar on a terminal; a line a stage elsewhere."""

    def __init__(self):
        self._terminal = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, total: int, seconds_left: float, detail: str) -> None:
        finished = done >= total
        if not self._terminal:
            if finished or done % max(1, total // 4) == 0:
                print(f"{stage} {done}/{total}  {detail}".rstrip(), file=sys.stderr)
            return
        full = 24 * done // max(1, total)
        left = f"  {seconds_left:.0f} s left" if seconds_left >= 0 and not finished else ""
        end = "\n" if finished else ""
        print(
            f"\r\033[K{stage:<9} [{'#' * full}{'.' * (24 - full)}]{left}  {detail}",
            end=end,
            file=sys.stderr,
            flush=True,
        )


class AudioClassifier:
    """Learns to tell sounds apart and becomes a program for a microcontroller.

    model_type: "keyword_spotting" (the keywords, "unknown" and "silence"), "wake_word" (the same for one
    keyword) or "sound_classification" (the labels of the data). sample_rate: Hz.

    Options: window_ms, features ("mfe" or "mfcc"), bands, architecture, epochs, batch, copies,
    learning_rate, augment, refit, label_smoothing, balance_classes, seed, board, name; threads: 0 takes the physical
    cores.

    Every mistake raises tinyml.Error (a ValueError) with one line that names the argument or file.
    """

    def __init__(
        self,
        model_type: str = "keyword_spotting",
        keywords: Iterable[str] = (),
        sample_rate: int = 16000,
        threads: int = 0,
        **options,
    ):
        words = [keywords] if isinstance(keywords, str) else list(keywords)
        for word in words:
            if not isinstance(word, str):
                raise _tinyml.Error(f"keywords are strings, not {word!r}")
        self.sample_rate = _integer("sample_rate", sample_rate)
        self._core = _tinyml.AudioClassifier(
            model_type, words, self.sample_rate, _integer("threads", threads, 0, 256), options
        )

    @classmethod
    def load(cls, folder: str | PathLike, threads: int = 0) -> AudioClassifier:
        """A project folder written by `save` or by `tinyml train`."""
        self = cls.__new__(cls)
        self._core = _tinyml.AudioClassifier.load(fspath(folder), threads)
        self.sample_rate = self._core.sample_rate_hz()
        return self

    def save(self, folder: str | PathLike) -> None:
        """Writes tinyml.toml, the models and report.html into `folder`."""
        self._core.save(fspath(folder))

    def train(self, audio_dataset, progress: Callable | None = None) -> AudioClassifier:
        """Trains, quantizes and evaluates.

        audio_dataset: a folder of label folders (WAV, FLAC, OGG at any rate), a labels.csv or a folder that
        holds one (columns path, label; word, speaker, split where present), or a list of (samples, label)
        with samples at the classifier's rate, int16 or float in [-1, 1].
        progress: called with (stage, done, total, seconds_left, detail); by default a bar on a terminal.
        """
        hook = progress or _ProgressPrinter()
        if isinstance(audio_dataset, (str, PathLike)):
            self._core.train(fspath(audio_dataset), hook)
        else:
            self._core.train_clips(_clips(audio_dataset), hook)
        return self

    def evaluate(self, audio_dataset: str | PathLike = "") -> dict:
        """Accuracy, per-class precision, recall and F1, and the confusion matrix of the int8 and the float
        net, on the test split of what it was trained on or of `audio_dataset`."""
        return self._core.evaluate(fspath(audio_dataset))

    def predict(self, samples, sample_rate: int | None = None) -> Prediction:
        """The answer of the int8 net, byte for byte the device's. samples: int16 or float in [-1, 1], any
        length; sample_rate: Hz, by default the classifier's."""
        rate = self.sample_rate if sample_rate is None else _integer("sample_rate", sample_rate)
        label, score, scores = self._core.predict(_to_int16(samples), rate)
        return Prediction(label, score, dict(zip(self.labels, scores, strict=True)))

    def export_tflite_micro(
        self,
        quantization: str = "int8",
        target: str = "arduino_nano33_ble",
        tflite_config: dict | None = None,
    ) -> Model:
        """The net as a .tflite file. tflite_config checks it against a budget: tensor_arena_size (bytes that the
        generated program may use for its tensors; too small an arena is an error that names the size needed;
        TensorFlow Lite Micro's interpreter takes more for tables of its own) and optimize_for_size (that
        program is the smallest one, not the fastest; the file is the same)."""
        config = dict(tflite_config or {})
        arena = _integer("tensor_arena_size", config.pop("tensor_arena_size", 0), 0)
        small = bool(config.pop("optimize_for_size", False))
        if config:
            raise _tinyml.Error(f"unknown key in tflite_config: {', '.join(config)}")
        return Model(self._core.export_tflite_micro(quantization, target, arena, small))

    def export(self, to: str, folder: str | PathLike) -> list:
        """Writes "arduino" (library folder and .zip), "tflite" or "c_array" into `folder`.

        Returns the paths of what was written."""
        return self._core.export_to(to, fspath(folder))

    def deploy_to_arduino(self, board: str, port: str) -> None:
        """Compiles the microphone sketch with arduino-cli and uploads it. Raises tinyml.Error that names the
        port, tool or core that is missing, before anything is touched."""
        self._core.deploy_to_arduino(board, port)

    def profile(self, board: str = "", mode: str = "balanced") -> dict:
        """Instructions, latency, RAM, flash and energy of the whole program on an emulated board."""
        return json.loads(self._core.profile_json(board, mode))

    @property
    def labels(self) -> list[str]:
        return self._core.labels()

    def summary(self) -> str:
        """A few lines: labels, net, sizes, accuracy."""
        return self._core.summary()
