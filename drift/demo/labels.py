"""What people say of the demo's images: of a part of them, and days after the prediction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from drift.demo.requests import LoggedRequest
from drift.demo.tables import write_csv

_LABELLED_SHARE = 0.6
_DAYS_UNTIL_LABELLED = (2, 6)
_SEED_OF_LABELS = 9


def write_labels(folder: Path, requests: Sequence[LoggedRequest], *, until: datetime) -> None:
    """Write one table a day with the labels that came on it, as far as they have come.

    Parameters
    ----------
    until
        The last day whose table is there.
    """
    generator = np.random.default_rng(_SEED_OF_LABELS)
    days: dict[str, list[Mapping[str, object]]] = defaultdict(list)
    for request in requests:
        is_labelled = generator.random() < _LABELLED_SHARE
        came = request.time + timedelta(days=int(generator.integers(*_DAYS_UNTIL_LABELLED)))
        if is_labelled and came.date() <= until.date():
            row = {"image": request.image_name, "label": request.shown}
            days[came.date().isoformat()].append(row)
    for day, rows in days.items():
        write_csv(folder / "labels" / f"{day}.csv", rows)
