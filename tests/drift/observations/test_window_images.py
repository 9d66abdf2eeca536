"""Rows that name the same stored image, or near-copies of one burst, are one observation."""

from datetime import timedelta

import numpy as np
import pandas as pd

from drift.observations.logged_images import LoggedImages
from drift.observations.near_copies.within_burst import NearCopies
from drift.observations.side_copies import copies_of_window
from drift.observations.window_counts import WindowCounts, count_window
from drift.observations.window_images import WindowImages, join
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.extraction.extract import extract
from tests.support.images import encode, photograph
from tests.support.log_window import read_log
from tests.support.memory_bucket import MemoryBucket

# Three frames of one view, a second view, and a frame that was sent twice.
LOG = """timestamp,image,camera
2025-03-04T10:00:00Z,a.png,x
2025-03-04T10:00:01Z,b.png,x
2025-03-04T10:00:02Z,gone.png,x
2025-03-04T10:00:03Z,other.png,x
2025-03-04T10:00:04Z,c.png,y
2025-03-04T10:04:00Z,a.png,x
2025-03-04T12:00:00Z,d.png,x
"""


def _images() -> dict[str, bytes]:
    view = photograph("coffee", (160, 120))
    frames = {name: view.crop((0, 0, 160 - n, 120)) for n, name in enumerate("abcd")}
    files = {f"{name}.png": encode(frame) for name, frame in frames.items()}
    return files | {"other.png": encode(photograph("chelsea", (160, 120)))}


BURST = timedelta(minutes=10)


def _near_copies(**columns: str) -> tuple[NearCopies, WindowCounts]:
    window, counts = _joined(LOG, **columns)
    found = copies_of_window(window, burst=BURST).found
    return found, counts.with_copies(found)


def _joined(log: str, **columns: str) -> tuple[WindowImages, WindowCounts]:
    bucket = MemoryBucket()
    bucket.put_all(_images())
    predictions: PredictionRows = read_log({"log.csv": log}, columns=columns)
    located = [
        ImageLocation(bucket_url=bucket.url, name=name, path=name)
        for name in predictions.raw["image"]
    ]
    settings = ImageSettings(path="image")
    extracted = extract(located, settings, open_bucket=lambda _: bucket)
    logged = LoggedImages.of(predictions, located, extracted)
    window = join(logged)
    return window, count_window(logged, window)


def test_near_copies_of_one_burst_are_one_cluster():
    found, counts = _near_copies()
    assert _joined(LOG)[0].features.index.tolist() == [0, 1, 3, 4, 5, 6]
    assert found.clusters.tolist() == [0, 0, 1, 0, 0, 2]
    assert counts.quality.near_duplicates == 2


def test_near_copies_of_other_clients_are_others():
    found, counts = _near_copies(client="camera")
    assert found.clusters.tolist() == [0, 0, 1, 2, 0, 3]
    assert counts.quality.near_duplicates == 1


def test_each_stored_image_counts_once_among_the_features():
    rows = pd.DataFrame({"image": ["a", "b", "a", "c", "b"]})
    features = pd.DataFrame({"mean": np.arange(4.0)}, index=[0, 1, 2, 4])
    window = WindowImages(
        rows=rows,
        features=features,
    )
    assert copies_of_window(window, burst=BURST).found.clusters.tolist() == [0, 1, 0, 1]


DETECTOR = """timestamp,image
2025-03-04T10:00:00Z,a.png
2025-03-04T10:00:00Z,a.png
2025-03-04T10:00:00Z,gone.png
2025-03-04T10:00:00Z,gone.png
2025-03-04T10:30:00Z,other.png
"""


def test_images_are_counted_once_however_many_rows_name_them():
    window, counts = _joined(DETECTOR)
    images, quality = counts.images, counts.quality
    assert (images.logged, images.analysed, images.missing, images.rows) == (3, 2, 1, 5)
    assert images.rows == images.logged + quality.duplicated_rows
    assert images.rows == counts.log.rows - counts.log.rejected
    assert quality.reasons == {"not in the bucket": 1}
    assert [one.name for one in quality.troubles] == ["gone.png"]
    assert window.pictures.index.tolist() == [0, 4]
