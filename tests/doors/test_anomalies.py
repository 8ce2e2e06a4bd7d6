# SPDX-License-Identifier: Apache-2.0
"""Anomaly detectors at the command line and in Python: what they do, and one line for every mistake."""

import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import ROOT, bytes_in, machine, write_machine, write_readings

SENSORS = ("--sensors", "accelerometer:3:g,temperature", "--context", "speed", "--rate", 100, "--window-size", 64)


@pytest.fixture(scope="session")
def fan(tmp_path_factory):
    """Normal and worn recordings; not to be changed."""
    return write_machine(tmp_path_factory.mktemp("data") / "fan")


@pytest.fixture(scope="session")
def detector_project(cli, fan, tmp_path_factory):
    """A trained detector; not to be changed."""
    folder = tmp_path_factory.mktemp("detector") / "project"
    document = cli("train", "anomaly", "--data", fan, *SENSORS, "--out", folder).json()
    assert document["int8"]["auc"] > 0.95
    return folder


@pytest.fixture
def own_detector(detector_project, tmp_path):
    return shutil.copytree(detector_project, tmp_path / "project")


def test_verbs_work_on_detectors(cli, detector_project, fan, emulator, tmp_path):
    assert cli("evaluate", detector_project).json()["int8"]["anomalous"] > 20
    assert cli("evaluate", detector_project, "--data", fan).json()["int8"]["auc"] > 0.95
    for row in cli("compare", detector_project, "--data", fan, "--cores", "host,cortex_m4").json():
        assert row["equal"] == row["clips"] > 50
    assert cli("profile", detector_project).json()["source"] == "measured"
    cli("compile", detector_project, "--board", "pico", "--out", tmp_path / "src").json()
    assert {"anomaly.h", "anomaly.cpp", "anomaly_score.h"} <= {path.name for path in (tmp_path / "src").iterdir()}
    cli("export", detector_project, "--to", "arduino", "--out", tmp_path / "arduino").json()
    sketches = {path.name for path in (tmp_path / "arduino").rglob("*.ino")}
    # A temperature is not the motion sensor's.
    assert sketches == {"tinyml_anomaly_static_buffer.ino", "tinyml_anomaly_analog.ino"}
    assert cli("export", detector_project, "--to", "tflite", "--out", tmp_path).json()["written"]
    cli("quantize", detector_project).fails("train it again")


def test_motion_sketch_only_for_motion(cli, tmp_path):
    data = write_readings(tmp_path / "normal" / "a.csv", machine(2000, 1, swing=0)[:, :3], "x,y,z").parent.parent
    cli("train", "anomaly", "--data", data, "--sensors", "accelerometer", "--rate", 100, "--out", tmp_path / "p").json()
    cli("export", tmp_path / "p", "--to", "arduino", "--out", tmp_path / "arduino").json()
    sketch = next((tmp_path / "arduino").rglob("*_motion.ino")).read_text()
    assert "readAcceleration(reading[0], reading[1], reading[2])" in sketch and "@" not in sketch


def test_the_project_file_is_what_counts(cli, own_detector):
    config = own_detector / "tinyml.toml"
    config.write_text("# ours\n" + config.read_text().replace("threshold = 0.5", "threshold = 0.9"))
    cli("train", own_detector).json()
    assert config.read_text().startswith("# ours\n") and "threshold = 0.9" in config.read_text()
    config.write_text(config.read_text().replace("window_size = 64", "window_size = 32"))
    cli("evaluate", own_detector).fails("tinyml train")


def test_init_notes_every_setting(cli, fan, tmp_path):
    folder = tmp_path / "p"
    made = cli("init", folder, "--task", "anomaly_detection", "--data", fan, *SENSORS).json()
    with open(made["config"]) as file:
        text = file.read()
    assert 'context = ["speed"]' in text and "window_size = 64" in text
    # Lines of which the key says all.
    plain = {"name", "time_column", "label_column", "group_column", "seed", "sensors"}
    settings = [line for line in text.splitlines() if " = " in line and not line.startswith(" ")]
    assert {line.split(" = ")[0] for line in settings if "  # " not in line and " # " not in line} <= plain
    assert cli("train", folder).json()["int8"]["auc"] > 0.95
    assert (folder / "tinyml.toml").read_text() == text
    cli("init", tmp_path / "q", "--task", "anomaly_detection").fails("sensors is empty")
    cli("init", tmp_path / "q", "--task", "gesture", "--clusters", 3).fails("--clusters is for projects of anomalies")
    cli("train", "sensors", "--data", fan, "--task", "anomaly_detection", "--out", tmp_path / "q").fails(
        "train sensors"
    )
    assert not (tmp_path / "q").exists()


