# SPDX-License-Identifier: Apache-2.0
"""Whether somebody is in a room, from its air alone.

    python examples/occupancy.py [--data env-occupancy] [--out PROJECT]

--data: a folder with datatraining.csv and datatest.csv of UCI's "Occupancy Detection". Without it a made-up room is
used for a week. Light would tell by itself (a lamp is on); temperature and CO2 over an hour are the honest task.
Copies of windows that are moved as a whole (offset) make the net look at changes: another week is warmer. The
settings are those of bench/sensors/occupancy.toml.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from tinyml import Sensor, SensorClassifier

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", help="the folder of the two CSVs")
parser.add_argument("--out", help="a folder for the project and its report")
parser.add_argument("--epochs", type=int, default=15)
arguments = parser.parse_args()


def room(days: int, first_day: int, seed: int) -> str:
    """A CSV of a row a minute: people come at nine, leave at five, and breathe."""
    rng = np.random.default_rng(seed)
    lines = ["date,Temperature,CO2,Occupancy"]
    co2, celsius = 420.0, 20.0
    for minute in range(days * 1440):
        day, rest = divmod(minute, 1440)
        inside = 540 <= rest < 1020 and (first_day + day) % 7 < 5
        co2 += (900 if inside else 420) / 60 - co2 / 60 + rng.normal(0, 2)
        celsius += ((22.5 if inside else 20) - celsius) / 90 + rng.normal(0, 0.02)
        when = f"2024-01-{first_day + day:02} {rest // 60:02}:{rest % 60:02}:00"
        lines.append(f"{when},{celsius:.2f},{co2:.1f},{int(inside)}")
    return "\n".join(lines) + "\n"


classifier = SensorClassifier(
    sensors=[Sensor("temperature", unit="Celsius"), Sensor("CO2", unit="ppm")],
    columns=["Temperature", "CO2"],
    label_column="Occupancy",
    file_pattern=r"^data\w+\.csv$",
    group_pattern=r"^(data\w+)\.csv$",
    test_groups=["datatest"],
    window_samples=60,
    stride_samples=1,
    architecture="dense",
    width=16,
    depth=2,
    copies=8,
    offset=1,
    **dict.fromkeys(["jitter", "scaling", "shift", "speed", "warp", "mixup"], 0),
    epochs=arguments.epochs,
    board="raspberry_pi_pico",
)
with tempfile.TemporaryDirectory() as folder:
    if not arguments.data:
        (Path(folder) / "datatraining.csv").write_text(room(7, first_day=1, seed=1))
        (Path(folder) / "datatest.csv").write_text(room(2, first_day=9, seed=2))
    classifier.train(arguments.data or folder)
    print(classifier.summary(), end="")
    for row in classifier.evaluate()["int8"]["classes"]:
        name = {"0": "empty", "1": "occupied"}[row["label"]]
        print(f"  {name:9} recall {row['recall']:.1%} of {row['clips']} windows, precision {row['precision']:.1%}")
    if arguments.out:
        classifier.save(arguments.out)
        print(f"Report: {arguments.out}/report.html")
