"""docs/notifications.md: its example week is what the policy does, its addresses are Apprise's."""

import re
import tomllib
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apprise
import pytest

from jobs.job_file.output_settings import NotificationSettings
from reports.findings.answers import Verdict
from reports.findings.runs import NoticeKind
from reports.history.history import HistoryRow
from reports.telling.notices import due_notice

PAGE = (Path(__file__).parents[3] / "docs" / "notifications.md").read_text(encoding="utf-8")
URLS = re.findall(r"```apprise\n(.*?)```", PAGE, re.DOTALL)[0].split()
WORDS = {
    NoticeKind.DRIFT: "Drift",
    NoticeKind.REMINDER: "Still drift",
    NoticeKind.RECOVERED: "Recovered",
    NoticeKind.INCONCLUSIVE: "Inconclusive",
}


def table():
    """Return the cells of the example week by the first cell of their row."""
    lines = PAGE[PAGE.index("| settings |") :].partition("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in rows if row[0] not in {"settings", "---"}}


def history(verdicts):
    first = datetime(2025, 3, 3, tzinfo=UTC)
    ends = [first + number * timedelta(days=1) for number in range(len(verdicts))]
    return [
        HistoryRow(
            run_id=f"{end:%Y%m%d}",
            window_start=(end - timedelta(days=1)).isoformat(),
            window_end=end.isoformat(),
            verdict=Verdict(verdict),
            summary="",
            images=100,
            false_alarm_rate=0.01,
        )
        for end, verdict in zip(ends, verdicts, strict=True)
    ]


@pytest.mark.parametrize("name", [name for name in table() if name != "the run says"])
def test_the_example_week_is_what_the_policy_does(name):
    settings = {} if name == "as delivered" else tomllib.loads(name.strip("`"))
    policy = NotificationSettings.model_validate(settings)
    rows = history(table()["the run says"])
    told = [due_notice(rows, today, policy) for today in rows]
    assert [WORDS[one.kind] if one else "" for one in told] == table()[name]


@pytest.mark.parametrize("url", URLS, ids=lambda url: url.partition("://")[0])
def test_apprise_accepts_every_address_of_the_page(url):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert apprise.Apprise.instantiate(url) is not None