def test_calibrate(cli, fan, own_detector, tmp_path):
    settled = write_readings(tmp_path / "settled.csv", 1.02 * machine(3000, 7))
    net = (own_detector / "model" / "int8.tflite").read_bytes()
    limit = cli("train", own_detector, "--calibrate", fan / "normal").json()["limit"]
    assert cli("train", own_detector, "--calibrate", settled).json()["limit"] > limit
    assert (own_detector / "model" / "int8.tflite").read_bytes() == net
    before = bytes_in(own_detector)
    cli("train", own_detector, "--calibrate", fan / "worn").fails("train on it instead")
    cli("train", own_detector, "--calibrate", settled, "--epochs", 3).fails("--epochs")
    assert bytes_in(own_detector) == before
    cli("train", "anomaly", "--calibrate", settled, "--out", tmp_path / "q").fails("--calibrate")


SPOILED = {
    "nan": (lambda r: r.__setitem__((70, 1), np.nan), "line 72"),
    "constant": (lambda r: r.__setitem__((slice(None), 3), 5), "always 5"),
    "too short": (lambda r: r.resize((40, 5), refcheck=False), "window"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_spoiled_data(cli, own_detector, tmp_path, name):
    spoil, said = SPOILED[name]
    readings = machine(2000, 1).copy()
    spoil(readings)
    data = write_readings(tmp_path / "spoiled.csv", readings)
    before = bytes_in(own_detector)
    cli("train", "anomaly", "--data", data, *SENSORS, "--out", own_detector).fails(said)
    assert bytes_in(own_detector) == before


def test_clocks_that_run_backwards(cli, tmp_path):
    readings = machine(2000, 1)
    clock = np.arange(2000) * 0.01
    clock[900] = 3
    data = write_readings(tmp_path / "a.csv", np.column_stack([clock, readings]), "time,x,y,z,temperature,speed")
    cli("train", "anomaly", "--data", data, *SENSORS, "--out", tmp_path / "p").fails("a.csv", "backwards")
    assert not (tmp_path / "p").exists()


def test_backward_clocks_on_demand(tinyml, tmp_path):
    clock = np.arange(2000) * 10
    clock[900] = 3000
    data = write_readings(tmp_path / "a.csv", np.column_stack([clock, machine(2000, 1)[:, :3]]), "time,x,y,z")
    options = {"window_size": 64, "time_unit": "ms"}
    for action in ("drop", "split"):
        made = tinyml.AnomalyDetector(["accelerometer"], backward_clock=action, **options).train(data)
        assert made.score(data)
    with pytest.raises(tinyml.Error, match="backwards"):
        tinyml.AnomalyDetector(["accelerometer"], **options).train(data)
    with pytest.raises(tinyml.Error, match="nearest: drop"):
        tinyml.AnomalyDetector(["accelerometer"], backward_clock="dropp")


def lets_threads_run(call, at_most_s=60) -> bool:
    """Whether another thread gets its turn while `call` runs, again and again: where threads do not take turns in
    Python, that is only when the extension lets go."""
    turn = threading.Event()
    had_turn = []

    def work():
        end = time.monotonic() + at_most_s
        while not turn.is_set() and time.monotonic() < end:
            call()
        had_turn.append(turn.is_set())

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e6)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        turn.set()
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    return had_turn[0]


def test_scoring_lets_other_threads_run(tinyml):
    detector = tinyml.AnomalyDetector(
        ["accelerometer", "temperature"], context=["speed"], window_size=64, hop=1, rate_hz=100
    )
    detector.train(machine(3000, 1))
    readings = [machine(3000, 3)]
    for verb, tables in (("score", [readings]), ("evaluate", [readings, readings]), ("calibrate", [readings])):
        core = getattr(detector._core, verb)
        assert lets_threads_run(lambda core=core, tables=tables: core(*tables)), verb
    assert not lets_threads_run(detector._core.summary, at_most_s=0.1)


def write_apart(folder):
    """Vibration at 100 Hz and temperature at 4 Hz, a file each; every folder is a recording."""
    for label, seed, worn in (("normal", 1, False), ("worn", 2, True)):
        readings = np.column_stack([np.arange(4000) / 100, machine(4000, seed, worn)])
        write_readings(folder / label / "0" / "accelerometer.csv", readings[:, :4], "time_s,x,y,z")
        write_readings(folder / label / "0" / "temperature.csv", readings[::25, [0, 4]], "time_s,celsius")
    return folder


def test_sensors_at_different_rates_are_fused(cli, tinyml, tmp_path):
    data = write_apart(tmp_path / "data")
    sensors = ["accelerometer", "temperature"]
    made = tinyml.AnomalyDetector(sensors, window_size=64, rate_hz=100, fuse=True).train(data)
    assert made.evaluate()["auc"] > 0.9
    assert any(score.anomalous for score in made.score(data / "worn"))
    words = ("--data", data, "--sensors", ",".join(sensors), "--rate", 100, "--window-size", 64)
    cli("train", "anomaly", *words, "--out", tmp_path / "apart").fails("temperature.csv")
    document = cli("train", "anomaly", *words, "--fuse", "--out", tmp_path / "p").json()
    assert document["int8"]["auc"] == made.evaluate()["auc"]
    cli("train", tmp_path / "p").json()
    assert cli("evaluate", tmp_path / "p", "--data", data).json()["int8"]["auc"] > 0.9
    with pytest.raises(tinyml.Error, match="rate_hz"):
        tinyml.AnomalyDetector(sensors, window_size=64, fuse=True).train(data)


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        *(
            ("anomaly", option)
            for option in (
                ("--keywords", "yes"),
                ("--sample-rate", "8000"),
                ("--window-ms", "500"),
                ("--features", "wavelet"),
                ("--architecture", "conv9"),
                ("--labels", "a"),
                ("--fit", "pad"),
                ("--label-rule", "centre"),
                ("--split", "time"),
                ("--test-groups", "z"),
                ("--validation-groups", "z"),
                ("--group-pattern", "(.)"),
            )
        ),
        ("sensors", ("--threshold", "0.5")),
        ("sensors", ("--keywords", "yes")),
        ("kws", ("--method", "gmm")),
        ("kws", ("--fuse",)),
    ],
)
def test_options_of_other_projects(cli, fan, tmp_path, kind, option):
    cli("train", kind, "--data", fan, "--out", tmp_path / "p", *option).fails(f"{option[0]} is for projects of")
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--threshold", "1.5"), "threshold"),
        (("--threshold", "nan"), "threshold"),
        (("--model-size-kb", "0"), "model_size_kb"),
        (("--model-size-kb", "nan"), "model_size_kb"),
        (("--model-size-kb", "0.5"), "the smallest takes"),
        (("--method", "magic"), "magic"),
        (("--sensors", "accelerometer"), "wanted"),
        (("--sensors", "accelerometer:x"), "name:channels"),
        (("--normal", "healthy"), "healthy"),
        (("--context", "speed,load"), "wanted"),
    ],
)
def test_bad_options(cli, fan, tmp_path, more, said):
    words = [*SENSORS]
    if more[0] in words:
        at = words.index(more[0])
        words[at : at + 2] = more
    else:
        words += more
    cli("train", "anomaly", "--data", fan, *words, "--out", tmp_path / "p").fails(said)
    assert not (tmp_path / "p").exists()


