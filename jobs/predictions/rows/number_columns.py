"""The numbers of a window's rows: what could not be read, in which form, outside which range."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.rows.origins import Place, RowOrigins
from jobs.predictions.rows.rejections import shorten
from jobs.predictions.rows.rows import FormOfNumbers, LostValue, NumberColumnTally
from jobs.predictions.values.numbers import NumberForm, Numbers, read_numbers
from jobs.times.timestamp_parts import Flags, Integers, Texts

NOT_A_NUMBER = "not a number"
OUTSIDE_ONE = "outside 0 to 1"
_EXAMPLES = 3
# What rounding of single or half precision adds to a share of one.
_ROUNDING = 1e-3
_NONE: Mapping[str, str] = MappingProxyType({})
MOST_STRAY = 0.05
"""More values outside 0 to 1 than this share are no stray ones: the column is on another scale."""


class NumberRole(enum.StrEnum):
    """What a column of numbers is for."""

    CONFIDENCE = "confidence"
    PROBABILITY = "probability"
    LATENCY = "latency"
    NUMBER = "number"

    @property
    def is_share(self) -> bool:
        """Whether its values are shares of one."""
        return self in {NumberRole.CONFIDENCE, NumberRole.PROBABILITY}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPositions:
    """Where the window's rows come from, in their order.

    Attributes
    ----------
    moments
        Microseconds since 1970-01-01 UTC, ascending.
    sources, lines
        The object and the line of each row.
    origins
        Where these lines stand.
    """

    moments: Integers
    sources: npt.NDArray[np.object_]
    lines: Integers
    origins: RowOrigins = field(default_factory=RowOrigins)

    @property
    def decimal_commas(self) -> Flags | None:
        """Which rows stand where a comma is never one of thousands; None where none does."""
        names = self.origins.decimal_commas
        return np.isin(self.sources, sorted(names)) if names else None

    def places(self) -> list[Place]:
        """Return where each row stands."""
        pairs = zip(self.sources.tolist(), self.lines.tolist(), strict=True)
        return [self.origins.place(str(source), line) for source, line in pairs]

    def take(self, rows: Integers) -> RowPositions:
        """Return where some of the rows come from."""
        return RowPositions(
            moments=self.moments[rows],
            sources=self.sources[rows],
            lines=self.lines[rows],
            origins=self.origins,
        )

    def example(self, row: int, text: str) -> LostValue:
        """Return where one row stands and what its cell holds."""
        place = self.origins.place(str(self.sources[row]), int(self.lines[row]))
        return LostValue(
            source=place.source,
            line=place.number,
            moment=int(self.moments[row]),
            text=shorten(text),
            unit=place.unit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A column of numbers as it is used, and what is to be said of it."""

    values: npt.NDArray[np.float64]
    tally: NumberColumnTally


def read_number_columns(
    raw: Mapping[str, Texts],
    named: LogColumns,
    probabilities: Sequence[str],
    positions: RowPositions,
    further: Mapping[str, str] = _NONE,
) -> dict[str, NumberColumn]:
    """Return confidence, latency, probabilities and further numbers by the names of their fields.

    Parameters
    ----------
    raw
        All columns of the log as texts; one that is not there has no values.
    further
        The columns of the further numbers by their names.
    """
    wanted = {
        "confidence": (named.confidence or "", NumberRole.CONFIDENCE),
        "latency": (named.latency or "", NumberRole.LATENCY),
    } | {name: (name, NumberRole.PROBABILITY) for name in probabilities}
    wanted |= {name: (column, NumberRole.NUMBER) for name, column in further.items()}
    missing = pa.nulls(len(positions.moments), pa.string())
    return {
        field: read_number_column(name, role, raw.get(name, missing), positions)
        for field, (name, role) in wanted.items()
    }


def read_number_column(
    name: str, role: NumberRole, texts: Texts, positions: RowPositions
) -> NumberColumn:
    """Return the numbers of one column.

    A text that is no number is lost: its value is NaN. So is a value outside 0 to 1 of a confidence
    or probability whose other values lie inside. Where more than 5 % lie outside the column is
    on another scale, and its values stay.
    """
    is_share = role.is_share
    read = read_numbers(texts, is_share=is_share, decimal_commas=positions.decimal_commas)
    values = read.values.copy()
    outside = outside_one(values) if is_share else np.zeros(len(values), np.bool_)
    is_stray = 0 < outside.sum() <= MOST_STRAY * np.isfinite(values).sum()
    lost = {NOT_A_NUMBER: ~read.readable, OUTSIDE_ONE: outside & is_stray}
    values[lost[OUTSIDE_ONE]] = np.nan
    reasons = {reason: int(rows.sum()) for reason, rows in lost.items() if rows.any()}
    first = np.flatnonzero(lost[NOT_A_NUMBER] | lost[OUTSIDE_ONE])[:_EXAMPLES]
    return NumberColumn(
        values=values,
        tally=NumberColumnTally(
            column=name,
            role=role,
            filled=int((read.forms != NumberForm.NONE).sum() + (~read.readable).sum()),
            reasons=reasons,
            examples=tuple(positions.example(row, _text(texts, row)) for row in first.tolist()),
            outside=int(outside.sum()),
            first_outside=_first(np.flatnonzero(outside), texts, positions),
            forms=_forms(read, texts, positions),
        ),
    )


def outside_one(values: npt.NDArray[np.float64]) -> Flags:
    """Tell which values are no shares of one, rounding aside."""
    with np.errstate(invalid="ignore"):
        outside: Flags = (values < -_ROUNDING) | (values > 1 + _ROUNDING)
    return outside


def _forms(read: Numbers, texts: Texts, positions: RowPositions) -> tuple[FormOfNumbers, ...]:
    """Return the forms in the order of the first row of each."""
    found = []
    known = np.flatnonzero(read.forms != NumberForm.NONE)
    for form in np.unique(read.forms[known]).tolist():
        rows = known[read.forms[known] == form]
        others = known[read.forms[known] != form]
        first = int(rows[0])
        found.append(
            FormOfNumbers(
                words=NumberForm(form).words,
                is_plain=form == NumberForm.PLAIN,
                count=len(rows),
                first=positions.example(first, _text(texts, first)),
                takes_over=bool(len(others)) and int(others[-1]) < first,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.first.moment, one.words)))


def _first(rows: Integers, texts: Texts, positions: RowPositions) -> LostValue | None:
    if not len(rows):
        return None
    return positions.example(int(rows[0]), _text(texts, int(rows[0])))


def _text(texts: Texts, row: int) -> str:
    return texts[row].as_py() or ""
