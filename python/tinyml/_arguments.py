# SPDX-License-Identifier: Apache-2.0
"""What a caller passes, checked: every mistake is a tinyml.Error that names the argument."""

from __future__ import annotations

import operator
import os

import numpy as np

from . import _tinyml

_MOST_CHANNELS = 64
_LOUDEST = 2.0
_SHAPES = f"(samples,) or (samples, channels) with up to {_MOST_CHANNELS} channels"


def text(name: str, value) -> str:
    if not isinstance(value, str):
        raise _tinyml.Error(f"{name} is a string, not {value!r}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _tinyml.Error(f"{name} is not valid Unicode: {value!r}") from None
    return str(value)


def texts(name: str, value) -> list[str]:
    """A string is one, not a list of letters."""
    if isinstance(value, str):
        return [text(name, value)]
    try:
        items = list(value)
    except TypeError:
        raise _tinyml.Error(f"{name} is a list of strings, not {value!r}") from None
    return [text(f"each of {name}", item) for item in items]


def path(name: str, value) -> str:
    try:
        given = os.fsdecode(value)
        os.fsencode(given)
    except (TypeError, UnicodeError):
        raise _tinyml.Error(f"{name} is a path, not {value!r}") from None
    if not given or "\0" in given:
        raise _tinyml.Error(f"{name} is {'empty' if not given else f'no path: {given!r}'}")
    return given


def integer(name: str, value, low: int = -(2**31), high: int = 2**31 - 1) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise _tinyml.Error(f"{name} is a whole number, not {value!r}") from None
    if not low <= number <= high:
        raise _tinyml.Error(f"{name} is within {low} and {high}, not {number}")
    return number


def number(name: str, value) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _tinyml.Error(f"{name} is a number, not {value!r}") from None


def boolean(name: str, value) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise _tinyml.Error(f"{name} is True or False, not {value!r}")
    return bool(value)


def real(name: str, value) -> np.ndarray:
    """float32 of any shape."""
    try:
        array = np.asarray(value)
        if np.iscomplexobj(array):
            raise TypeError("they are complex")
        return np.asarray(array, dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise _tinyml.Error(f"{name}: no array of numbers: {error}") from None


def samples(value) -> np.ndarray:
    """Mono int16 from int16, or from floats in [-1, 1]; channels (the last axis) are averaged."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise _tinyml.Error(f"samples are no array: {error}") from None
    if array.dtype != np.int16 and not np.issubdtype(array.dtype, np.floating):
        raise _tinyml.Error(f"samples are int16 or floats in [-1, 1], not {array.dtype}")
    if array.ndim not in (1, 2):
        raise _tinyml.Error(f"samples have the shape {_SHAPES}, not {array.shape}")
    if array.ndim == 2:
        if not 1 <= array.shape[1] <= _MOST_CHANNELS:
            raise _tinyml.Error(f"samples have the shape {_SHAPES}, not {array.shape}: transpose them?")
        array = array.mean(axis=1).astype(array.dtype)
    if array.dtype == np.int16:
        return np.ascontiguousarray(array)
    peak = np.abs(array[np.isfinite(array)]).max(initial=0)
    if peak > _LOUDEST:
        raise _tinyml.Error(f"float samples are within [-1, 1], not up to {peak:g}: divide them by full scale")
    return np.frombuffer(_tinyml.to_int16(np.ascontiguousarray(array, dtype=np.float32)), dtype=np.int16)
