# SPDX-License-Identifier: Apache-2.0
"""What the tests of the doors share: a data set of two tones, a trained project, the command line."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import wave
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sensor_sets import SENSOR_TRAIN, write_folders

ROOT = Path(__file__).resolve().parents[2]
CLI = Path(os.environ.get("TINYML_CLI", ROOT / "build" / "bin" / "tinyml")).resolve()
RATE = 16000


@dataclass
class Result:
    code: int
    out: str
    err: str

    def json(self):
        """The one document on standard output; fails where anything else is there."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    def fails(self, *names: str, code: int = 2) -> str:
        """One line on standard error that holds every name; returns it."""
        assert self.code == code, f"exit code {self.code}: {self.err}"
        assert self.out == ""
        assert self.err.startswith("tinyml: ") and self.err.endswith("\n"), self.err
        assert self.err.count("\n") == 1, self.err
        for name in names:
            assert str(name) in self.err, f"{name} is not named in: {self.err}"
        return self.err


def run_cli(*arguments, cwd=None, env=None, preexec=None, quiet=True) -> Result:
    """quiet: --json, so that standard error holds no progress."""
    command = [str(CLI), *map(str, arguments), *(["--json"] if quiet else [])]
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        preexec_fn=preexec,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=300,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def cli():
    if not CLI.exists():
        pytest.fail(f"no command line at {CLI}: build it, or set TINYML_CLI")
    return run_cli


@pytest.fixture(scope="session")
def tinyml():
    """The Python package."""
    try:
        import tinyml

        if not hasattr(tinyml, "AudioClassifier"):
            raise ImportError("what is found is this repository's folder of that name")
    except ImportError as error:
        if os.environ.get("TINYML_REQUIRE_ORACLES") == "1":
            raise
        pytest.skip(f"skipped: the package tinyml cannot be imported by {sys.executable}: {error}")
    return tinyml


@pytest.fixture(scope="session")
def pandas():
    """The package, for its frames."""
    try:
        import pandas
    except ImportError:
        if os.environ.get("TINYML_REQUIRE_ORACLES") == "1":
            raise
        pytest.skip("skipped: pandas is not installed")
    return pandas


EMULATORS = ("arm-none-eabi-g++", "qemu-system-arm", "xtensa-lx106-elf-g++", "qemu-system-xtensa")


@pytest.fixture(scope="session")
def emulator():
    missing = [name for name in EMULATORS if not shutil.which(name)]
    if missing:
        if os.environ.get("TINYML_REQUIRE_ORACLES") == "1":
            pytest.fail(f"missing: {', '.join(missing)}")
        pytest.skip(f"skipped: missing {', '.join(missing)}")


def tone(hz: float, seed: int, seconds: float = 1) -> np.ndarray:
    """int16 at RATE."""
    time = np.arange(int(RATE * seconds)) / RATE
    noise = np.random.default_rng(seed).standard_normal(len(time))
    return (8000 * np.sin(2 * np.pi * hz * time) + 200 * noise).astype(np.int16)


def write_wav(path: Path, samples: np.ndarray, rate: int = RATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())


def float_wav(samples: np.ndarray, rate: int = RATE) -> bytes:
    data = samples.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, rate, rate * 4, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tone_clips(clips: int = 12) -> list:
    return [(tone(hz * (1 + 0.01 * i), i), label) for label, hz in (("low", 400), ("high", 2000)) for i in range(clips)]


def write_tones(folder: Path, clips: int = 12) -> Path:
    for i, (samples, label) in enumerate(tone_clips(clips)):
        write_wav(folder / label / f"{i:02}.wav", samples)
    return folder


def machine(samples: int, seed: int, worn: bool = False, swing: float = 0.5) -> np.ndarray:
    """Vibration on three axes, temperature and the speed that both follow, at 100 Hz: float32 (samples, 5).
    swing: of the speed."""
    rng = np.random.default_rng(seed)
    time = np.arange(samples)
    speed = 1 + swing * np.sin(0.004 * time)
    turn = np.cumsum(0.6 * speed)
    tone = 0.8 * np.sin(2.7 * turn) if worn else 0
    axes = [speed * np.sin(turn + c) + tone + 0.2 * rng.standard_normal(samples) for c in range(3)]
    temperature = 40 + 4 * speed + (9 if worn else 0) + 0.2 * rng.standard_normal(samples)
    return np.stack([*axes, temperature, speed], axis=1).astype(np.float32)


