"""Which records of notifications a later run may still ask for."""

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.job_file.output_settings import NotificationSettings
from reports.findings.answers import Verdict
from reports.findings.runs import NoticeKind
from reports.history.history import history_row, parse_time
from reports.telling.needed_records import records_needed_from
from reports.telling.notices import due_notice, standing_notice
from tests.support import findings as examples

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
VERDICTS = {"D": Verdict.DRIFT, "s": Verdict.STEADY, "?": Verdict.INCONCLUSIVE}
STEADY = history_row(examples.steady())
HISTORIES = st.lists(st.sampled_from("DDss?"), min_size=1, max_size=15)
POLICIES = st.builds(
    NotificationSettings,
    inconclusive=st.booleans(),
    quiet_period=st.none() | st.integers(1, 9).map(lambda days: days * DAY),
    remind_every=st.none() | st.integers(1, 12).map(lambda days: days * DAY),
)


def rows_of(letters):
    return [
        dataclasses.replace(
            STEADY,
            run_id=f"run-{number}",
            window_start=(FIRST + (number - 1) * DAY).isoformat(),
            window_end=(FIRST + number * DAY).isoformat(),
            verdict=VERDICTS[letter],
        )
        for number, letter in enumerate(letters)
    ]


@settings(max_examples=300)
@given(HISTORIES, HISTORIES, POLICIES)
def test_no_later_run_asks_for_an_earlier_record(past, future, policy):
    rows = rows_of([*past, *future])
    needed = records_needed_from(rows[: len(past)], policy)
    # The newest run of the past may be repeated as well.
    for number in range(len(past) - 1, len(rows)):
        earlier, today = rows[:number], rows[number]
        told = standing_notice(earlier, today, policy)
        due = due_notice(earlier, today, policy)
        asked = [] if told is None else [told.window_end]
        if told is not None and told.notice.kind is NoticeKind.RECOVERED:
            asked.append(parse_time(told.notice.since))
        if due is not None and due.kind is NoticeKind.RECOVERED:
            asked.append(parse_time(due.since))
        oldest = min(asked, default=today.end)
        assert oldest >= (rows[len(past) - 1].end if needed is None else needed)


def test_a_steady_history_needs_none():
    assert records_needed_from(rows_of("ssss"), NotificationSettings()) is None
    assert records_needed_from([], NotificationSettings()) is None


def test_of_drifts_that_are_over_only_the_last_one_is_needed():
    rows = rows_of("sDDsDDsss")
    needed = records_needed_from(rows, NotificationSettings())
    assert needed == rows[4].end


def test_a_drift_that_lasts_is_needed_from_its_first_run_on():
    policy = NotificationSettings(remind_every=2 * DAY)
    for length in range(1, 8):
        rows = rows_of(itertools.chain("sD", "D" * length))
        assert records_needed_from(rows, policy) == rows[1].end
