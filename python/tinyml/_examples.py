# SPDX-License-Identifier: Apache-2.0
"""Representative examples, however they come: as one float32 array [examples, ...] a model input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from . import _tinyml

_FORMS = "an array, a list of arrays, an iterator or a function that yields lists of arrays"


def arrays(core: _tinyml.Model, data, name: str = "representative_dataset") -> list[np.ndarray]:
    inputs = _tinyml.model_inputs(core)
    if data is None:
        raise _tinyml.Error(f"{name} is missing: {_FORMS}")
    if callable(data) and not hasattr(data, "__array__"):
        data = data()
    if isinstance(data, Mapping):
        columns = [[value] for value in _by_name(data, inputs, name)]
    elif hasattr(data, "__array__"):
        if len(inputs) > 1:
            raise _tinyml.Error(f"{name}: the model has {len(inputs)} inputs: give a list of arrays for each example")
        columns = [[data]]
    elif isinstance(data, Iterable) and not isinstance(data, (str, bytes)):
        columns = _columns(data, inputs, name)
    else:
        raise _tinyml.Error(f"{name} is {_FORMS}, not {type(data).__name__}")
    joined = [_joined(column, each, name) for column, each in zip(columns, inputs, strict=True)]
    if len({len(column) for column in joined}) > 1:
        raise _tinyml.Error(f"{name}: the inputs have {', '.join(str(len(column)) for column in joined)} examples")
    return joined


def are_quantized(core: _tinyml.Model, data) -> list[bool]:
    """Of each input: whether the examples are integers of the very type that it takes, its quantized values."""
    inputs = _tinyml.model_inputs(core)
    if isinstance(data, Mapping):
        data = _by_name(data, inputs, "data")
    elif hasattr(data, "dtype"):
        data = [data]
    elif isinstance(data, (list, tuple)) and data and isinstance(data[0], (list, tuple)):
        data = data[0]
    elif isinstance(data, (list, tuple)) and data:
        data = data[:1]
    else:
        return [False] * len(inputs)
    found = [
        str(getattr(each, "dtype", "")) == dtype != "float32" for each, (_, _, dtype) in zip(data, inputs, strict=False)
    ]
    return found + [False] * (len(inputs) - len(found))


def of_either(core: _tinyml.Model, other: _tinyml.Model, data) -> tuple[bool, list[np.ndarray], list[bool]]:
    """Examples of the one or the other model's inputs: whether of the other, then as arrays() and are_quantized().
    Integers are first tried on the one that takes integers."""
    if callable(data) and not hasattr(data, "__array__"):
        data = data()
    if isinstance(data, Iterator):
        data = list(data)
    integers = [all(dtype != "float32" for _, _, dtype in _tinyml.model_inputs(each)) for each in (core, other)]
    first = integers == [False, True]
    try:
        chosen, of_other = (other if first else core), first
        found = arrays(chosen, data, "data")
    except _tinyml.Error as error:
        chosen, of_other = (core if first else other), not first
        try:
            found = arrays(chosen, data, "data")
        except _tinyml.Error:
            raise error from None
    return of_other, found, are_quantized(chosen, data)


def labels(value, count: int) -> list[int]:
    """Classes, or rows of one 1 among zeros."""
    if value is None:
        return []
    try:
        array = np.asarray(value)
        if array.ndim == 2 and array.shape[1] > 1:
            array = array.argmax(axis=1)
        array = array.reshape(-1)
        whole = array.astype(np.int64)
        if not np.array_equal(whole, array) or (len(whole) and (whole.min() < 0 or whole.max() >= 2**31)):
            raise ValueError("not whole numbers from 0 on")
    except (TypeError, ValueError) as error:
        raise _tinyml.Error(f"labels are class numbers, one an example: {error}") from None
    if len(whole) != count:
        raise _tinyml.Error(f"{len(whole)} labels for {count} examples")
    return whole.tolist()


def _array(value, name: str) -> np.ndarray:
    try:
        array = np.asarray(value)
        if np.iscomplexobj(array):
            raise TypeError("complex numbers")
        return np.asarray(array, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise _tinyml.Error(f"{name}: no array of numbers: {error}") from None


def _by_name(item: Mapping, inputs, name: str) -> list:
    names = [each[0] for each in inputs]
    plain = {str(key).removesuffix(":0"): value for key, value in item.items()}
    found = []
    for each in names:
        key = each if each in plain else each.removeprefix("serving_default_").removesuffix(":0")
        if key not in plain:
            raise _tinyml.Error(f"{name} has no {each!r}; the inputs are {', '.join(names)}")
        found.append(plain[key])
    return found


def _columns(items: Iterable, inputs, name: str) -> list[list]:
    columns: list[list] = [[] for _ in inputs]
    for i, item in enumerate(items):
        if isinstance(item, Mapping):
            values = _by_name(item, inputs, f"{name}: example {i}")
        elif isinstance(item, (list, tuple)) and len(item) == len(inputs) and np.ndim(item[0]) > 0:
            values = item
        elif len(inputs) == 1:
            values = [item]
        else:
            raise _tinyml.Error(f"{name}: example {i} is not a list of {len(inputs)} arrays, one a model input")
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    return columns


def _advice(given: tuple, takes: tuple) -> str:
    """For pictures whose channels are at the other end."""
    if len(given) < 3 or len(takes) != 4 or given[-3:] == takes[1:]:
        return ""
    a, b, c = given[-3:]
    if takes[1:] == (c, a, b):
        return ", channels first: give examples.transpose(0, 3, 1, 2)"
    if takes[1:] == (b, c, a):
        return ", channels last: give examples.transpose(0, 2, 3, 1)"
    return ""


def _joined(column: list, each, name: str) -> np.ndarray:
    input_name, shape, _ = each
    shape = tuple(shape)
    rows = []
    for i, value in enumerate(column):
        where = f"{name}: example {i}" if len(column) > 1 else name
        array = _array(value, where)
        if array.shape == shape or array.shape == shape[1:]:
            rows.append(array.reshape((1, *shape)))
        elif array.ndim == len(shape) and array.shape[1:] == shape[1:]:
            rows.append(array.reshape((len(array), *shape)))
        elif array.ndim == len(shape) + 1 and array.shape[1:] == shape:
            rows.append(array)
        else:
            takes = "x".join(map(str, shape))
            raise _tinyml.Error(
                f"{where} has the shape {'x'.join(map(str, array.shape)) or 'of one number'}; "
                f"the model's input {input_name!r} takes {takes}{_advice(array.shape, shape)}"
            )
    if not rows or not sum(len(row) for row in rows):
        raise _tinyml.Error(f"{name} holds no examples")
    return np.ascontiguousarray(np.concatenate(rows), dtype=np.float32)
