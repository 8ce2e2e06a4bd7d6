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

    model, everywhere: a path (.tflite, .onnx, .keras, .h5), a tinyml.Model, a trained classifier of ours (its
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

        method:
        "int8": activations and weights, from representative examples;
        "int16x8": symmetric int16 activations, int8 weights: nearly exact, twice the RAM;
        "mixed": int8, and int16x8 for the layers that lose too much: least_sqnr_db of the outputs (35) or, with
        labels, most_loss of the accuracy (0.01);
        "int8_qat": int8 after training on with rounded weights and activations, towards the labels and the
        model's own answers (teacher: their share, 0.5); epochs, batch, learning_rate, seed;
        "float16": a float32 model whose file keeps weights as float16; needs no examples.
        representative_dataset: some hundred examples as the model will see them: an array [examples, ...], a list
        of arrays, an iterator, or a function without arguments that yields lists of arrays, one a model input, as
        TensorFlow Lite's converter takes it.
        labels: the class of every example; then the report counts how many answers are right.
        Options: calibration (how ranges are taken: "min_max", the default, "percentile" or "mse"), outside (of
        percentile), equalize (cross-layer equalisation before), correct_bias (empirical bias correction),
        fold_dead_channels (True: int8 and int8_qat leave out the channels that provably never matter; every answer
        stays the same).

        report: a dict of method, examples, sqnr_db (signal to quantization noise of the outputs), worst_layer (that
        loses most by itself), notes and layers: name, op, type, sqnr_db, own_sqnr_db (for exact inputs), low, high,
        saturated (share of values beyond the range)."""
        core = _models.core_of(model, example_input)
        chosen = {"method": _arguments.text("method", method), **options}
        arrays, classes = [], []
        if method != "float16" or representative_dataset is not None:
            arrays = _examples.arrays(core, representative_dataset)
            classes = _examples.labels(labels, len(arrays[0]))
        made, report = self._core.quantize(core, chosen, arrays, classes, hook(progress))
        return Model._of(made, json.loads(report))

    def prune(
        self,
        model,
        pattern: str = "channels",
        dataset=None,
        labels=None,
        example_input=None,
        progress: Callable | None = None,
        **options,
    ) -> Model:
        """A float32 model without what matters least. pattern: "channels": share (0.5) of the channels between
        layers go; "n_of_m": of every m (4) neighbouring weights the n (2) largest stay. With a dataset (as
        representative_dataset) what is left is trained on, towards its labels and the model's own answers: epochs,
        batch, learning_rate, teacher, seed."""
        core = _models.core_of(model, example_input)
        arrays, classes = [], []
        if dataset is not None:
            arrays = _examples.arrays(core, dataset, "dataset")
            classes = _examples.labels(labels, len(arrays[0]))
        chosen = {"pattern": _arguments.text("pattern", pattern), **options}
        return Model(self._core.prune(core, chosen, arrays, classes, hook(progress)))

    def cluster(self, model, clusters: int = 16, example_input=None) -> Model:
        """A float32 model whose layers have so many different weights each: it compresses well."""
        core = _models.core_of(model, example_input)
        return Model(self._core.cluster(core, _arguments.integer("clusters", clusters)))

    def low_rank(self, model, energy: float = 0.99, rank: int = 0, example_input=None) -> Model:
        """A float32 model whose dense layers are two each, through that share of the squared singular values or
        through `rank` of them, where that is smaller."""
        core = _models.core_of(model, example_input)
        return Model(self._core.low_rank(core, _arguments.number("energy", energy), _arguments.integer("rank", rank)))

    def equalize(self, model, example_input=None) -> Model:
        """A float32 model that computes the same, its channels scaled so that they quantize alike."""
        return Model(self._core.equalize(_models.core_of(model, example_input)))

    def fold_dead_channels(self, model) -> Model:
        """An int8 model without the channels that provably never matter; it gives the same bytes."""
        return Model(self._core.fold_dead_channels(_models.core_of(model)))
