# SPDX-License-Identifier: Apache-2.0
"""Unbalanced weights on a fan, found by its vibration, learned from the balanced fan alone.

    python examples/fan_anomaly.py [accelerometer.csv] [--out PROJECT]

The file: columns config (1 is normal, others are faults), speed_pct, x, y, z at 50 Hz, runs of a minute, for
instance UCI's "Accelerometer" set. Without it a synthetic fan is measured instead.
"""

import argparse

import numpy as np

from tinyml import AnomalyDetector

RATE_HZ = 50
LEARNED = 0.75  # of every normal run, in time; the last fifth of that calibrates the score, the rest tests it

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("data", nargs="?", help="the fan's accelerometer.csv")
parser.add_argument("--out", help="a folder for the project and its report")
arguments = parser.parse_args()


def recorded(path: str) -> dict[tuple[int, float], np.ndarray]:
    """[time, x y z] of each configuration and speed."""
    rows = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32)
    keys = sorted({(int(config), float(speed)) for config, speed in rows[:, :2]})
    return {key: rows[(rows[:, 0] == key[0]) & (rows[:, 1] == key[1]), 2:5] for key in keys}


def synthetic() -> dict[tuple[int, float], np.ndarray]:
    """A fan whose frame rings with the blades; a weight on a blade shakes it once and twice a turn."""
    rng = np.random.default_rng(1)
    runs = {}
    for config in (1, 2):
        for speed in (30.0, 50.0, 70.0, 100.0):
            t = np.arange(0, 60, 1 / RATE_HZ)
            turn = 2 * np.pi * np.cumsum(speed / 12 + 0.05 * np.sin(t / 5)) / RATE_HZ
            loud = (speed / 100) ** 2
            axes = []
            for axis in range(3):
                own = 0.2 * np.sin(turn + axis)
                if config != 1:
                    own = 3 * own + 0.3 * np.sin(2 * turn + axis)
                blades = 0.3 * np.sin(2.6 * turn + 2 * axis)
                axes.append(loud * (own + blades + 0.15 * rng.standard_normal(t.size)))
            runs[config, speed] = np.stack(axes, axis=1).astype(np.float32)
    return runs


def with_speed(run: np.ndarray, speed: float) -> np.ndarray:
    return np.concatenate([run, np.full((len(run), 1), speed, np.float32)], axis=1)


runs = recorded(arguments.data) if arguments.data else synthetic()
print(f"{'Recorded' if arguments.data else 'Synthetic'} fan, {len(runs)} runs\n")
for speed_known in (True, False):
    detector = AnomalyDetector(
        sensors=["accelerometer"],
        context=["speed"] if speed_known else [],
        rate_hz=RATE_HZ,
        name="fan",
    )
    known, tested, faulty = [], [], []
    for (config, speed), run in runs.items():
        table = with_speed(run, speed) if speed_known else run
        border = int(LEARNED * len(table))
        if config == 1:
            known.append(table[:border])
            tested.append(table[border:])
        else:
            faulty.append(table)
    detector.train(known)
    detector.export_tflite_micro(quantization="int8", model_size_kb=20)
    result = detector.evaluate(tested, faulty)
    print(f"Speed {'known' if speed_known else 'unknown'}")
    print(detector.summary(), end="")
    print(
        f"  result    AUC {result['auc']:.3f}; {result['recall']:.0%} of the faulty windows found,"
        f" {result['false_alarms']} of {result['normal']} normal ones alarmed\n"
    )
    if arguments.out and speed_known:
        detector.save(arguments.out)
        print(f"Saved {arguments.out}, with report.html\n")
