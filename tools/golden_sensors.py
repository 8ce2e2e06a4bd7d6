# SPDX-License-Identifier: Apache-2.0
"""Writes tests/dsp/golden/sensors.txt: sensor signals with their features in float64.

An independent statement of FlattenStatistics and Spectral in tinyml/graph/operators.h on numpy and scipy:
python3 tools/golden_sensors.py > tests/dsp/golden/sensors.txt
"""

import numpy as np
import scipy
from scipy import signal, stats

SEED = 20250117
FILTERS = [
    # kind, order, cutoff, rate
    ("low", 1, 10.0, 62.5),
    ("low", 2, 3.0, 62.5),
    ("low", 6, 3.0, 62.5),
    ("low", 7, 25.0, 100.0),
    ("low", 4, 0.1, 100.0),
    ("high", 1, 1.0, 62.5),
    ("high", 3, 30.0, 62.5),
    ("high", 6, 3.0, 62.5),
    ("high", 8, 0.2, 100.0),
    ("low", 20, 200.0, 1600.0),
]
SPECTRAL = [
    # name, channels, samples, rate, filter, order, cutoff, fft, overlap, log
    ("motion", 3, 125, 62.5, "none", 0, 3.0, 16, 1, 1),
    ("motion", 3, 125, 62.5, "low", 6, 3.0, 16, 1, 1),
    ("motion", 3, 125, 62.5, "high", 6, 3.0, 32, 0, 1),
    ("vibration", 1, 512, 1600.0, "none", 0, 3.0, 128, 1, 1),
    ("vibration", 2, 300, 1600.0, "low", 5, 300.0, 64, 1, 0),
    ("vibration", 1, 40, 1600.0, "high", 0, 300.0, 64, 0, 1),
]


def samples_of(name: str, channels: int, n: int, rate: float, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(n)[:, None] / rate
    c = np.arange(channels)
    if name == "motion":
        x = 4000 * np.sin(2 * np.pi * (1.3 + c) * t + c) + 900 * np.sin(2 * np.pi * 9.7 * t) + 2000 * c
        x += rng.normal(0, 300, (n, channels))
    else:
        x = 9000 * np.sin(2 * np.pi * 120 * t + c) ** 5 + 2500 * np.sin(2 * np.pi * 410 * t)
        x += rng.normal(0, 200, (n, channels)) - 700
    return np.clip(np.round(x), -32768, 32767).astype(np.int16)


def flatten(x: np.ndarray) -> list[float]:
    return [
        x.mean(), x.min(), x.max(), np.sqrt(np.mean(x**2)), x.std(), stats.skew(x), stats.kurtosis(x)
    ]  # fmt: skip


def spectral(x: np.ndarray, rate, kind, order, cutoff, fft, overlap, log) -> list[float]:
    if kind != "none" and order > 0:
        x = signal.sosfilt(signal.butter(order, cutoff, kind, fs=rate, output="sos"), x)
    x = x - x.mean()
    starts = range(0, len(x), fft // 2 if overlap else fft)
    power = np.max([np.abs(np.fft.rfft(x[s : s + fft], fft)) ** 2 / fft for s in starts], axis=0)
    bins = np.fft.rfftfreq(fft, 1 / rate)
    kept = bins > 0
    if kind == "low":
        kept &= bins - bins[1] / 2 <= cutoff
    if kind == "high":
        kept &= bins + bins[1] / 2 >= cutoff
    shown = np.log10(power) if log else power
    head = [np.sqrt(np.mean(x**2)), stats.skew(x), stats.kurtosis(x), stats.skew(power), stats.kurtosis(power)]
    return head + list(shown[kept])


def line(values) -> str:
    return " ".join(f"{v:.9g}" for v in values)


def main() -> None:
    rng = np.random.default_rng(SEED)
    print(f"# tools/golden_sensors.py, numpy {np.__version__}, scipy {scipy.__version__}, seed {SEED}")
    print("# filter kind order cutoff rate; input; output. case name channels samples rate filter order cutoff")
    print("# fft overlap log; unit of each channel; int16 samples; flatten statistics; spectral analysis")
    for kind, order, cutoff, rate in FILTERS:
        x = np.concatenate([rng.integers(-1000, 1000, 40), np.zeros(20, int)])
        y = signal.sosfilt(signal.butter(order, cutoff, kind, fs=rate, output="sos"), x)
        print("filter", kind, order, cutoff, rate)
        print(line(x))
        print(" ".join(f"{v:.17g}" for v in y))
    for name, channels, samples, rate, *spectrum in SPECTRAL:
        x = samples_of(name, channels, samples, rate, rng)
        unit = 2.0 ** np.arange(-11, channels - 11)
        physical = x * unit
        print("case", name, channels, samples, rate, *spectrum)
        print(line(unit))
        print(" ".join(map(str, x.ravel())))
        print(line(v for c in range(channels) for v in flatten(physical[:, c])))
        print(line(v for c in range(channels) for v in spectral(physical[:, c], rate, *spectrum)))


if __name__ == "__main__":
    main()
