"""When people are told: the policy as tables of days, and as properties of any history."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.job_file.output_settings import NotificationSettings
from reports.findings.answers import Verdict
from reports.findings.runs import Notice, NoticeKind
from reports.history.history import AcceptedWindow, HistoryRow
from reports.telling.notices import due_notice, standing_notice

VERDICTS = {"D": Verdict.DRIFT, "s": Verdict.STEADY, "?": Verdict.INCONCLUSIVE}
LETTERS = {
    NoticeKind.DRIFT: "D",
    NoticeKind.REMINDER: "r",
    NoticeKind.RECOVERED: "s",
    NoticeKind.INCONCLUSIVE: "?",
    NoticeKind.LEVEL: "L",
}
FIRST = datetime(2025, 3, 1, tzinfo=UTC)
ACCEPTED = AcceptedWindow(statistics={"mean": 5.0}, reference_units=90, current_units=80)
DAY = timedelta(days=1)


def row(day, letter, *, name="a", hours=0):
    """Return a run; a lower-case d is a drift that was accepted."""
    end = FIRST + day * DAY + timedelta(hours=hours)
    return HistoryRow(
        run_id=f"{end:%Y%m%dT%H%M%SZ}-{name}",
        window_start=(end - DAY).isoformat().replace("+00:00", "Z"),
        window_end=end.isoformat().replace("+00:00", "Z"),
        verdict=VERDICTS[letter.replace("d", "D")],
        summary="",
        images=100,
        false_alarm_rate=0.01,
        accepted=ACCEPTED if letter == "d" else None,
    )


def week(days):
    return [row(day, letter) for day, letter in enumerate(days) if letter != " "]


def notices(rows, policy):
    """Return what each run has to tell, knowing the rows of earlier windows."""
    return [due_notice(rows, today, policy) for today in rows]


def told(days, **policy):
    """Return a letter for each day: what was told, or a dot."""
    rows = week(days)
    by_end = {one.window_end: one for one in rows}
    due = dict(zip(by_end, notices(rows, NotificationSettings(**policy)), strict=True))
    ends = [row(day, "s").window_end for day in range(len(days))]
    return "".join(LETTERS[due[end].kind] if due.get(end) else "." for end in ends)


@pytest.mark.parametrize(
    ("days", "expected", "policy"),
    [
        # On change, not every day anew.
        ("ssDDDsss", "..D..s..", {}),
        ("D", "D", {}),
        ("s", ".", {}),
        ("?", ".", {}),
        ("sDsDsDs", ".DsDsDs", {}),
        # Reminders, measured from what was told last.
        ("DDDDDDDDDDDDDDDDs", "D......r......r.s", {}),
        ("DDDDDDDs", "D.r.r.rs", {"remind_every": "2d"}),
        ("DDDDDDDDDDD", "D..........", {"remind_every": "never"}),
        # Missing days: the first run after it is time reminds.
        ("D        DDDDDDD", "D........r......", {}),
        # An inconclusive run neither starts nor ends a drift.
        ("s?Ds", "..Ds", {}),
        ("D??Ds", "D...s", {}),
        ("D??s?s", "D..s..", {}),
        ("s??ss", ".....", {}),
        ("D??????D", "D......r", {}),
        # Inconclusive runs are told where that is asked for, once in a row.
        ("s??s?D??s", ".?..?D?.s", {"inconclusive": True}),
        ("??", "?.", {"inconclusive": True}),
        ("D?D?D?D?D?", "D?.?.?.?.?", {"inconclusive": True, "remind_every": "9d"}),
        ("D?D?D?D?D", "D?.?r?.?r", {"inconclusive": True, "remind_every": "4d"}),
        # A quiet period: what is still so afterwards is told then.
        ("sDsssss", ".D..s..", {"quiet_period": "3d"}),
        ("DsDsDsDsDs", "D..s..D..s", {"quiet_period": "3d"}),
        ("DsDDDDDDDD", "D......r..", {"quiet_period": "3d"}),
        ("DsDDDDDDDs", "D..r..r..s", {"quiet_period": "3d", "remind_every": "2d"}),
        ("DDsDss", "D.....", {"quiet_period": "9d"}),
        ("DDDsD", "D..sD", {}),
        # What is accepted counts as steady, and vanishes without a word.
        ("sdss", "....", {}),
        ("sddDs", "...Ds", {}),
    ],
)
def test_a_week_is_told_as_the_policy_says(days, expected, policy):
    assert told(days, **policy) == expected


def test_a_notice_says_since_when():
    rows = week("sDDDs")
    policy = NotificationSettings(remind_every="2d")
    first = rows[1].window_end
    assert notices(rows, policy)[1:] == [
        Notice(kind=NoticeKind.DRIFT, since=first),
        None,
        Notice(kind=NoticeKind.REMINDER, since=first),
        Notice(kind=NoticeKind.RECOVERED, since=first),
    ]


def test_a_drift_that_is_told_late_says_when_it_began():
    rows = week("DsssDDDD")
    due = notices(rows, NotificationSettings(quiet_period="3d"))
    assert [number for number, one in enumerate(due) if one is not None] == [0, 3, 6]
    assert due[3] == Notice(kind=NoticeKind.RECOVERED, since=rows[0].window_end)
    assert due[6] == Notice(kind=NoticeKind.DRIFT, since=rows[4].window_end)


def test_a_repeated_run_has_the_same_notice_whatever_came_after():
    rows = week("ssDDDsD")
    policy = NotificationSettings()
    for number, today in enumerate(rows):
        assert due_notice(rows, today, policy) == due_notice(rows[:number], today, policy)


def test_the_order_of_the_rows_does_not_matter():
    rows = week("sDDsD?s")
    policy = NotificationSettings(inconclusive=True)
    assert due_notice(rows[::-1], rows[-1], policy) == due_notice(rows, rows[-1], policy)


def test_windows_may_overlap():
    rows = [row(0, letter, hours=6 * number) for number, letter in enumerate("sDDDs")]
    due = notices(rows, NotificationSettings())
    assert [one and one.kind for one in due] == [
        None,
        NoticeKind.DRIFT,
        None,
        None,
        NoticeKind.RECOVERED,
    ]


@pytest.mark.parametrize(
    ("pair", "after", "expected"),
    [
        # One of two runs of a day said drift and told it: the next day tells that it is over.
        ("Ds", "s", NoticeKind.RECOVERED),
        ("sD", "D", None),
        ("D?", "s", NoticeKind.RECOVERED),
        ("s?", "s", None),
    ],
)
def test_several_runs_of_one_window_end_count_as_one(pair, after, expected):
    rows = [row(0, "s"), row(1, pair[0], name="a"), row(1, pair[1], name="b"), row(2, after)]
    due = due_notice(rows, rows[-1], NotificationSettings())
    assert (due and due.kind) == expected


def test_runs_of_the_same_window_end_do_not_see_each_other():
    both = [row(1, "D", name="a"), row(1, "D", name="b")]
    for today in both:
        due = due_notice([row(0, "s"), *both], today, NotificationSettings())
        assert due == Notice(kind=NoticeKind.DRIFT, since=today.window_end)


@pytest.mark.parametrize(
    ("days", "policy", "kind"),
    [
        ("sDD", {}, NoticeKind.DRIFT),
        ("sDDs", {}, None),  # that it is over is news of its own
        ("sD?", {}, None),
        ("sDss", {}, NoticeKind.RECOVERED),
        ("ss", {}, None),
        ("DDDDDDDDD", {}, NoticeKind.REMINDER),
        ("s??", {"inconclusive": True}, NoticeKind.INCONCLUSIVE),
    ],
)
def test_what_was_due_last_stands_while_it_is_so(days, policy, kind):
    rows = week(days)
    standing = standing_notice(rows, rows[-1], NotificationSettings(**policy))
    assert (standing and standing.notice.kind) == kind
    if standing is not None:
        assert set(standing.run_ids) <= {one.run_id for one in rows[:-1]}


HISTORIES = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from("DDss?d")), min_size=1, max_size=25
)
POLICIES = st.builds(
    NotificationSettings,
    inconclusive=st.booleans(),
    quiet_period=st.none() | st.integers(1, 9).map(lambda days: days * DAY),
    remind_every=st.none() | st.integers(1, 12).map(lambda days: days * DAY),
)


def history(steps):
    rows, day = [], 0
    for step, letter in steps:
        day += step
        rows.append(row(day, letter))
    return rows


def timeline(steps, policy):
    """Return each run with what it told; accepted runs count as they will when replayed."""
    rows = history(steps)
    counted = [row((one.end - FIRST).days, "s") if one.accepted else one for one in rows]
    return [(one, due_notice(counted, one, policy)) for one in counted]


@settings(max_examples=200)
@given(HISTORIES, POLICIES)
def test_nothing_is_told_within_the_quiet_period(steps, policy):
    ends = [one.end for one, notice in timeline(steps, policy) if notice is not None]
    quiet = policy.quiet_period or timedelta()
    assert all(later - earlier >= quiet for earlier, later in itertools.pairwise(ends))


@settings(max_examples=200)
@given(HISTORIES, POLICIES)
def test_every_drift_that_outlasts_the_quiet_period_is_known(steps, policy):
    quiet = policy.quiet_period or timedelta()
    known, begun, told = False, None, None
    for one, notice in timeline(steps, policy):
        if notice is not None:
            told = one.end
            if notice.kind is not NoticeKind.INCONCLUSIVE:
                known = notice.kind is not NoticeKind.RECOVERED
        if one.verdict is Verdict.DRIFT:
            begun = begun or one.end
            # Whatever was told last, an inconclusive run for instance, begins a quiet period.
            if one.end - max(begun, told or begun) >= quiet:
                assert known
        elif one.verdict is Verdict.STEADY:
            begun = None


@settings(max_examples=200)
@given(HISTORIES, POLICIES)
def test_drift_and_recovery_take_turns_and_only_a_told_drift_recovers(steps, policy):
    known = False
    for one, notice in timeline(steps, policy):
        kind = notice.kind if notice is not None else None
        if kind is NoticeKind.DRIFT:
            assert not known
            known = True
        elif kind is NoticeKind.REMINDER:
            assert known
        elif kind is NoticeKind.RECOVERED:
            assert known
            known = False
        expected = {
            NoticeKind.DRIFT: Verdict.DRIFT,
            NoticeKind.REMINDER: Verdict.DRIFT,
            NoticeKind.RECOVERED: Verdict.STEADY,
            NoticeKind.INCONCLUSIVE: Verdict.INCONCLUSIVE,
            None: one.verdict,
        }
        assert one.verdict is expected[kind]


@settings(max_examples=200)
@given(HISTORIES, POLICIES)
def test_reminders_keep_their_distance(steps, policy):
    last = None
    for one, notice in timeline(steps, policy):
        if notice is None or notice.kind is NoticeKind.INCONCLUSIVE:
            continue
        if notice.kind is NoticeKind.REMINDER:
            assert policy.remind_every is not None
            assert last is not None
            assert one.end - last >= policy.remind_every
        last = one.end
