"""Two tables are compared as a run compares its log, and what cannot be compared is named."""

import json
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drift
import drift.two_sets
from drift.comparison.compare import would_alarm
from drift.two_sets import tables
from drift.two_sets.column_pairs import ColumnPair
from drift.two_sets.options import CompareOptions
from drift.two_sets.place import SidesBucket
from jobs.errors import BucketAccessError, InputError, UsageError
from reports.json_report.report import report_schema
from reports.words.of_sets.sentences import in_sets
from tests.support.docstring_examples import assert_holds, examples_of
from tests.support.memory_bucket import MemoryBucket

ROOT = Path(__file__).parents[3]
# What a job file and a run have, and two tables have not.
OF_JOBS = re.compile(r"\bwindow\b|profile build|job file|\b(?:reference|detection|images)\.[a-z]+_")


def rows(seed, count=200, *, speed=10.0, weather=(0.5, 0.3, 0.2)):
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "speed": generator.normal(speed, 2, count),
            "temperature": generator.normal(20, 1, count),
            "weather": generator.choice(["sun", "rain", "fog"], count, p=weather),
            "works": generator.random(count) > 0.1,
        }
    )


@pytest.fixture(scope="module")
def moved():
    return drift.compare(rows(0), rows(1, speed=12.5, weather=(0.1, 0.3, 0.6)))


def test_equal_tables_are_steady_and_nothing_moved():
    found = drift.compare(rows(0), rows(0))

    assert (found.verdict, found.moved, found.warnings) == ("steady", (), ())
    assert found.headline == "The rows look like the reference"
    found.assert_no_drift()


def test_a_number_and_a_class_that_moved_are_both_named(moved):
    assert moved.verdict == "drift"
    assert {one.column for one in moved.moved} == {"speed", "weather"}
    assert "speed is higher" in moved.headline or "weather is" in moved.headline
    states = dict(zip(moved.table()["column"], moved.table()["state"], strict=True))
    assert states == {
        "speed": "drift",
        "temperature": "steady",
        "weather": "drift",
        "works": "steady",
    }


def test_a_test_of_data_fails_with_a_line_for_each_column_that_moved(moved):
    with pytest.raises(AssertionError) as raised:
        moved.assert_no_drift()

    lines = str(raised.value).splitlines()
    assert lines[0] == f"drift: {moved.summary}"
    assert lines[1:3] == [f"  {one.title}: {one.words}" for one in moved.moved]
    assert raised.value.exit_code == 3
    assert "images" not in "".join(lines[:3])


def test_the_dictionary_is_a_part_of_report_json_and_the_same_each_time(moved):
    found = moved.to_dict()
    schema = report_schema()
    parts = {**schema, "required": [], "properties": schema["properties"]}

    jsonschema.validate(found, parts)
    again = drift.compare(rows(0), rows(1, speed=12.5, weather=(0.1, 0.3, 0.6))).to_dict()
    assert json.dumps(found) == json.dumps(again)
    assert set(found) <= set(schema["properties"])


def test_swapped_sides_move_the_other_way():
    before, after = rows(0), rows(1, speed=12.5)

    ways = [
        next(one for one in drift.compare(*sides).findings if one.name == "speed").direction
        for sides in ((before, after), (after, before))
    ]
    assert ways == ["up", "down"]


def test_only_the_columns_that_are_asked_for_decide():
    found = drift.compare(rows(0), rows(1, speed=12.5), columns=["temperature", "works"])

    assert found.verdict == "steady"
    assert [one.name for one in found.findings] == ["temperature", "works"]


def test_a_larger_minimum_effect_lets_a_small_shift_pass():
    before, after = rows(0, 2000), rows(1, 2000, speed=10.6)

    assert drift.compare(before, after).verdict == "drift"
    assert drift.compare(before, after, minimum_effect=1.0).verdict == "steady"


def test_labels_in_numbers_are_classes_once_they_are_a_category():
    before = pd.DataFrame({"label": np.arange(300) % 3})
    # Of equal mean, so that only the shares tell them apart.
    after = pd.DataFrame({"label": np.where(np.arange(300) % 2, 0, 2)})

    found = drift.compare(before.astype("category"), after.astype("category"))
    assert found.verdict == "drift"
    assert "less often '1'" in found.headline


def test_a_column_of_another_type_on_one_side_allows_no_steady_answer():
    after = rows(1).astype({"speed": "object"})
    after.loc[3, "speed"] = "12 km/h"

    found = drift.compare(rows(0), after)

    assert found.verdict == "inconclusive"
    assert found.headline == "speed is of another type on the two sides"
    assert "'12 km/h'" in found.summary
    with pytest.raises(drift.DriftFoundError, match="12 km/h"):
        found.assert_no_drift()
    found.assert_no_drift(allow_inconclusive=True)


@pytest.mark.parametrize(
    ("missing", "verdict"), [(0.03, "steady"), (0.15, "steady"), (0.6, "inconclusive")]
)
def test_missing_values_are_said_where_many_and_forbid_an_answer_where_most(missing, verdict):
    after = rows(1)
    after.loc[: int(missing * len(after)), "temperature"] = np.nan

    found = drift.compare(rows(0), after)

    assert found.verdict == verdict
    assert any("temperature has no value" in one for one in found.warnings) is (missing > 0.05)


