"""Near-copies of one client within one burst are one cluster, and nothing else is."""

from __future__ import annotations

import time
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from drift.observations.near_copies.within_burst import (
    LARGEST_CLUSTER,
    ImageRecords,
    NearCopies,
    find_near_copies,
)
from reference_stats.fingerprint import Fingerprints, are_near_copies

BURST = timedelta(minutes=10)
START = np.datetime64("2025-03-04T12:00:00", "us")


def _scenes(count: int, seed: int = 0) -> Fingerprints:
    """Return fingerprints of unlike photographs: of every gradient a third is up, a third down."""
    random = np.random.default_rng(seed)
    slopes = random.random((count, 112))
    bits = np.zeros((count, 256), np.uint8)
    bits[:, :112], bits[:, 112:224] = slopes < 1 / 3, slopes > 2 / 3
    bits[:, 224:248] = random.random((count, 24)) < 0.5
    return np.packbits(bits, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _altered(prints: Fingerprints, flips: int, seed: int = 1) -> Fingerprints:
    random = np.random.default_rng(seed)
    bits = np.zeros((len(prints), 256), np.uint8)
    for row in bits:
        row[random.choice(224, flips, replace=False)] = 1
    return prints ^ np.packbits(bits, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _minutes(*minutes: float) -> NDArray[np.datetime64]:
    return START + (np.array(minutes) * 60).astype("timedelta64[s]")


def _find(
    prints: Fingerprints,
    minutes: tuple[float, ...] | None = None,
    clients: list[str | None] | None = None,
    names: list[str] | None = None,
    known: list[bool] | None = None,
) -> NearCopies:
    return find_near_copies(
        ImageRecords(
            names=names or [f"{number:06d}.jpg" for number in range(len(prints))],
            fingerprints=prints,
            times=None if minutes is None else _minutes(*minutes),
            clients=clients,
            known=None if known is None else np.array(known),
        ),
        burst=BURST,
    )


def _alike(count: int) -> Fingerprints:
    return _altered(np.repeat(_scenes(1), count, axis=0), 3)


def test_near_copies_within_a_burst_are_one_cluster_and_the_later_ones_are_flagged() -> None:
    found = _find(np.concatenate([_alike(3), _scenes(2, seed=5)]), (0, 1, 2, 1, 2))
    assert found.clusters.tolist() == [0, 0, 0, 1, 2]
    assert found.is_near_copy.tolist() == [False, True, True, False, False]


def test_a_burst_goes_on_as_long_as_no_pause_is_longer_than_it() -> None:
    found = _find(_alike(5), (0, 10, 20, 30.5, 40))
    assert found.clusters.tolist() == [0, 0, 0, 1, 1]
    assert found.is_near_copy.tolist() == [False, True, True, False, True]


def test_clients_have_clusters_of_their_own_and_unknown_ones_share_one() -> None:
    found = _find(_alike(6), (0, 1, 2, 3, 4, 5), ["a", "b", None, "a", None, "b"])
    assert found.clusters.tolist() == [0, 1, 2, 0, 2, 1]


def test_without_times_near_copies_anywhere_are_one_cluster() -> None:
    prints = _scenes(300)
    prints[250] = _altered(prints[:1], 3)[0]
    found = _find(prints)
    assert found.clusters[250] == found.clusters[0] == 0
    assert len(set(found.clusters.tolist())) == 299
    assert np.flatnonzero(found.is_near_copy).tolist() == [250]


def test_one_stored_image_is_one_cluster_whatever_its_times_and_clients() -> None:
    found = _find(
        _scenes(2)[[0, 1, 0]], (0, 1, 600), ["a", "a", "b"], names=["x.jpg", "y.jpg", "x.jpg"]
    )
    assert found.clusters.tolist() == [0, 1, 0]
    assert not found.is_near_copy.any()


def test_a_covered_lens_is_many_observations_not_one() -> None:
    found = _find(np.zeros((110, 4), np.uint64), tuple(range(110)))
    assert np.bincount(found.clusters).tolist() == [25, 25, 25, 25, 10]
    assert (np.diff(found.clusters) >= 0).all()
    assert found.is_near_copy.tolist() == [False] + [True] * 109


def test_the_size_of_a_cluster_counts_images_not_rows() -> None:
    rows = 2 * LARGEST_CLUSTER
    names = [f"{number % LARGEST_CLUSTER:02d}.jpg" for number in range(rows)]
    found = _find(np.zeros((rows, 4), np.uint64), tuple(range(rows)), names=names)
    assert set(found.clusters.tolist()) == {0}


def test_rows_without_a_fingerprint_stand_alone() -> None:
    found = _find(_alike(4), (0, 1, 2, 3), known=[True, False, True, False])
    assert found.clusters.tolist() == [0, 1, 0, 2]
    assert found.is_near_copy.tolist() == [False, False, True, False]


def test_no_rows_are_no_clusters() -> None:
    found = _find(np.zeros((0, 4), np.uint64))
    assert len(found.clusters) == len(found.is_near_copy) == 0


@settings(max_examples=60)
@given(data=st.data(), rows=st.integers(1, 40))
def test_the_result_depends_on_the_order_of_rows_in_no_way_and_is_the_exact_one(
    data: st.DataObject, rows: int
) -> None:
    pick = st.lists(st.integers(0, 3), min_size=rows, max_size=rows)
    prints = _altered(_scenes(4)[data.draw(pick)], 5)
    clients = [("a", "b", None, "a")[one] for one in data.draw(pick)]
    minutes = data.draw(st.lists(st.integers(0, 40), min_size=rows, max_size=rows))
    order = data.draw(st.permutations(range(rows)))
    names = [f"{number:03d}" for number in range(rows)]
    found = _find(prints, tuple(minutes), clients, names)
    again = _find(
        prints[order],
        tuple(minutes[row] for row in order),
        [clients[row] for row in order],
        [names[row] for row in order],
    )
    assert again.clusters.tolist() == found.clusters[order].tolist()
    assert again.is_near_copy.tolist() == found.is_near_copy[order].tolist()
    assert len(set(found.clusters.tolist())) >= _count_linked(prints, minutes, clients)
    if rows <= LARGEST_CLUSTER:
        assert len(set(found.clusters.tolist())) == _count_linked(prints, minutes, clients)
    assert found.is_near_copy.sum() == rows - _count_linked(prints, minutes, clients)


def _count_linked(prints: Fingerprints, minutes: list[int], clients: list[str | None]) -> int:
    """Count the connected parts by comparing every row with every other."""
    part = list(range(len(prints)))
    for one in range(len(prints)):
        for two in range(one):
            close = clients[one] == clients[two] and abs(minutes[one] - minutes[two]) <= 10
            if close and are_near_copies(prints[one], prints[two]):
                part = [part[one] if here == part[two] else here for here in part]
    return len(set(part))


@pytest.mark.parametrize("timed", [True, False])
def test_copies_are_found_in_a_crowd(timed: bool) -> None:
    prints = _scenes(4_000)
    prints = np.concatenate([prints, _altered(prints, 8)])
    random = np.random.default_rng(3)
    minutes = tuple(random.uniform(0, 9, len(prints))) if timed else None
    found = _find(prints, minutes)
    assert (found.clusters[:4_000] == found.clusters[4_000:]).mean() > 0.999
    assert len(set(found.clusters.tolist())) >= 4_000


def test_a_large_reference_takes_seconds() -> None:
    prints = _scenes(10_000)
    prints = np.concatenate([prints, _altered(prints, 8)])
    begin = time.perf_counter()
    found = _find(prints)
    took_s = time.perf_counter() - begin
    assert (found.clusters[:10_000] == found.clusters[10_000:]).mean() > 0.999
    # About 0.4 s; the bound leaves room for a busy machine.
    assert took_s < 6
