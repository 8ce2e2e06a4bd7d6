# SPDX-License-Identifier: Apache-2.0
"""Models of every format on the command line and in Python: quantized, imported, compared, inspected."""

import os
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, bytes_in

CORPUS = ROOT / "fuzz" / "corpus" / "onnx"
FLOAT = CORPUS / "conv_chain_flatten_dense.onnx"  # [1, 1, 8, 8] -> [1, 5]
QDQ = CORPUS / "quantized.onnx"  # [1, 1, 5, 5] -> [1, 4]
KERAS = ROOT / "tests" / "formats" / "keras"
SHARED = Path(os.environ.get("TINYML_SHARED", ROOT.parent / "shared")) / "data" / "models"
METHODS = ("int8", "int16x8", "mixed", "int8_qat", "float16")


def examples(count: int = 24, shape=(1, 8, 8), seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, *shape)).astype(np.float32)


@pytest.fixture
def samples(tmp_path) -> Path:
    np.save(tmp_path / "samples.npy", examples())
    return tmp_path / "samples.npy"


@pytest.fixture
def int8(cli, samples, tmp_path) -> Path:
    cli("quantize", FLOAT, "--data", samples, "--out", tmp_path / "int8.tflite").json()
    return tmp_path / "int8.tflite"


@pytest.mark.parametrize("method", METHODS)
def test_quantize(cli, tinyml, samples, tmp_path, method):
    out = tmp_path / "out.tflite"
    epochs = ("--epochs", 1) if method == "int8_qat" else ()
    made = cli("quantize", FLOAT, "--data", samples, "--method", method, *epochs, "--out", out).json()
    assert made["method"] == method and made["examples"] == 24 and made["sqnr_db"] > 15
    assert made["bytes"] == out.stat().st_size and made["float_bytes"] > made["bytes"] * (
        0.9 if method == "float16" else 1
    )
    assert {"name", "op", "type", "sqnr_db", "own_sqnr_db", "saturated"} <= set(made["layers"][1])
    options = {"epochs": 1} if method == "int8_qat" else {}
    ours = tinyml.TinyMLOptimizer().quantize(str(FLOAT), method, representative_dataset=examples(), **options)
    assert bytes(ours) == out.read_bytes()
    assert made["float_bytes"] == len(tinyml.Model.load(FLOAT))


def test_quantize_prints_a_table(cli, samples, tmp_path):
    out = tmp_path / "out.tflite"
    text = cli("quantize", FLOAT, "--data", samples, "--out", out, quiet=False).out
    assert "conv_2d" in text and "SQNR dB" in text and "<- loses most" in text
    assert re.search(rf"^Wrote {out}: .* KB.*; as .tflite the model had .* KB$", text, re.MULTILINE)


def test_every_form_of_examples_gives_the_same_model(cli, int8, tmp_path):
    data = examples()
    np.savez(tmp_path / "named.npz", x=data, labels=np.arange(24) % 5)
    np.savez_compressed(tmp_path / "flat.npz", data.reshape(24, 64))
    np.save(tmp_path / "columns_first.npy", np.asfortranarray(data[:, 0]))
    np.savetxt(tmp_path / "rows.csv", data.reshape(24, 64), delimiter=",", fmt="%.9g")
    for i in range(24):
        (tmp_path / "folder").mkdir(exist_ok=True)
        np.save(tmp_path / "folder" / f"{i:02}.npy", data[i])
    for name in ("named.npz", "flat.npz", "columns_first.npy", "rows.csv", "folder"):
        made = cli("quantize", FLOAT, "--data", tmp_path / name, "--out", tmp_path / "again.tflite").json()
        assert (tmp_path / "again.tflite").read_bytes() == int8.read_bytes(), name
        assert ("accuracy" in made) == (name == "named.npz")


