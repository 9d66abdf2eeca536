"""Which of the reference's images the others are held beside."""

import numpy as np

from drift.model_view import split
from drift.model_view.split import split_reference


def test_near_copies_stay_together_and_no_unit_is_in_both_parts():
    clusters = np.repeat(np.arange(60), 3)

    found = split_reference(clusters, np.ones(len(clusters), dtype=np.bool_))

    assert len(found.bank) == len(found.held_out) == 30
    assert set(clusters[found.bank]).isdisjoint(clusters[found.held_out])


def test_a_unit_whose_first_image_has_no_view_is_in_neither_part():
    known = np.ones(60, dtype=np.bool_)
    known[7] = False

    found = split_reference(np.arange(60), known)

    assert sorted([*found.bank, *found.held_out]) == [one for one in range(60) if one != 7]


def test_a_very_large_reference_is_drawn_from(monkeypatch):
    monkeypatch.setattr(split, "MOST_OF_A_PART", 25)

    found = split_reference(np.arange(200), np.ones(200, dtype=np.bool_))

    assert len(found.bank) == len(found.held_out) == 25
    # Of all images, not of the first ones.
    assert found.bank.max() > 100
    assert found.held_out.max() > 100
