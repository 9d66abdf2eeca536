"""Names of files break where a reader would break them, and stay text."""

import html
import re

import pytest

from reports.pages.page import breakable, isolated
from tests.support.findings import HOSTILE_LABELS


def test_names_break_after_separators_and_before_numbers() -> None:
    assert breakable("images/20250304102452_warehouse 136.jpg") == (
        "images/<wbr>20250304102452_<wbr>warehouse 136.jpg"
    )
    assert breakable("holiday pictures/IMG-0042.PNG") == "holiday pictures/<wbr>IMG-<wbr>0042.PNG"
    assert breakable("the frame of gate0012.png") == "the frame of gate<wbr>0012.png"
    assert breakable("gs://bucket//images of today") == "gs://<wbr>bucket//<wbr>images of today"


def test_a_name_that_fits_into_a_line_is_left_whole() -> None:
    assert breakable("images/cat 17.jpg") == "images/cat 17.jpg"
    assert breakable("<b>3e8</b>") == "&lt;b&gt;3e8&lt;/b&gt;"


def test_deviations_have_the_sign_of_the_plots() -> None:
    sigma = "\N{NO-BREAK SPACE}\N{GREEK SMALL LETTER SIGMA}"

    assert isolated("down 1.3 sigma, 6 sigmas") == f"down 1.3{sigma}, 6 sigmas"


@pytest.mark.parametrize("name", HOSTILE_LABELS)
def test_what_comes_from_outside_stays_text(name: str) -> None:
    marked = str(breakable(name))

    assert re.findall(r"<[^>]*>", marked) in ([], ["<wbr>"] * marked.count("<wbr>"))
    assert "\u202e" not in html.unescape(marked)
