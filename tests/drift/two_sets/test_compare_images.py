"""Two sets of images are compared as a run compares a window, wherever the files lie."""

import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

import drift
from drift.two_sets.image_sets import ChosenFiles, open_images
from jobs.errors import InputError, UsageError
from tests.support.browser import open_pages, violations

REFERENCE, CURRENT = 40, 24


def write_images(folder: Path, count: int, seed: int, *, blurred_in: str = "") -> None:
    """Write pictures of coarse noise into two folders; those of one of them may be blurred."""
    generator = np.random.default_rng(seed)
    for number in range(count):
        name = ("north", "south")[number % 2]
        coarse = generator.integers(40, 216, (12, 12, 3)).astype(np.uint8)
        image = Image.fromarray(coarse).resize((48, 48), Image.Resampling.NEAREST)
        if name == blurred_in:
            image = image.filter(ImageFilter.GaussianBlur(3))
        (folder / name).mkdir(parents=True, exist_ok=True)
        image.save(folder / name / f"{number:03}.png")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    write_images(folder / "train", REFERENCE, 1)
    write_images(folder / "today", CURRENT, 2)
    write_images(folder / "blurred", CURRENT, 3, blurred_in="south")
    return folder


@pytest.fixture(scope="module")
def blurred(world):
    return drift.compare(world / "train", world / "blurred")


@pytest.fixture(scope="module")
def steady(world):
    return drift.compare(str(world / "train"), sorted((world / "today").rglob("*.png")))


def test_blurred_images_are_said_with_their_folder_and_their_files(blurred, world):
    assert blurred.verdict == "drift"
    assert "blurrier" in blurred.headline
    assert "south" in blurred.headline
    files = blurred.images()["file"]
    assert len(files)
    assert all(Path(one).is_file() for one in files)
    assert Path(files[0]).parent.name == "south"
    assert list(blurred.images()["image"]) == [
        f"current/{Path(one).relative_to(world / 'blurred')}" for one in files
    ]


def test_images_like_the_reference_are_steady_and_shown_beside_it(steady):
    assert steady.verdict == "steady"
    assert steady.images().empty
    html = steady._repr_html_()
    assert html.count("<img ") == 8
    assert "Typical of the reference" in html


def test_a_list_of_files_and_their_folder_say_the_same(steady, world):
    again = drift.compare(world / "train", world / "today")

    assert again.to_dict()["features"] == steady.to_dict()["features"]


def test_images_in_an_archive_are_read_where_they_lie(world, tmp_path):
    (tmp_path / "packed").mkdir()
    with tarfile.open(tmp_path / "packed" / "images.tar", "w") as archive:
        archive.add(world / "today", arcname=".")

    found = drift.compare(world / "train", tmp_path / "packed")

    assert found.verdict == "steady"
    assert found.to_dict()["images"]["analysed"] == CURRENT


def test_files_that_are_no_images_are_named_and_the_others_are_compared(world, tmp_path):
    shutil.copytree(world / "today", tmp_path / "some")
    for name in ("bad.png", "worse.jpg", ".hidden.png", "_part.png", "notes.txt"):
        (tmp_path / "some" / name).write_bytes(b"no image")

    found = drift.compare(world / "train", tmp_path / "some")

    quality = found.to_dict()["quality"]
    assert found.verdict == "steady"
    assert sorted(one["name"] for one in quality["troubles"]) == [
        "current/bad.png",
        "current/worse.jpg",
    ]
    assert sum(quality["reasons"].values()) == 2


def test_too_many_unreadable_images_allow_no_answer(world, tmp_path):
    shutil.copytree(world / "today", tmp_path / "some")
    for number in range(CURRENT):
        (tmp_path / "some" / f"bad{number}.png").write_bytes(b"no image")

    found = drift.compare(world / "train", tmp_path / "some")

    assert found.verdict == "inconclusive"
    assert "24 of 48" in found.summary
    assert "images.most_lost" not in found.summary
    bad = sorted((tmp_path / "some").glob("bad*.png"))
    with pytest.raises(InputError, match="reference"):
        drift.compare(bad, world / "train")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("empty", "holds no file at all"),
        ("texts", "holds 1 file, and no image"),
        ("one", "holds 1 image. Expected at least 10"),
        ("nowhere", "does not exist. Expected a folder of images"),
        ("one/a.png", "is a file. Expected a folder of images"),
        ([], "the list of images is empty"),
        (["no/a.png", "no/b.png"], "2 of 2 files do not exist"),
    ],
)
def test_a_side_without_enough_images_says_what_is_there(given, message, world, tmp_path):
    for name in ("empty", "texts", "one"):
        (tmp_path / name).mkdir()
    (tmp_path / "texts" / "a.txt").write_text("text")
    shutil.copy(next(world.rglob("*.png")), tmp_path / "one" / "a.png")
    current = tmp_path / given if isinstance(given, str) else given

    with pytest.raises(InputError, match=message):
        drift.compare(world / "train", current)


def test_an_empty_text_is_not_taken_for_the_working_directory(world):
    with pytest.raises(UsageError, match="reference is an empty text"):
        drift.compare("", world / "today")


def test_a_reference_without_a_readable_image_is_told_without_a_job_file(world, tmp_path):
    for number in range(12):
        (tmp_path / f"bad{number}.png").write_bytes(b"no image")

    with pytest.raises(InputError, match=r"no readable image .*12 not an image") as told:
        drift.compare(tmp_path, world / "today")

    assert "job file" not in told.value.message


def test_images_compared_with_themselves_are_told_in_a_whole_sentence(world):
    found = drift.compare(world / "today", world / "today")

    assert found.headline == "The current images are those of the reference"


def test_columns_are_no_matter_of_images(world):
    with pytest.raises(UsageError, match="columns is about tables"):
        drift.compare(world / "train", world / "today", columns=["mean"])


def test_chosen_files_list_what_was_chosen_only(world):
    files = sorted((world / "today").rglob("*.png"))
    bucket = open_images(files[:3], "current")

    assert isinstance(bucket, ChosenFiles)
    names = [one.name for one in bucket.list("")]
    assert [Path(bucket.url) / one for one in names] == files[:3]
    assert {one.parent.name for one in files[:3]} == {"north"}
    assert not list(bucket.list("south/"))


def test_progress_is_told_of_both_sides(world):
    seen = []
    drift.compare(
        world / "train", world / "today", progress=lambda done, of: seen.append((done, of))
    )

    assert {of for _, of in seen} == {REFERENCE, CURRENT}
    assert (CURRENT, CURRENT) in seen


@pytest.mark.slow
def test_saved_pages_and_displays_fit_a_telephone_and_can_be_read_by_everybody(
    blurred, steady, tmp_path
):
    display = (
        f"<html lang=en><head><title>x</title></head><body><main>{blurred._repr_html_()}</main>"
    )
    pages = {
        "drift": blurred.save(tmp_path / "drift.html").read_bytes(),
        "steady": steady.save(tmp_path / "steady.html").read_bytes(),
    }
    shown = {**pages, "display": display.encode()}

    opened = open_pages(shown, tmp_path, 360, 1000, open_details=True)

    for name, page in opened.items():
        assert not page.complaints, name
        for width, facts in zip((360, 1000), page.at_widths, strict=True):
            assert facts["scroll_width"] <= width, (name, facts)
    found = violations(pages, tmp_path, 360)
    assert not any(found.values()), found
