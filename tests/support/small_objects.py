"""A bucket with one small JSON object a prediction, and another one a label, in folders by day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from jobs.buckets.bucket import Bucket
from jobs.job_file.job import Job

FIRST_DAY = datetime(2025, 3, 10, tzinfo=UTC)
DAY_FOLDER, SECOND_FOLDER = "%d-%m-%Y", "%d-%m-%Y %H:%M:%S"
_CLASSES = ("beagle", "boxer", "collie")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallObjectWorld:
    """Predictions of some days and their labels.

    Attributes
    ----------
    days, per_day
        How many days, from `FIRST_DAY` on, and predictions on each.
    folder
        How the folders of results are called: `DAY_FOLDER` or `SECOND_FOLDER`.
    """

    days: int = 8
    per_day: int = 60
    folder: str = DAY_FOLDER

    def end_of(self, day: int) -> datetime:
        """Return when a day ends; the first one is 0."""
        return FIRST_DAY + (day + 1) * _DAY

    def results(self, day: int) -> dict[str, bytes]:
        """Return the predictions of a day by the names of their objects."""
        found = {}
        for name, moment, said, confidence, _ in self._rows(day):
            told = {
                "timestamp": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "prediction": said,
                "confidence": confidence,
                "model_version": "1",
                "image_h": 480,
                "image_w": 640,
            }
            ending = "" if self.folder == SECOND_FOLDER else ".json"
            found[f"results/{moment.strftime(self.folder)}/{name}{ending}"] = json.dumps(told)
        return {name: text.encode() for name, text in found.items()}

    def labels(self, day: int) -> dict[str, bytes]:
        """Return the labels of a day's predictions by the names of their objects."""
        return {
            f"annotations/{moment.strftime(DAY_FOLDER)}/{name}.json": json.dumps(
                {"label": true, "annotator": "a1"}
            ).encode()
            for name, moment, _, _, true in self._rows(day)
        }

    def job(self, url: str, **tables: object) -> Job:
        """Return the job that watches it; each table is laid over the default one."""
        settings: dict[str, object] = {
            "name": "dogs",
            "bucket": {"url": url},
            "predictions": {
                "path": "results/*/*",
                "columns": {
                    "prediction": "prediction",
                    "confidence": "confidence",
                    "id": "{name:stem}",
                },
            },
            "window": {"last": "1d"},
            "baseline": {"days": 5},
            "reference": {
                "window": {
                    "start": f"{FIRST_DAY:%Y-%m-%d}",
                    "end": f"{FIRST_DAY + 2 * _DAY:%Y-%m-%d}",
                }
            },
            "labels": {
                "path": "annotations/*/*.json",
                "columns": {"id": "{name:stem}", "label": "label"},
            },
        }
        return Job.model_validate({**settings, **tables})

    def _rows(self, day: int) -> Iterable[tuple[str, datetime, str, float, str]]:
        draw = np.random.default_rng(day)
        seconds = np.sort(draw.choice(86_400, self.per_day, replace=False)).tolist()
        said = draw.integers(0, len(_CLASSES), self.per_day)
        wrong = (draw.random(self.per_day) < 0.1).astype(int)
        sure = draw.beta(8, 2, self.per_day).round(4).tolist()
        for at, second in enumerate(seconds):
            true = _CLASSES[(said[at] + wrong[at]) % len(_CLASSES)]
            moment = FIRST_DAY + day * _DAY + timedelta(seconds=second)
            name = f"{draw.bytes(16).hex()}"
            yield name, moment, _CLASSES[said[at]], sure[at], true


def put(bucket: Bucket, objects: dict[str, bytes]) -> None:
    """Write objects."""
    for name, data in objects.items():
        bucket.write(name, data)