def test_labels(cli, tinyml, samples, tmp_path):
    model = tinyml.Model.load(FLOAT)
    answers = [int(model.run([each[None]])[0].argmax()) for each in examples()]
    np.save(tmp_path / "classes.npy", answers)
    np.save(tmp_path / "rows.npy", np.eye(5)[answers])
    (tmp_path / "classes.csv").write_text("class\n" + "\n".join(map(str, answers)) + "\n")
    for name in ("classes.npy", "rows.npy", "classes.csv"):
        out = tmp_path / "out.tflite"
        made = cli("quantize", FLOAT, "--data", samples, "--labels", tmp_path / name, "--out", out).json()
        assert made["float_accuracy"] == 1 and made["accuracy"] > 0.9
    compared = cli("compare", FLOAT, out, "--data", samples, "--labels", tmp_path / "classes.npy").json()
    assert compared["a_accuracy"] == 1 and compared["b_accuracy"] == made["accuracy"]


def test_quantize_says_what_its_figures_rest_on(cli, tmp_path):
    def quantize(count, *arguments):
        np.save(tmp_path / "data.npy", examples(count=count))
        np.save(tmp_path / "labels.npy", np.zeros(count, np.int64))
        files = ["--data", tmp_path / "data.npy", "--out", tmp_path / "out.tflite", *arguments]
        return cli("quantize", FLOAT, *files, quiet=False).out

    assert "on 1 example\n" in quantize(1) and "some hundred" in quantize(1)
    assert "on 128 of 200 examples" in quantize(200) and "some hundred" not in quantize(200)
    assert "on 200 examples" in quantize(200, "--labels", tmp_path / "labels.npy")


def test_a_gru_says_why_its_file_is_large(cli, tmp_path):
    model = ROOT / "fuzz" / "corpus" / "onnx" / "gru_last.onnx"
    shape = cli("inspect", model).json()["inputs"][0]["shape"][1:]
    np.save(tmp_path / "data.npy", examples(shape=shape))
    made = cli("quantize", model, "--data", tmp_path / "data.npy", "--out", tmp_path / "out.tflite").json()
    assert any("step by step" in note for note in made["notes"])


def test_a_page_of_a_folder_that_is_no_project(cli, tmp_path):
    cli("inspect", tmp_path).fails("is no project", "tinyml init")


def test_quantize_refuses_in_one_line_and_writes_nothing(cli, samples, int8, tmp_path):
    np.save(tmp_path / "wrong.npy", examples(shape=(1, 7, 7)))
    np.save(tmp_path / "words.npy", np.array(["a", "b"]))
    np.save(tmp_path / "same.npy", np.ones((8, 1, 8, 8), np.float32))
    np.save(tmp_path / "not_finite.npy", np.full((8, 1, 8, 8), np.nan, np.float32))
    np.save(tmp_path / "few.npy", np.zeros(3, np.int64))
    np.save(tmp_path / "high.npy", np.full(24, 7))
    (tmp_path / "words.csv").write_text("a,b\n1,x\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.npy").write_text("1,2\n")
    (tmp_path / "pointer.npy").write_text("version https://git-lfs.github.com/spec/v1\n")
    before = bytes_in(tmp_path)
    out = ["--out", tmp_path / "out.tflite"]
    data = ["--data", samples]
    for arguments, names in (
        ([FLOAT, *out], ["--data", "examples"]),
        ([FLOAT, *data], ["--out"]),
        ([FLOAT, "--data", tmp_path / "wrong.npy", *out], ["wrong.npy", "24x1x7x7", "1x1x8x8"]),
        ([FLOAT, "--data", tmp_path / "words.npy", *out], ["words.npy", "float32"]),
        ([FLOAT, "--data", tmp_path / "same.npy", *out], ["same.npy: ", "all 1"]),
        ([FLOAT, "--data", tmp_path / "not_finite.npy", *out], ["not_finite.npy: ", "nan"]),
        ([FLOAT, "--data", tmp_path / "pointer.npy", *out], ["pointer.npy", "git lfs pull"]),
        ([FLOAT, "--data", tmp_path / "words.csv", *out], ["words.csv", "line 2"]),
        ([FLOAT, "--data", tmp_path / "empty", *out], ["empty", "numpy.save"]),
        ([FLOAT, "--data", tmp_path / "text.npy", *out], ["text.npy", "numpy.save"]),
        ([FLOAT, "--data", tmp_path / "none.npy", *out], ["none.npy"]),
        ([FLOAT, *data, "--labels", tmp_path / "few.npy", *out], ["few.npy", "3 labels for 24 examples"]),
        ([FLOAT, *data, "--labels", tmp_path / "high.npy", *out], ["label 7", "5 outputs"]),
        ([FLOAT, *data, "--method", "int4", *out], ["int4", "int8"]),
        ([FLOAT, *data, "--calibration", "most", *out], ["most", "mse"]),
        ([FLOAT, *data, "--epochs", "3", *out], ["--epochs", "int8_qat, not of int8"]),
        ([FLOAT, *data, "--least-sqnr-db", "30", *out], ["--least-sqnr-db", "mixed"]),
        ([FLOAT, *data, "--method", "mixed", "--most-loss", "0.1", *out], ["--most-loss", "--labels"]),
        ([FLOAT, "--method", "float16", "--calibration", "mse", *out], ["--calibration", "float16"]),
        ([FLOAT, *data, "--method", "mixed", "--keep-dead-channels", *out], ["--keep-dead-channels", "int8"]),
        ([FLOAT, *data, "--out", tmp_path / "out.onnx"], ["out.onnx", ".tflite"]),
        ([FLOAT, *data, "--out", "/proc/none/out.tflite"], ["/proc/none"]),
        ([int8, *data, *out], ["int8.tflite", "quantized already"]),
        ([int8, "--data", tmp_path / "none.npy", *out], ["int8.tflite", "quantized already"]),
        ([int8, *data, "--out", int8], ["int8.tflite", "what is read"]),
        ([QDQ, *data, *out], ["quantized already", "tinyml import"]),
        ([tmp_path / "none.onnx", *data, *out], ["none.onnx"]),
    ):
        cli("quantize", *arguments).fails(*names)
        assert bytes_in(tmp_path) == before, arguments


