"""Predictions beside the labels that were read: which have one, and by what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from drift.setup.check.labels.predicted import PredictedRows
from drift.setup.labels.tables import spelled_alike
from jobs.labels.labels import ReadLabels
from jobs.times.timestamp_parts import Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRows:
    """Rows of the log with the labels that name them.

    Attributes
    ----------
    rows
        How many rows there are.
    own, by_id, by_image
        How many of them have a label in the log itself, by id and by image; a row counts once.
    is_by_last_part
        Whether images were compared by the last parts of their names.
    newest
        The time of the newest labelled row; None without any.
    used, count
        How many labels name one of the rows, of how many.
    strange
        How often labels are of a class that none of the rows was answered with, by class.
    respelled
        What the model calls a class that the labels spell otherwise.
    """

    rows: int
    stretch: str
    own: int = 0
    by_id: int = 0
    by_image: int = 0
    is_by_last_part: bool = False
    newest: pd.Timestamp | None = None
    used: int = 0
    count: int = 0
    strange: Mapping[str, int] = field(default_factory=dict)
    respelled: Mapping[str, str] = field(default_factory=dict)

    @property
    def labelled(self) -> int:
        """How many rows have a label."""
        return self.own + self.by_id + self.by_image


def join_own(predicted: PredictedRows, classes: Mapping[str, str]) -> LabelledRows:
    """Return rows with the labels of the log's own column."""
    own = predicted.table["own"]
    there = own.notna().to_numpy()
    seen = _classes_in(predicted, own[there], classes)
    return LabelledRows(
        rows=len(predicted),
        stretch=predicted.stretch,
        own=int(there.sum()),
        newest=_newest(predicted, there),
        strange=seen.strange,
        respelled=seen.respelled,
    )


def join_read(
    predicted: PredictedRows, labels: ReadLabels, classes: Mapping[str, str], own_url: str
) -> LabelledRows:
    """Return rows with the labels that were read: by id, or else by image.

    Parameters
    ----------
    classes
        What the model calls a class that the labels call otherwise.
    own_url
        The bucket, which a full URI of an image in it begins with.
    """
    table = predicted.table
    ids = _by_key(labels.by_id["key"], labels.by_id["label"])
    paths = _paths(labels.by_image["key"], own_url)
    images, names = _by_key(paths, labels.by_image["label"]), table["image"]
    by_last_part = bool(len(images)) and not names.isin(images.index).any()
    if by_last_part:
        images, names = _each_alone(_last_parts(paths), labels.by_image["label"]), _alone(names)
    found_by_id, found_by_image = table["id"].map(ids), names.map(images)
    has_id = found_by_id.notna().to_numpy()
    has_image = found_by_image.notna().to_numpy() & ~has_id
    there = has_id | has_image
    seen = _classes_in(predicted, found_by_id.where(has_id, found_by_image)[there], classes)
    return LabelledRows(
        rows=len(predicted),
        stretch=predicted.stretch,
        by_id=int(has_id.sum()),
        by_image=int(has_image.sum()),
        is_by_last_part=by_last_part and bool(has_image.any()),
        newest=_newest(predicted, there),
        used=table["id"][has_id].nunique() + names[has_image].nunique(),
        count=max(len(labels.by_id), len(labels.by_image)),
        strange=seen.strange,
        respelled=seen.respelled,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Classes:
    """As in `LabelledRows`."""

    strange: Mapping[str, int]
    respelled: Mapping[str, str]


def _classes_in(
    predicted: PredictedRows, found: pd.Series[str], classes: Mapping[str, str]
) -> _Classes:
    known = {spelled_alike(name): name for name in predicted.classes}
    strange: dict[str, int] = {}
    respelled: dict[str, str] = {}
    for written, count in Counter(found.tolist()).items():
        name = classes.get(written, written)
        meant = known.get(spelled_alike(name))
        if meant is None:
            strange[name] = count
        elif name not in predicted.classes:
            respelled[name] = meant
    return _Classes(strange=strange, respelled=respelled)


def _newest(predicted: PredictedRows, there: Flags) -> pd.Timestamp | None:
    times = predicted.table["time"][there]
    return times.max() if len(times) else None


def _by_key(keys: pd.Series[str], labels: pd.Series[str]) -> pd.Series[str]:
    found = pd.Series(labels.to_numpy(dtype=object), index=keys.to_numpy(dtype=object))
    return found[~found.index.duplicated()]


def _paths(names: pd.Series[str], own_url: str) -> pd.Series[str]:
    return names.str.removeprefix(own_url.rstrip("/") + "/").str.removeprefix("./")


def _last_parts(names: pd.Series[str]) -> pd.Series[str]:
    return names.str.replace(r"^.*[/\\]", "", regex=True)


def _each_alone(parts: pd.Series[str], labels: pd.Series[str]) -> pd.Series[str]:
    """Return labels by last parts of names that no other label has."""
    once = (~parts.duplicated(keep=False)).to_numpy()
    return _by_key(parts[once], labels[once])


def _alone(names: pd.Series[str]) -> pd.Series[str]:
    """Return the last parts of names; missing where several images have one."""
    different = names.dropna().drop_duplicates()
    parts = _last_parts(different.astype("str"))
    alone = dict(zip(different, parts.where(~parts.duplicated(keep=False), None), strict=True))
    return names.map(alone)