@pytest.mark.parametrize(
    ("name", "then", "now", "told"),
    [
        ("alone", None, [1.0] * 30, "The reference table has no such column"),
        ("empty", [1.0, 2.0] * 15, [None] * 30, "Every value is missing in current"),
        ("time", pd.date_range("2025", periods=30), None, "has no such column"),
        (
            "time",
            pd.date_range("2025", periods=30),
            pd.date_range("2026", periods=30),
            "hour of the day",
        ),
        ("lists", [[1, 2]] * 30, [[1]] * 30, "neither numbers nor texts"),
        ("complex", [1j, 2j] * 15, [1j] * 30, "neither numbers nor texts"),
        ("dates", [date(2025, 1, 1)] * 30, [date(2025, 1, 2)] * 30, "neither numbers nor texts"),
        ("id", [f"r{n}" for n in range(30)], [f"s{n}" for n in range(30)], "a text of its own"),
    ],
)
def test_a_column_that_cannot_be_compared_says_why_and_what_to_do(name, then, now, told):
    sides = [pd.DataFrame({} if values is None else {name: values}) for values in (then, now)]
    pair = ColumnPair.of(name, *sides)

    assert told in pair.fault


@pytest.mark.parametrize(
    ("values", "content"),
    [
        ([1, 2, 3], "numbers"),
        ([Decimal("1.5"), None, 2], "numbers"),
        (pd.array([1, None, 3], dtype="Int64"), "numbers"),
        (pd.to_timedelta([1, 2, 3], unit="s"), "numbers"),
        ([True, None, False], "text"),
        (["a", None, 3], "text"),
        ([b"a", b"b", b"a"], "text"),
        ([np.inf, 1.0, -np.inf], "numbers"),
    ],
)
def test_values_are_numbers_or_classes_by_what_they_are(values, content):
    column = ColumnPair.of("x", pd.DataFrame({"x": values}), pd.DataFrame({"x": values})).reference

    assert str(column.content) == content
    assert column.missing == sum(
        one is None or one is pd.NA or one in {np.inf, -np.inf} for one in values
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(), st.binary()),
        min_size=1,
        max_size=30,
    )
)
def test_any_plain_values_are_read_or_named_and_never_raise(values):
    table = pd.DataFrame({"x": pd.Series(values, dtype="object")})
    pair = ColumnPair.of("x", table, table)

    assert pair.types_differ == ""
    assert pair.fault or len(pair.current.cells) == len(values)


def test_tables_without_a_common_column_say_which_they_have():
    with pytest.raises(
        UsageError, match=r"no column in common: reference has speed.*current has v"
    ):
        drift.compare(rows(0)[["speed"]], rows(0)[["speed"]].set_axis(["v"], axis="columns"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"current": rows(0).head(1)}, "current: the table has 1 row. Expected at least 10"),
        ({"reference": rows(0).head(0)}, "reference: the table has no row"),
        ({"columns": ["sped"]}, "reference has no column sped. It has speed"),
        ({"columns": "speed"}, "Expected a list of names"),
        ({"false_alarm_rate": 1.5}, "false_alarm_rate is 1.5. Expected"),
        ({"minimum_effect": float("nan")}, "minimum_effect is nan. Expected"),
        ({"current": "missing.csv"}, "current: missing.csv cannot be read as a table"),
        ({"current": 7}, "current is of the type int. Expected a pandas DataFrame"),
        ({"current": [np.zeros((3, 3))]}, "current is of the type list of ndarray"),
        ({"current": "nowhere"}, "nowhere does not exist. Expected a folder"),
        ({"current": pd.concat([rows(0), rows(0)], axis="columns")}, "several columns called"),
        ({"current": str(ROOT / "tests")}, "reference is a table and current is images"),
    ],
)
def test_a_call_that_cannot_work_says_what_to_do(change, message):
    given = {"reference": rows(0), "current": rows(1), **change}

    with pytest.raises((UsageError, InputError), match=re.escape(message)):
        drift.compare(**given)


def test_files_and_tables_of_other_libraries_say_the_same(tmp_path, moved):
    before, after = rows(0), rows(1, speed=12.5, weather=(0.1, 0.3, 0.6))
    before.to_csv(tmp_path / "before.csv", index=False)
    after.to_parquet(tmp_path / "after.parquet")

    found = drift.compare(tmp_path / "before.csv", str(tmp_path / "after.parquet"))
    others = drift.compare(pa.Table.from_pandas(before), after.to_dict("list"))

    assert found.headline == others.headline == moved.headline


def test_of_a_large_table_some_rows_are_drawn_and_that_is_said(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 150)

    found = drift.compare(rows(0, 400), rows(1, 100))

    assert "150 of the 400 rows of reference" in found.warnings[0]
    assert found.to_dict()["evidence"]["reference_units"] == 150