def write_readings(path: Path, readings: np.ndarray, header: str = "x,y,z,temperature,speed") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, readings, fmt="%.5g", delimiter=",", header=header, comments="")
    return path


def write_machine(folder: Path) -> Path:
    """A folder of normal and worn recordings."""
    write_readings(folder / "normal" / "monday.csv", machine(12000, 1))
    write_readings(folder / "worn" / "bearing.csv", machine(1000, 2, worn=True))
    return folder


def write_fan(path: Path) -> Path:
    """A table of two configurations at three speeds, as UCI's "Accelerometer" set has it."""
    rows = ["config,speed_pct,x,y,z"]
    for config in (1, 2):
        for speed in (20, 60, 100):
            for reading in machine(3000, config, worn=config > 1)[:, :3] * speed:
                rows.append(",".join([str(config), str(speed), *(f"{value:.4f}" for value in reading)]))
    path.write_text("\n".join(rows) + "\n")
    return path


def write_temperatures(path: Path) -> Path:
    """A reading every five minutes for ten days; the machine stops on the sixth."""
    degrees = 80 + np.random.default_rng(1).standard_normal(2880)
    degrees[1500:1800] -= 45
    times = (datetime(2026, 1, 1) + timedelta(minutes=5 * i) for i in range(len(degrees)))
    path.write_text("timestamp,value\n" + "".join(f"{t},{d:.3f}\n" for t, d in zip(times, degrees, strict=True)))
    return path


def square(right: bool, seed: int, height: int = 24, width: int = 32) -> np.ndarray:
    """uint8 RGB: a bright square on the left or on the right."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(40, 60, (height, width, 3))
    top = int(rng.integers(0, height // 2))
    left = width // 2 if right else 0
    picture[top : top + height // 2, left : left + width // 2] += 140
    return picture.astype(np.uint8)


def write_bmp(path: Path, pixels: np.ndarray) -> Path:
    """24 bits a pixel."""
    height, width = pixels.shape[:2]
    rows = np.zeros((height, (width * 3 + 3) // 4 * 4), np.uint8)
    rows[:, : width * 3] = pixels[::-1, :, ::-1].reshape(height, -1)
    head = struct.pack(
        "<2sIHHIIiiHHIIiiII", b"BM", 54 + rows.size, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + rows.tobytes())
    return path


def write_squares(folder: Path, pictures: int = 30) -> Path:
    """A folder of two label folders."""
    for i in range(pictures):
        for right, label in ((False, "left"), (True, "right")):
            write_bmp(folder / label / f"{i:02}.bmp", square(right, 2 * i + right))
    return folder


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


TRAIN = ("--task", "sound_classification", "--architecture", "hybrid_small", "--epochs", 3)


@pytest.fixture(scope="session")
def tones(tmp_path_factory) -> Path:
    """A folder of two label folders of 12 clips each; not to be changed."""
    return write_tones(tmp_path_factory.mktemp("tones"))


@pytest.fixture
def own_tones(tmp_path) -> Path:
    """A folder of few clips to spoil."""
    return write_tones(tmp_path / "data", clips=3)


@pytest.fixture(scope="session")
def project(cli, tones, tmp_path_factory) -> Path:
    """A trained project; not to be changed."""
    folder = tmp_path_factory.mktemp("trained") / "project"
    cli("train", "kws", "--data", tones, *TRAIN, "--out", folder).json()
    return folder


@pytest.fixture
def own_project(project, tmp_path) -> Path:
    """A copy of the trained project."""
    return Path(shutil.copytree(project, tmp_path / "project"))


PYTHON_TRAIN = {"epochs": 3, "architecture": "hybrid_small"}


@pytest.fixture(scope="session")
def trained(tinyml):
    """A classifier of the two tones; not to be changed."""
    return tinyml.AudioClassifier("sound_classification", **PYTHON_TRAIN).train(tone_clips())


@pytest.fixture(scope="session")
def sensor_folders(tmp_path_factory):
    """A folder a label, CSV without a clock; not to be changed."""
    return write_folders(tmp_path_factory.mktemp("sensors"))


@pytest.fixture(scope="session")
def sensor_project(cli, sensor_folders, tmp_path_factory):
    """A trained project of sensors; not to be changed."""
    project = tmp_path_factory.mktemp("trained") / "project"
    cli("train", "sensors", "--data", sensor_folders, *SENSOR_TRAIN, "--out", project).json()
    return project