def test_a_qdq_file_is_not_quantized_again(cli, tmp_path):
    np.save(tmp_path / "data.npy", examples(shape=(1, 5, 5)))
    refusal = cli("quantize", QDQ, "--data", tmp_path / "data.npy", "--out", tmp_path / "out.tflite").fails("already")
    assert "tinyml import" in refusal


def test_a_project_keeps_its_own_way_of_quantizing(cli, own_project, samples):
    cli("quantize", own_project, "--method", "int16x8").fails("--method", "project")
    cli("quantize", own_project, "--data", samples, "--out", "x.tflite").fails("--data", "project")
    float_net = own_project / "model" / "float32.tflite"
    cli("quantize", float_net, "--method", "float16", "--out", own_project / "half.tflite").json()


@pytest.mark.parametrize("model", [FLOAT, QDQ, KERAS / "conv.keras", KERAS / "conv.h5"], ids=lambda path: path.name)
def test_import(cli, tinyml, tmp_path, model):
    out = tmp_path / "out.tflite"
    made = cli("import", model, "--out", out).json()
    assert made["bytes"] == out.stat().st_size and made["done"]
    expected = "int8" if model is QDQ else "float32"
    assert [each["dtype"] for each in made["inputs"] + made["outputs"]] == [expected] * 2
    shape = made["inputs"][0]["shape"][1:]
    np.save(tmp_path / "data.npy", examples(shape=shape))
    compared = cli("compare", model, out, "--data", tmp_path / "data.npy").json()
    assert compared["outputs"][0]["sqnr_db"] > (30 if model is QDQ else 100)
    assert cli("import", out, "--out", tmp_path / "again.tflite").json()["bytes"] == made["bytes"]
    # A bias that the first import had to add may move in the second; from then on nothing does.
    cli("import", tmp_path / "again.tflite", "--out", tmp_path / "third.tflite")
    assert (tmp_path / "third.tflite").read_bytes() == (tmp_path / "again.tflite").read_bytes()


def test_import_says_what_it_did(cli, tmp_path):
    text = cli("import", QDQ, "--out", tmp_path / "out.tflite", quiet=False).out
    assert "QuantizeLinear" in text and "int8 with the file's scales" in text
    again = cli("import", tmp_path / "out.tflite", "--out", tmp_path / "again.tflite", quiet=False).out
    assert "nothing had to change" in again
    text = cli("import", FLOAT, "--out", tmp_path / "f.tflite", quiet=False).out
    (command,) = re.findall(r"tinyml (quantize .*)$", text, re.MULTILINE)
    np.save(tmp_path / "samples.npy", examples())
    cli(*shlex.split(command), cwd=tmp_path).json()


