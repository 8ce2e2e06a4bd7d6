# SPDX-License-Identifier: Apache-2.0
"""A failing machine found by its temperature, learned from the first days alone.

    python examples/machine_temperature.py [machine_temperature_system_failure.csv]

The file: columns timestamp,value, a reading every 5 minutes, as in the Numenta Anomaly Benchmark. Without it a
synthetic machine is watched instead. The rule is an alarm while the exponentially weighted mean is 3 deviations
below normal: a machine that does no work cools. tinyml.LevelAlarm is what runs on the chip, to the last bit.
"""

import argparse
import csv
from datetime import datetime, timedelta

import numpy as np

from tinyml import LevelAlarm

LEARNED = 750
READINGS_AN_HOUR = 12
COUNTS_A_DEGREE = 100  # of the sensor's int16
DEVIATIONS = 3
MERGED = timedelta(hours=24)

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("data", nargs="?", help="a CSV file of timestamp,value")
arguments = parser.parse_args()


def recorded(path: str) -> tuple[list[datetime], np.ndarray]:
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [datetime.fromisoformat(row[0]) for row in rows], np.array([float(row[1]) for row in rows])


def synthetic() -> tuple[list[datetime], np.ndarray]:
    """40 days; the machine stops on the days 21 and 33."""
    rng = np.random.default_rng(1)
    n = 40 * 24 * READINGS_AN_HOUR
    day = np.arange(n) / (24 * READINGS_AN_HOUR)
    work = np.convolve(rng.standard_normal(n + 71), np.ones(72) / 72**0.5, "valid")
    degrees = 82 + 5 * work + rng.standard_normal(n)
    for stop in (21, 33):
        degrees -= 45 * ((day >= stop) & (day < stop + 0.8))
    return [datetime(2026, 1, 1) + timedelta(minutes=5 * i) for i in range(n)], degrees


def low(counts: np.ndarray, weight: int, limit: int) -> np.ndarray:
    """Where the alarm is on."""
    alarm = LevelAlarm(weight, limit)
    return np.array([alarm.add(count) for count in counts])


times, degrees = recorded(arguments.data) if arguments.data else synthetic()
counts = np.rint(degrees * COUNTS_A_DEGREE).astype(np.int16)
normal, deviation = degrees[:LEARNED].mean(), degrees[:LEARNED].std()


def rule(hours: float, deviations: float) -> tuple[int, int]:
    weight = 2 / (hours * READINGS_AN_HOUR + 1)
    limit = (normal - deviations * deviation) * COUNTS_A_DEGREE
    return round(weight * 2**16), round(limit * 2**LevelAlarm.FRACTION_BITS)


# The shortest span whose mean of the normal readings stays within half of the limit.
hours = next(h for h in (1, 2, 3, 4, 6, 8, 12, 24) if not low(counts[:LEARNED], *rule(h, DEVIATIONS / 2)).any())
weight, limit = rule(hours, DEVIATIONS)
on = low(counts, weight, limit)
on[:LEARNED] = False

alarms: list[list[datetime]] = []
for i in np.flatnonzero(on):
    if not alarms or times[i] - alarms[-1][1] > MERGED:
        alarms.append([times[i], times[i]])
    alarms[-1][1] = times[i]

print(f"{'Recorded' if arguments.data else 'Synthetic'} machine, {len(degrees):,} readings")
print(f"Normal: {normal:.1f} +- {deviation:.1f} degrees in the first {LEARNED}; a mean over {hours} h\n")
for begin, end in alarms:
    print(f"  alarm  {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}")
print(f"\nOn the chip: tinyml::device::LevelAlarm alarm({weight}, {limit});")
print(f"  then alarm.add(reading) every 5 minutes, {COUNTS_A_DEGREE} counts a degree")