def test_python(tinyml, tmp_path):
    detector = tinyml.AnomalyDetector(
        [tinyml.Sensor("accelerometer", 3, 100, "g"), "temperature"], context=["speed"], window_size=64, smoothing=2
    )
    detector.train(machine(3000, 1), progress=lambda *_: None)
    assert detector.evaluate(machine(1000, 3), machine(1000, 2, worn=True))["auc"] > 0.95
    assert np.isnan(detector.evaluate(machine(1000, 3))["recall"])
    assert detector.predict(machine(1000, 2, worn=True))
    score = detector.score(machine(1000, 2, worn=True))[-1]
    assert set(score.sensors) == {"accelerometer", "temperature"} and len(score.times) == 2
    assert sum(score.sensors.values()) == pytest.approx(1) and sum(score.times) == pytest.approx(1)
    detector.save(tmp_path / "p")
    again = tinyml.AnomalyDetector.load(tmp_path / "p")
    assert again.score(machine(1000, 3)) == detector.score(machine(1000, 3))
    assert again.summary() == detector.summary()


def test_python_mistakes(tinyml, tmp_path):
    def fails(said, act):
        with pytest.raises(tinyml.Error, match=said) as error:
            act()
        assert "\n" not in str(error.value)

    def make(**options):
        return tinyml.AnomalyDetector(["accelerometer", "temperature"], context=["speed"], window_size=64, **options)

    for threshold in (-0.1, 1.1, float("nan"), "high"):
        fails("threshold", lambda value=threshold: make(threshold=value))
    fails("sensors is empty", lambda: tinyml.AnomalyDetector([]))
    fails("sensors are names", lambda: tinyml.AnomalyDetector(5))
    fails("rate_hz of sensor 'a'", lambda: tinyml.AnomalyDetector([tinyml.Sensor("a", rate_hz="fast")]))
    detector = make()
    quiet = {"progress": lambda *_: None}
    for bad, said in (
        (machine(2000, 1)[:, :4], "wanted"),
        (machine(50, 1), "window"),
        (np.where(np.arange(5) == 2, np.inf, machine(2000, 1)), "not finite"),
        (np.concatenate([machine(1600, 1), machine(400, 2, worn=True)]), "unlike the rest"),
        (np.zeros((2, 3, 4, 5)), "dimensions"),
        (machine(2000, 1) + 1j, "complex"),
        ("nothing.csv", "nothing.csv"),
        (object(), "normal_sensor_data"),
    ):
        fails(said, lambda data=bad: detector.train(data, **quiet))
    fails("not trained", lambda: detector.export_tflite_micro())
    fails("not trained", lambda: detector.save(tmp_path / "p"))
    assert not (tmp_path / "p").exists()
    detector.train(machine(3000, 1), **quiet)
    fails("model_size_kb .*export_tflite_micro", lambda: make(model_size_kb=20))
    for limit in (0, -1, float("nan"), "small"):
        fails("model_size_kb", lambda value=limit: detector.export_tflite_micro(model_size_kb=value))
    fails("unlike", lambda: detector.calibrate(machine(2000, 2, worn=True)))


