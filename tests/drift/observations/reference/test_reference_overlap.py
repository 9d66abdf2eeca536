"""Windows that share rows with the stretch of the log that is their reference."""

from datetime import UTC, datetime

import pytest

from drift.observations.reference.overlap import overlaps_reference
from jobs.times.windows import TimeWindow
from tests.support.worlds import job_of


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [
        ("2025-03-01", "2025-03-05", True),
        ("2025-03-01", "2025-03-04", False),
        ("2025-03-05", "2025-03-09", False),
        ("2025-03-04T06:00", "2025-03-04T07:00", True),
        ("2025-03-01", "no time", False),
    ],
)
def test_only_a_stretch_within_the_window_overlaps(tmp_path, start, end, overlaps):
    job = job_of(tmp_path, reference={"window": {"start": start, "end": end}})
    window = TimeWindow(
        start=datetime(2025, 3, 4, tzinfo=UTC), end=datetime(2025, 3, 5, tzinfo=UTC)
    )
    assert overlaps_reference(job, window) is overlaps


def test_a_folder_of_images_never_overlaps(tmp_path):
    window = TimeWindow(
        start=datetime(2025, 3, 4, tzinfo=UTC), end=datetime(2025, 3, 5, tzinfo=UTC)
    )
    assert not overlaps_reference(job_of(tmp_path), window)
