# SPDX-License-Identifier: Apache-2.0
"""Writes tests/dsp/golden/mel.txt: signals with their log-mel energies and MFCC in float64.

An independent statement of the features in tinyml/graph/operators.h on numpy and scipy:
python3 tools/golden_dsp.py > tests/dsp/golden/mel.txt
"""

import numpy as np
import scipy
from scipy.fft import dct, rfft
from scipy.signal import get_window

SEED = 20240611
CASES = [
    # name, rate, frame, hop, fft, bands, low, high, frames
    ("harmonics", 16000, 480, 320, 512, 40, 80.0, 7600.0, 3),
    ("noise", 16000, 480, 320, 512, 40, 80.0, 7600.0, 2),
    ("quiet_noise", 16000, 480, 320, 512, 40, 80.0, 7600.0, 2),
    ("clipped_sine", 16000, 480, 320, 512, 40, 80.0, 7600.0, 2),
    ("impulses", 16000, 400, 160, 512, 32, 0.0, 8000.0, 3),
    ("chirp", 8000, 200, 77, 256, 20, 20.0, 4000.0, 5),
    ("harmonics", 16000, 1023, 511, 1024, 64, 125.0, 7500.0, 2),
    ("noise", 44100, 1103, 441, 2048, 30, 0.0, 22050.0, 2),
]


def signal(name: str, rate: int, n: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(n) / rate
    if name == "harmonics":
        pitch = 140 * (1 + 0.1 * np.sin(2 * np.pi * 6 * t))
        phase = 2 * np.pi * np.cumsum(pitch) / rate
        x = sum(np.sin(k * phase) / k for k in range(1, 20)) * 4000 + rng.normal(0, 20, n)
    elif name == "noise":
        x = rng.normal(0, 6000, n)
    elif name == "quiet_noise":
        x = rng.normal(0, 8, n)
    elif name == "clipped_sine":
        x = 50000 * np.sin(2 * np.pi * 1000 * t)
    elif name == "impulses":
        x = np.zeros(n)
        x[::97] = 20000
    else:
        x = 20000 * np.sin(2 * np.pi * (100 * t + 0.5 * 3500 * rate / n * t * t))
    return np.clip(np.round(x), -32768, 32767).astype(np.int16)


def mel_bank(rate: int, fft: int, bands: int, low: float, high: float) -> np.ndarray:
    def to_mel(hz):
        return 2595 * np.log10(1 + hz / 700)

    edges = 700 * (10 ** (np.linspace(to_mel(low), to_mel(high), bands + 2) / 2595) - 1)
    bins = np.arange(fft // 2 + 1) * rate / fft
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rise, fall))


def log_mel(x: np.ndarray, rate, frame, hop, fft, bands, low, high) -> np.ndarray:
    window = get_window("hann", frame)
    frames = np.lib.stride_tricks.sliding_window_view(x / 32768.0, frame)[::hop]
    power = np.abs(rfft(frames * window, fft)) ** 2 / (fft * np.sum(window**2) / 4)
    return 10 * np.log10(power @ mel_bank(rate, fft, bands, low, high).T + 1e-20)


def main() -> None:
    rng = np.random.default_rng(SEED)
    print(f"# tools/golden_dsp.py, numpy {np.__version__}, scipy {scipy.__version__}, seed {SEED}")
    print("# case name rate frame hop fft bands low high frames; samples; dB; DCT of dB in -100 .. 0, + 50")
    for name, rate, frame, hop, fft, bands, low, high, frames in CASES:
        x = signal(name, rate, frame + (frames - 1) * hop, rng)
        db = log_mel(x, rate, frame, hop, fft, bands, low, high)
        cepstrum = dct(np.clip(db, -100, 0) + 50, type=2, norm="ortho", axis=1)[:, :10]
        print("case", name, rate, frame, hop, fft, bands, low, high, frames)
        print(" ".join(map(str, x)))
        print(" ".join(f"{v:.4f}" for v in db.ravel()))
        print(" ".join(f"{v:.4f}" for v in cepstrum.ravel()))


if __name__ == "__main__":
    main()
