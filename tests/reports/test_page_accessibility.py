"""Every run's page against the rules of axe-core, in a real browser."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.findings import Latency, PictureCount, PictureHealth, RunFindings
from reports.html_report import report_html
from tests.support import findings as examples
from tests.support.browser import violations
from tests.support.pages import EXAMPLES, page_of


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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_a_page_breaks_no_rule(
    example: Callable[[], RunFindings], dark: bool, tmp_path: Path
) -> None:
    assert violations(full_page_of(example), tmp_path, 360, 1200, dark=dark) == ()


def test_a_page_without_thumbnails_breaks_no_rule(tmp_path: Path) -> None:
    assert violations(report_html(examples.drifted(), None), tmp_path, 360, 1200) == ()


def test_a_broken_page_is_found_out(tmp_path: Path) -> None:
    page = full_page_of(examples.drifted).decode()
    page = page.replace('<html lang="en">', "<html>").replace(
        "--muted: #57616d", "--muted: #c9c9c9"
    )
    page = page.replace('alt="Image 1"', "")

    found = violations(page.encode(), tmp_path, 360)

    assert {"html-has-lang", "color-contrast", "image-alt"} <= {one.rule for one in found}
    assert {one.impact for one in found} >= {"serious", "critical"}
    assert all(one.places for one in found)


def test_without_axe_core_it_is_skipped_but_fails_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.browser.AXE", tmp_path / "axe.min.js")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="npm ci"):
        violations(b"", tmp_path, 360)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="npm ci"):
        violations(b"", tmp_path, 360)
