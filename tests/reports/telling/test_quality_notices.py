"""When people are told that the model is worse: a policy of its own, which delays no alarm."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.job_file.output_settings import NotificationSettings
from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.findings.runs import NoticeKind, NoticeTopic
from reports.history.history import HistoryRow, history_row
from reports.history.run_quality import QualityOfRun
from reports.telling.needed_records import records_needed_from
from reports.telling.notices import due_notice
from reports.telling.quality_notices import (
    due_quality_notice,
    standing_quality_notice,
    with_quality_notice,
)
from tests.support import findings as examples
from tests.support.detected_runs import detected_run
from tests.support.labelled_runs import labelled_run

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
VERDICTS = {"D": Verdict.DRIFT, "s": Verdict.STEADY, "?": Verdict.INCONCLUSIVE}
# A run whose row knows nothing of labels is a blank.
STATES = {"x": QualityState.DROPPED, "o": QualityState.HOLDS, "?": QualityState.UNKNOWN}
LETTERS = {
    NoticeKind.QUALITY_DROPPED: "W",
    NoticeKind.QUALITY_REMINDER: "w",
    NoticeKind.QUALITY_RECOVERED: "o",
}


def row(day, state, verdict="s", name="a"):
    end = FIRST + day * DAY
    return HistoryRow(
        run_id=f"{end:%Y%m%d}-{name}",
        window_start=(end - DAY).isoformat(),
        window_end=end.isoformat(),
        verdict=VERDICTS[verdict],
        summary="",
        images=100,
        false_alarm_rate=0.01,
        model_quality=None if state == " " else QualityOfRun(state=STATES[state]),
    )


def rows_of(states, verdicts=None):
    pairs = zip(states, verdicts or "s" * len(states), strict=True)
    return [row(day, *both) for day, both in enumerate(pairs)]


def told(states, verdicts=None, **policy):
    rows = rows_of(states, verdicts)
    due = [due_quality_notice(rows, today, NotificationSettings(**policy)) for today in rows]
    return "".join("." if one is None else LETTERS[one.kind] for one in due)


@pytest.mark.parametrize(
    ("states", "expected", "policy"),
    [
        # Once at the change, and once when it is over.
        ("ooxxxoo", "..W..o.", {}),
        ("x", "W", {}),
        ("oo??  oo", "........", {}),
        # Labels that say nothing neither start nor end a drop.
        ("?xx?x oo", ".W....o.", {}),
        ("x?x?x?x", "W......", {}),
        # Reminders, from window end to window end.
        ("xxxxxxxxxxxxxxxxo", "W......w......w.o", {}),
        ("xxxxxo", "W.w.wo", {"remind_every": "2d"}),
        ("xxxxxxxxxxo", "W.........o", {"remind_every": "never"}),
        # A quiet period: what is still so afterwards is told then.
        ("oxooooo", ".W..o..", {"quiet_period": "3d"}),
        ("xoxoxoxo", "W..o..W.", {"quiet_period": "3d"}),
        ("ooxxxoo", ".......", {"quality": False}),
    ],
)
def test_a_drop_is_told_as_the_policy_says(states, expected, policy):
    assert told(states, **policy) == expected


@pytest.mark.parametrize(
    ("states", "verdicts", "expected", "policy"),
    [
        # The verdict goes its own way.
        ("ooxxoo", "sDDsDs", "..W.o.", {}),
        ("oxxxxx", "sDDDDD", ".W....", {}),
        # A quiet period that the verdict began holds for the quality too.
        ("ooxxxxx", "sDDDDDD", "....W..", {"quiet_period": "3d"}),
        ("ooxoooo", "sDDDDDD", ".......", {"quiet_period": "3d"}),
        # Both in one run are one message, and nothing waits.
        ("oxxxxxx", "sDDDDDD", ".W.....", {"quiet_period": "3d"}),
        # A reminder of the verdict begins a quiet period as well.
        ("oooox", "DDDDD", ".....", {"quiet_period": "2d", "remind_every": "3d"}),
    ],
)
def test_beside_the_verdict_it_is_told_by_itself(states, verdicts, expected, policy):
    assert told(states, verdicts, **policy) == expected


def test_a_notice_says_since_when():
    rows = rows_of("oxxxo")
    policy = NotificationSettings(remind_every="2d")
    due = [due_quality_notice(rows, today, policy) for today in rows]
    assert [one and one.since for one in due] == [
        None,
        rows[1].window_end,
        None,
        rows[1].window_end,
        rows[1].window_end,
    ]


def test_every_kind_is_of_the_quality_and_no_other_one_is():
    assert {kind for kind in NoticeKind if kind.topic is NoticeTopic.QUALITY} == set(LETTERS)


@pytest.mark.parametrize(
    ("pair", "after", "expected"),
    [
        ("xo", "o", NoticeKind.QUALITY_RECOVERED),
        ("ox", "x", None),
        ("?x", "x", None),
        ("? ", "x", NoticeKind.QUALITY_DROPPED),
    ],
)
def test_several_runs_of_one_window_end_are_one(pair, after, expected):
    rows = [row(0, "o"), row(1, pair[0], name="a"), row(1, pair[1], name="b"), row(2, after)]
    due = due_quality_notice(rows, rows[-1], NotificationSettings())
    assert (due and due.kind) == expected


def test_a_repeated_run_has_the_same_notice_whatever_came_after():
    rows = rows_of("ooxxxo?x")
    policy = NotificationSettings(remind_every="2d")
    for number, today in enumerate(rows):
        assert due_quality_notice(rows, today, policy) == due_quality_notice(
            rows[:number], today, policy
        )
        assert due_quality_notice(rows[::-1], today, policy) == due_quality_notice(
            rows, today, policy
        )


@pytest.mark.parametrize(
    ("states", "kind"),
    [
        ("oxx", NoticeKind.QUALITY_DROPPED),
        ("oxx?", None),
        ("oxo", None),
        ("oxoo", NoticeKind.QUALITY_RECOVERED),
        ("xxxxxxxxx", NoticeKind.QUALITY_REMINDER),
        ("ooo", None),
    ],
)
def test_what_was_due_last_stands_while_it_is_so(states, kind):
    rows = rows_of(states)
    standing = standing_quality_notice(rows, rows[-1], NotificationSettings())
    assert (standing and standing.notice.kind) == kind
    assert standing_quality_notice(rows, rows[-1], NotificationSettings(quality=False)) is None


@pytest.mark.parametrize("state", QualityState)
def test_findings_hold_what_is_due_and_without_labels_they_stay_as_they_are(state):
    run = examples.steady()
    assert with_quality_notice(run, [], NotificationSettings()) is run
    found = with_quality_notice(labelled_run(run, state), [], NotificationSettings())
    due = found.quality_notification
    assert (due is not None) == (state is QualityState.DROPPED)
    assert found.notification == run.notification
    later = dataclasses.replace(history_row(found), run_id="later")
    assert due is None or due.since == later.window_end


STEPS = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from("xxoo? "), st.sampled_from("DDss?")),
    min_size=1,
    max_size=20,
)
POLICIES = st.builds(
    NotificationSettings,
    inconclusive=st.booleans(),
    quiet_period=st.none() | st.integers(1, 9).map(lambda days: days * DAY),
    remind_every=st.none() | st.integers(1, 12).map(lambda days: days * DAY),
)


def history(steps):
    rows, day = [], 0
    for step, state, verdict in steps:
        day += step
        rows.append(row(day, state, verdict))
    return rows


@settings(max_examples=200)
@given(STEPS, POLICIES)
def test_no_verdict_is_told_otherwise_because_there_are_labels(steps, policy):
    rows = history(steps)
    without = [dataclasses.replace(one, model_quality=None) for one in rows]
    assert [due_notice(rows, one, policy) for one in rows] == [
        due_notice(without, one, policy) for one in without
    ]


@settings(max_examples=200)
@given(STEPS, POLICIES)
def test_no_quality_is_told_within_a_quiet_period(steps, policy):
    rows = history(steps)
    of_verdict = [one.end for one in rows if due_notice(rows, one, policy) is not None]
    of_quality = [one.end for one in rows if due_quality_notice(rows, one, policy) is not None]
    quiet = policy.quiet_period or timedelta()
    for end in of_quality:
        before = [one for one in (*of_verdict, *of_quality) if one < end]
        # A message about the verdict at this very end is the same message.
        if end in of_verdict:
            before = [one for one in before if one in of_quality]
        assert all(end - one >= quiet for one in before)


@settings(max_examples=200)
@given(STEPS, POLICIES)
def test_drop_and_recovery_take_turns(steps, policy):
    rows, known = history(steps), False
    for one in rows:
        due = due_quality_notice(rows, one, policy)
        kind = due and due.kind
        if kind is NoticeKind.QUALITY_DROPPED:
            assert not known
            known = True
        elif kind is NoticeKind.QUALITY_REMINDER:
            assert known
        elif kind is NoticeKind.QUALITY_RECOVERED:
            assert known
            known = False


@settings(max_examples=200)
@given(STEPS, STEPS, POLICIES)
def test_no_later_run_asks_for_a_record_that_was_pruned(past, future, policy):
    rows = history([*past, *future])
    needed = records_needed_from(rows[: len(past)], policy)
    for number in range(len(past) - 1, len(rows)):
        earlier, today = rows[:number], rows[number]
        standing = standing_quality_notice(earlier, today, policy)
        due = due_quality_notice(earlier, today, policy)
        asked = [] if standing is None else [standing.window_end]
        if standing is not None and standing.notice.kind is NoticeKind.QUALITY_RECOVERED:
            asked.append(datetime.fromisoformat(standing.notice.since))
        if due is not None and due.kind is NoticeKind.QUALITY_RECOVERED:
            asked.append(datetime.fromisoformat(due.since))
        oldest = min(asked, default=today.end)
        assert oldest >= (rows[len(past) - 1].end if needed is None else needed)


def test_a_drop_of_ap50_is_told_once_and_its_end():
    states = {"x": QualityState.DROPPED, "o": QualityState.HOLDS, "?": QualityState.UNKNOWN}
    rows, kinds = [], []
    for day, letter in enumerate("oxx?xoo"):
        end = (FIRST + day * DAY).isoformat()
        run = detected_run(examples.steady(), states[letter])
        window = dataclasses.replace(run.window, end=end)
        run = dataclasses.replace(run, window=window, run_id=f"run-{day}")
        kinds.append(with_quality_notice(run, rows, NotificationSettings()).quality_notification)
        rows.append(history_row(run))
    assert ["." if one is None else LETTERS[one.kind] for one in kinds] == list(".W...o.")
    assert kinds[5].since == kinds[1].since == rows[1].window_end
    assert {one.model_quality.measure for one in rows} == {"ap50"}
