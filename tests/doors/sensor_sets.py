# SPDX-License-Identifier: Apache-2.0
"""Small sensor data sets for the tests of the doors: an accelerometer that rests, shakes or turns."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from pathlib import Path

import numpy as np

RATE = 50
SENSOR_TRAIN = ("--sensors", "accelerometer", "--rate", RATE, "--window-samples", 50, "--epochs", 40)
SMALL = {"rate_hz": RATE, "window_samples": 50, "epochs": 40, "copies": 4}
AXES = ("ax", "ay", "az")
LABELS = ("rest", "shake", "turn")


def readings(label: str, seed: int, samples: int = 200, rate: float = RATE) -> np.ndarray:
    """float32 (samples, 3), in m/s2."""
    rng = np.random.default_rng((LABELS.index(label), seed))
    t = np.arange(samples) / rate + rng.uniform(0, 1)
    moves = {
        "rest": (0 * t, 0 * t, 0 * t),
        "shake": (6 * np.sin(2 * np.pi * 5 * t), 2 * np.sin(2 * np.pi * 5 * t + 1), 0 * t),
        "turn": (0 * t, 4 * np.sin(2 * np.pi * t), 4 * np.cos(2 * np.pi * t)),
    }[label]
    values = np.stack([moves[0], moves[1], moves[2] + 9.81], axis=1)
    return (values + 0.3 * rng.standard_normal(values.shape)).astype(np.float32)


def recordings(count: int = 8, **options) -> list:
    """(readings, label) of every label in turn."""
    return [(readings(label, i, **options), label) for i in range(count) for label in LABELS]


def csv_text(values: np.ndarray, columns=AXES, times=None, labels=None, header=True) -> str:
    names = [*(["timestamp"] if times is not None else []), *columns, *(["label"] if labels is not None else [])]
    lines = [",".join(names)] if header else []
    for i, row in enumerate(values):
        fields = [f"{v:.5f}" for v in row]
        if times is not None:
            fields.insert(0, f"{times[i]:.1f}")
        if labels is not None:
            fields.append(labels[i])
        lines.append(",".join(fields))
    return "\n".join(lines) + "\n"


def write_folders(folder: Path, count: int = 8, header: bool = True) -> Path:
    """A folder a label, a CSV without a clock a recording."""
    for i in range(count):
        for label in LABELS:
            (folder / label).mkdir(parents=True, exist_ok=True)
            (folder / label / f"{i}.csv").write_text(csv_text(readings(label, i), header=header))
    return folder


def long_recording(seed: int, seconds_each: float = 4) -> tuple[np.ndarray, list[str]]:
    """One recording of all labels one after the other, and the label of each sample."""
    samples = int(seconds_each * RATE)
    values = np.concatenate([readings(label, seed, samples) for label in LABELS])
    return values, [label for label in LABELS for _ in range(samples)]


def clock(samples: int, seed: int, jitter_ms: float = 2, gap_at: int = 0, gap_ms: float = 0) -> np.ndarray:
    """Milliseconds, ascending."""
    times = 1000 * np.arange(samples) / RATE + np.random.default_rng(seed).uniform(0, jitter_ms, samples)
    if gap_at:
        times[gap_at:] += gap_ms
    return times


def acquisition(values: np.ndarray, key: str | None = None) -> dict:
    """The document of Edge Impulse's data acquisition format."""
    return {
        "protected": {"ver": "v1", "alg": "HS256" if key else "none", "iat": 1600000000},
        "signature": "0" * 64,
        "payload": {
            "device_name": "ac:87:a3:0a:2d:1b",
            "device_type": "TEST",
            "interval_ms": 1000 / RATE,
            "sensors": [{"name": name, "units": "m/s2"} for name in AXES],
            "values": [[round(float(v), 4) for v in row] for row in values],
        },
    }


def signed(document: bytes, key: str) -> bytes:
    """The bytes with the signature over themselves, where zeros stood."""
    digest = hmac.new(key.encode(), document, hashlib.sha256).hexdigest()
    return document.replace(b"0" * 64, digest.encode(), 1)


def acquisition_json(values: np.ndarray, key: str | None = None) -> bytes:
    document = json.dumps(acquisition(values, key)).encode()
    return signed(document, key) if key else document


def cbor(value) -> bytes:
    """The few kinds of CBOR (RFC 8949) that the format needs."""

    def head(major: int, n: int) -> bytes:
        for code, size, form in ((24, 1 << 8, ">B"), (25, 1 << 16, ">H"), (26, 1 << 32, ">I")):
            if n < 24:
                return bytes([major << 5 | n])
            if n < size:
                return bytes([major << 5 | code]) + struct.pack(form, n)
        return bytes([major << 5 | 27]) + struct.pack(">Q", n)

    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())
