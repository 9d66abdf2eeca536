"""The history table has a column for the model only where a run had labels."""

import csv
import dataclasses
import io
import json
import re

import pytest

from drift.cli.history_table import csv_table, json_table, plain_table, print_table
from reports.findings.model_quality.quality import QualityState
from reports.history.history import history_row
from tests.support import findings as examples
from tests.support.detected_runs import detected_run
from tests.support.labelled_runs import labelled_run

UNLABELLED = history_row(examples.drifted())


def labelled(state):
    return history_row(labelled_run(examples.steady(), state))


def cells(text):
    return [re.split(r" {2,}", line) for line in text.splitlines()]


def test_without_labels_the_table_is_as_it_was():
    heading, _row = cells(plain_table([UNLABELLED]))
    assert "model" not in heading
    assert len(heading) == 6


def test_with_labels_each_run_says_its_score_and_whether_the_model_holds():
    rows = [labelled(state) for state in QualityState]
    heading, *lines = cells(plain_table([UNLABELLED, *rows]))
    place = heading.index("model")
    assert heading[place - 1 : place + 2] == ["verdict", "model", "images"]
    assert [line[place] for line in lines] == [
        "\N{EN DASH}",
        "0.92 holds",
        "0.81 worse",
        "unknown",
    ]
    assert [line[place - 1] for line in lines] == ["drift", "steady", "steady", "steady"]


def test_of_a_detector_the_score_is_called_ap50():
    rows = [history_row(detected_run(examples.steady(), state)) for state in QualityState]
    heading, *lines = cells(plain_table([*rows, labelled(QualityState.HOLDS)]))
    place = heading.index("model")
    assert [line[place] for line in lines] == [
        "AP50 0.83 holds",
        "AP50 0.55 worse",
        "unknown",
        "0.92 holds",
    ]
    records = json.loads(json_table(rows))
    assert [one["model_measure"] for one in records] == ["ap50"] * 3
    assert [one["model_score"] for one in records] == [0.83, 0.55, None]
    assert [one["model_score_before"] for one in records] == [0.84, 0.84, None]
    assert [one["model_labelled"] for one in records] == [310, 310, 0]
    dropped = records[1]
    names = ("ap", "ap75", "ar100", "mean_iou")
    assert [dropped[f"model_{name}"] for name in names] == pytest.approx([0.53, 0.51, 0.45, 0.43])
    boxes = ("window_images", "window_boxes", "lowest_box_score", "mean_box_score")
    assert [dropped[f"model_{name}"] for name in boxes] == [1400, 5210, 0.5, 0.76]
    assert dropped["model_highest_box_score"] == 0.997
    assert records[2]["model_ap"] is None
    assert records[2]["model_mean_box_score"] == 0.76
    table = list(csv.DictReader(io.StringIO(csv_table(rows))))
    assert [one["model_measure"] for one in table] == ["ap50"] * 3
    assert list(table[0]) == list(dropped)


def test_a_run_without_rows_of_any_kind_prints_the_headings():
    assert cells(plain_table([])) == [list(cells(plain_table([UNLABELLED]))[0])]


@pytest.mark.parametrize(
    ("width", "left_out"),
    [(80, {"window ends", "largest effect"}), (110, {"largest effect"}), (160, set())],
)
def test_a_narrow_terminal_shows_verdict_and_model_whole(width, left_out, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    row = dataclasses.replace(labelled(QualityState.DROPPED), run_id="20250310T000000Z-1a2b3c4d")
    print_table([row])
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "steady  0.81 worse" in shown
    assert all(len(line) <= width for line in shown.splitlines())
    heading = shown.splitlines()[0]
    assert {name for name in ("window ends", "largest effect") if name not in heading} == left_out
    assert ("--json shows all" in shown) == bool(left_out)


def test_json_and_csv_always_have_the_models_keys():
    rows = [UNLABELLED, labelled(QualityState.DROPPED), labelled(QualityState.UNKNOWN)]
    first, dropped, unknown = json.loads(json_table(rows))
    keys = [key for key in first if key.startswith("model_")]
    assert keys[-1] == "model_highest_box_score"
    assert [first[key] for key in keys] == [None] * len(keys)
    assert [dropped[key] for key in keys[7:]] == [None] * 9
    assert dropped["model_state"] == "dropped"
    assert dropped["model_measure"] == "accuracy"
    assert (dropped["model_score"], dropped["model_labelled"]) == (0.81, 310)
    assert dropped["model_score_low"] < dropped["model_score"] < dropped["model_score_high"]
    assert (unknown["model_state"], unknown["model_score"]) == ("unknown", None)
    table = list(csv.DictReader(io.StringIO(csv_table(rows))))
    assert [one["model_state"] for one in table] == ["", "dropped", "unknown"]
    assert list(table[0]) == list(first)
