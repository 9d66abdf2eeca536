"""What a small reference can show is said with numbers that do not contradict one another."""

from __future__ import annotations

import re

from drift.comparison.power import least_effect
from drift.remarks.words.reference_size import too_small_words

CRITICAL = 4.4


def test_what_it_shows_is_told_from_the_effect_that_it_is_too_small_for() -> None:
    shows = [least_effect(size, CRITICAL) for size in range(20, 400)]
    close = [20 + place for place, shift in enumerate(shows) if 0.51 < shift < 0.55]
    assert close
    for reference in close:
        said = too_small_words(reference, 80, critical=CRITICAL, effect=0.5)
        shown = re.search(r"only shifts of ([0-9.]+) sigma", said)
        assert shown
        assert float(shown[1]) > 0.5
