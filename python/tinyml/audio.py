# SPDX-License-Identifier: Apache-2.0
"""Keyword spotting, wake words and sound classification."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import PathLike

import numpy as np

from . import _arguments, _tinyml
from .model import Model


@dataclass(frozen=True)
class Prediction:
    """What a classifier answers. `scores` maps every label to its score in [0, 1]."""

    label: str
    score: float
    scores: dict[str, float]


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
            clips.append((_arguments.samples(pair[0]), _arguments.text("the label", pair[1])))
        except _tinyml.Error as error:
            raise _tinyml.Error(f"clip {i} of audio_dataset: {error}") from None
    return clips


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


def _hook(progress) -> Callable:
    if progress is not None and not callable(progress):
        raise _tinyml.Error(f"progress is a function, not {progress!r}")
    return progress or _ProgressPrinter()


def synthesize_speech(
    keywords: Iterable[str],
    folder: str | PathLike,
    clips: int = 120,
    seed: int = 1,
    threads: int = 0,
    progress: Callable | None = None,
) -> None:
    """Speaks the keywords, other words and silence in many voices with espeak-ng, into a new folder that
    `AudioClassifier.train` takes. clips: of each keyword. The same arguments give the same files."""
    _tinyml.synthesize_speech(
        _arguments.texts("keywords", keywords),
        _arguments.path("folder", folder),
        _arguments.integer("clips", clips),
        _arguments.integer("seed", seed, 0, 2**63 - 1),
        _arguments.integer("threads", threads),
        _hook(progress),
    )


class AudioClassifier:
    """Learns to tell sounds apart and becomes a program for a microcontroller.

    model_type: "keyword_spotting" (the keywords, "unknown" and "silence"), "wake_word" (the same for one
    keyword) or "sound_classification" (the labels of the data). sample_rate: Hz.

    Options: window_ms, features ("mfe" or "mfcc"), bands, architecture, epochs, batch, copies,
    learning_rate, augment, refit, label_smoothing, balance_classes, seed, board, name; threads: 0 to 256;
    0 takes all logical CPUs.

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
        self.sample_rate = _arguments.integer("sample_rate", sample_rate)
        self._core = _tinyml.AudioClassifier(
            _arguments.text("model_type", model_type),
            _arguments.texts("keywords", keywords),
            self.sample_rate,
            _arguments.integer("threads", threads),
            options,
        )

    @classmethod
    def load(cls, folder: str | PathLike, threads: int = 0) -> AudioClassifier:
        """A project folder written by `save` or by `tinyml train`."""
        self = cls.__new__(cls)
        self._core = _tinyml.AudioClassifier.load(
            _arguments.path("folder", folder), _arguments.integer("threads", threads)
        )
        self.sample_rate = self._core.sample_rate_hz()
        return self

    def save(self, folder: str | PathLike) -> None:
        """Writes tinyml.toml, the models and report.html into `folder`."""
        self._core.save(_arguments.path("folder", folder))

    def train(self, audio_dataset, progress: Callable | None = None) -> AudioClassifier:
        """Trains, quantizes and evaluates.

        audio_dataset: a folder of label folders (WAV, FLAC, OGG at any rate), a labels.csv or a folder that
        holds one (columns path, label; word, speaker, split where present), or a list of (samples, label)
        with samples at the classifier's rate, int16 or float in [-1, 1].
        progress: called with (stage, done, total, seconds_left, detail); by default a bar on a terminal.
        """
        hook = _hook(progress)
        if isinstance(audio_dataset, (str, PathLike)):
            self._core.train(_arguments.path("audio_dataset", audio_dataset), hook)
        else:
            self._core.train_clips(_clips(audio_dataset), hook)
        return self

    def evaluate(self, audio_dataset: str | PathLike = "") -> dict:
        """Accuracy, per-class precision, recall and F1, and the confusion matrix of the int8 and the float
        net, on the test split of what it was trained on or of `audio_dataset`."""
        own = isinstance(audio_dataset, str) and not audio_dataset
        other = "" if own else _arguments.path("audio_dataset", audio_dataset)
        return self._core.evaluate(other)

    def predict(self, samples, sample_rate: int | None = None) -> Prediction:
        """The answer of the int8 net, byte for byte the device's. samples: int16 or float in [-1, 1], of the
        shape (samples,) or (samples, channels), any length; sample_rate: Hz, by default the classifier's."""
        rate = self.sample_rate if sample_rate is None else _arguments.integer("sample_rate", sample_rate)
        label, score, scores = self._core.predict(_arguments.samples(samples), rate)
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
        if tflite_config is not None and not isinstance(tflite_config, Mapping):
            raise _tinyml.Error(f"tflite_config is a dict, not {tflite_config!r}")
        config = dict(tflite_config or {})
        arena = _arguments.integer("tensor_arena_size", config.pop("tensor_arena_size", 0), 0)
        small = _arguments.boolean("optimize_for_size", config.pop("optimize_for_size", False))
        if config:
            raise _tinyml.Error(
                f"tflite_config takes tensor_arena_size and optimize_for_size, not {next(iter(config))!r}"
            )
        return Model(
            self._core.export_tflite_micro(
                _arguments.text("quantization", quantization), _arguments.text("target", target), arena, small
            )
        )

    def export(self, to: str, folder: str | PathLike) -> list:
        """Writes "arduino" (library folder and .zip), "tflite" or "c_array" into `folder`.

        Returns the paths of what was written."""
        return self._core.export_to(_arguments.text("to", to), _arguments.path("folder", folder))

    def deploy_to_arduino(self, board: str, port: str) -> None:
        """Compiles the microphone sketch with arduino-cli and uploads it. Raises tinyml.Error that names the
        port, tool or core that is missing, before anything is touched."""
        self._core.deploy_to_arduino(_arguments.text("board", board), _arguments.path("port", port))

    def profile(self, board: str = "", mode: str = "balanced") -> dict:
        """Instructions, latency, RAM, flash and energy of the whole program on an emulated board."""
        return json.loads(self._core.profile_json(_arguments.text("board", board), _arguments.text("mode", mode)))

    @property
    def labels(self) -> list[str]:
        return self._core.labels()

    def summary(self) -> str:
        """A few lines: labels, net, sizes, accuracy."""
        return self._core.summary()
