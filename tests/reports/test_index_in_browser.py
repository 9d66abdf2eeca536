import dataclasses
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.index_pages import simulated_rows
from reports.history import HistoryRow
from reports.index_page import index_files, index_html
from tests.support.browser import open_page, violations
from tests.support.findings import HOSTILE_LABELS

WIDTHS_PX = (360, 800, 1400)


def hostile() -> list[HistoryRow]:
    labels = [*HOSTILE_LABELS, "long " * 400, "\u05e9\u05dc\u05d5\u05dd 12 (3)"]
    return [
        dataclasses.replace(row, run_id=label, headline=f"{label} is new", effects={label: 0.4})
        for row, label in zip(simulated_rows(60), labels * 9, strict=False)
    ]


PAGES: dict[str, Callable[[], bytes]] = {
    "two runs": lambda: index_html("dogs", simulated_rows(2)),
    "45 days": lambda: index_html("dogs", simulated_rows(45)),
    "400 days": lambda: index_html("dogs", simulated_rows(400)),
    "hourly": lambda: index_html("dogs", simulated_rows(300, timedelta(hours=1))),
    "hostile": lambda: index_html("dogs", hostile()),
    "no run": lambda: index_html("dogs", []),
    "a table": lambda: max(index_files("dogs", simulated_rows(400)).tables.items())[1],
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_screen_and_loads_and_runs_nothing(name: str, tmp_path: Path) -> None:
    opened = open_page(PAGES[name](), tmp_path, *WIDTHS_PX, open_details=True)

    assert opened.complaints == ()
    for width_px, facts in zip(WIDTHS_PX, opened.at_widths, strict=True):
        assert facts["scroll_width"] <= width_px, facts["too_wide"]
        assert facts["too_wide"] == []
        assert facts["styled"], "the policy kept the page's own style out"
        assert (facts["scripts"], facts["handlers"], facts["loaded"]) == (0, 0, [])
        assert facts["headings"][0] == 1


def few_columns(rows: Iterable[HistoryRow]) -> list[HistoryRow]:
    """The same kinds of things in a page, fewer times: axe looks at each of them."""
    return [dataclasses.replace(row, effects=dict(list(row.effects.items())[:3])) for row in rows]


AXE_PAGES = {
    "45 days": lambda: index_html("dogs", few_columns(simulated_rows(45))),
    "hourly": lambda: index_html("dogs", few_columns(simulated_rows(300, timedelta(hours=1)))),
    "hostile": PAGES["hostile"],
    "a table": PAGES["a table"],
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", AXE_PAGES)
def test_axe_finds_nothing_serious(name: str, dark: bool, tmp_path: Path) -> None:
    found = violations(AXE_PAGES[name](), tmp_path, 360, 1400, dark=dark)

    assert [one for one in found if one.impact in {"serious", "critical"}] == []
