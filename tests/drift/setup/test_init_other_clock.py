"""Folders by the days or hours of another clock than the log's, also where that clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.layouts import put, write_csv
from tests.support.proposing import proposed, said

# The clocks of New York change on 9 March.
TIMES = [datetime(2025, 3, 6, 0, 0, 7, tzinfo=UTC) + timedelta(minutes=97 * n) for n in range(80)]


@pytest.mark.parametrize(
    ("zone", "folder", "template"),
    [
        ("Asia/Tokyo", "%Y-%m-%d", "images/{timestamp:+09:00 %Y-%m-%d}/{file}"),
        ("Asia/Tokyo", "%Y/%m/%d/%H", "images/{timestamp:+09:00 %Y/%m/%d/%H}/{file}"),
        (
            "America/New_York",
            "%Y/%m/%d/%H",
            "images/{timestamp:America/New_York %Y/%m/%d/%H}/{file}",
        ),
    ],
)
def test_the_clock_of_folders_is_found(zone, folder, template, tmp_path):
    rows = []
    for number, time in enumerate(TIMES):
        put(tmp_path, f"images/{time.astimezone(ZoneInfo(zone)):{folder}}/{number:04}.jpg", number)
        rows.append(
            {"timestamp": time.isoformat(), "file": f"{number:04}.jpg", "breed": "abc"[number % 3]}
        )
    for number in range(30):
        put(tmp_path, f"reference/r{number}.jpg", number)
    write_csv(tmp_path / "predictions.csv", rows)
    proposal = proposed(tmp_path)
    assert (proposal.template.path, proposal.template.share) == (template, 1.0)
    assert "images.path: The names of folders or images tell the time of" in said(proposal)
