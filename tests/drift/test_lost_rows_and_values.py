"""Whole runs over logs of which rows or values cannot be read: none says what it did not see."""

import json
from datetime import UTC, datetime

import pytest

from drift.comparison.columns.logged.scales import ScaleChange
from drift.pipeline import run_job
from drift.remarks.numbers import _on_other_scale
from drift.run_request import RunOptions
from drift.setup.check.rows import check_rows
from drift.workplace import open_workplace
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import NumberColumnTally
from jobs.times.windows import WindowRequest
from reports.findings.answers import State, Verdict
from reports.findings.remarks import RemarkWeight
from reports.json_report.report import report_json
from tests.support.worlds import job_of, make_world

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
HEADER = "timestamp,id,filename,breed,confidence"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A day like the reference, its images measured and the profile built."""
    folder = tmp_path_factory.mktemp("lost") / "bucket"
    make_world(folder, lights=(1.0,), requests=80, references=120)
    run_job(open_workplace(job(folder)), RunOptions(until=UNTIL))
    return folder


def job(folder, log="predictions_log.csv", **columns):
    named = {"prediction": "breed", "confidence": "confidence", **columns}
    return job_of(
        folder,
        predictions={"path": log, "columns": named},
        window={"rows": 60, "min_images": 20},
        detection={"effect_to_see": 1.5},
    )


class World:
    def __init__(self, folder):
        self.folder = folder
        text = (folder / "predictions_log.csv").read_text(encoding="utf-8")
        self.rows = [line.split(",") for line in text.splitlines()[1:]]

    def run(self, change, header=HEADER, **columns):
        """Return what a run says of the day's rows; `change` is asked for each by its place."""
        lines = [
            header,
            *(",".join(change(place, list(row))) for place, row in enumerate(self.rows)),
        ]
        (self.folder / "changed.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        found = run_job(
            open_workplace(job(self.folder, "changed.csv", **columns), writes=False),
            RunOptions(until=UNTIL),
        )
        counts = json.loads(report_json(found))
        assert counts["log"]["rows"] == counts["images"]["logged"] + counts["log"]["rejected"]
        assert sum(counts["log"]["reasons"].values()) == counts["log"]["rejected"]
        return found

    def checked(self):
        settings = job(self.folder, "changed.csv")
        place = open_workplace(settings, writes=False)
        request = WindowRequest(end=UNTIL, rows=60)
        return [
            one.found
            for one in check_rows(
                read_predictions(place.bucket, settings.predictions, request), 0.25
            )
        ]


@pytest.fixture
def day(world):
    return World(world)


def codes(found):
    return {remark.code for remark in found.remarks}


def test_counts_that_are_not_of_the_named_rows_are_left_out(day):
    found = day.run(lambda place, row: [*row, "v2"] if place % 2 else row)
    (said,) = [one.text for one in found.remarks if one.code == "too_many_rows_rejected"]
    assert found.log.rejected > 30
    assert ", 30 of 60: wrong number of fields, first at line" in said


def test_rows_without_a_time_beside_older_rows_are_not_lost_from_the_window(day):
    found = day.run(lambda place, row: ["later", *row[1:]] if place < 10 else row)
    assert found.verdict is Verdict.STEADY
    (said,) = [one.text for one in found.remarks if one.code == "rows_rejected"]
    assert said.startswith("10 rows of the log cannot be read: 10 unreadable timestamp, first at")
    assert "outside of the window" in said


def test_rows_that_are_read_are_no_reason_for_a_word(day):
    found = day.run(lambda _, row: row)
    assert found.verdict is Verdict.STEADY
    assert found.log.newest is None
    assert not codes(found) & {"newest_rows_rejected", "rows_rejected", "number_form"}


