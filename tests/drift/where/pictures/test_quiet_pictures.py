"""Which images of a window are shown on a day on which none stands out."""

import numpy as np
import pandas as pd

from drift.observations.window_images import WindowImages
from drift.where.pictures.quiet import drawn_images
from reference_stats.fingerprint import WORDS

PRINTS = np.random.default_rng(3).integers(0, 2**64, size=(60, WORDS), dtype=np.uint64)


def window_of(order: list[int], analysed: list[int]) -> WindowImages:
    rows = pd.DataFrame({"image": [f"{number:02}.jpg" for number in order]})
    features = pd.DataFrame({"mean": np.zeros(len(analysed))}, index=analysed)
    prints = PRINTS[[order[place] for place in analysed]]
    return WindowImages(rows=rows, features=features, fingerprints=prints)


def test_the_order_of_the_rows_does_not_matter() -> None:
    everything = list(range(60))
    forwards = drawn_images(window_of(everything, everything))
    backwards = drawn_images(window_of(everything[::-1], everything))

    assert forwards == backwards
    assert len(set(forwards)) == 4


def test_only_images_that_could_be_read_are_shown() -> None:
    assert set(drawn_images(window_of(list(range(60)), [7, 9]))) == {"07.jpg", "09.jpg"}


def test_a_window_without_images_shows_none() -> None:
    assert list(drawn_images(window_of([1, 2], []))) == []
