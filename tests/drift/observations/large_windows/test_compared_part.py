"""Of a very large window a part is compared: whole units, whatever the order of the rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from drift.observations.large_windows.compared_part import ComparedPart, compared_part
from drift.observations.side_copies import BothCopies, SideCopies, find_copies
from drift.observations.units import find_units
from drift.observations.window_images import WindowImages
from tests.support.two_sides import BURST, NAMES, pictures, profile_of, saved_anew, window_of

IMAGES = 400


def _traffic() -> WindowImages:
    """Return a window in which every fourth picture is sent twice within a minute."""
    images = pictures(IMAGES, seed=1)
    window = window_of(images, apart_minutes=60)
    anew = saved_anew(images.iloc[::4])
    again = window_of(anew)
    rows = window.rows.iloc[::4].assign(
        image=[f"again/{number:05d}.jpg" for number in range(len(anew))],
        timestamp=window.rows["timestamp"].iloc[::4] + pd.Timedelta(minutes=1),
    )
    both = pd.concat([window.rows, rows], ignore_index=True)
    order = np.argsort(both["timestamp"].to_numpy(), kind="stable")
    return WindowImages(
        rows=both.iloc[order].reset_index(drop=True),
        features=pd.concat([images[NAMES], anew[NAMES]]).iloc[order].reset_index(drop=True),
        fingerprints=np.concatenate([window.fingerprints, again.fingerprints])[order],
    )


def _part(window: WindowImages, most: int) -> tuple[ComparedPart, BothCopies]:
    copies = find_copies(profile_of(pictures(50, seed=2)), window, burst=BURST)
    return compared_part(window, pd.DataFrame(index=window.rows.index), copies, most), copies


def test_a_window_of_no_more_rows_is_compared_as_it_is():
    window = _traffic()
    part, copies = _part(window, len(window.rows))
    assert (part.window, part.copies) == (window, copies)
    assert (part.share, part.remarks) == (1.0, ())
    assert part.of_all(17) == 17


def test_bursts_are_drawn_as_a_whole():
    window = _traffic()
    part, copies = _part(window, 250)
    assert 230 <= len(part.window.rows) <= 250
    drawn = set(part.window.rows["image"])
    units = pd.Series(copies.current.found.clusters, index=window.rows["image"])
    of_drawn = units[units.isin(units[list(drawn)])]
    assert set(of_drawn.index) == drawn
    # What is known of the images that were drawn is what was known of them in the whole.
    sizes = np.bincount(part.copies.current.found.clusters)
    assert sizes.tolist() == of_drawn.groupby(of_drawn.to_numpy()).size().tolist()
    assert part.share == pytest.approx(len(sizes) / units.nunique())
    assert part.of_all(10) == int(10 / part.share)
    assert find_units(profile_of(pictures(50, seed=2)), part.window, part.copies).current.known


def test_numbers_and_fingerprints_stay_with_their_rows():
    window = _traffic()
    part = _part(window, 250)[0].window
    place = pd.Index(window.rows["image"]).get_indexer(part.rows["image"])
    assert np.array_equal(part.features.to_numpy(), window.features.to_numpy()[place])
    assert np.array_equal(part.fingerprints, window.fingerprints[place])
    assert part.features.index.tolist() == list(range(len(part.rows)))


def test_images_are_numbered_as_by_their_names():
    names = np.array([f"{number % 150}.jpg" for number in range(400)], dtype=object)
    window = replace(
        window_of(pictures(400, seed=1), apart_minutes=60),
        pictures_of_rows=pd.factorize(names)[0].astype(np.int64),
    )
    drawn = np.arange(10, 400, 3)[::-1]
    numbers = window.take(drawn).images_of_rows
    assert numbers.tolist() == pd.factorize(names[drawn])[0].tolist()


def test_what_is_drawn_does_not_depend_on_the_order_of_the_rows():
    window = _traffic()
    last_first = window.take(np.arange(len(window.rows))[::-1])
    drawn = [set(_part(one, 250)[0].window.rows["image"]) for one in (window, last_first)]
    # Of two pictures of a burst another one is the first then: alone they are drawn alike.
    alone = [{name for name in names if not _is_copied(name)} for names in drawn]
    assert len(alone[0] & alone[1]) > 0.9 * len(alone[0])


def _is_copied(name: str) -> bool:
    return name.startswith("again/") or int(name[7:12]) % 4 == 0


def test_rows_of_lost_images_are_drawn_too():
    window = _traffic()
    analysed = np.arange(0, len(window.rows), 2)
    some = replace(
        window,
        features=window.features.iloc[analysed],
        fingerprints=window.fingerprints[analysed],
    )
    part, _ = _part(some, 250)
    assert 230 <= len(part.window.rows) <= 250
    assert 90 <= len(part.window.features) <= 160


def test_one_image_of_more_rows_than_are_compared_is_not_lost():
    rows = pd.DataFrame({"image": pd.Series(["latest.jpg"] * 50, dtype="str")})
    window = WindowImages(rows=rows, features=pd.DataFrame({"mean": np.arange(50.0)}))
    same = SideCopies.unknown(np.zeros(50, dtype=np.int64), timed=True)
    copies = BothCopies(reference=same, current=same)
    part = compared_part(window, pd.DataFrame(index=rows.index), copies, most=20)
    assert len(part.window.rows) == 50


def test_an_image_of_very_many_rows_does_not_keep_the_others_out():
    names = ["latest.jpg"] * 300 + [f"{number}.jpg" for number in range(100)]
    rows = pd.DataFrame({"image": pd.Series(names, dtype="str")})
    window = WindowImages(rows=rows, features=pd.DataFrame({"mean": np.arange(400.0)}))
    units = np.concatenate([np.zeros(300, dtype=np.int64), np.arange(1, 101)])
    same = SideCopies.unknown(units, timed=True)
    copies = BothCopies(reference=same, current=same)
    part = compared_part(window, pd.DataFrame(index=rows.index), copies, most=200)
    assert set(part.window.rows["image"]) == set(names[300:])
    assert part.share == 100 / 101


def test_no_more_images_of_a_small_segment_are_said_to_differ_than_it_has():
    part = replace(_part(_traffic(), 250)[0], share=0.5)
    assert [part.of_all(30), part.of_all(30, 50), part.of_all(None, 50)] == [60, 50, None]


def test_it_is_said_how_many_were_compared():
    part = _part(_traffic(), 250)[0]
    (remark,) = part.remarks
    assert remark.code == "window_sampled"
    assert remark.text.startswith(f"Of the window's 500 rows {len(part.window.rows)} were ")
    assert "Near-copies were looked for among all of its images." in remark.text


def test_rows_of_the_log_are_said_where_each_holds_several_boxes():
    boxes = replace(_traffic(), log_rows=np.arange(500) // 5)
    (remark,) = _part(boxes, 250)[0].remarks
    assert remark.text.startswith("Of the window's 100 rows ")
