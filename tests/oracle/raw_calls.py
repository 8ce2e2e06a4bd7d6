# SPDX-License-Identifier: Apache-2.0
"""The raw files of the oracles: calls one after another, a call being the bytes of every tensor in order."""

import pathlib

import numpy as np


def read_calls(path, tensors):
    """Yields one list of arrays a call; `tensors` are (shape, dtype) pairs."""
    data = pathlib.Path(path).read_bytes()
    sizes = [int(np.prod(shape)) * np.dtype(dtype).itemsize for shape, dtype in tensors]
    if not data or len(data) % sum(sizes):
        raise SystemExit(f"{path} has {len(data)} bytes, not a multiple of {sum(sizes)}")
    offset = 0
    while offset < len(data):
        call = []
        for (shape, dtype), size in zip(tensors, sizes, strict=True):
            call.append(np.frombuffer(data, dtype, size // np.dtype(dtype).itemsize, offset).reshape(shape))
            offset += size
        yield call


def write_calls(path, calls):
    pathlib.Path(path).write_bytes(b"".join(array.tobytes() for call in calls for array in call))
