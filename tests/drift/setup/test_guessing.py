"""The guesses themselves: values in, guesses with reasons out."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest

from drift.comparison.power import smallest_effect
from drift.setup.columns.all_columns import ColumnGuesses, guess_columns
from drift.setup.columns.values import column_values
from drift.setup.images.derive_template import derive_templates
from drift.setup.images.template_pieces import pieces_of
from drift.setup.log.find import find_families, merge_families, too_wide
from drift.setup.log.times import SampledTimes
from drift.setup.propose.window import (
    critical_value,
    enough_images,
    propose_stretch,
    propose_window,
)
from drift.setup.words import words_of
from jobs.buckets.bucket import ObjectInfo
from jobs.times.timestamps import to_moment

NOW = datetime(2025, 3, 20, 12, 20, tzinfo=UTC)
ROWS = 200


def guess(**columns: object) -> ColumnGuesses:
    table = pd.DataFrame({name: [str(one) for one in values] for name, values in columns.items()})
    return guess_columns(column_values(table.astype(object)))


def times(count: int = ROWS) -> list[str]:
    return [(datetime(2025, 3, 3) + timedelta(minutes=7 * row)).isoformat() for row in range(count)]


def classes(count: int = ROWS) -> list[str]:
    return [("beagle", "boxer", "collie")[row * row % 3] for row in range(count)]


# --- names ---


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("predictedClass", ("predicted", "class")),
        ("Image_ID2", ("image", "id", "2")),
        ("prédiction", ("prediction",)),
        ("HTTPStatus", ("http", "status")),
    ],
)
def test_names_are_taken_apart_into_plain_words(name, words):
    assert words_of(name) == words


# --- columns ---


def test_digits_are_times_only_where_the_name_says_so():
    stamps = [20250303101500 + row for row in range(40)]
    assert guess(id=stamps, breed=classes(40)).time is None
    found = guess(ts=stamps, id=range(40))
    assert found.time is not None
    assert found.time.column == "ts"


def test_the_time_of_the_request_beats_other_times():
    later = [text.replace("2025", "2026") for text in times()]
    found = guess(updated_at=later, event_time=times(), label_date=later)
    assert found.time is not None
    assert found.time.column == "event_time"


def test_a_class_number_beside_the_class_is_no_segment():
    numbers = [{"beagle": 0, "boxer": 1, "collie": 2}[name] for name in classes()]
    cameras = [("a", "b")[row // 3 % 2] for row in range(ROWS)]
    found = guess(ts=times(), pred=classes(), type_id=numbers, camera=cameras)
    assert found.segments == ("camera",)


def test_the_class_of_the_largest_probability_is_the_prediction_whatever_it_is_called():
    shares = np.random.default_rng(1).dirichlet((1, 1, 1), ROWS).round(5)
    names = ("beagle", "boxer", "collie")
    said = [names[int(place)] for place in shares.argmax(axis=1)]
    found = guess(
        ts=times(), label=classes(), xyz=said,
        **{f"s.{name}": shares[:, place] for place, name in enumerate(names)},
    )  # fmt: skip
    assert found.prediction is not None
    assert found.prediction.column == "xyz"
    assert found.probabilities is not None
    assert found.probabilities.patterns == ("s.*",)
    assert found.label is not None
    assert found.label.column == "label"


def test_numbers_between_0_and_1_that_do_not_add_up_are_no_probabilities():
    random = np.random.default_rng(2).random((ROWS, 3)).round(4)
    found = guess(ts=times(), a=random[:, 0], b=random[:, 1], c=random[:, 2])
    assert found.probabilities is None
    assert found.confidence is None


def test_a_confidence_in_per_cent_is_taken_and_its_form_said():
    found = guess(ts=times(), pred=classes(), confidence=[f"{row % 100}%" for row in range(ROWS)])
    assert found.confidence is not None
    assert found.confidence.is_sure
    assert f"{ROWS} of {ROWS} values are written as per cent" in found.confidence.because


def test_a_confidence_that_changes_its_form_is_unsure():
    values = [f"0.{row:02d}" if row < 40 else f"{row % 100}%" for row in range(ROWS)]
    found = guess(ts=times(), pred=classes(), confidence=values).confidence
    assert found is not None
    assert not found.is_sure
    assert f"{ROWS - 40} of {ROWS} values are written as per cent" in found.because


def test_no_column_is_offered_for_two_things():
    found = guess(ts=times(), prediction=classes(), label=classes())
    assert found.named["prediction"].column == "prediction"
    assert found.named["label"].column == "label"
    assert all(not one.others for one in found.named.values())
    assert found.prediction is not None
    assert found.prediction.is_sure


def test_of_an_object_and_its_fields_the_fields_are_taken():
    found = guess(
        ts=times(),
        pred=classes(),
        client=[json.dumps({"id": str(row % 7)}) for row in range(ROWS)],
        **{"client.id": [str(row % 7) for row in range(ROWS)]},
    )
    assert found.client is not None
    assert found.client.column == "client.id"
    assert found.notes == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (
            [f"class {row}" for row in range(ROWS)],
            f"it holds {ROWS} different values in {ROWS} rows",
        ),
        (["dog"] * ROWS, "every row has the same value (dog)"),
        ([f"0.{row:04d}" for row in range(ROWS)], "it holds fractions such as"),
        ([f"out/{row % 9}.png" for row in range(ROWS)], "it holds paths such as out/0.png"),
    ],
)
def test_a_column_named_like_the_class_is_said_not_to_be_taken_and_why(values, reason):
    found = guess(ts=times(), class_name=values)
    assert found.prediction is None
    assert found.unfit == ("prediction",)
    assert found.notes[0].startswith(
        f"The column class_name is named like the predicted class, but {reason}"
    )


def test_probabilities_that_stop_adding_up_to_one_are_no_confidence():
    shares = np.random.default_rng(4).dirichlet([1, 1, 1], ROWS)
    shares[ROWS // 2 :] = shares[ROWS // 2 :] * 9 - 4
    found = guess(ts=times(), pred=classes(), p_a=shares[:, 0], p_b=shares[:, 1], p_c=shares[:, 2])
    assert found.confidence is None
    assert found.probabilities is not None
    assert found.probabilities.patterns == ("p_*",)
    assert "add up to one in 50% of the rows only" in found.notes[0]


def test_probabilities_that_are_called_like_the_classes_are_seen_where_they_stop_adding_up():
    shares = np.random.default_rng(4).dirichlet([1, 1], ROWS)
    shares[ROWS // 2 :] *= 0.6
    pred = ["collie" if name == "boxer" else name for name in classes()]
    named = {"beagle": shares[:, 0], "collie": shares[:, 1]}
    found = guess(ts=times(), pred=pred, **named)
    assert found.probabilities is not None
    assert set(found.probabilities.patterns) == set(named)
    assert "rows only" in found.notes[0]


def test_features_of_the_image_are_nothing_else():
    shares = np.random.default_rng(3).random(ROWS).round(4)
    found = guess(ts=times(), pred=classes(), edge_density=shares, entropy=shares)
    assert set(found.named) == {"timestamp", "prediction"}


def test_a_client_is_one_that_comes_again():
    assert guess(ts=times(), user_id=range(ROWS)).client is None
    found = guess(ts=times(), user_id=[row % 9 for row in range(ROWS)]).client
    assert found is not None
    assert found.column == "user_id"


@pytest.mark.parametrize(
    ("dates", "day_first", "settled"),
    [
        ([f"{day:02d}/03/2025" for day in range(1, 28)], True, True),
        ([f"03/{day:02d}/2025" for day in range(1, 28)], False, True),
        ([f"03/{day:02d}/2025" for day in range(1, 9)], False, False),
        ([f"2025-03-{day:02d}" for day in range(1, 9)], None, True),
    ],
)
def test_the_values_settle_whether_the_day_comes_first(dates, day_first, settled):
    found = guess(date=dates, id=range(len(dates)))
    assert (found.day_first, found.day_first_is_settled) == (day_first, settled)


# --- which log ---


def infos(*names: str) -> list[ObjectInfo]:
    return [ObjectInfo(name=name, size_bytes=9, version="1") for name in sorted(names)]


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (["logs/2025-03-03.csv", "logs/2025-03-04.csv"], "logs/*.csv"),
        (["logs/2025-03-03.csv"], "logs/*.csv"),
        (["l/dt=2025-03-03/part-0.parquet"], "l/dt=*/part-*.parquet"),
        (["l/2025/03/03/a.jsonl", "l/2025/03/04/a.jsonl"], "l/*/*/*/a.jsonl"),
        (["team1/log_v2.csv"], "team1/log_v2.csv"),
        (["l/region=eu/part-0.csv"], "l/region=*/part-*.csv"),
        (["l/model=a/part-0.csv"], "l/model=a/part-*.csv"),
        (["l/worker-0/log.csv"], "l/worker-*/log.csv"),
        (["x/20250303T10.ndjson.gz"], "x/*.ndjson.gz"),
    ],
)
def test_partitions_become_a_glob_and_single_objects_stay(names, path):
    (family,) = find_families(infos(*names))
    assert family.path == path


def test_a_training_log_is_never_joined_with_the_live_one():
    families = find_families(infos("logs/train.csv", "logs/live.csv", "logs/shadow.csv"))
    columns = {one.members[0].name: frozenset({"a"}) for one in families}
    paths = {one.path for one in merge_families(families, columns)}
    assert paths == {"logs/*.csv", "logs/train.csv"}


def test_what_a_glob_takes_in_too_is_known():
    families = find_families(infos("p-1.csv", "p-2.csv"))
    assert too_wide(families[0], ["p-1.csv", "p-2.csv", "p-notes.csv"]) == ["p-notes.csv"]


# --- templates ---


def templates(rows: list[dict[str, str]], names: list[str]) -> list[str]:
    columns = column_values(pd.DataFrame(rows).astype(object))
    return derive_templates(pieces_of(columns, ["ts"], None), names, len(rows))


def test_a_folder_that_changes_with_a_column_is_no_fixed_text():
    rows = [
        {"ts": text, "id": f"x{number:04d}", "breed": breed}
        for number, (text, breed) in enumerate(zip(times(30), classes(30), strict=True))
    ]
    names = [f"img/{row['breed']}/{row['id']}.jpg" for row in rows]
    assert templates(rows, names)[0] == "img/{breed}/{id}.jpg"


def test_folders_by_the_first_characters_of_a_hash_are_written_with_cuts():
    hashes = [sha256(text.encode()).hexdigest() for text in times(40)]
    rows = [{"ts": text, "sha": sha} for text, sha in zip(times(40), hashes, strict=True)]
    fanned = [f"o/{sha[:2]}/{sha[2:4]}/{sha}.jpg" for sha in hashes]
    assert templates(rows, fanned)[0] == "o/{sha:.2}/{sha:2.4}/{sha}.jpg"
    rest = [f"o/{sha[:2]}/{sha[2:]}" for sha in hashes]
    assert templates(rows, rest)[0] == "o/{sha:.2}/{sha:2.}"


def test_days_without_a_zero_in_front_are_told_from_those_with_one():
    starts = [datetime(2025, 3, 1) + timedelta(hours=17 * row) for row in range(40)]
    rows = [{"ts": one.isoformat(), "id": f"x{row:04d}"} for row, one in enumerate(starts)]
    spark = [f"m={one.month}/d={one.day}/x{row:04d}.jpg" for row, one in enumerate(starts)]
    assert templates(rows, spark)[0] == "m={ts:%-m}/d={ts:%-d}/{id}.jpg"
    padded = [f"m={one:%m}/d={one:%d}/x{row:04d}.jpg" for row, one in enumerate(starts)]
    assert templates(rows, padded)[0] == "m={ts:%m}/d={ts:%d}/{id}.jpg"


def test_a_number_within_a_longer_one_is_no_match():
    rows = [{"ts": text, "id": str(number)} for number, text in enumerate(times(30))]
    assert templates(rows, [f"img/{number}999{number}.jpg" for number in range(30)]) == []


# --- windows ---


def log_times(per_day: int, days: float, newest: datetime, share: float = 1.0) -> SampledTimes:
    step = timedelta(days=1) / per_day
    count = int(per_day * days)
    moments = [to_moment(newest - step * place) for place in range(count)][::-1]
    return SampledTimes(moments=moments, rows=count, share_found=share, is_complete=True)


@pytest.mark.parametrize(
    ("per_day", "share", "last"), [(400, 1.0, 1), (45, 1.0, 3), (25, 1.0, 7), (60, 0.3, 7)]
)
def test_the_shortest_window_with_enough_images_is_taken(per_day, share, last):
    found = propose_window(log_times(per_day, 60, NOW, share), 110, NOW, most_rows=10**6)
    assert found.last == timedelta(days=last)
    assert found.rows is None


def test_a_day_of_fifty_images_is_a_window_where_normal_days_lie_before_it():
    found = propose_window(log_times(60, 14, NOW), 110, NOW, most_rows=10**6)
    assert found.last == timedelta(days=1)
    assert "normal days" in found.because
    assert '`last = "2d"`' in found.notes[0]
    young = propose_window(log_times(60, 5, NOW), 110, NOW, most_rows=10**6)
    assert young.last == timedelta(days=2)


def test_rows_are_counted_where_the_newest_are_long_ago():
    old = log_times(300, 10, NOW - timedelta(days=90))
    found = propose_window(old, 110, NOW, most_rows=2_000)
    assert found.last is None
    assert 110 <= (found.rows or 0) <= 400
    assert "90 days old" in found.notes[0]


def test_rows_of_this_very_hour_are_not_cut_off():
    fresh = log_times(200_000, 0.005, NOW)
    assert propose_window(fresh, 110, NOW, most_rows=10**6).align == timedelta(minutes=1)


def test_the_oldest_stretch_leaves_the_newest_rows_to_the_window():
    stretch = propose_stretch(log_times(20, 10, NOW))
    assert stretch is not None
    assert 0 < stretch.rows <= 120
    assert stretch.end < NOW - timedelta(days=3)


def test_enough_images_show_the_effect_that_was_asked_for():
    enough = enough_images(500, 0.5, 0.01)
    seen = smallest_effect(500, enough, critical_value(0.01))
    assert seen is not None
    assert 0.4 < seen <= 0.5
