# SPDX-License-Identifier: Apache-2.0
"""Makes models of any origin smaller."""

from __future__ import annotations

import json
from collections.abc import Callable

from . import _arguments, _examples, _models, _tinyml
from ._progress import hook
from .model import Model


class TinyMLOptimizer:
    """Quantizes models.

    model, everywhere: a path (.tflite, .onnx), a tinyml.Model, a trained classifier of ours (its
    float net), a Keras model, or a torch module with example_input=.
    threads: 0 to 256; 0 takes all logical CPUs.

    Every mistake raises tinyml.Error (a ValueError) with one line that names the argument, file or layer.
    """

    def __init__(self, threads: int = 0):
        self._core = _tinyml.TinyMLOptimizer(_arguments.integer("threads", threads))

    def quantize(
        self,
        model,
        method: str = "int8",
        representative_dataset=None,
        labels=None,
        example_input=None,
        progress: Callable | None = None,
        **options,
    ) -> Model:
        """The model quantized; its `report` says what each layer keeps.

        method: "int8" (activations and weights, from representative examples).
        representative_dataset: some hundred examples as the model will see them: an array [examples, ...], a list
        of arrays, an iterator, or a function without arguments that yields lists of arrays, one a model input, as
        TensorFlow Lite's converter takes it.
        labels: the class of every example; then the report counts how many answers are right.
        Options: calibration ("min_max", "percentile" or "mse": how ranges are taken), outside (of percentile).

        report: a dict of method, examples, sqnr_db (signal to quantization noise of the outputs), worst_layer (that
        loses most by itself) and layers: name, op, type, sqnr_db, own_sqnr_db (for exact inputs), low, high,
        saturated (share of values beyond the range)."""
        core = _models.core_of(model, example_input)
        arrays = _examples.arrays(core, representative_dataset)
        classes = _examples.labels(labels, len(arrays[0]))
        chosen = {"method": _arguments.text("method", method), **options}
        made, report = self._core.quantize(core, chosen, arrays, classes, hook(progress))
        return Model._of(made, json.loads(report))
