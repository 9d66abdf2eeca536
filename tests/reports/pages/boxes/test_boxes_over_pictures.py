"""Boxes on a run's page: over the picture, and in words."""

import dataclasses
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reference_stats.decoding.thumbnails import thumbnail
from reports.findings.images import BoxKind, PictureBoxes
from reports.pages.boxes.jpeg_size import jpeg_size
from reports.pages.boxes.view import box_path, boxes_view
from reports.pages.boxes.words import box_words, boxes_words
from reports.pages.run.report import report_html
from tests.support import findings as examples
from tests.support.boxed_findings import crowd, drawn, found_boxes, hostile_boxes
from tests.support.model_qualities import fallen
from tests.support.pages import page_of, photograph

SHARES = st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted)


def jpeg(size: tuple[int, int], **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.zeros((size[1], size[0], 3), np.uint8)).save(out, "JPEG", **options)
    return out.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (160, 3), (300, 700)])
def test_the_size_of_a_jpeg_is_read_from_its_header(size: tuple[int, int]) -> None:
    assert jpeg_size(jpeg(size)) == size
    assert jpeg_size(jpeg(size, progressive=True, comment=b"\xff\xc0" * 20)) == size
    assert jpeg_size(thumbnail(jpeg(size)) or b"") is not None


@given(data=st.binary(max_size=60))
def test_anything_else_has_no_size(data: bytes) -> None:
    assert jpeg_size(b"") is None
    assert jpeg_size(b"\xff\xd8" + data) is None or b"\xff" in data
    assert jpeg_size(jpeg((9, 9))[:30]) is None


@given(across=SHARES, down=SHARES, width=st.integers(1, 160), height=st.integers(1, 160))
def test_a_box_covers_the_same_share_of_a_picture_of_any_size(across, down, width, height):
    box = drawn(across[0], down[0], across[1], down[1])

    found = re.fullmatch(r"M(\S+) (\S+)H(\S+)V(\S+)H(\S+)Z", box_path(box, (width, height)))

    assert found is not None
    left, top, right, bottom, again = map(float, found.groups())
    assert left == again
    sides = np.array([left, top, right, bottom])
    shares = np.array([across[0], down[0], across[1], down[1]])
    assert np.abs(sides - shares * [width, height, width, height]).max() <= 0.051


def test_a_page_draws_either_kind_in_its_own_style_and_says_each_box() -> None:
    page = page_of(found_boxes()).decode()

    first = page[page.index('id="image-1"') : page.index('id="image-2"')]
    width, height = jpeg_size(photograph()) or (0, 0)
    assert f'<svg class="boxes" viewBox="0 0 {width} {height}" aria-hidden="true"' in first
    predicted = box_path(drawn(0.2, 0.25, 0.8, 0.9), (width, height))
    assert f'<g class="predicted"><path d="{predicted}"><title>dog 0.87</title>' in first
    assert '<g class="true"><path d=' in first
    assert "<title>dog, true</title>" in first
    assert "<li><bdi>dog 0.87</bdi></li>" in first
    assert "1 box, 1 true box</summary>" in first
    assert page.count('class="legend boxes-key"') == 1
    for kind in ("predicted", "true"):
        assert f".boxes .{kind} path {{ stroke:" in page


def test_the_picture_stays_as_it_is_and_the_first_screen_shows_it_alone() -> None:
    plain = page_of(examples.drifted()).decode()
    page = page_of(found_boxes()).decode()

    pictures = re.compile(r'<img src="([^"]+)"')
    assert pictures.findall(page) == pictures.findall(plain)
    strip = page[page.index('<ul class="strip">') :]
    assert "<svg" not in strip[: strip.index("</ul>")]


def test_a_page_says_how_many_boxes_are_not_drawn_and_why() -> None:
    page = page_of(found_boxes()).decode()

    assert "61 boxes (the 24 most certain drawn)" in page
    assert "No box, 1 true box" in page
    assert "Its boxes cannot be read" in page
    assert (
        "3 boxes (not drawn: they are in pixels, and the size of the image is not known), "
        "no true box" in page
    )


def test_without_thumbnails_boxes_are_told_in_words_only() -> None:
    page = report_html(found_boxes(), None, ()).decode()

    assert "<li><bdi>dog 0.87</bdi></li>" in page
    assert 'class="boxed"' not in page
    assert "boxes-key" not in re.sub(r"<style>.*</style>", "", page, flags=re.DOTALL)


def test_names_of_classes_are_text() -> None:
    page = page_of(hostile_boxes()).decode()

    assert "&lt;/title&gt;&lt;/svg&gt;&lt;script&gt;alert(1)&lt;/script&gt; 0.50" in page
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "no class 0.50" in page


def test_a_page_of_a_job_without_boxes_holds_nothing_of_them() -> None:
    page = page_of(examples.drifted()).decode()

    assert "boxed" not in page
    assert ".boxes" not in page


def test_wrong_answers_have_their_boxes() -> None:
    quality = fallen()
    image = next(one.image for one in quality.wrong if one.image)
    run = dataclasses.replace(
        examples.drifted(),
        model_quality=quality,
        boxes={image: PictureBoxes(predicted=1, true=None, drawn=crowd(1))},
    )

    page = page_of(run).decode()

    wrong = page[page.index('id="model-wrong"') :]
    assert wrong.count('<svg class="boxes" viewBox') == 1
    assert "1 box</summary>" in wrong
    assert wrong.count("boxes-key") == 1


def test_small_boxes_lie_over_large_ones_and_words_are_in_the_order_of_scores() -> None:
    small, large = (
        drawn(0.4, 0.4, 0.5, 0.5, "hat", score=0.9),
        drawn(0.1, 0.1, 0.9, 0.9, "person", score=0.5),
    )
    boxes = {"a.jpg": PictureBoxes(predicted=2, true=None, drawn=(small, large))}

    view = boxes_view(boxes, "a.jpg", photograph())

    assert view is not None
    assert [one.words for one in view.predicted] == ["person 0.50", "hat 0.90"]
    assert view.predicted_words == ("hat 0.90", "person 0.50")
    assert boxes_view(boxes, "b.jpg", photograph()) is None
    assert boxes_view(None, "a.jpg", photograph()) is None


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (PictureBoxes(predicted=0, true=None, drawn=()), "no box"),
        (PictureBoxes(predicted=2, true=None, drawn=crowd(2)), "2 boxes"),
        (
            PictureBoxes(predicted=3, true=None, drawn=crowd(2)),
            "3 boxes (2 drawn, the others have no place in the picture)",
        ),
        (
            PictureBoxes(
                predicted=0,
                true=30,
                drawn=tuple(dataclasses.replace(one, kind=BoxKind.TRUE) for one in crowd(24)),
            ),
            "no box, 30 true boxes (the 24 first drawn)",
        ),
    ],
)
def test_boxes_in_words(boxes: PictureBoxes, words: str) -> None:
    assert boxes_words(boxes) == words


def test_a_box_without_score_or_class_says_so() -> None:
    assert box_words(drawn(0, 0, 1, 1, "", score=0.123)) == "no class 0.12"
    assert box_words(drawn(0, 0, 1, 1, "dog")) == "dog"
