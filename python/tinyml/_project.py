# SPDX-License-Identifier: Apache-2.0
"""What everything that is trained has in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike

from . import _arguments, _tinyml
from .model import Model


@dataclass(frozen=True)
class Prediction:
    """What a classifier answers. `scores` maps every label to its score in [0, 1]."""

    label: str
    score: float
    scores: dict[str, float]


class Project:
    """Something trained that is saved as a folder. Its class in the extension is `_core_class`."""

    @classmethod
    def load(cls, folder: str | PathLike, threads: int = 0):
        """A project folder written by `save` or by `tinyml train`."""
        self = cls.__new__(cls)
        self._core = cls._core_class.load(_arguments.path("folder", folder), _arguments.integer("threads", threads))
        return self

    def save(self, folder: str | PathLike) -> None:
        """Writes tinyml.toml, the models and report.html into `folder`."""
        self._core.save(_arguments.path("folder", folder))

    def export(self, to: str, folder: str | PathLike) -> list:
        """Writes "arduino" (library folder and .zip), "tflite" or "c_array" into `folder`.

        Returns the paths of what was written."""
        return self._core.export_to(_arguments.text("to", to), _arguments.path("folder", folder))

    def compile(self, folder: str | PathLike, board: str = "", mode: str = "balanced") -> None:
        """Writes the generated C++ of the whole program, from samples to answers, and the device headers that it
        includes into `folder`. board: any name of one, or the project's. mode: "size", "balanced" or "speed"."""
        self._core.compile(
            _arguments.path("folder", folder), _arguments.text("board", board), _arguments.text("mode", mode)
        )

    def profile(self, board: str = "", mode: str = "balanced") -> dict:
        """Instructions, latency, RAM, flash and energy of the whole program on an emulated board."""
        return json.loads(self._core.profile_json(_arguments.text("board", board), _arguments.text("mode", mode)))

    def summary(self) -> str:
        """A few lines: labels, net, sizes, accuracy."""
        return self._core.summary()


class Classifier(Project):
    """A project that answers with one of its labels."""

    @property
    def labels(self) -> list[str]:
        return self._core.labels()

    def evaluate(self, data: str | PathLike = "") -> dict:
        """Accuracy, per-class precision, recall and F1, and the confusion matrix of the int8 and the float
        net, on the test split of what it was trained on or of `data`."""
        own = isinstance(data, str) and not data
        return self._core.evaluate("" if own else _arguments.path("data", data))

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

    def deploy_to_arduino(self, board: str, port: str) -> None:
        """Compiles an example with arduino-cli and uploads it: of sounds the one that listens to the
        microphone, of sensors the one that reads the motion sensor, or where there is none the one with a stored
        window. Raises tinyml.Error that names the port, tool, core or library that is missing, before anything
        is touched."""
        self._core.deploy_to_arduino(_arguments.text("board", board), _arguments.path("port", port))
