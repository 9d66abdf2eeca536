"""Which columns of a log are taken for parts of the traffic."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from drift.setup.columns.all_columns import ColumnGuesses, guess_columns
from drift.setup.columns.values import column_values

ROWS = 200


def guess(**columns: list[object]) -> ColumnGuesses:
    begin = datetime(2025, 3, 3)
    known = {
        "ts": [(begin + timedelta(minutes=7 * row)).isoformat() for row in range(ROWS)],
        "pred": [("beagle", "boxer", "collie")[row * row % 3] for row in range(ROWS)],
    }
    table = pd.DataFrame(
        {name: [str(one) for one in values] for name, values in (known | columns).items()}
    )
    return guess_columns(column_values(table.astype(object)))


def new_since(row: int, old: str, new: str) -> list[object]:
    return [old if place < row else new for place in range(ROWS)]


@pytest.mark.parametrize("name", ["model_version", "camera", "device", "site", "source", "region"])
def test_a_column_of_few_numbers_whose_name_says_a_part_is_a_segment(name):
    versions: list[object] = [("1.3", "2.0")[row // 3 % 2] for row in range(ROWS)]
    assert guess(**{name: versions}).segments == (name,)


def test_a_version_that_only_a_few_rows_have_yet_is_a_segment():
    assert guess(model_version=new_since(ROWS - 3, "1.3", "2.0")).segments == ("model_version",)


def test_a_rare_value_of_a_column_that_says_nothing_makes_no_segment():
    assert guess(abc=new_since(ROWS - 3, "x", "y")).segments == ()


def test_measured_numbers_are_no_segment_whatever_their_name():
    measured: list[object] = [20 + row % 29 / 10 for row in range(ROWS)]
    assert guess(machine_light=measured).segments == ()


def test_a_client_of_few_values_is_a_segment_and_the_client():
    clients: list[object] = [("ios", "android", "web")[row // 2 % 3] for row in range(ROWS)]
    found = guess(client=clients)
    assert found.segments == ("client",)
    assert found.client is not None
    assert found.client.column == "client"


def test_many_clients_are_no_segment():
    assert guess(client=[f"user {row % 60}" for row in range(ROWS)]).segments == ()
