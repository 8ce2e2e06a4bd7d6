# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/golden/: signed recordings in Edge Impulse's format, and clocks with their regular grids.

An independent statement on cbor2, hmac and numpy: python3 tools/golden_sensor_data.py tests/data/golden
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path

import cbor2
import numpy as np

SEED = 20250311
KEY = b"a key of the tests"


def document(values: list) -> dict:
    return {
        "protected": {"ver": "v1", "alg": "HS256", "iat": 1657533977},
        "signature": "0" * 64,
        "payload": {
            "device_name": "ac:87:a3:0a:2d:1b",
            "device_type": "TESTS",
            "interval_ms": 12.5,
            "sensors": [{"name": "accX", "units": "m/s2"}, {"name": "temp", "units": "C"}],
            "values": values,
        },
    }


def signed(encoded: bytes) -> bytes:
    digest = hmac.new(KEY, encoded, hashlib.sha256).hexdigest().encode()
    assert encoded.count(b"0" * 64) == 1
    return encoded.replace(b"0" * 64, digest)


def open_ended(content: dict) -> bytes:
    """As the C SDK streams it: the values are a list whose end is not known at its beginning."""
    whole = cbor2.dumps(content)
    rows = cbor2.dumps(content["payload"]["values"])
    assert whole.endswith(rows)
    body = b"".join(cbor2.dumps(row) for row in content["payload"]["values"])
    return whole[: -len(rows)] + b"\x9f" + body + b"\xff"


def numbers(values: np.ndarray) -> str:
    return " ".join(repr(float(v)) for v in values)


def clock_case(name: str, times: np.ndarray, rate: float, rng: np.random.Generator) -> list[str]:
    """Equal times are spread up to the next; then straight lines, and the label of the nearest sample."""
    values = np.cumsum(rng.normal(0, 1, len(times))).astype(np.float32)
    labels = (np.arange(len(times)) // 7) % 3
    steps = np.diff(times)
    steps = steps[steps > 0]
    period = np.sort(steps)[len(steps) // 2] * (len(steps) + 1) / len(times)
    spread = times.copy()
    for time in np.unique(times):
        same = np.flatnonzero(times == time)
        after = times[times > time]
        step = min(period, (after[0] - time) / len(same)) if len(after) else period
        spread[same] = time + step * np.arange(len(same))
    grid = spread[0] + np.arange(int((spread[-1] - spread[0]) * rate + 1e-6) + 1) / rate
    nearest = np.abs(grid[:, None] - spread[None, :]).argmin(axis=1)
    return [
        f"case {name} {rate!r}",
        numbers(times),
        numbers(values),
        numbers(labels),
        numbers(np.interp(grid, spread, values)),
        numbers(labels[nearest]),
    ]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    content = document([[round(float(v), 3) for v in rng.normal(0, 5, 2)] for _ in range(20)])
    content["payload"]["values"][3] = [-7, 300]
    (folder / "signed.json").write_bytes(signed(json.dumps(content, indent=1).encode()))
    (folder / "signed.cbor").write_bytes(signed(cbor2.dumps(content)))
    (folder / "open_ended.cbor").write_bytes(signed(open_ended(content)))
    (folder / "short_floats.cbor").write_bytes(signed(cbor2.dumps(document([[0.5, -2.0], [1.25, 3]]), canonical=True)))
    lines = [f"# tools/golden_sensor_data.py, numpy {np.__version__}, seed {SEED}"]
    jitter = 1e3 + np.cumsum(rng.uniform(0.006, 0.014, 60))
    lines += clock_case("jitter", np.round(jitter, 6), 97.0, rng)
    lines += clock_case("milliseconds", np.round(jitter, 2), 101.0, rng)
    lines += clock_case("batches", np.repeat(np.arange(12) * 0.05, 5), 100.0, rng)
    lines += clock_case("upwards", np.round(jitter, 6), 333.3, rng)
    (folder / "clocks.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
