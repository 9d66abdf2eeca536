"""The history table has a column for the model's view only where a run had one."""

import csv
import io
import json
import re

from drift.cli.history_table import csv_table, json_table, plain_table
from reports.history.history import history_row
from tests.support import findings as examples
from tests.support.labelled_runs import labelled_run
from tests.support.model_view_findings import no_view, novel_images

ROWS = [history_row(run) for run in (novel_images(), no_view(), examples.steady())]


def test_each_run_says_how_much_was_new_to_the_model() -> None:
    heading, *lines = [re.split(r" {2,}", line) for line in plain_table(ROWS).splitlines()]
    place = heading.index("novel")

    assert heading[place - 1 : place + 2] == ["verdict", "novel", "images"]
    assert [line[place] for line in lines] == ["12 %", "unknown", "\N{EN DASH}"]


def test_without_a_model_the_table_is_as_it_was() -> None:
    labelled = history_row(labelled_run(examples.steady(), "holds"))

    assert "novel" not in plain_table(ROWS[2:])
    assert "novel" not in plain_table([labelled])


def test_programs_get_every_number() -> None:
    first, second, third = json.loads(json_table(ROWS))

    assert first["view_id"] == "v-0123456789ab"
    assert (first["view_images"], first["view_novel_images"]) == (5190, 611)
    assert (second["view_missing"], second["view_novel_images"]) == (True, None)
    assert third["view_id"] is None
    cells = list(csv.DictReader(io.StringIO(csv_table(ROWS))))
    assert [row["view_missing"] for row in cells] == ["false", "true", ""]
