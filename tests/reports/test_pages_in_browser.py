import base64
import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reports.findings.run import RunFindings
from reports.history.history import history_row
from reports.pages.run.report import report_html, with_marks
from tests.support import findings as examples
from tests.support.browser import OpenedPage, open_pages, picture_page
from tests.support.labelled_history import labelled_rows
from tests.support.model_qualities import fallen
from tests.support.normal_days import drifted_from_days
from tests.support.pages import EXAMPLES, index_of, page_of, photograph
from tests.support.quality_findings import with_quality
from tests.support.view_pages import VIEW_PAGE_EXAMPLES, view_page_of

WIDTHS_PX = (360, 800, 1400)


def hostile_index() -> bytes:
    run = examples.hostile()
    rows = [history_row(run), *examples.past_rows(run, 40)]
    return index_of("dogs", [dataclasses.replace(row, summary=run.summary) for row in rows])


def assert_sound(opened: OpenedPage) -> None:
    assert opened.complaints == ()
    for width_px, facts in zip(WIDTHS_PX, opened.at_widths, strict=True):
        assert facts["client_width"] == width_px
        assert facts["scroll_width"] <= width_px, facts["too_wide"]
        assert facts["too_wide"] == []
        assert facts["styled"], "the policy kept the page's own style out"
        assert (facts["scripts"], facts["handlers"], facts["broken_pictures"]) == (0, 0, 0)
        assert facts["loaded"] == []


@pytest.fixture(scope="module")
def unfolded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, OpenedPage]:
    """The pages of all examples, and the index, with all of their folds open."""
    pages = {example.__name__: page_of(example()) for example in EXAMPLES}
    pages |= {example.__name__: view_page_of(example()) for example in VIEW_PAGE_EXAMPLES}
    pages["index"] = hostile_index()
    return open_pages(pages, tmp_path_factory.mktemp("open"), *WIDTHS_PX, open_details=True)


@pytest.fixture(scope="module")
def first_seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, OpenedPage]:
    """A run's page and the index as they are before anything is touched."""
    pages = {
        "run": page_of(long_headline()),
        "worse": page_of(with_quality(long_headline(), fallen())),
        "index": hostile_index(),
        "labelled index": index_of("dogs", labelled_rows(120, fell=3)),
    }
    return open_pages(pages, tmp_path_factory.mktemp("first"), *WIDTHS_PX)


def long_headline() -> RunFindings:
    return dataclasses.replace(
        examples.drifted(),
        headline="Images are darker and blurrier than the reference since Tuesday 11 Mar 14:00 "
        "UTC, nearly all from model_version 7",
        affected=412,
    )


@pytest.mark.parametrize(
    "example", [*EXAMPLES, *VIEW_PAGE_EXAMPLES], ids=lambda example: example.__name__
)
def test_a_page_fits_every_screen_and_the_browser_does_not_complain(
    example: Callable[[], RunFindings], unfolded: dict[str, OpenedPage]
) -> None:
    assert_sound(unfolded[example.__name__])


@pytest.mark.parametrize("page", ["index", "labelled index"])
def test_the_index_fits_every_screen(page: str, first_seen: dict[str, OpenedPage]) -> None:
    assert_sound(first_seen[page])


def test_the_first_screen_says_what_happened_and_which_images_to_look_at(
    first_seen: dict[str, OpenedPage],
) -> None:
    for height_px, facts in zip((740, 900, 900), first_seen["run"].at_widths, strict=True):
        parts = facts["bottoms"]
        assert parts["h1"] < parts[".reach"]
        assert max(parts[part] for part in ("h1", ".reach", ".strip img", ".chips")) < height_px


def test_what_labels_say_is_seen_at_once_beside_the_verdict(
    first_seen: dict[str, OpenedPage],
) -> None:
    for facts in first_seen["worse"].at_widths:
        assert facts["bottoms"][".of-model"] < facts["bottoms"]["h1"] < 400
    for facts in first_seen["labelled index"].at_widths:
        assert facts["bottoms"]["h1"] < facts["bottoms"][".model"] < 400


def test_hostile_labels_are_shown_as_text(unfolded: dict[str, OpenedPage]) -> None:
    text = unfolded["hostile"].at_widths[-1]["text"]

    assert "</script><script>alert(1)</script>" in text
    assert "<img src=x onerror=alert(2)>" in text
    assert "\"'><style>*{display:none}</style>" in text
    assert "{{ 7 * 7 }}" in text
    assert "U+202E" in text
    assert "\u202e" not in text
    assert "a" * 300 in text


def test_headings_start_at_one_and_leave_no_level_out(unfolded: dict[str, OpenedPage]) -> None:
    for page in ("drifted", "worse_with_drift", "index"):
        levels = unfolded[page].at_widths[1]["headings"]

        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_script_that_got_into_the_page_would_not_run(tmp_path: Path) -> None:
    """The policy is a second wall: shown by breaking the first one on purpose."""
    inside = b"<script>document.body.innerText = 'broken in'</script></main>"
    page = page_of(examples.steady()).replace(b"</main>", inside)

    opened = open_pages({"broken": page}, tmp_path, 800)["broken"]

    assert "broken in" not in opened.at_widths[0]["text"]
    assert any("Content Security Policy" in complaint for complaint in opened.complaints)


def test_the_page_is_dark_where_the_reader_wants_it_dark(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(page_of(examples.steady()))
    brightness = []
    for dark in (False, True):
        target = tmp_path / f"{dark}.png"
        picture_page(page, target, (500, 400), dark=dark)
        brightness.append(np.asarray(Image.open(target).convert("L")).mean())

    assert brightness[0] > 200
    assert brightness[1] < 60


def test_the_picture_in_the_page_is_the_thumbnail() -> None:
    assert base64.b64encode(photograph()) in page_of(examples.drifted())


def test_a_run_that_was_settled_is_not_asked_to_be_settled_again(tmp_path: Path) -> None:
    page = report_html(drifted_from_days(), None, [])
    rejected = with_marks(page, accepted=False, rejected=True)
    opened = open_pages({"open": page, "rejected": rejected}, tmp_path, 1400)
    before, after = (opened[name].at_widths[0]["text"] for name in ("open", "rejected"))
    assert "drift accept" in before
    assert "drift reject" in before
    assert "Rejected: this window" in after
    assert "drift accept" not in after
    assert "drift reject" not in after
    assert "Check model_version 7 first" in after
