"""Rows that name the same stored image are one observation."""

import numpy as np
import pandas as pd

from drift.window_images import WindowImages
from reports.findings import ImageCounts, LogCounts, Quality


def test_each_stored_image_counts_once_among_the_features():
    rows = pd.DataFrame({"image": ["a", "b", "a", "c", "b"]})
    features = pd.DataFrame({"mean": np.arange(4.0)}, index=[0, 1, 2, 4])
    window = WindowImages(
        rows=rows,
        features=features,
        counts=ImageCounts(logged=5, analysed=4, missing=1, unreadable=0, unfetched=0),
        log=LogCounts(rows=5, rejected=0, reasons={}),
        quality=Quality(),
    )
    assert window.distinct_features.index.tolist() == [0, 1]
