"""Peers over the same photographs: what is run, what is said, and what happens without a peer."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import peers
from benchmarks.peers_parts import environments
from benchmarks.peers_parts.environments import NotInstalledError, python_with
from benchmarks.photographs import TooFewPhotographsError, put_photographs


@pytest.fixture
def photographs(tmp_path):
    """Six pictures in two folders."""
    folder = tmp_path / "own"
    for number in range(6):
        target = folder / str(number % 2) / f"{number}.JPG"
        target.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (30, 40, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(target, "JPEG")
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's clocks of processes")
def test_ours_and_the_reference_are_measured_on_the_same_files(photographs, capsys, tmp_path):
    target = tmp_path / "found.json"
    options = ["--folder", str(photographs), "--images", "5", "--rounds", "1"]
    wanted = ["--only", "ours", "reference system", "--json", str(target)]

    assert peers.main([*options, *wanted]) == 0

    runs = json.loads(target.read_bytes())["runs"]
    assert {name: (one["images"], one["features"]) for name, (one,) in runs.items()} == {
        "ours": (5, 43),
        "reference system": (5, 7),
    }
    for (one,) in runs.values():
        assert 0 < one["start_s"] < one["spent"]["cpu_s"]
    printed = capsys.readouterr().out
    assert "decodes in processes" in printed
    assert "one process" in printed


def test_a_peer_that_cannot_be_installed_is_said(photographs, capsys, monkeypatch, tmp_path):
    def refuse(command, **_):
        raise subprocess.CalledProcessError(1, command, stderr="no matching distribution")

    monkeypatch.setattr(environments.subprocess, "run", refuse)
    options = ["--folder", str(photographs), "--images", "2", "--only", "whylogs"]

    assert peers.main([*options, "--environments", str(tmp_path / "environments")]) == 0

    printed = capsys.readouterr().out
    assert "whylogs: not measured, since it could not be installed: no matching" in printed
    assert printed.count("not measured") == 2
    assert list((tmp_path / "environments").iterdir()) == []


def test_an_environment_is_made_once_and_never_with_torch(monkeypatch, tmp_path):
    commands = []
    monkeypatch.setattr(
        environments.subprocess, "run", lambda command, **_: commands.append(command)
    )

    python = python_with(("whylogs[image]", "numpy<2"), tmp_path)
    assert python_with(("whylogs[image]", "numpy<2"), tmp_path) == python

    made, filled = commands
    assert made[1:3] == ["-m", "venv"]
    never = Path(filled[filled.index("--constraint") + 1]).read_text(encoding="utf-8")
    assert never.split() == ["torch<0", "torchvision<0"]
    assert python.is_relative_to(tmp_path)
    assert python_with(("whylogs[image]", "numpy<1.26"), tmp_path) != python


def test_an_environment_that_failed_leaves_nothing(monkeypatch, tmp_path):
    def hang(command, **_):
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(environments.subprocess, "run", hang)
    with pytest.raises(NotInstalledError, match="timed out"):
        python_with(("cleanvision",), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_photographs_of_a_folder_are_taken_by_chance_but_the_same_each_time(photographs, tmp_path):
    first = put_photographs(tmp_path / "first", 4, photographs)
    second = put_photographs(tmp_path / "second", 4, photographs)

    assert [one.read_bytes() for one in first] == [one.read_bytes() for one in second]
    assert len({one.read_bytes() for one in first}) == 4
    with pytest.raises(TooFewPhotographsError, match="holds 6 images"):
        put_photographs(tmp_path / "third", 7, photographs)


def test_packaged_photographs_are_views_of_one_size(tmp_path):
    made = put_photographs(tmp_path / "made", 9, None)

    sizes = set()
    for one in made:
        with Image.open(one) as picture:
            sizes.add(picture.size)
    assert sizes == {(500, 375)}
    assert len({one.read_bytes() for one in made}) == 9
