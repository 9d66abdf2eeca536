import dataclasses
import json
import logging
from pathlib import Path

import pytest

from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from reports.findings.answers import State, Verdict
from reports.history.history import (
    AcceptedWindow,
    HistoryRow,
    history_bytes,
    history_digest,
    history_name,
    history_row,
    rows_before,
)
from reports.history.parsing import parse_history_row
from reports.history.run_view import AcceptedView
from reports.history.store import read_history
from tests.support import findings as examples

JOB = "reports/dogs"


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return open_bucket(str(tmp_path))


def row(run_id: str, end: str) -> HistoryRow:
    return dataclasses.replace(history_row(examples.steady()), run_id=run_id, window_end=end)


def store(bucket: Bucket, *rows: HistoryRow) -> None:
    for one in rows:
        bucket.write(history_name(JOB, one.run_id), history_bytes(one))


def test_a_row_holds_what_was_said_about_every_column() -> None:
    made = history_row(examples.drifted())

    assert made.verdict is Verdict.DRIFT
    assert made.images == 5190
    assert made.effects["mean"] == 1.34
    assert made.effects["breed"] == 0.21
    assert made.effects["blockiness"] is None
    assert made.states["blockiness"] is State.MISSING
    assert made.largest_effect == 1.34


def test_shares_and_deviations_are_compared_on_one_scale() -> None:
    made = history_row(examples.drifted())
    far = dataclasses.replace(made, effects={**made.effects, "breed": 0.5})

    assert made.effect_in_deviations("breed") == pytest.approx(1.05)
    assert far.largest_effect == 2.5
    assert made.effect_in_deviations("blockiness") is None


def test_a_stored_row_reads_back_the_same() -> None:
    for example in (examples.drifted(), examples.empty_window(), examples.hostile()):
        made = history_row(example)

        assert parse_history_row(history_bytes(made)) == made


def test_counts_of_rows_are_kept_and_left_out_where_they_are_not_known() -> None:
    made = history_row(examples.steady())
    counted = dataclasses.replace(
        made, rows_by_day={"2025-03-03": 4}, late_rows={"other": 1}, log_digest="ab"
    )

    assert parse_history_row(history_bytes(counted)) == counted
    assert not {"rows_by_day", "late_rows", "log_digest"} & set(json.loads(history_bytes(made)))


def test_keys_of_a_later_version_are_passed_over() -> None:
    made = history_row(examples.steady())
    document = {**json.loads(history_bytes(made)), "later": 1}

    assert parse_history_row(json.dumps(document).encode()) == made


def test_rows_come_sorted_by_window_end_and_then_by_run(bucket: Bucket) -> None:
    rows = [
        row("d", "2025-03-01T00:00:00Z"),
        row("b", "2025-03-01T00:00:00.500000Z"),
        row("a", "2025-03-02T00:00:00+02:00"),
        row("c", "2025-03-01T00:00:00Z"),
    ]
    store(bucket, *rows)

    assert [one.run_id for one in read_history(bucket, JOB)] == ["c", "d", "b", "a"]


def test_a_job_without_runs_has_no_rows(bucket: Bucket) -> None:
    store(bucket, row("other", "2025-03-01T00:00:00Z"))

    assert read_history(bucket, "reports/cats") == ()


BROKEN = {
    "no JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "a key missing": b"{}",
    "an unknown verdict": json.dumps(
        {**json.loads(history_bytes(history_row(examples.steady()))), "verdict": "fine"}
    ).encode(),
    "no time": json.dumps(
        {**json.loads(history_bytes(history_row(examples.steady()))), "window_end": "soon"}
    ).encode(),
    "a number for a text": json.dumps(
        {**json.loads(history_bytes(history_row(examples.steady()))), "summary": 3}
    ).encode(),
    "a list of effects": json.dumps(
        {**json.loads(history_bytes(history_row(examples.steady()))), "states": [1]}
    ).encode(),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_row_is_named_and_left_out(
    kind: str, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    good = row("good", "2025-03-01T00:00:00Z")
    store(bucket, good)
    bucket.write(history_name(JOB, "bad"), BROKEN[kind])

    with caplog.at_level(logging.WARNING):
        assert read_history(bucket, JOB) == (good,)

    assert bucket.url_of(history_name(JOB, "bad")) in caplog.text


def test_the_digest_depends_on_earlier_windows_only() -> None:
    rows = [row(str(day), f"2025-03-0{day}T00:00:00Z") for day in range(1, 6)]
    before = rows_before(rows, "2025-03-03T00:00:00Z")

    assert [one.run_id for one in before] == ["1", "2"]
    assert history_digest(before) == history_digest(
        rows_before(reversed(rows[:3]), rows[2].window_end)
    )
    assert history_digest(before) != history_digest(rows)
    assert len(history_digest(())) == 64


def test_rows_of_older_versions_keep_their_digest() -> None:
    """What later versions added is in no byte of a row that does not know it."""
    made = dataclasses.replace(
        history_row(examples.drifted()), headline="Images are darker", minimum_effect=0.1
    )
    document = json.loads(history_bytes(made))
    assert document.pop("headline") == "Images are darker"
    assert document.pop("minimum_effect") == 0.1

    older = parse_history_row(json.dumps(document).encode())

    assert json.loads(history_bytes(older)) == document
    assert (older.headline, older.minimum_effect) == ("", None)


def test_a_minimum_effect_of_nothing_is_known() -> None:
    made = dataclasses.replace(history_row(examples.steady()), minimum_effect=0.0)

    assert parse_history_row(history_bytes(made)).minimum_effect == 0.0


def test_effects_that_older_versions_divided_by_rounding_are_read_as_the_cap() -> None:
    document = json.loads(history_bytes(history_row(examples.drifted())))
    document["effects"]["max_pixel"] = 9123886428178414.0
    document["shifts"] |= {"max_pixel": -9123886428178414.0, "mean_red": -0.3}

    read = parse_history_row(json.dumps(document).encode())

    assert read.effects["max_pixel"] == read.largest_effect == 100.0
    assert "max_pixel" not in read.shifts
    assert read.shifts["mean_red"] == -0.3


def test_accepted_tails_of_older_versions_are_known_as_unsigned_and_keep_their_digest() -> None:
    window = AcceptedWindow(statistics={"mean.upper_tail": 4.7}, reference_units=9, current_units=8)
    old = dataclasses.replace(window, signed_tails=False)
    stored = history_bytes(dataclasses.replace(history_row(examples.steady()), accepted=old))

    assert b"signed_tails" not in stored
    assert parse_history_row(stored).accepted == old
    new = history_bytes(dataclasses.replace(history_row(examples.steady()), accepted=window))
    assert parse_history_row(new).accepted == window


def test_what_an_accepted_window_rests_on_in_a_models_view_is_kept_where_one_took_part() -> None:
    window = AcceptedWindow(statistics={"mean.spread": 4.7}, reference_units=9, current_units=8)
    view = AcceptedView(view_id="v-1", reference_units=4, current_units=8)
    seen = dataclasses.replace(window, view=view)
    stored = [
        history_bytes(dataclasses.replace(history_row(examples.steady()), accepted=one))
        for one in (window, seen)
    ]
    assert "view" not in json.loads(stored[0])["accepted"]
    assert [parse_history_row(one).accepted for one in stored] == [window, seen]
