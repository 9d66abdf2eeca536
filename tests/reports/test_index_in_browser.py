import dataclasses
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from benchmarks.index_pages import simulated_rows
from reports.history.history import HistoryRow
from reports.pages.index.page import index_files
from tests.support.browser import OpenedPage, Violation, open_pages, violations
from tests.support.detector_history import detector_rows
from tests.support.findings import HOSTILE_LABELS
from tests.support.normal_days import drifted_from_days, hostile_days, rows_of_days
from tests.support.pages import index_of

WIDTHS_PX = (360, 800, 1400)


def hostile() -> list[HistoryRow]:
    labels = [*HOSTILE_LABELS, "long " * 400, "\u05e9\u05dc\u05d5\u05dd 12 (3)"]
    return [
        dataclasses.replace(row, run_id=label, headline=f"{label} is new", effects={label: 0.4})
        for row, label in zip(simulated_rows(60), labels * 9, strict=False)
    ]


PAGES: dict[str, Callable[[], bytes]] = {
    "two runs": lambda: index_of("dogs", simulated_rows(2)),
    "45 days": lambda: index_of("dogs", simulated_rows(45)),
    "400 days": lambda: index_of("dogs", simulated_rows(400)),
    "hourly": lambda: index_of("dogs", simulated_rows(300, timedelta(hours=1))),
    "hostile": lambda: index_of("dogs", hostile()),
    "beside normal days": lambda: index_of("dogs", rows_of_days(drifted_from_days(), 40)),
    "hostile days": lambda: index_of("dogs", rows_of_days(hostile_days(), 100)),
    "a detector": lambda: index_of("dogs", detector_rows(40, fell=6)),
    "no run": lambda: index_of("dogs", []),
    "a table": lambda: max(index_files("dogs", simulated_rows(400)).tables.items())[1],
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, OpenedPage]:
    pages = {name: make() for name, make in PAGES.items()}
    return open_pages(pages, tmp_path_factory.mktemp("pages"), *WIDTHS_PX, open_details=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_screen_and_loads_and_runs_nothing(
    name: str, opened: dict[str, OpenedPage]
) -> None:
    assert opened[name].complaints == ()
    for width_px, facts in zip(WIDTHS_PX, opened[name].at_widths, strict=True):
        assert facts["scroll_width"] <= width_px, facts["too_wide"]
        assert facts["too_wide"] == []
        assert facts["styled"], "the policy kept the page's own style out"
        assert (facts["scripts"], facts["handlers"], facts["loaded"]) == (0, 0, [])
        assert facts["headings"][0] == 1


def few_columns(rows: Iterable[HistoryRow]) -> list[HistoryRow]:
    """The same kinds of things in a page, fewer times: axe looks at each of them."""
    return [dataclasses.replace(row, effects=dict(list(row.effects.items())[:3])) for row in rows]


AXE_PAGES = {
    "45 days": lambda: index_of("dogs", few_columns(simulated_rows(45))),
    "hourly": lambda: index_of("dogs", few_columns(simulated_rows(300, timedelta(hours=1)))),
    "hostile": PAGES["hostile"],
    "beside normal days": lambda: index_of(
        "dogs", few_columns(rows_of_days(drifted_from_days(), 9))
    ),
    "a table": PAGES["a table"],
}


@pytest.fixture(scope="module", params=[False, True], ids=["light", "dark"])
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Violation, ...]]:
    pages = {name: make() for name, make in AXE_PAGES.items()}
    return violations(pages, tmp_path_factory.mktemp("axe"), 360, 1400, dark=request.param)


@pytest.mark.parametrize("name", AXE_PAGES)
def test_axe_finds_nothing_serious(name: str, found: dict[str, tuple[Violation, ...]]) -> None:
    assert [one for one in found[name] if one.impact in {"serious", "critical"}] == []