def test_no_sentence_speaks_of_a_job_a_window_or_a_profile():
    after = rows(1).assign(weather="snow", temperature=[None] * 200, more=1.0)
    few = rows(2, 12)
    spelled = rows(1).assign(weather=rows(1)["weather"].str.upper())

    for now in (after, few, spelled, rows(3, speed=13)):
        found = drift.compare(rows(0).assign(id=range(200)), now)
        report = found.to_dict()
        told = [found.headline, found.summary, *found.warnings]
        told += [one["note"] for one in report["numbers"]]
        assert not [one for one in told if OF_JOBS.search(one)]


def test_words_of_a_window_are_told_of_the_current_set():
    assert in_sets("No class of it in the window is known: the window's 3 images.") == (
        "No class of it in current is known: the current 3 images."
    )


def test_a_column_may_be_called_as_the_log_or_a_feature_is():
    names = ["prediction", "timestamp", "mean", "confidence", 7]
    before = pd.DataFrame({name: np.arange(60.0) for name in names})

    found = drift.compare(before, before.assign(mean=np.arange(60.0) + 50))

    assert found.headline == "mean (column) is higher than in the reference"
    assert len(found.findings) == len(names)


def test_a_table_of_features_is_told_in_the_words_of_features():
    before = pd.DataFrame(
        {name: np.arange(60.0) for name in ("mean", "sharpness", "entropy", "median")}
    )

    found = drift.compare(before, before.assign(sharpness=np.arange(60.0) - 50))

    assert found.headline == "Rows are blurrier than the reference"
    assert found.moved[0].title == "Sharpness"


def test_nothing_is_written_and_the_folder_of_two_sides_refuses_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    drift.compare(rows(0), rows(1))
    bucket = SidesBucket({"current": MemoryBucket()})

    assert not list(tmp_path.iterdir())
    for refuse in (
        lambda: bucket.write("current/a", b""),
        lambda: bucket.create("current/a", b""),
        lambda: bucket.replace("current/a", b"", "1"),
        lambda: bucket.delete("current/a"),
    ):
        with pytest.raises(BucketAccessError, match="writes nothing"):
            refuse()


def test_importing_the_package_imports_none_of_what_comparing_needs():
    code = "import sys, drift; print('pandas' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["False"]
    assert "compare" in dir(drift)
    with pytest.raises(AttributeError, match="no attribute 'comparee'"):
        drift.comparee  # noqa: B018


@pytest.mark.parametrize("example", examples_of(drift.two_sets), ids=lambda one: one.name)
def test_the_examples_in_docstrings_hold(example):
    assert_holds(example, {"pd": pd})


@pytest.mark.slow
def test_two_halves_of_one_table_say_drift_about_as_often_as_they_may():
    # 120 comparisons at 5 %: six are expected, and more than 14 come once in 1,000 times.
    generator = np.random.default_rng(7)
    detection = (
        CompareOptions(false_alarm_rate=0.05)
        .job(
            predictions={"path": "current", "columns": {"numbers": ["*"]}},
            reference={"log": "reference"},
        )
        .detection
    )
    alarms = 0
    for _ in range(120):
        sides = [
            pd.DataFrame(
                {
                    "a": (noise := generator.normal(size=40)),
                    "b": noise + generator.normal(size=40),
                    "c": generator.choice(["x", "y"], 40),
                }
            )
            for _ in range(2)
        ]
        alarms += would_alarm(tables.pair_tables(*sides).lined_up, detection)

    assert 1 <= alarms <= 14


def test_columns_of_any_type_that_pandas_knows_are_compared_or_named():
    decimals = pd.array(
        [Decimal("1.5"), None, Decimal(2)] * 20, dtype=pd.ArrowDtype(pa.decimal128(9, 1))
    )
    table = pd.DataFrame(
        {
            "arrow": decimals,
            "beyond floats": pd.Series([10**400, 5, 6] * 20, dtype="object"),
            "halves": pd.Series(["a\ud800", "b", "c"] * 20, dtype="object"),
            "largest": [1.7e308, -1.7e308, 0.0] * 20,
            "smallest": [1e-320, 0.0, 2e-200] * 20,
        }
    )
    moved = table.assign(largest=1.7e308, smallest=1.0)

    assert drift.compare(table, table).verdict == "steady"
    found = drift.compare(table, moved)
    assert "smallest" in [one.column for one in found.moved]
    found._repr_html_().encode("utf-8")


def test_a_column_that_is_called_like_a_feature_stands_beside_one_called_as_it_is_shown():
    table = pd.DataFrame({"sharpness": range(20), "sharpness (column)": range(20)})

    found = drift.compare(table, table)

    assert [one.name for one in found.findings] == [
        "sharpness (column) (column)",
        "sharpness (column)",
    ]


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ({"a": [1, 2], "b": [1]}, {}, "reference is no table: All arrays must be of the same"),
        ({"a": range(20)}, {"false_alarm_rate": "0.1"}, "false_alarm_rate is '0.1'. Expected a"),
        ({"a": range(20)}, {"minimum_effect": None}, "minimum_effect is None. Expected a number"),
    ],
)
def test_what_cannot_be_compared_is_said_as_an_error_of_use(given, options, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        drift.compare(given, {"a": range(20)}, **options)
