# SPDX-License-Identifier: Apache-2.0
"""Paths that are empty, or name what is no file."""

import os


def test_empty_paths(cli, own_project, tones, tmp_path):
    """An empty variable of a script is not the folder where it stands."""
    for arguments in (
        ["init", ""],
        ["train", ""],
        ["train", "kws", "--data", "", "--out", "p"],
        ["train", "kws", "--data", tones, "--out", ""],
        ["evaluate", ""],
        ["evaluate", own_project, "--data", ""],
        ["quantize", ""],
        ["profile", ""],
        ["compile", own_project, "--out", ""],
        ["export", own_project, "--out", ""],
        ["deploy", own_project, "--port", ""],
        ["data", "list", ""],
        ["data", "split", ""],
        ["data", "add", "", tones / "low" / "00.wav", "--label", "x"],
        ["data", "add", tones, "", "--label", "x"],
        ["data", "synth", "--keywords", "yes", "--out", ""],
    ):
        (tmp_path / "here").mkdir(exist_ok=True)
        cli(*arguments, cwd=tmp_path / "here").fails("empty")
        assert not list((tmp_path / "here").iterdir())


def test_messages_name_a_file_once(cli, own_project, tmp_path):
    assert cli("profile", tmp_path / "nope.tflite").fails("nope.tflite").count("nope.tflite") == 1
    (own_project / "model" / "training.json").unlink()
    assert cli("evaluate", own_project).fails("training.json").count("training.json") == 1


def test_what_is_no_file(cli, own_tones, own_project, tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    os.mkfifo(tmp_path / "pipe.tflite")
    cli("data", "add", own_tones, tmp_path / "pipe.wav", "--label", "x").fails("pipe.wav is a device or pipe")
    cli("profile", tmp_path / "pipe.tflite").fails("pipe.tflite is a device or pipe")
    cli("profile", "/dev/zero").fails("/dev/zero is a device")
    with open(tmp_path / "huge.tflite", "wb") as huge:
        huge.truncate(2**31 + 1)
    cli("profile", tmp_path / "huge.tflite").fails("huge.tflite is larger than 2 GB")
