# SPDX-License-Identifier: Apache-2.0
"""Models of any origin."""

from __future__ import annotations

import json
from collections.abc import Callable
from os import PathLike

import numpy as np

from . import _arguments, _examples, _models, _tinyml
from ._progress import hook


class Model:
    """A network that can be run, measured and compiled. `bytes(model)` is its .tflite file."""

    def __init__(self, core: _tinyml.Model):
        if not isinstance(core, _tinyml.Model):
            raise _tinyml.Error(f"a model is made by Model.load(path), not from {core!r}")
        self._core = core
        self.report: dict | None = None

    @classmethod
    def load(cls, model, example_input=None) -> Model:
        """A .tflite, .onnx, .keras or .h5 file, a trained project folder, a trained classifier (its float net), a
        Keras model, or a torch module with example_input= (a batch of one). Raises tinyml.Error naming the file.
        An ONNX model whose operators lie between QuantizeLinear and DequantizeLinear runs in float32, as
        onnxruntime runs it; its .tflite file, and what a board gets, is int8 throughout."""
        return cls(_models.core_of(model, example_input, "path"))

    @classmethod
    def _of(cls, core: _tinyml.Model, report: dict) -> Model:
        self = cls(core)
        self.report = report
        return self

    def run(self, inputs: list) -> list:
        """One inference: a list of arrays in, in the model's own dtypes (int8 for a quantized model), a
        list of arrays out, in the shapes that the model has."""
        try:
            arrays = [np.asarray(each) for each in inputs]
        except (TypeError, ValueError) as error:
            raise _tinyml.Error(f"inputs are a list of arrays: {error}") from None
        return self._core.run(arrays)

    def reset(self) -> None:
        """Back to the state before the first run, for models that keep one from run to run."""
        self._core.reset()

    def inspect(self, board: str = "arduino_nano33_ble") -> dict:
        """What the model is and costs, found without running it: inputs, outputs, layers with shapes, macs,
        parameters and bytes, ram and flash (estimated, in bytes), metadata, notes, and advice: a list of rule,
        layer, what and to_do. The document of `tinyml inspect --json`, with file_bytes of the .tflite file. An ONNX
        file of QuantizeLinear and DequantizeLinear is shown as boards run it, in int8."""
        return json.loads(self._core.inspect_json(_arguments.text("board", board)))

    def compare(
        self, other, data, labels=None, example_input=None, threads: int = 0, progress: Callable | None = None
    ) -> dict:
        """This model and another (whatever Model.load takes) on the same examples. `data` has the inputs of one of
        them, in any form that TinyMLOptimizer takes: real numbers, or integers of the type that the model is
        quantized to; the other may take them flat, with other extents of 1, or with channels elsewhere.

        Returns a dict of outputs and of layers, those that both models have in the same order: names a and b,
        largest and mean difference, largest_value, sqnr_db (this model's values to the difference, at most 200);
        of outputs also same_arg_max, the share of examples for which both answer alike. falls_most: the layer that
        brings in most noise. With labels, the class of every example, a_accuracy and b_accuracy. consecutive: a
        model keeps a state, so the examples were taken as steps of one stream."""
        theirs = _models.core_of(other, example_input, "other")
        of_other, arrays, quantized = _examples.of_either(self._core, theirs, data)
        classes = _examples.labels(labels, len(arrays[0]))
        count = _arguments.integer("threads", threads)
        return json.loads(self._core.compare_json(theirs, of_other, arrays, quantized, classes, count, hook(progress)))

    def profile(self, board: str = "arduino_nano33_ble", mode: str = "balanced") -> dict:
        """Instructions, latency_ms, ram_bytes, flash_bytes, energy and layers on an emulated board."""
        return json.loads(self._core.profile_json(_arguments.text("board", board), _arguments.text("mode", mode)))

    def compile(self, folder: str | PathLike, board: str = "arduino_nano33_ble", mode: str = "balanced") -> None:
        """Writes the generated C++ and the device headers that it includes into `folder`."""
        self._core.compile(
            _arguments.path("folder", folder),
            _arguments.text("board", board),
            _arguments.text("mode", mode),
        )

    def save(self, path: str | PathLike) -> None:
        """Writes the .tflite file; an earlier one stays whole until this is complete. Of a float model it is
        float32 (quantize with TinyMLOptimizer), of an ONNX file of QuantizeLinear and DequantizeLinear int8."""
        self._core.save(_arguments.path("path", path))

    @property
    def size_kb(self) -> float:
        """The size of the .tflite file, a float model's in float32; a KB is 1,024 bytes."""
        return len(bytes(self)) / 1024

    @property
    def size_mb(self) -> float:
        return self.size_kb / 1024

    def __bytes__(self) -> bytes:
        return self._core.to_bytes()

    def __len__(self) -> int:
        return len(bytes(self))

    def __repr__(self) -> str:
        return f"<tinyml.Model of {self.size_kb:.1f} KB>"
