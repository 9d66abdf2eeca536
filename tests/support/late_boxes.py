"""A made bucket of a detector whose true boxes come days after the predictions, in any order.

As `tests.support.late_labels`: the bucket is shown as it was at some moment, and showing it again
later adds what has come since. One object holds the results of a day, and one the labels that were
given on a day: late, some of them twice or corrected, some for images that nobody asked for.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from drift.model_quality.detection.boxes import DetectionSet
from jobs.job_file.job import Job
from tests.support.box_world import BoxPicture, draw_pictures, set_of

FIRST_DAY = datetime(2025, 3, 3, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class BoxAnswer:
    """What was found in one image, and what its label says.

    Attributes
    ----------
    given
        When the label came; None for an image that never gets one.
    """

    asked: datetime
    picture: BoxPicture
    given: datetime | None

    @property
    def id(self) -> str:
        """What the request is called."""
        return f"req-{self.picture.name}"


@dataclass(frozen=True, kw_only=True)
class LateBoxWorld:
    """Some days of a detector.

    Attributes
    ----------
    found
        Of each day, which share of its boxes are still found; the last one holds on.
    version_change
        The day from which model version 2 answers instead of 1; None for never.
    labelled
        Which share of the images ever gets a label.
    spelled
        How labels write a class that the model calls otherwise.
    """

    days: int = 8
    per_day: int = 12
    found: tuple[float, ...] = (1.0,)
    version_change: int | None = None
    labelled: float = 0.8
    days_late: float = 2.0
    spelled: dict[str, str] = field(default_factory=dict)
    seed: int = 1

    def day(self, number: int) -> datetime:
        """Return when a day begins; the first one is 0."""
        return FIRST_DAY + number * _DAY

    @cached_property
    def answers(self) -> list[BoxAnswer]:
        """All images, in the order in which they were asked for."""
        return [one for number in range(self.days) for one in self._of_day(number)]

    def _of_day(self, number: int) -> Iterator[BoxAnswer]:
        random = np.random.default_rng([self.seed, number])
        share = self.found[min(number, len(self.found) - 1)]
        for at, drawn in enumerate(draw_pictures(self.seed * 1_000 + number, self.per_day)):
            asked = self.day(number) + timedelta(minutes=10 + 1_400 * at // self.per_day)
            found = [box for box in drawn.found if random.random() < share]
            late = timedelta(days=self.days_late + float(random.uniform(-1, 1)))
            is_labelled = random.random() < self.labelled
            yield BoxAnswer(
                asked=asked,
                picture=replace(drawn, name=f"{number:02}-{drawn.name}", found=found),
                given=asked + late if is_labelled else None,
            )

    def known(self, number: int, until: datetime) -> DetectionSet:
        """Return a day's images whose labels have come, to score."""
        end = self.day(number + 1)
        there = [
            one.picture
            for one in self.answers
            if self.day(number) <= one.asked < end and one.given and one.given < until
        ]
        return set_of(there)


def show_boxes(world: LateBoxWorld, folder: Path, until: datetime) -> None:
    """Write the bucket as it was at a moment: what came before it, nothing else."""
    contents: dict[str, bytes] = {}
    asked = [one for one in world.answers if one.asked < until]
    for day in sorted({f"{one.asked:%Y-%m-%d}" for one in asked}):
        rows = [_result(world, one) for one in asked if f"{one.asked:%Y-%m-%d}" == day]
        contents[f"predictions/{day}.jsonl"] = _lines(rows)
    labels = sorted(_labels(world, until), key=lambda one: (one["given"], one["id"]), reverse=True)
    for day in sorted({str(one["given"])[:10] for one in labels}):
        rows = [one for one in labels if str(one["given"])[:10] == day]
        contents[f"labels/{day}.jsonl"] = _lines(rows)
    contents |= {f"images/{one.picture.name}.jpg": _picture(one.picture) for one in asked}
    contents |= {f"reference/{one.name}.jpg": _picture(one) for one in draw_pictures(999, 40)}
    for name, data in contents.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def late_box_job(folder: Path, **tables: object) -> Job:
    """Return the job that watches such a bucket; each table is laid over the default one."""
    settings: dict[str, object] = {
        "name": "dogs",
        "bucket": {"url": str(folder)},
        "predictions": {
            "path": "predictions/*.jsonl",
            "columns": {
                "boxes": {
                    "column": "boxes",
                    "format": "yxyx",
                    "unit": "shares",
                    "classes": "class_names",
                    "scores": "scores",
                    "width": "image_w",
                    "height": "image_h",
                }
            },
        },
        "images": {"path": "images/{name}.jpg"},
        "window": {"last": "1d"},
        "baseline": {"days": 0},
        "reference": {"images": "reference/"},
        "quality": {"version": "model_version"},
        "labels": label_table(),
    }
    return Job.model_validate({**settings, **tables})


def label_table(**settings: object) -> dict[str, object]:
    """Return the job file's labels; each setting is laid over the default one."""
    return {
        "path": "labels/*.jsonl",
        "columns": {
            "id": "id",
            "timestamp": "given",
            "boxes": {"column": "boxes", "format": "ltwh", "classes": "class_names"},
        },
        "min_labels": 10,
        **settings,
    }


def _result(world: LateBoxWorld, one: BoxAnswer) -> dict[str, object]:
    picture, change = one.picture, world.version_change
    changed = change is not None and one.asked >= world.day(change)
    return {
        "timestamp": _text(one.asked),
        "id": one.id,
        "name": picture.name,
        "boxes": [
            [top / picture.height, left / picture.width, bottom / picture.height,
             right / picture.width]
            for _, left, top, right, bottom, _ in picture.found
        ],
        "class_names": [box[0] for box in picture.found],
        "scores": [box[5] for box in picture.found],
        "image_w": picture.width,
        "image_h": picture.height,
        "model_version": "2" if changed else "1",
    }  # fmt: skip


def _labels(world: LateBoxWorld, until: datetime) -> Iterator[dict[str, object]]:
    """Yield all labels that came, in no order of theirs."""
    for number, one in enumerate(world.answers):
        if one.given is None or one.given >= until:
            continue
        label = _label(world, one)
        yield label
        if number % 5 == 0:
            yield label
        if number % 7 == 0:
            # A draft, which the label above corrected.
            yield {**label, "boxes": [], "class_names": [],
                   "given": _text(one.given - timedelta(hours=1))}  # fmt: skip
        if number % 11 == 0:
            yield {**label, "id": f"nobody-{number}"}


def _label(world: LateBoxWorld, one: BoxAnswer) -> dict[str, object]:
    boxes = one.picture.true
    return {
        "id": one.id,
        "boxes": [
            {"left": left, "top": top, "width": right - left, "height": bottom - top}
            for _, left, top, right, bottom in boxes
        ],
        "class_names": [world.spelled.get(box[0], box[0]) for box in boxes],
        "given": _text(one.given or one.asked),
    }


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _lines(rows: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _picture(picture: BoxPicture) -> bytes:
    """Return a small picture of the image's shape."""
    random = np.random.default_rng(sum(map(ord, picture.name)))
    size = (picture.width // 8, picture.height // 8)
    pixels = random.integers(90, 150, (size[1] // 4 + 1, size[0] // 4 + 1, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(out, "JPEG")
    return out.getvalue()
