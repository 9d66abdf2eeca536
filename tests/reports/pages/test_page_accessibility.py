"""Every run's page against the rules of axe-core, in a real browser."""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.findings.images import Latency, PictureCount, PictureHealth
from reports.findings.run import RunFindings
from reports.findings.runs import Notice, NoticeKind
from reports.pages.run.report import report_html
from reports.pages.two_runs.differences import compare_sides
from reports.pages.two_runs.page import comparison_html
from reports.pages.two_runs.sides import ComparedSide
from reports.telling.forms.mail import mail_html
from reports.telling.message import message_of
from tests.support import findings as examples
from tests.support.browser import Violation, violations
from tests.support.pages import EXAMPLES, page_of, photograph
from tests.support.view_pages import VIEW_PAGE_EXAMPLES, view_page_of


def full_page_of(example: Callable[[], RunFindings]) -> bytes:
    """Return the page of a run in which every part of it is there."""
    run = example()
    some = PictureCount(images=3, reference_share=0.01)
    pictures = PictureHealth(dark=some, blown_out=some, blurred=some, tiny=some)
    latency = Latency(count=9, median_ms=20.0, p95_ms=90.0, max_ms=400.0)
    quality = dataclasses.replace(run.quality, pictures=pictures, latency=latency)
    return page_of(
        dataclasses.replace(
            run, headline="Images are darker", affected=3, minimum_effect=0.1, quality=quality
        )
    )


def mail_of(run: RunFindings) -> bytes:
    """Return the mail about a drift, which names two pictures."""
    pictures = {one.image: b"jpeg" for one in run.offenders}
    notice = Notice(kind=NoticeKind.DRIFT, since=run.window.end)
    message = message_of(run, notice, link="https://example.com/report.html", pictures=pictures)
    assert message.content is not None
    return mail_html(message.content).encode()


def comparison_of(second: Callable[[], RunFindings]) -> bytes:
    """Return the page of a steady run beside another one."""
    other = second()
    compared = compare_sides(
        ComparedSide(findings=examples.steady()), ComparedSide(findings=other, page="report.html")
    )
    shots = {offender.image: photograph() for offender in other.offenders[:4]}
    return comparison_html(compared, ({}, shots))


PAGES: dict[str, Callable[[], bytes]] = {
    "comparison": functools.partial(comparison_of, examples.drifted),
    "comparison with hostile labels": functools.partial(comparison_of, examples.hostile),
    **{example.__name__: functools.partial(full_page_of, example) for example in EXAMPLES},
    "without thumbnails": lambda: report_html(examples.drifted(), None),
    **{
        example.__name__: functools.partial(view_page_of, example())
        for example in VIEW_PAGE_EXAMPLES
    },
    "mail of a drift": lambda: mail_of(examples.drifted()),
}


@pytest.fixture(scope="module", params=[False, True], ids=["light", "dark"])
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Violation, ...]]:
    pages = {name: make() for name, make in PAGES.items()}
    folder = tmp_path_factory.mktemp("axe")
    return violations(pages, folder, 360, 1200, dark=request.param)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_breaks_no_rule(page: str, found: dict[str, tuple[Violation, ...]]) -> None:
    assert found[page] == ()


def test_a_broken_page_is_found_out(tmp_path: Path) -> None:
    page = full_page_of(examples.drifted).decode()
    page = page.replace('<html lang="en">', "<html>").replace(
        "--muted: #57616d", "--muted: #c9c9c9"
    )
    page = page.replace('alt="Image 1"', "")

    found = violations({"broken": page.encode()}, tmp_path, 360)["broken"]

    assert {"html-has-lang", "color-contrast", "image-alt"} <= {one.rule for one in found}
    assert {one.impact for one in found} >= {"serious", "critical"}
    assert all(one.places for one in found)


def test_without_axe_core_it_is_skipped_but_fails_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.browser.AXE", tmp_path / "axe.min.js")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="npm ci"):
        violations({}, tmp_path, 360)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="npm ci"):
        violations({}, tmp_path, 360)
