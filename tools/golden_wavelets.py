# SPDX-License-Identifier: Apache-2.0
"""Writes tests/dsp/golden/wavelets.txt: filters of PyWavelets and, of signals, the features of their bands.

An independent statement of the Wavelet front end in tinyml/graph/operators.h on PyWavelets, numpy and scipy:
python3 tools/golden_wavelets.py > tests/dsp/golden/wavelets.txt
"""

import numpy as np
import pywt
import scipy
from scipy.stats import entropy, kurtosis, skew

SEED = 20250318
FAMILIES = (
    ["haar"]
    + [f"db{n}" for n in range(1, 21)]
    + [f"sym{n}" for n in range(2, 21)]
    + [f"coif{n}" for n in range(1, 6)]
    + [name for name in pywt.wavelist(kind="discrete") if name.startswith(("bior", "rbio"))]
)
CASES = [
    # signal, family, levels, channels, samples a channel
    ("vibration", "db4", 1, 3, 128),
    ("vibration", "db4", 4, 1, 250),
    ("vibration", "sym5", 3, 2, 101),
    ("noise", "haar", 2, 2, 64),
    ("noise", "bior3.1", 3, 1, 97),
    ("noise", "db8", 1, 1, 33),
    ("walk", "coif2", 2, 2, 120),
    ("walk", "rbio2.4", 2, 1, 150),
    ("bursts", "bior4.4", 3, 1, 200),
    ("bursts", "sym8", 2, 1, 256),
    ("clipped", "bior6.8", 2, 1, 160),
    ("constant", "db2", 2, 1, 40),
]


def signal(name: str, n: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(n)
    if name == "vibration":
        x = 900 + 2500 * np.sin(0.31 * t + rng.uniform(0, 6)) + 900 * np.sin(1.73 * t) + rng.normal(0, 250, n)
    elif name == "noise":
        x = rng.normal(-4000, 3000, n)
    elif name == "walk":
        x = np.cumsum(rng.normal(0, 300, n))
    elif name == "bursts":
        x = rng.normal(0, 60, n) + 15000 * np.exp(-((t % 71) ** 2) / 9) * np.cos(2 * t)
    elif name == "clipped":
        x = rng.normal(0, 60000, n)
    else:
        x = np.full(n, 1234)
    return np.clip(np.round(x), -32768, 32767).astype(np.int16)


def features(band: np.ndarray) -> list[float]:
    ranked = np.sort(band)

    def percentile(p: int) -> float:
        return ranked[int((len(band) - 1) * p / 100 + 0.5)]

    def crossings(level: float) -> float:
        return np.count_nonzero(np.diff(band > level)) / len(band)

    flat = ranked[0] == ranked[-1]
    return [
        entropy(np.histogram(band, bins=100)[0]),
        crossings(0),
        crossings(np.mean(band)),
        *(percentile(p) for p in (5, 25, 75, 95, 50)),
        np.mean(band),
        np.std(band),
        np.var(band, ddof=1),
        np.sqrt(np.mean(band**2)),
        0 if flat else skew(band),
        0 if flat else kurtosis(band),
    ]


def print_numbers(values, digits: int) -> None:
    print(" ".join(f"{v:.{digits}g}" for v in values))


def print_filters(family: str) -> None:
    """The low-pass filters; the high-pass ones are these with every other sign changed."""
    low, high, synthesis_low, synthesis_high = (np.array(f) for f in pywt.Wavelet(family).filter_bank)
    signs = (-1.0) ** np.arange(len(low))
    assert np.array_equal(high, -signs * synthesis_low) and np.array_equal(synthesis_high, signs * low)
    print("filters", family)
    print_numbers(low, 13)
    print_numbers(synthesis_low, 13)


def main() -> None:
    rng = np.random.default_rng(SEED)
    versions = f"PyWavelets {pywt.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"
    print(f"# tools/golden_wavelets.py, {versions}, seed {SEED}")
    print("# filters family; analysis low-pass; synthesis low-pass")
    for family in FAMILIES:
        print_filters(family)
    print("# case signal family levels channels samples; units; samples, channels interleaved; features")
    for name, family, levels, channels, samples in CASES:
        unit = np.round(rng.uniform(1e-3, 2, channels), 4)
        x = np.stack([signal(name, samples, rng) for _ in range(channels)], axis=1)
        print("case", name, family, levels, channels, samples)
        print_numbers(unit, 8)
        print(" ".join(map(str, x.ravel())))
        found = []
        for c in range(channels):
            physical = x[:, c] * unit[c]
            centred = physical - (physical[0] if name == "constant" else np.mean(physical))
            for band in pywt.wavedec(centred, family, level=levels):
                # What cancels, as antisymmetric filters do at the edges, leaves a rounding error of random sign.
                found += features(np.where(np.abs(band) < 1e-12 * np.max(np.abs(physical)), 0, band))
        print_numbers(found, 9)


if __name__ == "__main__":
    main()
