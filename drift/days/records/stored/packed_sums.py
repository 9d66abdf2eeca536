"""The sums of a part of a block in few bytes: by how much they differ from those of the whole.

A mean is kept as its move from the block's mean in the block's standard deviations, and a standard
deviation as a multiple of the block's, both in half precision: a mean is off by less than 0.0005
of its move. Counts are exact; most are the number of images, and only the others take room.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from drift.days.records.stored.packed_numbers import (
    Numbers,
    PackedReader,
    packed_counts,
    packed_exceptions,
    packed_halves,
    packed_singles,
)
from drift.days.sums import BothSums, ColumnSums, FamilySums

_LARGEST = 1e300
_NO_COLUMN = ColumnSums(known=0, total=0.0, squares=0.0, above=0, below=0)
_NO_SCORE = (0, 0.0, 0.0)
_NO_IMAGES = FamilySums(images=0, effective=0.0)


class WholeBlock:
    """The sums over all images of a block, as those of its parts are held beside them.

    Parameters
    ----------
    sums
        Every name in the sums of a part is in them.
    """

    def __init__(self, sums: BothSums) -> None:
        self._sums = sums

    def packed(self, part: BothSums) -> str:
        """Return the sums of a part of the images as text (Base64)."""
        data = _packed(part.features, self._features) + _packed(part.predictions, self._predictions)
        if self._view is not None:
            data += _packed(_NO_IMAGES if part.view is None else part.view, self._view)
        return binascii.b2a_base64(data, newline=False).decode("ascii")

    def unpacked(self, text: str) -> BothSums:
        """Return the sums of a part of the images.

        Raises
        ------
        ValueError
            If the text does not hold such sums.
        """
        reader = PackedReader(binascii.a2b_base64(text, strict_mode=True))
        both = BothSums(
            features=_unpacked(reader, self._features),
            predictions=_unpacked(reader, self._predictions),
            view=None if self._view is None else _unpacked(reader, self._view),
        )
        reader.check_is_at_end()
        return both

    @cached_property
    def _features(self) -> _WholeFamily:
        return _WholeFamily.of(self._sums.features)

    @cached_property
    def _predictions(self) -> _WholeFamily:
        return _WholeFamily.of(self._sums.predictions)

    @cached_property
    def _view(self) -> _WholeFamily | None:
        return None if self._sums.view is None else _WholeFamily.of(self._sums.view)


class PackedValues(Mapping[str, BothSums]):
    """The sums by value of one segment, each unpacked when it is asked for.

    A value whose text is broken has no images, so that nothing is known of it.

    Parameters
    ----------
    texts
        By value, as `WholeBlock.packed` returns them.
    whole
        The block that they are parts of.
    with_view
        Whether what a model saw is told too.
    """

    def __init__(
        self, texts: Mapping[str, str], whole: WholeBlock, *, with_view: bool = True
    ) -> None:
        self._texts = texts
        self._whole = whole
        self._with_view = with_view

    def __getitem__(self, value: str) -> BothSums:
        text = self._texts[value]
        try:
            sums = self._whole.unpacked(text)
            return sums if self._with_view else replace(sums, view=None)
        except ValueError:
            return BothSums(features=_NO_IMAGES, predictions=_NO_IMAGES)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _WholeFamily:
    """Names in the order in which numbers are packed, and the mean and deviation of each number."""

    images: int
    columns: list[str]
    scores: list[str]
    classes: list[tuple[str, list[str]]]
    means: Numbers
    deviations: Numbers

    @classmethod
    def of(cls, sums: FamilySums) -> _WholeFamily:
        columns, scores = sorted(sums.columns), sorted(sums.scores)
        means, deviations = _moments(_table(sums, columns, scores))
        return cls(
            images=sums.images,
            columns=columns,
            scores=scores,
            classes=[(name, sorted(sums.classes[name])) for name in sorted(sums.classes)],
            means=means,
            deviations=deviations,
        )


def _packed(part: FamilySums, whole: _WholeFamily) -> bytes:
    table = _table(part, whole.columns, whole.scores)
    columns = [part.columns.get(name, _NO_COLUMN) for name in whole.columns]
    means, deviations = _moments(table)
    with np.errstate(all="ignore"):
        moves = (means - whole.means) / whole.deviations
        ratios = deviations / whole.deviations
    return b"".join(
        [
            packed_counts([part.images]),
            packed_singles([part.effective]),
            packed_exceptions(table[:, 0].astype(np.int64), part.images),
            packed_exceptions([one.above for one in columns]),
            packed_exceptions([one.below for one in columns]),
            packed_halves(moves),
            packed_halves(ratios),
            *(_packed_shares(part.classes.get(name, {}), labels) for name, labels in whole.classes),
        ]
    )


def _unpacked(reader: PackedReader, whole: _WholeFamily) -> FamilySums:
    number = len(whole.means)
    images, effective = reader.count(), float(reader.singles(1)[0])
    if images > whole.images or not 0 <= effective <= images:
        raise ValueError("a part has more images than the block, or they are worth more")
    known = reader.with_exceptions(number, images, usual=images)
    above, below = (reader.with_exceptions(len(whole.columns), images).tolist() for _ in range(2))
    moves, ratios = reader.halves(number), reader.halves(number)
    if (ratios < 0).any():
        raise ValueError("a standard deviation is below 0")
    classes = {name: _shares(reader, labels) for name, labels in whole.classes}
    with np.errstate(all="ignore"):
        means = whole.means + moves * whole.deviations
        squares = _bounded((means**2 + (ratios * whole.deviations) ** 2) * known)
        total = _bounded(means * known)
    sums = list(zip(known.tolist(), total.tolist(), squares.tolist(), strict=True))
    return FamilySums(
        images=images,
        effective=effective,
        columns={
            name: ColumnSums(
                known=sums[at][0],
                total=sums[at][1],
                squares=sums[at][2],
                above=above[at],
                below=below[at],
            )
            for at, name in enumerate(whole.columns)
        },
        scores={
            key: one
            for key, one in zip(whole.scores, sums[len(whole.columns) :], strict=True)
            if one[0]
        },
        classes={name: shares for name, shares in classes.items() if shares},
    )


def _packed_shares(shares: Mapping[str, float], labels: list[str]) -> bytes:
    places = [place for place, label in enumerate(labels) if label in shares]
    found = packed_counts([len(places), *places])
    return found + packed_singles([shares[labels[place]] for place in places])


def _shares(reader: PackedReader, labels: list[str]) -> dict[str, float]:
    places = reader.places(len(labels))
    shares = reader.singles(len(places))
    if (shares < 0).any():
        raise ValueError("a share of a class is below 0")
    return {labels[at]: share for at, share in zip(places.tolist(), shares.tolist(), strict=True)}


def _table(sums: FamilySums, columns: list[str], scores: list[str]) -> Numbers:
    """Return how many images have each number, its sum and its squares: shape (numbers, 3)."""
    of_columns = [sums.columns.get(name, _NO_COLUMN) for name in columns]
    rows = [(one.known, one.total, one.squares) for one in of_columns]
    rows += [sums.scores.get(key, _NO_SCORE) for key in scores]
    return _bounded(np.array(rows, dtype=np.float64).reshape(-1, 3))


def _moments(table: Numbers) -> tuple[Numbers, Numbers]:
    """Return means and standard deviations; NaN where no image has the number."""
    with np.errstate(all="ignore"):
        means = table[:, 1] / table[:, 0]
        return means, np.sqrt(np.maximum(table[:, 2] / table[:, 0] - means**2, 0.0))


def _bounded(numbers: Numbers) -> Numbers:
    """Return numbers as a record holds them: finite, at most 1e300 in size, 0 for no number."""
    # Many times a run, for a few hundred numbers each: half of what `np.nan_to_num` takes.
    inside = np.minimum(np.maximum(numbers, -_LARGEST), _LARGEST)
    return np.where(np.isnan(inside), 0.0, inside)
