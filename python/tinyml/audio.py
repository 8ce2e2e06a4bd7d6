# SPDX-License-Identifier: Apache-2.0
"""Keyword spotting, wake words and sound classification."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike

import numpy as np

from . import _arguments, _tinyml
from ._progress import hook
from ._project import Classifier, Prediction


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
        hook(progress),
    )


class AudioClassifier(Classifier):
    """Learns to tell sounds apart and becomes a program for a microcontroller.

    model_type: "keyword_spotting" (the keywords, "unknown" and "silence"), "wake_word" (the same for one
    keyword) or "sound_classification" (the labels of the data). sample_rate: Hz.

    Options: window_ms, features ("mfe" or "mfcc"), bands, architecture, epochs, batch, copies,
    learning_rate, augment, refit, label_smoothing, balance_classes, seed, board, name; threads: 0 to 256;
    0 takes all logical CPUs.

    Every mistake raises tinyml.Error (a ValueError) with one line that names the argument or file.
    """

    _core_class = _tinyml.AudioClassifier

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
        self = super().load(folder, threads)
        self.sample_rate = self._core.sample_rate_hz()
        return self

    def train(self, audio_dataset, progress: Callable | None = None) -> AudioClassifier:
        """Trains, quantizes and evaluates.

        audio_dataset: a folder of label folders (WAV, FLAC, OGG at any rate), a labels.csv or a folder that
        holds one (columns path, label; word, speaker, split where present), or a list of (samples, label)
        with samples at the classifier's rate, int16 or float in [-1, 1].
        progress: called with (stage, done, total, seconds_left, detail); by default a bar on a terminal.
        """
        shown = hook(progress)
        if isinstance(audio_dataset, (str, PathLike)):
            self._core.train(_arguments.path("audio_dataset", audio_dataset), shown)
        else:
            self._core.train_clips(_clips(audio_dataset), shown)
        return self

    def predict(self, samples, sample_rate: int | None = None) -> Prediction:
        """The answer of the int8 net, byte for byte the device's. samples: int16 or float in [-1, 1], of the
        shape (samples,) or (samples, channels), any length; sample_rate: Hz, by default the classifier's."""
        rate = self.sample_rate if sample_rate is None else _arguments.integer("sample_rate", sample_rate)
        label, score, scores = self._core.predict(_arguments.samples(samples), rate)
        return Prediction(label, score, dict(zip(self.labels, scores, strict=True)))

    def features(self, samples, sample_rate: int | None = None) -> np.ndarray:
        """What the net sees of samples (as predict takes them): float32 in the shape of its input. Some hundred of
        these are the representative examples that TinyMLOptimizer asks for."""
        rate = self.sample_rate if sample_rate is None else _arguments.integer("sample_rate", sample_rate)
        values = np.array(self._core.features(_arguments.samples(samples), rate), dtype=np.float32)
        ((_, shape, _),) = _tinyml.model_inputs(self.export_tflite_micro("float32")._core)
        return values.reshape(shape)
