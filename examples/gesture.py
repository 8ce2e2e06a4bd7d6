# SPDX-License-Identifier: Apache-2.0
"""Which figure a wand drew in the air.

    python examples/gesture.py [--data gesture-wand] [--out PROJECT]

--data: a folder of JSON files with strokes, such as the magic wand's digits. Without it circles, lines and zigzags
are made up. A gesture is a recording of its own, of any length: it is stretched to 64 samples before the net sees
it. With fit="pad" it is filled up with its last sample instead, which a sketch can do as readings come in.
"""

import argparse

import numpy as np

from tinyml import GestureClassifier, Sensor

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", help="the folder of strokes")
parser.add_argument("--out", help="a folder for the project and its report")
parser.add_argument("--epochs", type=int, default=100)
arguments = parser.parse_args()


def stroke(figure: str, seed: int) -> np.ndarray:
    """Positions of the wand's tip, [time, 2]."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, rng.integers(60, 120))
    x, y = {
        "circle": (np.sin(2 * np.pi * t), np.cos(2 * np.pi * t)),
        "line": (2 * t - 1, 0 * t),
        "zigzag": (2 * t - 1, np.abs((4 * t) % 2 - 1)),
    }[figure]
    size, lean = rng.uniform(0.6, 1), rng.uniform(-0.3, 0.3)
    drawn = size * np.stack([x + lean * y, y - lean * x], axis=1)
    return (drawn + 0.03 * rng.standard_normal(drawn.shape)).astype(np.float32)


options = {"epochs": arguments.epochs, "board": "arduino_nano33_ble"}
if arguments.data:
    options |= {"split": "order", "test_fraction": 0.142858, "validation_fraction": 0.1}
classifier = GestureClassifier(sensors=[Sensor("position", channels=2)], **options)
figures = ["circle", "line", "zigzag"]
classifier.train(arguments.data or [(stroke(f, 100 * i + k), f) for i, f in enumerate(figures) for k in range(30)])
print(classifier.summary(), end="")

if not arguments.data:
    for figure in figures:
        answer = classifier.predict(stroke(figure, 999))
        print(f"A {figure} is taken for a {answer.label} ({answer.score:.0%})")
if arguments.out:
    classifier.save(arguments.out)
    print(f"Report: {arguments.out}/report.html")