def test_the_search_for_a_size_tells_how_far_it_is(tinyml):
    detector = tinyml.AnomalyDetector(
        ["accelerometer", "temperature"], context=["speed"], window_size=64, method="autoencoder", depth=2, epochs=3
    )
    detector.train(machine(3000, 1), progress=lambda *_: None)
    told = []
    detector.export_tflite_micro(model_size_kb=20, progress=lambda *event: told.append(event))
    fitting = [(done, total) for stage, done, total, *_ in told if stage == "fitting"]
    assert fitting == sorted(fitting) and fitting[-1][0] == fitting[-1][1] > 0
    assert told[-1][4] == detector.fit["chosen"]
    # What does not fit is not trained in full: at most one net a depth is.
    assert 0 < [event[:2] for event in told].count(("training", 3)) <= 2


def test_a_file_teaches_what_its_array_does(tinyml, tmp_path):
    """A recording is not cut for a test split: a detector holds out its end."""
    file = write_readings(tmp_path / "normal.csv", machine(2000, 1))
    readings = np.loadtxt(file, delimiter=",", skiprows=1, dtype=np.float32)
    sensors, options = ["accelerometer", "temperature"], {"context": ["speed"], "window_size": 64, "rate_hz": 100}
    of_file, of_array = (tinyml.AnomalyDetector(sensors, **options).train(data) for data in (file, readings))
    assert bytes(of_file.export_tflite_micro()) == bytes(of_array.export_tflite_micro())
    assert of_file.score(file) == of_array.score(readings)


def test_level_alarm(tinyml):
    """As its definition has it, in integers of any size."""
    readings = np.random.default_rng(1).integers(-32768, 32768, 2000)
    readings[700:900] = -32768
    for weight, limit in ((0, 0), (904, -40000000), (65536, 5), (32768, 1)):
        alarm = tinyml.LevelAlarm(weight, limit)
        mean = int(readings[0]) * 4096
        for reading in readings:
            mean += (int(reading) * 4096 - mean) * weight >> 16
            assert alarm.add(reading) == (mean < limit)
            assert alarm.mean == mean
    for arguments in ((-1, 0), (65537, 0), (904, 2**31), (904, 0.5), ("a", 0)):
        with pytest.raises(tinyml.Error, match="weight|limit"):
            tinyml.LevelAlarm(*arguments)
    for reading in (32768, 1.5, None):
        with pytest.raises(tinyml.Error, match="reading"):
            tinyml.LevelAlarm(904, 0).add(reading)


def test_frames(tinyml, pandas):
    columns = ["x", "y", "z", "celsius", "speed"]
    frame = pandas.DataFrame(machine(3000, 1), columns=columns)
    options = {"context": ["speed"], "window_size": 64, "rate_hz": 100}
    made = tinyml.AnomalyDetector(["accelerometer", "temperature"], **options).train(frame)
    same = tinyml.AnomalyDetector(["accelerometer", "temperature"], **options).train(machine(3000, 1))
    assert bytes(made.export_tflite_micro()) == bytes(same.export_tflite_micro())
    assert made.score([frame[:500], frame[500:900]]) == same.score([machine(3000, 1)[:500], machine(3000, 1)[500:900]])
    with pytest.raises(tinyml.Error, match="numbers.*pump"):
        made.score(frame.assign(machine="pump"))


def test_example(tinyml, emulator, tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "anomaly_detection.py", "--out", tmp_path],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "fits" in done.stdout and (tmp_path / "machine" / "report.html").exists()
