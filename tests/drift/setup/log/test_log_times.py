"""Windows and reference stretches from samples of a log's times."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from drift.setup.images.times import first_kept, times_with_images
from drift.setup.images.try_templates import Shelf, TriedTemplate
from drift.setup.log.times import SampledTimes
from drift.setup.propose.window import propose_stretch, propose_window
from jobs.buckets.registry import open_bucket
from jobs.times.timestamps import to_moment
from tests.support.layouts import put, requests

NOW = datetime(2025, 3, 20, 12, 20, tzinfo=UTC)


def moments(per_day: int, first_day: float, last_day: float) -> list[int]:
    """Return evenly spread times, in days before `NOW`, sorted."""
    count = round(per_day * (first_day - last_day))
    days = np.linspace(first_day, last_day, count, endpoint=False)
    return [to_moment(NOW - timedelta(days=float(day))) for day in days]


def complete(per_day: int, days: float, **more: object) -> SampledTimes:
    found = moments(per_day, days, 0)
    values = {"share_found": 1.0, "is_complete": True, **more}
    return SampledTimes(moments=found, rows=len(found), **values)


def ends(per_day: int, days: float, kept_days: float) -> SampledTimes:
    """Return the times of the first and the last days of a log alone."""
    found = moments(per_day, days, days - kept_days) + moments(per_day, kept_days, 0)
    return SampledTimes(
        moments=found, rows=round(per_day * days), share_found=1.0, is_complete=False
    )


@pytest.mark.parametrize(("per_day", "kept"), [(10, 4), (400, 3), (2, 4)])
def test_rows_that_were_not_sampled_count(per_day, kept):
    times = ends(per_day, 100, kept)
    assert times.per_day() == pytest.approx(per_day, rel=0.2)
    assert times.since(timedelta(days=28), NOW) == pytest.approx(28 * per_day, rel=0.2)


def test_the_oldest_stretch_of_a_sampled_log_is_not_the_whole_log():
    stretch = propose_stretch(ends(9, 100, 4))
    assert stretch is not None
    assert NOW - timedelta(days=62) < stretch.end < NOW - timedelta(days=48)
    assert 350 <= stretch.rows <= 450


def test_the_oldest_stretch_of_a_large_log_is_some_hundred_rows_of_its_beginning():
    stretch = propose_stretch(ends(10_000, 100, 0.3))
    assert stretch is not None
    assert 350 <= stretch.rows <= 400


@pytest.mark.parametrize("per_day", [5, 10, 20])
def test_a_window_never_reaches_into_the_reference(per_day):
    times = complete(per_day, 40)
    stretch = propose_stretch(times)
    assert stretch is not None
    window = propose_window(
        times, 200, NOW, most_rows=times.rows - stretch.rows, not_before=stretch.end
    )
    if window.last is not None:
        assert NOW.replace(minute=0) - window.last >= stretch.end
    else:
        newest = times.moments[-(window.rows or 0) :]
        assert newest[0] >= to_moment(stretch.end)


def test_a_few_early_rows_are_no_reference():
    late = moments(20, 20, 0)
    times = SampledTimes(
        moments=[*moments(1, 500, 495), *late], rows=405, share_found=1.0, is_complete=True
    )
    stretch = propose_stretch(times)
    assert stretch is not None
    assert stretch.rows > 100


def test_rows_that_name_the_same_image_need_a_longer_window():
    plain = propose_window(complete(120, 40), 110, NOW, most_rows=10**6)
    dense = propose_window(complete(120, 40, distinct=0.1), 110, NOW, most_rows=10**6)
    assert plain.last == timedelta(days=1)
    assert dense.last == timedelta(days=14)
    assert dense.images == pytest.approx(168, abs=3)
    assert "12 different images" in dense.because


@pytest.mark.parametrize(
    ("found", "first"),
    [
        ([False] * 70 + [True] * 30, 70),
        ([False] * 35 + [True] + [False] * 34 + [True] * 28 + [False] * 2, 70),
        ([True] * 100, 0),
        ([False, True] * 50, 0),
        ([True] * 70 + [False] * 30, 0),
        ([False] * 100, 0),
    ],
)
def test_images_that_are_gone_from_the_oldest_rows_alone_are_known(found, first):
    assert first_kept(np.array(found)) == first


def test_a_store_too_large_to_list_is_asked_since_when_it_has_images(tmp_path):
    rows = requests(300)
    for one in rows[200:]:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    shelf = Shelf(
        bucket=open_bucket(tmp_path.as_uri()),
        open_bucket=open_bucket,
        names=frozenset(),
        is_complete=False,
    )
    stamps = np.array([to_moment(one.time.replace(tzinfo=UTC)) for one in rows])
    times = SampledTimes(moments=stamps.tolist(), rows=300, share_found=1.0, is_complete=True)
    table = pd.DataFrame({"id": [one.id for one in rows]}, dtype=object)
    template = TriedTemplate(path="images/{id}.jpg", share=1.0, rows=40)
    found = times_with_images(times, table, stamps, template, shelf, None)
    assert found.images_since is not None
    assert 200 <= np.searchsorted(stamps, to_moment(found.images_since)) <= 204
    assert 95 <= found.rows <= 100
    assert found.share_found == 1
    assert len(shelf.known) <= 80
