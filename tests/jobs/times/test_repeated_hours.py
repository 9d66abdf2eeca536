from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from jobs.times.repeated_hours import in_repeated_hour
from jobs.times.timestamps import to_moment


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2025-10-25T23:59", "Europe/Berlin", False),
        ("2025-10-26T00:00", "Europe/Berlin", True),
        ("2025-10-26T00:59", "Europe/Berlin", True),
        ("2025-03-30T01:30", "Europe/Berlin", False),
        ("2025-11-02T05:30", "America/New_York", True),
        ("2025-11-02T05:30", "Asia/Tokyo", False),
        # Lord Howe Island moves its clocks by half an hour.
        ("2025-04-05T14:45", "Australia/Lord_Howe", True),
        ("2025-04-05T14:15", "Australia/Lord_Howe", False),
    ],
)
def test_the_hour_before_clocks_go_back_comes_twice(text: str, zone: str, expected: bool) -> None:
    moments = np.array([to_moment(datetime.fromisoformat(text).replace(tzinfo=UTC))])
    assert in_repeated_hour(moments, zone).tolist() == [expected]


def test_no_moments_are_no_flags() -> None:
    assert in_repeated_hour(np.empty(0, np.int64), "Europe/Berlin").tolist() == []
