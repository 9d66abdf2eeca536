"""What init, check and drift profile say of a reference that is small or holds copies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from drift.cli.commands.group import program
from drift.observations.reference.shared_images import Part
from drift.setup.images.equal_objects import count_in_reference, find_equal
from drift.setup.initiate import propose
from drift.setup.propose.proposal import Proposal
from jobs.buckets.registry import open_bucket
from tests.support.layouts import requests, write_csv


def paint(path: Path, number: int) -> None:
    """Write a picture of which there is no other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), np.uint8)
    Image.fromarray(pixels).resize((48, 40)).save(path, "JPEG")


def make_bucket(folder: Path, rows: int, reference: list[int]) -> datetime:
    """Write a log of unlike images, and reference images by their numbers; return the log's end."""
    logged = requests(rows)
    for one in logged:
        paint(folder / f"images/{one.number}.jpg", one.number)
    for place, number in enumerate(reference):
        paint(folder / f"reference/r{place}.jpg", number)
    columns = [
        {
            "timestamp": one.time.isoformat() + "Z",
            "image": f"images/{one.number}.jpg",
            "prediction": one.breed,
        }
        for one in logged
    ]
    write_csv(folder / "log.csv", columns)
    return logged[-1].time.replace(tzinfo=UTC)


def proposed(folder: Path, end: datetime) -> Proposal:
    url, now = folder.as_uri(), end + timedelta(hours=1)
    return propose(open_bucket(url), open_bucket=open_bucket, name="x", url=url, now=now)


def said(proposal: Proposal) -> str:
    return " ".join(f"{doubt.key}: {doubt.text}" for doubt in proposal.doubts)


def command(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.chdir(folder)
    return " ".join(CliRunner().invoke(program, list(arguments)).output.split())


def test_a_dozen_reference_images_are_taken_and_named_with_how_many_it_takes(tmp_path):
    found = proposed(tmp_path, make_bucket(tmp_path, 3, list(range(500, 512))))
    assert found.reference is not None
    assert found.reference.path == "reference/"
    assert found.reference.because == "12 images that the log does not name"
    assert "12 reference images show only shifts of 1.3 sigma or more" in said(found)
    assert "0.5 sigma (detection.effect_to_see) takes about" in said(found)
    assert "The log leads to 3 images so far; with fewer than 10" in said(found)
    # It holds more once the log does.
    assert (found.window.images, found.window.rows) == (3, 111)


def test_a_longer_past_is_taken_before_a_dozen_images_which_are_named(tmp_path):
    found = proposed(tmp_path, make_bucket(tmp_path, 80, list(range(500, 512))))
    assert found.stretch is not None
    assert "reference/ holds 12 images only" in said(found)
    assert "There is no set of images" not in said(found)


def test_copies_in_the_reference_are_named_and_count_once(tmp_path):
    found = proposed(tmp_path, make_bucket(tmp_path, 30, [500] * 40 + list(range(600, 700))))
    assert "39 of 140 reference images are copies of one; each picture counts once." in said(found)


def test_the_logs_own_images_in_the_reference_are_named(tmp_path):
    found = proposed(tmp_path, make_bucket(tmp_path, 60, list(range(20)) + list(range(500, 540))))
    assert "20 of 60 images of the log that were tried are in it too, byte for byte" in said(found)


def test_nothing_is_said_of_a_reference_that_is_another_set(tmp_path):
    found = proposed(tmp_path, make_bucket(tmp_path, 30, list(range(500, 600))))
    assert not [one for one in found.doubts if one.key == "reference"]


def test_check_and_profile_say_the_same(tmp_path, monkeypatch):
    end = make_bucket(tmp_path, 40, [500] * 15 + list(range(10)))
    (tmp_path / "job.toml").write_text(
        'name = "x"\n[bucket]\nurl = "."\n[predictions]\npath = "log.csv"\n'
        '[images]\npath = "{image}"\n[window]\nrows = 40\n[reference]\nimages = "reference/"\n'
    )
    until = ("--until", (end + timedelta(hours=1)).isoformat())
    copies, shared = "14 of 25 reference images are copies of one", "10 of the 40 images tried"
    few = "11 reference images show only shifts of 1.4 sigma or more"
    checked = command(tmp_path, monkeypatch, "check", "job.toml", *until)
    assert copies in checked
    assert shared in checked
    assert few in checked
    built = command(tmp_path, monkeypatch, "profile", "build", "job.toml")
    assert "25 images (11 different) from the images below reference/" in built
    assert copies in built
    assert copies in command(tmp_path, monkeypatch, "profile", "show", "job.toml")
    again = command(tmp_path, monkeypatch, "check", "job.toml", *until)
    assert copies in again
    assert shared in again
    assert few in again


def test_objects_of_one_size_are_read_and_others_are_not(tmp_path):
    sizes = {"a": b"1234", "b": b"1234", "c": b"4321", "d": b"12345", "e": b"", "f": b""}
    for name, content in sizes.items():
        (tmp_path / name).write_bytes(content)
    bucket = open_bucket(str(tmp_path))
    found = find_equal(bucket, list(bucket.list()))
    assert (found.images, found.copies, found.copied) == (6, 1, 1)
    assert found.words() == "1 of 6 reference images is a copy of one"


def test_an_object_on_both_sides_counts_without_being_read(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"1")
    bucket = open_bucket(str(tmp_path))
    a, b = bucket.list()
    assert count_in_reference(bucket, [a], [a]) == Part(count=1, total=1)
    assert count_in_reference(bucket, [a], [b]) == Part(count=1, total=1)
    (tmp_path / "b").write_bytes(b"2")
    assert count_in_reference(bucket, [a], [b]) == Part(count=0, total=1)