def test_a_per_cent_sign_since_a_deploy_costs_no_image_and_is_said(day):
    def deploy(place, row):
        if place >= 50:
            row[4] = f"{100 * float(row[4]):.2f}%"
        return row

    found = day.run(deploy)
    assert (found.images.logged, found.log.rejected) == (60, 0)
    assert found.verdict is Verdict.STEADY
    (said,) = [one.text for one in found.remarks if one.code == "number_form"]
    assert "(line 52 of changed.csv)" in said
    assert "written as per cent" in said
    assert said in day.checked()


def test_nonsense_costs_the_value_and_is_counted(day):
    found = day.run(lambda place, row: [*row[:4], "n.b." if place % 4 == 0 else row[4]])
    assert (found.images.logged, found.log.rejected) == (60, 0)
    (lost,) = found.log.lost_values
    assert (lost.column, lost.lost, lost.reasons) == ("confidence", 15, {"not a number": 15})
    assert "values_lost" in codes(found)


def test_a_column_of_which_most_values_are_lost_keeps_a_run_from_being_steady(day):
    found = day.run(lambda place, row: [*row[:4], "n.b." if place % 4 else row[4]])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "Most values of confidence cannot be read"


@pytest.mark.parametrize("empty", ["", "null", "-"])
def test_values_that_are_no_longer_logged_keep_a_run_from_being_steady(day, empty):
    found = day.run(lambda place, row: [*row[:4], empty if place >= 50 else row[4]])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "confidence: no value in a large part of the window"
    assert "no value in 30 of 60 rows of the window, in all 30 since 2025-03-03" in found.summary


def test_a_prediction_of_another_name_is_said_where_no_row_has_a_value(day):
    found = day.run(
        lambda place, row: [*row, row[3]] if place < 20 else [*row[:3], "", row[4], row[3]],
        header=f"{HEADER},class",
    )
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "breed: no value in any row of the window"


def test_a_few_missing_values_are_a_note_beside_the_verdict(day):
    found = day.run(lambda place, row: [*row[:4], "" if place % 8 == 0 else row[4]])
    assert found.verdict is Verdict.STEADY
    (said,) = [one.text for one in found.remarks if one.code == "values_missing"]
    assert said.startswith("confidence: no value in 7 of 60 rows of the window, and in none")


def test_per_cent_without_its_sign_is_another_scale_and_no_drift(day):
    found = day.run(lambda _, row: [*row[:4], f"{100 * float(row[4]):.2f}"])
    (column,) = [one for one in found.predictions if one.name == "confidence"]
    assert column.state is State.MISSING
    assert "per cent" in column.note
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "confidence is on another scale than in the reference"
    assert "sigma" not in found.summary


def test_a_stray_value_above_one_is_lost_and_said(day):
    found = day.run(lambda place, row: [*row[:4], "17.5" if place == 70 else row[4]])
    (lost,) = found.log.lost_values
    assert (lost.reasons, lost.outside) == ({"outside 0 to 1": 1}, 1)
    (column,) = [one for one in found.predictions if one.name == "confidence"]
    assert column.state is not State.DRIFT
    assert column.current.count == 59


def test_newest_rows_that_are_all_rejected_give_no_verdict(day):
    found = day.run(lambda place, row: [*row, "v2"] if place >= 60 else row)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "The newest rows of the log cannot be read"
    assert "All 20 rows that are newer than the newest readable one" in found.summary
    assert "first at line 62 of changed.csv (6 fields, expected 5)" in found.summary
    assert "older than the newest row" in found.summary
    assert {one.state for one in found.features if one.p_value is not None} == {State.INCONCLUSIVE}
    assert (found.log.newest.rejected_since, found.log.newest.reaches_back) == (20, 20)
    assert "window_reaches_back" in codes(found)
    assert any(
        "20 of 80 rows cannot be read, because: 20 wrong number of fields" in one
        for one in day.checked()
    )


def test_a_last_line_on_its_way_is_no_reason_for_no_verdict(day):
    found = day.run(lambda place, row: row[:2] if place == 79 else row)
    assert found.verdict is Verdict.STEADY
    assert found.log.newest.rejected_since == 1


