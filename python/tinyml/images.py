# SPDX-License-Identifier: Apache-2.0
"""Classification of pictures, from small cameras."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike

import numpy as np

from . import _arguments, _tinyml
from ._progress import hook
from ._project import Classifier, Prediction

_SHAPES = "(height, width), (height, width, 1) or (height, width, 3)"
_LARGEST_SIDE = 16384


def _pixels(name: str, value) -> np.ndarray:
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise _tinyml.Error(f"{name} is no array: {error}") from None
    if array.dtype != np.uint8:
        raise _tinyml.Error(f"{name} has pixels of uint8, 0 to 255, not {array.dtype}")
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3) or 0 in array.shape or max(array.shape[:2]) > _LARGEST_SIDE:
        raise _tinyml.Error(f"{name} has the shape {_SHAPES}, not {np.shape(value)}")
    return np.ascontiguousarray(array)


def _pictures(data) -> list[tuple[np.ndarray, str]]:
    try:
        pairs = list(data)
    except TypeError:
        raise _tinyml.Error(f"data is a path or a list of (picture, label), not {type(data).__name__}") from None
    pictures = []
    for i, pair in enumerate(pairs):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise _tinyml.Error(f"picture {i} of data is not a pair of pixels and label")
        pictures.append((_pixels(f"picture {i} of data", pair[0]), _arguments.text("the label", pair[1])))
    return pictures


class ImageClassifier(Classifier):
    """Learns to tell pictures apart and becomes a program that answers for a camera's frames.

    Options: labels; the picture that the net sees: width, height, colour ("rgb" or "grey"), resize ("squash",
    "fit" or "crop"), smooth; the camera's frame: camera_width, camera_height, pixel_format ("rgb888", "rgb565"
    or "grey8"); the net: architecture ("cnn_2d", "cnn_2d_strided", "mobilenet_v1", "mobilenet_v1_stem4",
    "mobilenet_v2" or "mobilenet_v2_tiny"), net_width, dropout, or backbone (a float .tflite or .onnx model whose
    last layer is replaced) and pixel_range ("minus_one_to_one", "zero_to_one" or "zero_to_255"); training:
    epochs, head_epochs, batch, patience, learning_rate, label_smoothing, mixup, augment, refit, balance_classes,
    seed; augmentation: flip, zoom, shift, rotation_degrees, brightness, contrast, saturation, hue_degrees,
    grey_copies, cutout; board, name. threads: 0 to 256; 0 takes all logical CPUs.

    Every mistake raises tinyml.Error (a ValueError) with one line that names the argument or file.
    """

    _core_class = _tinyml.ImageClassifier

    def __init__(self, threads: int = 0, **options):
        self._core = _tinyml.ImageClassifier(_arguments.integer("threads", threads), options)

    def train(self, data, progress: Callable | None = None) -> ImageClassifier:
        """Trains, quantizes and evaluates.

        data: a folder of label folders (JPEG, PNG, BMP of any size), which may lie in train, validation and test;
        a labels.csv or a folder that holds one (columns path, label; split where present); or a list of
        (pixels, label), pixels being uint8 of the shape (height, width), (height, width, 1) or (height, width, 3).
        progress: called with (stage, done, total, seconds_left, detail); by default a bar on a terminal.
        """
        shown = hook(progress)
        if isinstance(data, (str, PathLike)):
            self._core.train(_arguments.path("data", data), shown)
        else:
            self._core.train_pictures(_pictures(data), shown)
        return self

    def predict(self, picture) -> Prediction:
        """The answer of the int8 net, byte for byte the device's for these pixels. picture: a JPEG, PNG or BMP
        file, or uint8 pixels of the shape (height, width), (height, width, 1) or (height, width, 3); of any size,
        resized as the options say."""
        if isinstance(picture, (str, PathLike)):
            label, score, scores = self._core.predict_file(_arguments.path("picture", picture))
        else:
            label, score, scores = self._core.predict(_pixels("picture", picture))
        return Prediction(label, score, dict(zip(self.labels, scores, strict=True)))

    def export(self, to: str, folder: str | PathLike) -> list:
        """Writes "cpp" (the generated program), "tflite" or "c_array" into `folder`.

        Returns the paths of what was written."""
        return super().export(to, folder)