def test_import_refuses(cli, own_project, tmp_path):
    (tmp_path / "net.pt").write_bytes(b"\x80\x02}q\x00.")
    (tmp_path / "broken.tflite").write_bytes(b"\x1c\x00\x00\x00TFL3")
    shutil.copy(FLOAT, tmp_path / "same.tflite")
    before = bytes_in(tmp_path)
    out = tmp_path / "out.tflite"
    cli("import", tmp_path / "net.pt", "--out", out).fails("torch.onnx.export")
    cli("import", tmp_path / "broken.tflite", "--out", out).fails("broken.tflite")
    cli("import", FLOAT, "--out", tmp_path / "out.keras").fails("out.keras", ".tflite")
    cli("import", tmp_path / "same.tflite", "--out", tmp_path / "same.tflite").fails("what is read")
    cli("import", own_project, "--out", out).fails("folder", "tinyml export")
    assert bytes_in(tmp_path) == before


def test_compare(cli, tinyml, samples, int8, tmp_path):
    document = cli("compare", FLOAT, int8, "--data", samples).json()
    assert document["examples"] == 24 and not document["consecutive"]
    (output,) = document["outputs"]
    model, small = tinyml.Model.load(FLOAT), tinyml.Model.load(int8)
    ours = model.compare(small, examples())
    assert ours["outputs"] == document["outputs"] and ours["layers"] == document["layers"]
    assert model.compare(int8, list(examples()[:, None]))["outputs"] == document["outputs"]

    (scale,) = [each["quantization"] for each in small.inspect()["outputs"]]
    feed = small.inspect()["inputs"][0]["quantization"]
    quantized = np.clip(np.round(examples() / feed["scale"]) + feed["zero_point"], -128, 127).astype(np.int8)
    a = np.stack([model.run([each[None]])[0][0] for each in examples()]).astype(np.float64)
    counts = np.stack([small.run([each[None]])[0][0] for each in quantized])
    b = (counts.astype(np.float64) - scale["zero_point"]) * scale["scale"]
    assert output["largest"] == pytest.approx(np.abs(a - b).max(), rel=1e-4)
    assert output["mean"] == pytest.approx(np.abs(a - b).mean(), rel=1e-4)
    assert output["sqnr_db"] == pytest.approx(10 * np.log10((a**2).sum() / ((a - b) ** 2).sum()), abs=0.01)
    assert output["same_arg_max"] == pytest.approx((a.argmax(1) == b.argmax(1)).mean())

    np.save(tmp_path / "counts.npy", quantized)
    same = cli("compare", int8, int8, "--data", tmp_path / "counts.npy").json()
    assert same["outputs"][0]["largest"] == 0 and same["outputs"][0]["sqnr_db"] == 200 and same["falls_most"] is None
    assert all(layer["largest"] == 0 for layer in same["layers"]) and len(same["layers"]) == same["a_layers"]
    other = cli("compare", FLOAT, int8, "--data", tmp_path / "counts.npy").json()
    assert other["outputs"][0]["sqnr_db"] > 20
    assert model.compare(small, quantized)["outputs"] == other["outputs"]
    # Channels last, and flat.
    for data in (examples().transpose(0, 2, 3, 1), examples().reshape(24, 64)):
        np.save(tmp_path / "moved.npy", data)
        assert cli("compare", FLOAT, int8, "--data", tmp_path / "moved.npy").json()["outputs"] == [output]


def test_compare_matches_layers(cli, samples, int8):
    document = cli("compare", FLOAT, int8, "--data", samples).json()
    assert [layer["op"] for layer in document["layers"]] == ["conv_2d", "max_pool_2d", "fully_connected"]
    assert len(document["layers"]) == document["a_layers"] == document["b_layers"]
    assert document["falls_most"] in [layer["a"] for layer in document["layers"]]
    text = cli("compare", FLOAT, int8, "--data", samples, quiet=False).out
    assert text.count("<- falls most") == 1 and "Layers that both have: 3 of A's 3 and of B's 3" in text


