import dataclasses
import json

import pytest

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.history.job_state import parse_state, state_bytes, state_of_report
from reports.json_report.report import report_json
from reports.pages.jobs.making import JobSchedule
from tests.support.job_states import run_of, state_of


def test_a_state_is_read_as_it_was_written():
    state = state_of("dogs", "ssidd", model=QualityState.DROPPED, model_headline="accuracy fell")
    assert parse_state(state_bytes(state)) == state


def test_it_says_since_when_and_by_when():
    state = state_of("dogs", "ssidd")
    assert (state.verdict, state.runs, state.same_runs) == (Verdict.DRIFT, 5, 2)
    assert state.since.window_end == "2025-03-05T00:00:00Z"
    assert state.late_after == "2025-03-07T05:15:00Z"
    assert not state.is_late("2025-03-07T05:15:00Z")
    assert state.is_late("2025-03-07T05:16:00Z")


def test_without_a_schedule_the_rhythm_of_the_runs_tells():
    assert state_of("dogs", "ssss", JobSchedule()).expected == "2025-03-06T03:20:00Z"
    assert state_of("dogs", "s--s--s--s", JobSchedule()).expected == "2025-03-14T03:20:00Z"


@pytest.mark.parametrize("verdicts", ["s", "sss", "ss--s-s------s-----s"])
def test_where_there_is_no_rhythm_no_run_is_late(verdicts):
    state = state_of("dogs", verdicts, JobSchedule())
    assert state.expected == ""
    assert not state.is_late("2031-01-01T00:00:00Z")


def test_it_stays_small_however_many_runs_there_are_and_whatever_they_say():
    state = state_of("dogs", "s" * 200)
    assert (state.runs, len(state.recent)) == (200, 14)
    run = dataclasses.replace(run_of("dogs", 3), headline="x" * 100_000)
    assert len(state_of_report(report_json(run)).headline) == 301


def test_keys_of_later_versions_are_passed_over():
    document = json.loads(state_bytes(state_of("dogs"))) | {"format": 2, "more": 1}
    assert parse_state(json.dumps(document).encode()) == state_of("dogs")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"3", b"\xff", b"{}",
        b'{"job": "a", "run_id": "b", "verdict": "maybe"}',
    ],
)  # fmt: skip
def test_what_is_no_state_is_refused_in_one_way(data):
    with pytest.raises(ValueError):  # noqa: PT011 - what json and enum say is not ours
        parse_state(data)


@pytest.mark.parametrize("key", ["made", "late_after", "window_end"])
def test_a_time_that_is_none_is_refused(key):
    document = json.loads(state_bytes(state_of("dogs"))) | {key: "soon"}
    with pytest.raises(ValueError, match="soon"):
        parse_state(json.dumps(document).encode())


def test_the_report_of_an_older_version_tells_what_it_can():
    run = run_of("dogs", 4, Verdict.DRIFT)
    state = state_of_report(report_json(run))
    assert (state.run_id, state.verdict, state.made) == (run.run_id, "drift", run.generated_at)
    assert (state.recent, state.late_after) == ((), "")
    with pytest.raises(ValueError, match="is missing"):
        state_of_report(b'{"job": "dogs"}')
