# SPDX-License-Identifier: Apache-2.0
"""A full disk or Ctrl-C leaves earlier outputs as they were, byte for byte."""

import os
import pty
import resource
import signal
import subprocess
import time

import pytest
from conftest import CLI, TRAIN, bytes_in


def full_disk(limit_bytes: int):
    """Writes beyond so many bytes of a file fail, as on a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    return limit


@pytest.mark.parametrize("limit", [0, 512, 20000, 50000])
def test_full_disk(cli, tones, own_project, tmp_path, limit):
    """Wherever in the project the disk becomes full, all of the earlier project stays."""
    before = bytes_in(own_project)
    assert max(map(len, before.values())) > limit
    full = full_disk(limit)
    cli("train", "kws", "--data", tones, *TRAIN, "--seed", 7, "--out", own_project, preexec=full).fails(
        "write", "project"
    )
    cli("train", "kws", "--data", tones, *TRAIN, "--out", tmp_path / "new", preexec=full).fails("write", "new")
    cli("quantize", own_project, "--calibration", "mse", preexec=full).fails("write", "project")
    cli("export", own_project, "--out", tmp_path / "e", preexec=full_disk(min(limit, 512))).fails("write")
    cli("compile", own_project, "--out", tmp_path / "c", preexec=full_disk(min(limit, 512))).fails("write")
    assert bytes_in(own_project) == before
    assert not (tmp_path / "new").exists()


def test_full_disk_of_small_outputs(cli, own_tones, own_project, tmp_path, emulator):
    full = full_disk(100)
    before = bytes_in(own_tones)
    cli("init", tmp_path / "new", preexec=full).fails("new")
    cli("data", "split", own_tones, preexec=full).fails("labels.csv")
    cli("data", "add", own_tones, own_tones / "low" / "00.wav", "--label", "copy", preexec=full).fails("copy")
    cli("profile", own_project, preexec=full).fails()
    assert bytes_in(own_tones) == before
    assert not (tmp_path / "new" / "tinyml.toml").exists()


def test_full_disk_of_model_files(cli, project, tmp_path):
    """quantize, import and inspect --html leave an earlier output, and no part of a new one."""
    model = project / "model" / "float32.tflite"
    verbs = {
        "half.tflite": ("quantize", model, "--method", "float16", "--out"),
        "same.tflite": ("import", model, "--out"),
        "page.html": ("inspect", model, "--html"),
    }
    for name, verb in verbs.items():
        cli(*verb, tmp_path / name).json()
    before = bytes_in(tmp_path)
    for name, verb in verbs.items():
        cli(*verb, tmp_path / name, preexec=full_disk(100)).fails("cannot write", name)
        cli(*verb, tmp_path / "new" / name, preexec=full_disk(100)).fails("cannot write", name)
    assert bytes_in(tmp_path) == before


@pytest.mark.parametrize(
    "verb, first, second",
    [
        ("compile", ["--mode", "size"], ["--board", "raspberry_pi_pico", "--mode", "speed"]),
        ("export", ["--to", "c_array"], ["--to", "c_array"]),
        ("export", ["--to", "arduino"], ["--to", "arduino"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_full_disk_over_an_earlier_output(cli, own_project, tmp_path, verb, first, second):
    """An output of several files is the earlier or the new one, whichever file the disk is too small for."""
    out = tmp_path / "out"
    cli(verb, own_project, "--out", out, *first).json()
    before = bytes_in(out)
    cli("quantize", own_project, "--calibration", "mse").json()
    cli(verb, own_project, "--out", tmp_path / "new", *second).json()
    sizes = sorted({len(content) for content in bytes_in(tmp_path / "new").values()})
    for limit in {size - 1 for size in (sizes[0], *sizes[-4:])}:
        cli(verb, own_project, "--out", out, *second, preexec=full_disk(limit)).fails("cannot write")
        assert bytes_in(out) == before, limit
    cli(verb, own_project, "--out", out, *second).json()
    assert bytes_in(out) != before


@pytest.mark.parametrize("out", ["/proc/no_such_folder", "a file/project", "folder in the way"])
def test_output_that_cannot_be_written_is_found_before_the_work(cli, tones, tmp_path, out):
    (tmp_path / "a file").write_text("")
    (tmp_path / "folder in the way" / "tinyml.toml").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    started = time.monotonic()
    options = ("--task", "sound_classification", "--epochs", 100000)
    cli("train", "kws", "--data", tones, *options, "--out", tmp_path / out).fails(f"cannot write {tmp_path / out}")
    assert time.monotonic() - started < 20
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="skipped: the administrator may write anywhere")
def test_read_only_folder(cli, tones, tmp_path):
    (tmp_path / "p").mkdir(mode=0o555)
    cli("train", "kws", "--data", tones, *TRAIN, "--out", tmp_path / "p").fails("Permission denied")


def test_no_temporary_folder(cli, tones, own_project, tmp_path, emulator):
    """What needs one says so; a trained model is kept all the same."""
    env = {"TMPDIR": "/nonexistent"}
    cli("profile", own_project, env=env).fails("TMPDIR", "/nonexistent")
    cli("train", "kws", "--data", tones, *TRAIN, "--out", tmp_path / "p", env=env).json()
    assert "TMPDIR" in (tmp_path / "p" / "report.html").read_text()
    cli("evaluate", tmp_path / "p").json()


def fake_compiler(folder, command: str) -> dict:
    """An environment whose compiler does `command` instead."""
    program = folder / "arm-none-eabi-g++"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo 1 && exit\n{command}\n')
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def test_compiler_that_is_killed(cli, own_project, tmp_path):
    cli("profile", own_project, env=fake_compiler(tmp_path, "kill -9 $$")).fails("compiler was killed by signal 9")


def heed_interrupts():
    """A shell that starts the tests in the background leaves SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_compiler_that_is_interrupted(cli, own_project, tmp_path):
    env = fake_compiler(tmp_path, "kill -INT $$")
    cli("profile", own_project, env=env, preexec=heed_interrupts).fails("interrupted", code=130)


