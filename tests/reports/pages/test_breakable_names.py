"""Names of files break where a reader would break them, and stay text."""

import html
import re

import pytest

from reports.pages.page import breakable
from tests.support.findings import HOSTILE_LABELS


def test_names_break_after_separators_and_before_numbers() -> None:
    assert breakable("images/20250304102452_warehouse 136.jpg") == (
        "images/<wbr>20250304102452_<wbr>warehouse 136.jpg"
    )
    assert breakable("IMG-0042.PNG") == "IMG-<wbr>0042.PNG"
    assert breakable("frame0012.png") == "frame<wbr>0012.png"
    assert breakable("a//b") == "a//<wbr>b"


@pytest.mark.parametrize("name", HOSTILE_LABELS)
def test_what_comes_from_outside_stays_text(name: str) -> None:
    marked = str(breakable(name))

    assert re.findall(r"<[^>]*>", marked) in ([], ["<wbr>"] * marked.count("<wbr>"))
    assert "\u202e" not in html.unescape(marked)
