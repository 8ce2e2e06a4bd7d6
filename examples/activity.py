# SPDX-License-Identifier: Apache-2.0
"""What somebody is doing, from a watch's accelerometer and gyroscope.

    python examples/activity.py [--data imu-activity] [--out PROJECT]

--data: a folder of CSVs sXX_YY_*.csv (XX: the person) with the columns x_acc ... z_gyro, timestamp, label, such as
"Dataset of inertial measurements of smartphones and smartwatches for human activity recognition". Without it a
made-up person rests, walks and turns.
"""

import argparse

import numpy as np

from tinyml import SensorClassifier

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", help="the folder of recordings")
parser.add_argument("--out", help="a folder for the project and its report")
parser.add_argument("--epochs", type=int, default=40)
arguments = parser.parse_args()


def person(seed: int, seconds: int = 6) -> tuple[np.ndarray, list[str]]:
    """Accelerometer (m/s2) and gyroscope (rad/s) at 50 Hz, [time, 6], and the label of each stretch."""
    rng = np.random.default_rng(seed)
    labels = list(rng.permutation(["rest", "walk", "turn"]))
    t = np.arange(0, seconds, 0.02)
    step = 2 * np.pi * rng.uniform(1.6, 2.2) * t
    zero = 0 * t
    moves = {
        "rest": [zero, zero, zero, zero, zero, zero],
        "walk": [2 * np.sin(step), np.sin(2 * step), 3 * np.sin(2 * step), 0.5 * np.sin(step), zero, zero],
        "turn": [zero, np.sin(step), zero, zero, 0.3 * np.sin(step), 1.5 + zero],
    }
    values = np.concatenate([np.stack(moves[label], axis=1) for label in labels])
    values[:, 2] += 9.81
    return (values + 0.4 * rng.standard_normal(values.shape)).astype(np.float32), labels


options = {"rate_hz": 50, "window_s": 2, "label_rule": "centre", "stride_samples": 10, "epochs": arguments.epochs}
# A window's label is that of its centre, so copies of it are not shifted; watches sit differently on each wrist.
options |= {"architecture": "cnn_1d_ordered", "shift": 0, "rotation_degrees": 40, "board": "nrf52840_dk"}
if arguments.data:
    options |= {"file_pattern": r"^s\d+_\d+_s[wp]\.csv$", "group_pattern": r"^(s\d+)_"}
    options |= {"test_groups": ["s18", "s20", "s22"], "validation_groups": ["s14", "s16"]}
classifier = SensorClassifier(sensors=["accelerometer", "gyroscope"], **options)
if arguments.data:
    classifier.train(arguments.data)
else:
    people = [(*person(seed), f"person-{seed}") for seed in range(12)]
    stretches = [(v, labels, who) for v, labels, who in people]
    classifier.train(
        [(v[300 * i : 300 * (i + 1)], label, who) for v, labels, who in stretches for i, label in enumerate(labels)]
    )
print(classifier.summary(), end="")

if not arguments.data:
    values, labels = person(seed=99)
    print(f"Somebody new does: {', '.join(labels)}")
    for answer in classifier.predict_stream(values, smooth=3)[::10]:
        print(f"  {answer.begin_s:4.1f} to {answer.end_s:4.1f} s  {answer.prediction.label}")
if arguments.out:
    classifier.save(arguments.out)
    print(f"Report: {arguments.out}/report.html")
