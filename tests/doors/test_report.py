# SPDX-License-Identifier: Apache-2.0
"""The page report.html that training writes."""

import re

from conftest import TRAIN


def polylines(page: str) -> list[list[str]]:
    return [points.split() for points in re.findall(r"<polyline[^>]* points='([^']*)'", page)]


def test_report_shows_what_was_trained(cli, project):
    page = (project / "report.html").read_text()
    evaluation = cli("evaluate", project).json()
    loss, validation, accuracy = polylines(page)
    assert len(loss) == len(validation) == len(accuracy) >= 2

    chart = re.search(r"<svg class='confusion'.*?</svg>", page, re.DOTALL)[0]
    counts = [n for row in evaluation["int8"]["confusion"] for n in row if n]
    assert [int(n) for n in re.findall(r"class='cell[^']*'>(\d+)<", chart)] == counts

    pictures = re.search(r"<div class='card pictures'>.*?</div>", page, re.DOTALL)[0]
    assert re.findall(r"<figcaption>(.*?)</figcaption>", pictures) == evaluation["labels"]
    assert pictures.count("aria-label='spectrogram'") == len(evaluation["labels"])
    assert not re.search(r"https?:|\bsrc=|\bhref=|url\(|<script|<link", page)


def test_report_shows_the_layers(cli, project, emulator):
    page = (project / "report.html").read_text()
    for layer in cli("profile", project).json()["layers"]:
        cells = (layer["macs"], layer["instructions"], layer["cycles"], layer["flash_bytes"])
        assert f"<td>{layer['name']}</td>" in page
        assert "".join(f"<td>{n:,}</td>" for n in cells) in page, layer


def test_labels_are_text(cli, own_tones, tmp_path):
    (own_tones / "low").rename(own_tones / "<script>'&")
    cli("train", "kws", "--data", own_tones, *TRAIN, "--out", tmp_path / "project").json()
    page = (tmp_path / "project" / "report.html").read_text()
    assert "<script" not in page
    assert page.count("&lt;script&gt;&#39;&amp;") >= 4
