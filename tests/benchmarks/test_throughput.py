"""The benchmark of images: what it takes, how it groups it, what it prints, how it ends."""

import json

import numpy as np
import pytest
from PIL import Image

from benchmarks import throughput
from benchmarks.throughput_parts import own_folder, timing
from benchmarks.throughput_parts.corpora import KINDS, Corpus, make_corpora
from benchmarks.throughput_parts.own_folder import (
    Measurable,
    NothingToMeasureError,
    group,
    look_at,
)
from jobs.errors import BucketAccessError


def _picture(number, size=(28, 28), mode="RGB"):
    generator = np.random.default_rng(number)
    pixels = generator.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


@pytest.fixture
def mixed_folder(tmp_path):
    """Formats, sizes, capital letters, subfolders and faults, as folders of people have them."""
    folder = tmp_path / "mixed"
    (folder / "a" / "deep").mkdir(parents=True)
    for number in range(6):
        _picture(number).save(folder / "a" / "deep" / f"{number}.png")
        _picture(number, (500 + number, 375)).save(folder / f"{number}.JPEG")
        _picture(number, (40, 30)).save(folder / f"{number}.WebP", "WEBP")
    _picture(1, (90, 10)).save(folder / "single.bmp")
    (folder / "empty.gif").write_bytes(b"")
    (folder / "text.jpg").write_bytes(b"no picture at all, but a text of some length")
    (folder / "notes.txt").write_text("not an image, and not called like one")
    return folder


def _of_size(count, width, height, file_format="JPEG"):
    return [
        Measurable(name=str(number), file_format=file_format, width=width, height=height)
        for number in range(count)
    ]


def test_a_folder_is_taken_with_all_endings_and_its_faults_are_counted(mixed_folder):
    found = look_at(mixed_folder)

    counts = {heading: len(images) for heading, images in found.groups.items()}
    assert counts == {"28x28 PNG": 6, "about 502x375 JPEG": 6, "40x30 WEBP": 6}
    said = "\n".join(found.remarks)
    assert "21 of 21 images" in said
    assert "1 left out: empty file" in said
    assert "1 left out: not an image" in said
    assert "1 90x10 BMP left out: too few" in said


def test_files_of_a_folder_are_measured_as_they_are(mixed_folder):
    (corpus,) = look_at(mixed_folder).corpora(["28x28 PNG"])

    for data, place in zip(corpus.files, corpus.locations, strict=True):
        assert (mixed_folder / place.name).read_bytes() == data


def test_sizes_that_differ_fourfold_are_groups_and_frequent_ones_their_own():
    groups = group(
        [
            *_of_size(60, 640, 480),
            *_of_size(10, 500, 375),
            *_of_size(10, 510, 390),
            *_of_size(10, 4000, 3000),
            *_of_size(10, 28, 28, "PNG"),
        ]
    )

    assert {heading: len(images) for heading, images in groups.items()} == {
        "640x480 JPEG": 60,
        "about 505x382 JPEG": 20,
        "4000x3000 JPEG": 10,
        "28x28 PNG": 10,
    }


@pytest.mark.parametrize("what", ["empty", "missing", "unreadable"])
def test_a_folder_with_nothing_to_measure_is_one_sentence(what, tmp_path, capsys):
    folder = tmp_path / what
    if what != "missing":
        folder.mkdir()
    if what == "unreadable":
        (folder / "a.jpg").write_bytes(b"no picture at all, but a text of some length")

    assert throughput.main(["--folder", str(folder)]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert str(folder) in sentence


def test_a_folder_that_cannot_be_listed_is_one_sentence(mixed_folder, capsys, monkeypatch):
    def refuse(_):
        raise BucketAccessError("bucket/a/", "permission denied")

    monkeypatch.setattr(own_folder, "open_bucket", refuse)

    assert throughput.main(["--folder", str(mixed_folder)]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "permission denied" in sentence


def test_a_kind_that_does_not_exist_is_told_with_those_that_do(capsys):
    assert throughput.main(["--only", "29x29"]) == 2
    assert "28x28 PNG" in capsys.readouterr().err
    with pytest.raises(NothingToMeasureError, match="32x32 JPEG"):
        list(throughput.corpora(None, ["7x7"], None))


def test_made_files_have_their_kind_and_small_ones_differ():
    sources = [_picture(number, (100, 80)) for number in range(3)]
    made = {corpus.name: corpus for corpus in make_corpora(sources, lambda name: "32x32" in name)}

    assert set(made) == {"32x32 PNG", "32x32 JPEG"}
    assert {kind.name for kind in KINDS} > set(made)
    for corpus in made.values():
        assert len(set(corpus.files)) == len(corpus.files) == 2_000


def test_the_lead_is_the_ratio_to_the_reference_and_time_is_beside_cpu_time(
    mixed_folder, capsys, tmp_path
):
    target = tmp_path / "found.json"
    options = ["--folder", str(mixed_folder), "--only", "JPEG", "--rounds", "1"]

    assert throughput.main([*options, "--markdown", "--json", str(target)]) == 0

    printed = capsys.readouterr().out.splitlines()
    place = printed.index("about 502x375 JPEG")
    assert printed[place + 1].endswith(" x  extract() vs reference")
    found = json.loads(target.read_bytes())["corpora"]["about 502x375 JPEG"]
    for yardstick in ("turbo, used memory", "turbo, new memory", "PIL"):
        assert found["costs"][f"{yardstick}, 1 thread"]["cpu"] > 0
        assert f"all / {yardstick}, 1 thread, CPU time" in found["ratios"]
    heads, _, row = printed[-3:]
    assert heads.count("|") == row.count("|")
    assert row.startswith("| about 502x375 JPEG | ")
    whole = found["costs"]["extract()"]
    # The decoders go on running: what they spent is seen nonetheless.
    assert 0 < whole["parent"] < whole["cpu"]


def test_wrong_numbers_end_the_command_with_one(mixed_folder, capsys, monkeypatch):
    monkeypatch.setattr(timing, "reference_features", lambda _: (0.0,) * 7)
    options = ["--folder", str(mixed_folder), "--only", "28x28", "--rounds", "1"]

    assert throughput.main(options) == 1
    assert "WRONG: the seven of 4" in capsys.readouterr().out


def test_files_are_stored_where_their_locations_say(tmp_path):
    corpus = Corpus(name="28x28 PNG", files=(b"one", b"two")).store(tmp_path)

    stored = [(tmp_path / "28x28_PNG" / one.name).read_bytes() for one in corpus.locations]
    assert stored == [b"one", b"two"]
    assert {one.bucket_url for one in corpus.locations} == {str(tmp_path / "28x28_PNG")}