def test_compiler_that_is_interrupted_in_python(tinyml, trained, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", fake_compiler(tmp_path, "kill -INT $$")["PATH"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt):
        trained.profile()


def test_full_standard_output(own_project):
    for verb in (["boards"], ["boards", "--json"], ["evaluate", own_project, "--json"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([CLI, *verb], stdout=full, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 2, verb
        assert done.stderr.splitlines()[-1].startswith("tinyml: cannot write"), done.stderr


@pytest.fixture
def long_project(own_project):
    """A trained project whose next training takes hours."""
    config = own_project / "tinyml.toml"
    text = config.read_text()
    assert "epochs = 3\n" in text and "patience = 50\n" in text
    config.write_text(text.replace("epochs = 3\n", "epochs = 100000\n").replace("patience = 50\n", "patience = 0\n"))
    return own_project


def start_training(folder, *options, stderr=subprocess.PIPE):
    command = [str(CLI), "train", str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)


def test_interrupt_during_training(long_project):
    before = bytes_in(long_project)
    process = start_training(long_project)
    while not process.stderr.readline().startswith("training"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, rest = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    told = [line for line in rest.splitlines() if not line.startswith("training")]
    assert len(told) == 1 and told[0].startswith("tinyml: interrupted"), rest
    assert bytes_in(long_project) == before


def test_interrupt_without_progress(long_project):
    before = bytes_in(long_project)
    process = start_training(long_project, "--json")
    time.sleep(2)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("tinyml: interrupted") and err.count("\n") == 1
    assert bytes_in(long_project) == before


def test_interrupt_on_a_terminal(long_project):
    """The message has a line of its own, below the progress bar."""
    controller, terminal = pty.openpty()
    process = start_training(long_project, stderr=terminal)
    os.close(terminal)
    seen = b""
    while b"training" not in seen:
        seen += os.read(controller, 4096)
    process.send_signal(signal.SIGINT)
    while True:
        try:
            more = os.read(controller, 4096)
        except OSError:
            break
        if not more:
            break
        seen += more
    process.communicate(timeout=60)
    os.close(controller)
    assert process.returncode == 130
    assert seen.decode().splitlines()[-1].startswith("tinyml: interrupted"), seen[-300:]
