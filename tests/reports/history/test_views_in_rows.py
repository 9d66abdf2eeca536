"""What the history keeps of the model's view."""

import dataclasses

import pytest

from reports.findings.answers import State
from reports.history.history import HistoryRow, history_bytes, history_row
from reports.history.parsing import parse_history_row
from reports.history.run_view import ViewOfRun
from reports.pages.index.lines import run_lines
from reports.pages.links import JobLinks
from reports.words.of_view.of_history import MISSING, view_words
from tests.support import findings as examples
from tests.support.model_view_findings import VIEW_EXAMPLES, no_view, novel_images
from tests.support.pages import index_of


@pytest.mark.parametrize("example", VIEW_EXAMPLES, ids=lambda example: example.__name__)
def test_a_row_comes_back_as_it_was_written(example) -> None:
    row = history_row(example())

    assert parse_history_row(history_bytes(row)) == row


def test_a_row_without_a_model_is_as_it_always_was() -> None:
    assert b'"view"' not in history_bytes(history_row(examples.drifted()))


def test_a_row_keeps_how_many_images_were_new() -> None:
    assert history_row(novel_images()).view == ViewOfRun(
        view_id="v-0123456789ab", images=5190, novel_images=611, novel_expected=51.9
    )
    assert history_row(no_view()).view == ViewOfRun(is_missing=True)


def quiet(row: HistoryRow) -> HistoryRow:
    states = {
        name: State.STEADY if name.startswith("view_") else state
        for name, state in row.states.items()
    }
    return dataclasses.replace(row, states=states)


def test_a_line_says_what_the_model_saw_only_where_that_drifted_or_is_missing() -> None:
    novel = history_row(novel_images())

    assert view_words(novel) == "images show things that the reference does not"
    assert view_words(history_row(no_view())) == MISSING
    assert view_words(quiet(novel)) == ""
    assert view_words(dataclasses.replace(novel, view=None)) == ""


def test_the_index_shows_it_beside_what_happened() -> None:
    rows = [history_row(novel_images())]
    line = run_lines(rows, JobLinks(job="dogs"))[0]

    assert line.view == "images show things that the reference does not"
    page = index_of("dogs", rows).decode()
    assert "Model's view: images show things that the reference does not" in page
    assert "Model's view:" not in index_of("dogs", [quiet(rows[0])]).decode()
    assert "Novelty to the model" in index_of("dogs", [rows[0], later(rows[0])]).decode()


def later(row: HistoryRow) -> HistoryRow:
    return dataclasses.replace(row, run_id="later", window_end="2025-03-16T00:00:00Z")
