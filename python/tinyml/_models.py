# SPDX-License-Identifier: Apache-2.0
"""Where a model may come from."""

from __future__ import annotations

import inspect
import os
import tempfile
from pathlib import Path

import numpy as np

from . import _arguments, _tinyml


def core_of(model, example_input=None, name: str = "model") -> _tinyml.Model:
    """A path, a tinyml.Model, a trained classifier or detector of ours (its float net), a Keras model or a torch
    module with the example_input that it is exported with."""
    if hasattr(model, "_core") and isinstance(model._core, _tinyml.Model):
        return model._core
    if isinstance(model, (str, bytes, os.PathLike)):
        return _tinyml.Model.load(_arguments.path(name, model))
    if hasattr(model, "_core") and hasattr(model, "export_tflite_micro"):
        return model.export_tflite_micro(quantization="float32")._core
    if _is_from(model, "torch"):
        return _from_torch(model, example_input)
    if _is_from(model, "keras", "tensorflow", "tf_keras") and callable(getattr(model, "save", None)):
        return _from_keras(model)
    raise _tinyml.Error(
        f"{name} is a path, a tinyml.Model, a trained classifier, a Keras model or a torch module, "
        f"not {type(model).__name__}"
    )


def _is_from(model, *packages: str) -> bool:
    return any(kind.__module__.split(".")[0] in packages for kind in type(model).__mro__)


def _load(path: Path, write) -> _tinyml.Model:
    try:
        write(str(path))
    except _tinyml.Error:
        raise
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise _tinyml.Error(f"the model cannot be written as {path.suffix}: {reason[0]}") from error
    return _tinyml.Model.load(str(path))


def _from_keras(model) -> _tinyml.Model:
    with tempfile.TemporaryDirectory() as folder:
        return _load(Path(folder) / "model.keras", model.save)


def _from_torch(module, example_input) -> _tinyml.Model:
    if example_input is None:
        raise _tinyml.Error("a torch module needs example_input=, a tensor (or a tuple of them) of a batch of one")
    try:
        import torch
    except ImportError as error:
        raise _tinyml.Error(f"the torch module cannot be exported: {error}") from None

    def tensor(value):
        return value if isinstance(value, torch.Tensor) else torch.as_tensor(np.asarray(value))

    given = example_input if isinstance(example_input, (tuple, list)) else (example_input,)
    inputs = tuple(tensor(value) for value in given)

    def write(path: str) -> None:
        training = module.training
        module.eval()
        try:
            # PyTorch before 2.5 has no such parameter and writes one file.
            one_file = "external_data" in inspect.signature(torch.onnx.export).parameters
            torch.onnx.export(module, inputs, path, **({"external_data": False} if one_file else {}))
        finally:
            module.train(training)

    with tempfile.TemporaryDirectory() as folder:
        return _load(Path(folder) / "model.onnx", write)