def test_compare_refuses(cli, tinyml, samples, int8, own_project, tmp_path):
    np.save(tmp_path / "wrong.npy", examples(shape=(1, 7, 7)))
    np.save(tmp_path / "not_finite.npy", np.full((8, 1, 8, 8), np.inf, np.float32))
    cli("compare", FLOAT).fails("tinyml compare A B --data FILE")
    cli("compare", FLOAT, int8).fails("--data")
    cli("compare", FLOAT, int8, "--data", tmp_path / "wrong.npy").fails("wrong.npy", "24x1x7x7")
    cli("compare", FLOAT, int8, "--data", tmp_path / "not_finite.npy").fails("example 0", "inf")
    cli("compare", FLOAT, QDQ, "--data", samples).fails("1x1x8x8", "1x1x5x5")
    cli("compare", FLOAT, int8, "--data", samples, "--cores", "host").fails("--cores")
    cli("compare", own_project, "--labels", samples).fails("--labels")
    cli("compare", tmp_path / "none", int8, "--data", samples).fails("none")
    with pytest.raises(tinyml.Error, match="1x1x5x5"):
        tinyml.Model.load(FLOAT).compare(QDQ, examples())
    with pytest.raises(tinyml.Error, match="other"):
        tinyml.Model.load(FLOAT).compare(3, examples())


def test_a_float_model_on_a_board_says_what_to_run(cli, samples, tmp_path):
    shutil.copy(FLOAT, tmp_path / "my model.onnx")
    refusal = cli("compile", tmp_path / "my model.onnx", "--out", tmp_path / "c").fails("quantize first")
    (command,) = re.findall(r"tinyml (quantize .*)$", refusal, re.MULTILINE)
    cli(*shlex.split(command), cwd=tmp_path).json()
    cli("compile", tmp_path / "int8.tflite", "--out", tmp_path / "c").json()


def test_the_advice_of_inspect_works_word_for_word(cli, samples, tmp_path, emulator):
    shutil.copy(FLOAT, tmp_path / "my model.onnx")
    advice = {each["rule"]: each["to_do"] for each in cli("inspect", "my model.onnx", cwd=tmp_path).json()["advice"]}
    for rule in ("not_int8", "not_profiled", "not_on_hardware"):
        command = advice[rule][advice[rule].index("tinyml ") :]
        cli(*shlex.split(command)[1:], cwd=tmp_path).json()
        if rule == "not_int8":
            shutil.copy(tmp_path / "my model_int8.tflite", tmp_path / "small.tflite")


def test_inspect_judges_a_qdq_file_as_boards_run_it(cli, tinyml):
    document = cli("inspect", QDQ).json()
    assert document["deployable"] and document["inputs"][0]["dtype"] == "int8" and document["notes"]
    assert not {"not_int8", "no_kernel"} & {each["rule"] for each in document["advice"]}
    assert tinyml.Model.load(QDQ).inspect()["layers"] == document["layers"]
    assert cli("inspect", FLOAT).json()["notes"] == []


def test_a_page_replaces_no_model(cli, tmp_path):
    model = tmp_path / "model.html"
    model.write_bytes(FLOAT.read_bytes())
    cli("inspect", model, "--html", model).fails("model.html", "what is read")
    cli("inspect", FLOAT, "--html", tmp_path / "page.tflite").fails("page.tflite", ".html")
    assert bytes_in(tmp_path) == {"model.html": FLOAT.read_bytes()}