def test_most_rows_rejected_give_no_verdict_even_where_too_few_images_are_left(day):
    found = day.run(lambda place, row: [*row, "v2"] if place % 5 else row)
    assert found.images.analysed < 20
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "Most of the window's rows cannot be used"


def test_why_rows_were_lost_is_told_once(day):
    found = day.run(lambda place, row: ["nonsense", *row[1:]] if place > 20 else row)
    texts = [one.text for one in found.remarks if one.weight is RemarkWeight.NO_VERDICT]
    assert len(texts) == 2
    assert [text.count("unreadable timestamp") for text in texts] == [1, 0]
    assert [text.count("Correct what writes the log") for text in texts] == [1, 0]


def test_most_rows_without_an_image_give_no_verdict(day):
    found = day.run(lambda place, row: [*row[:2], "" if place % 5 else row[2], *row[3:]])
    assert found.log.reasons == {"no value in filename": 48}
    assert found.headline == "Most of the window's rows cannot be used"


def test_a_lost_row_counts_like_a_lost_image(day):
    found = day.run(lambda place, row: [*row, "v2"] if place % 10 in {1, 4, 7} else row)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "Too many of the window's rows cannot be used"
    assert "A verdict allows for 25 % (images.most_lost)" in found.summary


def test_predictions_that_moved_while_rows_of_a_class_were_lost_name_that_first(day):
    def lose(place, row):
        row[3] = "beagle" if place % 5 else "boxer"
        return [*row, "v2"] if not place % 5 else row

    found = day.run(lose)
    assert found.verdict is Verdict.DRIFT
    assert found.headline.startswith("A part of the log's rows cannot be read: ")


def test_a_minority_of_lost_rows_is_said_with_what_it_does_to_shares(day):
    found = day.run(lambda place, row: [*row, "v2"] if place % 9 == 0 else row)
    (said,) = [one.text for one in found.remarks if one.code == "rows_rejected"]
    assert "wrong number of fields" in said
    assert "shares of all others look too large" in said


def test_probabilities_that_stopped_summing_to_one_are_said(day):
    def shares(place, row):
        total = 1.0 if place < 60 else 0.7
        return [*row, f"{0.25 * total:.3f}", f"{0.75 * total:.3f}"]

    found = day.run(shares, header=f"{HEADER},p_cat,p_dog", probabilities=["p_*"])
    (said,) = [one.text for one in found.remarks if one.code == "probabilities_do_not_sum"]
    assert "in 20 of 60 rows" in said


def test_a_changed_header_and_another_encoding_are_said(day):
    def deploy(place, row):
        row[3] = {"boxer": "Schäferhund"}.get(row[3], row[3])
        row[2] = row[2].replace("ü", "u")
        return row if place < 60 else [*row[:3], "v2", *row[3:]]

    lines = [HEADER, *(",".join(deploy(place, list(row))) for place, row in enumerate(day.rows))]
    lines.insert(61, "timestamp,id,filename,version,breed,confidence")
    (day.folder / "changed.csv").write_bytes("\n".join(lines).encode("cp1252"))
    checked = " ".join(day.checked())
    assert "Line 62 of changed.csv is another header (new: version)" in checked
    assert "is not UTF-8 and was read as Windows-1252" in checked


def test_probabilities_that_are_all_on_another_scale_are_told_in_one_sentence():
    """The profile knows no probabilities: what is said is tried on two changes."""
    tallies = [
        NumberColumnTally(column=name, role="probability", filled=9) for name in ("p_a", "p_b")
    ]
    change = ScaleChange(
        name="p_a", reference=(0.0, 1.0), current=(0.0, 97.0), window_is_larger=True
    )
    said = _on_other_scale([(tally, change) for tally in tallies])
    assert said.headline == "p_a and p_b are on another scale than in the reference"
    assert "Of p_a: Its values lie in 0 to 97 here" in said.text
    assert "They are not compared; write them as in the reference" in said.text
