# SPDX-License-Identifier: Apache-2.0
"""A detector of what is unlike normal vibration, from normal data alone, in four lines.

    python examples/anomaly_detection.py [--data accelerometer.csv] [--out FOLDER]

--data: a fan's recordings with the columns config (1 is normal), speed_pct, x, y, z, for instance UCI's
"Accelerometer" set. Without it only the synthetic machine with three sensors is shown.
"""

import argparse
from pathlib import Path

import numpy as np

from tinyml import AnomalyDetector

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", help="the fan's accelerometer.csv")
parser.add_argument("--out", type=Path, help="a folder for the projects machine and fan and their reports")
arguments = parser.parse_args()


def machine(seconds: float, seed: int, worn: bool = False) -> np.ndarray:
    """Accelerometer, gyroscope and temperature of a machine at 100 Hz, [time, 7]."""
    rng = np.random.default_rng(seed)
    t = np.arange(0, seconds, 0.01)
    turn = 2 * np.pi * np.cumsum(12 + 0.3 * np.sin(t / 7)) * 0.01
    signals = [np.sin(turn + c) + 0.3 * np.sin(2 * turn + c) for c in range(6)]
    if worn:  # a bearing adds a tone and heat
        signals = [s + 0.5 * np.sin(2.7 * turn + c) for c, s in enumerate(signals)]
    noisy = [s + 0.2 * rng.standard_normal(t.size) for s in signals]
    temperature = 45 + np.sin(t / 40) + (12 if worn else 0) + 0.1 * rng.standard_normal(t.size)
    return np.stack([*noisy, temperature], axis=1).astype(np.float32)


normal_sensor_data = machine(300, seed=1)

# fmt: off
detector = AnomalyDetector(sensors=["accelerometer", "gyroscope", "temperature"], window_size=128, threshold=0.8)  # noqa: E501
detector.train(normal_sensor_data)
detector.export_tflite_micro(quantization="int8", model_size_kb=20)  # fits in 20 KB or says why not
# fmt: on


def tell(name: str, trained: AnomalyDetector, normal, anomalous) -> None:
    result = trained.evaluate(normal, anomalous)
    print(trained.summary(), end="")
    print(
        f"  AUC       {result['auc']:.3f}, {result['recall']:.1%} of {result['anomalous']} anomalous windows found,",
        end="",
    )
    print(f" {result['false_alarms']} of {result['normal']} normal windows alarmed")
    worst = max(trained.score(anomalous), key=lambda score: score.score)
    print(f"  why       {', '.join(f'{sensor} {share:.0%}' for sensor, share in worst.sensors.items())}")
    if arguments.out:
        trained.save(arguments.out / name)
        print(f"  report    {arguments.out / name / 'report.html'}")


tell("machine", detector, machine(60, seed=2), machine(60, seed=3, worn=True))

if arguments.data:
    rows = np.loadtxt(arguments.data, delimiter=",", skiprows=1, dtype=np.float32)
    known, tested, faulty = [], [], []
    for speed in np.unique(rows[:, 1]):
        runs = {c: rows[(rows[:, 0] == c) & (rows[:, 1] == speed)] for c in (1, 2, 3)}
        runs = {c: np.concatenate([run[:, 2:5], run[:, 1:2]], axis=1) for c, run in runs.items()}
        known.append(runs[1][:2250])  # the last fifth calibrates
        tested.append(runs[1][2250:])
        faulty += [runs[2], runs[3]]
    fan = AnomalyDetector(sensors=["accelerometer"], context=["speed"], window_size=128, rate_hz=50)
    fan.train(known)
    fan.export_tflite_micro(quantization="int8", model_size_kb=20)
    tell("fan", fan, tested, faulty)