@pytest.mark.parametrize("model", [FLOAT, KERAS / "conv.keras", KERAS / "conv.h5"], ids=lambda path: path.name)
def test_every_format_goes_all_the_way(cli, tmp_path, emulator, model):
    """inspect as text, JSON and a page; quantize; profile; compile. QDQ files need no quantizing."""
    document = cli("inspect", model, "--html", tmp_path / "page.html").json()
    assert "conv_2d" in (tmp_path / "page.html").read_text() and not document["deployable"]
    assert "What to do next" in cli("inspect", model, quiet=False).out
    np.save(tmp_path / "data.npy", examples(shape=document["inputs"][0]["shape"][1:]))
    cli("quantize", model, "--data", tmp_path / "data.npy", "--out", tmp_path / "int8.tflite").json()
    for path in (tmp_path / "int8.tflite", QDQ):
        assert cli("profile", path).json()["instructions"] > 0
        assert cli("compile", path, "--out", tmp_path / "code").json()["arena_bytes"] > 0
    cli("profile", model).fails("quantize first")


def test_a_dynamic_range_model_is_quantized_with_its_own_weights(cli, tmp_path):
    model = SHARED / "kws_ref_dynrange.tflite"
    if not model.exists():
        pytest.skip(f"skipped: no {model}")
    np.save(tmp_path / "data.npy", examples(32, (49, 10, 1)))
    made = cli("quantize", model, "--data", tmp_path / "data.npy", "--out", tmp_path / "int8.tflite").json()
    assert made["sqnr_db"] > 10
    compared = cli("compare", model, tmp_path / "int8.tflite", "--data", tmp_path / "data.npy").json()
    assert len(compared["layers"]) > compared["a_layers"] // 2 and compared["outputs"][0]["same_arg_max"] > 0.8
    assert cli("inspect", tmp_path / "int8.tflite").json()["deployable"]


def test_models_of_other_layouts_are_held_beside_each_other(cli, tmp_path):
    """ONNX with flat inputs or channels first, TensorFlow Lite with channels last; golden inputs of the latter."""
    if not shared_models():
        pytest.skip(f"skipped: no models in {SHARED}")
    for onnx, tflite, layers in (
        ("kws_ref_qdq.onnx", "kws_ref_int8.tflite", 11),
        ("resnet8_qdq.onnx", "resnet8_cifar10_int8.tflite", 14),
    ):
        golden = np.load(SHARED / tflite.replace(".tflite", ".golden.npz"))
        inputs = np.concatenate([golden[name] for name in golden.files if name.startswith("in0_")])
        np.save(tmp_path / "data.npy", inputs)
        compared = cli("compare", SHARED / onnx, SHARED / tflite, "--data", tmp_path / "data.npy").json()
        assert len(compared["layers"]) >= layers and compared["examples"] == len(inputs)
    np.save(tmp_path / "data.npy", examples(4, (96, 96, 3)))
    compared = cli(
        "compare", SHARED / "vww_96_float.onnx", SHARED / "vww_96_int8.tflite", "--data", tmp_path / "data.npy"
    ).json()
    assert compared["a_layers"] == compared["b_layers"] == len(compared["layers"])
    np.save(tmp_path / "data.npy", examples(6, (3, 40)))
    same = [SHARED / "mww_vad.tflite"] * 2
    compared = cli("compare", *same, "--data", tmp_path / "data.npy").json()
    assert compared["consecutive"] and compared["outputs"][0]["largest"] == 0


def shared_models() -> list[Path]:
    return sorted([*SHARED.glob("*.tflite"), *SHARED.glob("*.onnx")])


@pytest.mark.parametrize("path", [*shared_models(), None], ids=lambda path: path.name if path else "all")
def test_inspect_of_every_model_of_the_data(cli, tmp_path, path):
    if path is None:
        if not shared_models():
            pytest.skip(f"skipped: no models in {SHARED}")
        return
    document = cli("inspect", path, "--html", tmp_path / "page.html").json()
    assert document["macs"] > 0 and document["flash"]["bytes"] > 0 and document["ram"]["bytes"] > 0
    in_float = "float" in path.name or "dynrange" in path.name
    assert document["deployable"] != in_float, document["advice"]
    assert ("not_int8" in {each["rule"] for each in document["advice"]}) == in_float
    assert "no_kernel" not in {each["rule"] for each in document["advice"]}
    page = (tmp_path / "page.html").read_text()
    assert "What to do next" in page and not re.search(r"https?:(?!//www\.w3\.org)", page)
    text = cli("inspect", path, quiet=False).out
    assert "What to do next" in text and f"{len(document['layers'])} layers" in text
