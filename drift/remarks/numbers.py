"""Remarks about the numbers of the log: their forms, lost ones, their scale and their sums."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from drift.comparison.columns.logged.scales import ScaleChange, mostly_lost, scale_change
from drift.comparison.compare import Comparison, only_predictions_moved
from drift.remarks.facts import RunData
from drift.remarks.moments import time_words
from jobs.predictions.rows.rows import FormOfNumbers, LostValue, NumberColumnTally
from jobs.times.timestamps import to_moment
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import listed

_MANY_LOST = 0.01
# The digits that are written leave sums of one by a little.
_SUM_TOLERANCE = 0.02
_MOST_OFF_ONE = 0.05
_NAMES = 3


def number_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what is odd about the window's confidences, probabilities and latencies."""
    tallies = data.predictions.tally.numbers
    changes = list(_scales(data))
    if changes:
        yield _on_other_scale(changes)
    yield from about_values(tallies, known={tally.column for tally, _ in changes})


def about_values(
    tallies: Sequence[NumberColumnTally], known: Collection[str] = ()
) -> Iterator[Remark]:
    """Yield in which form values are written, which are lost, and which lie outside 0 to 1.

    Parameters
    ----------
    known
        Columns of which it was said already that they lie outside.
    """
    yield from _forms(tallies)
    for tally in tallies:
        # A number that no confidence can be is told always, a stray text only where it is common.
        if tally.lost > _MANY_LOST * tally.filled or (tally.outside and tally.lost):
            yield _lost(tally)
        if tally.first_tied is not None:
            yield _tied(tally, tally.first_tied)
    yield from _outside([one for one in tallies if one.column not in known])


def _forms(tallies: Sequence[NumberColumnTally]) -> Iterator[Remark]:
    """Yield how numbers are written; columns that are written alike are named together."""
    alike: dict[tuple[object, ...], list[NumberColumnTally]] = {}
    for tally in tallies:
        if any(not form.is_plain for form in tally.forms):
            key = tuple(
                (form.words, form.takes_over, form.first.moment, form.count) for form in tally.forms
            )
            alike.setdefault(key, []).append(tally)
    for columns in alike.values():
        names = listed([one.column for one in columns], _NAMES)
        first = columns[0]
        for sentence in _written(names, first):
            yield Remark(code="number_form", text=sentence)


def _written(names: str, tally: NumberColumnTally) -> Iterator[str]:
    known = sum(form.count for form in tally.forms)
    if len(tally.forms) == 1:
        form = tally.forms[0]
        yield f'{names}: written {form.words} ("{form.first.text}") and read as numbers.'
        return
    for place, form in enumerate(tally.forms):
        if form.takes_over and place == len(tally.forms) - 1:
            before = listed([one.words for one in tally.forms[:-1]])
            yield (
                f"{names}: since {_place(form.first)} written {form.words} "
                f'("{form.first.text}"), before that {before}. All are read as numbers.'
            )
        elif not form.is_plain and not _ends_in_takeover(tally.forms):
            yield (
                f"{names}: {form.count:,} of {known:,} values are written {form.words}, the first "
                f'{_place(form.first)} ("{form.first.text}"). They are read as numbers.'
            )


def _ends_in_takeover(forms: Sequence[FormOfNumbers]) -> bool:
    return forms[-1].takes_over


def _place(value: LostValue) -> str:
    return f"{time_words(value.moment)} ({value.unit} {value.line:,} of {value.source})"


def _lost(tally: NumberColumnTally) -> Remark:
    reasons = " and ".join(f"{count:,} {reason}" for reason, count in tally.reasons.items())
    first = tally.examples[0]
    text = (
        f"{tally.lost:,} of {tally.filled:,} values of {tally.column} cannot be used ({reasons}); "
        f'the first is "{first.text}", {_place(first)}. They count as missing; their rows and '
        "images are kept."
    )
    if tally.role == "latency" or not mostly_lost(tally.lost, tally.filled):
        return Remark(code="values_lost", text=text)
    return Remark(
        code="values_lost",
        text=f"{text} What is left of {tally.column} says little.",
        weight=RemarkWeight.NOT_STEADY,
        headline=f"Most values of {tally.column} cannot be read",
    )


def _tied(tally: NumberColumnTally, first: LostValue) -> Remark:
    return Remark(
        code="answers_tied",
        text=(
            f"In {tally.tied:,} of {tally.filled:,} answers in {tally.column} several classes have "
            f'the same largest number; the first is "{first.text}", {_place(first)}. The class '
            "that is written first is taken."
        ),
    )


def _scales(data: RunData) -> Iterator[tuple[NumberColumnTally, ScaleChange]]:
    """Yield which columns are on another scale than in the reference."""
    known = data.profile.predictions.rows
    for tally in data.predictions.tally.numbers:
        field = "confidence" if tally.role == "confidence" else tally.column
        if tally.role == "latency" or field not in known or field not in data.window.rows:
            continue
        change = scale_change(field, known[field], data.window.rows[field])
        if change is not None:
            yield tally, change


def _on_other_scale(changes: Sequence[tuple[NumberColumnTally, ScaleChange]]) -> Remark:
    """Return what is said of columns on another scale; of several, the first is the example."""
    tally, change = changes[0]
    one = len(changes) == 1
    names = listed([column.column for column, _ in changes], _NAMES)
    headline = f"{names} {'is' if one else 'are'} on another scale than in the reference"
    example = "" if one else f" Of {tally.column}:"
    found = change.sentence()
    first = tally.first_outside
    where = "" if first is None else f' The first above is "{first.text}", {_place(first)}.'
    it, is_not = ("it", "It is") if one else ("them", "They are")
    return Remark(
        code="scale_changed",
        text=(
            f"{headline}.{example} {found}{where} {is_not} not compared; write {it} as in the "
            "reference, or build the profile anew with drift profile build."
        ),
        weight=RemarkWeight.NOT_STEADY,
        headline=headline,
    )


def _outside(tallies: Sequence[NumberColumnTally]) -> Iterator[Remark]:
    """Yield how many values lie outside 0 to 1, where the reference does not say otherwise."""
    # Those that were taken for stray values are told with the lost ones.
    told = [one for one in tallies if one.first_outside is not None and not _are_stray(one)]
    if not told:
        return
    tally = told[0]
    names = listed([one.column for one in told], _NAMES)
    of_first = "" if len(told) == 1 else f" of {tally.column}"
    where = "" if tally.first_outside is None else _place(tally.first_outside)
    text = "" if tally.first_outside is None else tally.first_outside.text
    yield Remark(
        code="outside_one",
        text=(
            f"{sum(one.outside for one in told):,} of {sum(one.filled for one in told):,} values "
            f'of {names} lie outside 0 to 1; the first{of_first} is "{text}", {where}.'
        ),
    )


def _are_stray(tally: NumberColumnTally) -> bool:
    reasons = tally.reasons.items()
    return tally.outside == sum(count for why, count in reasons if why.startswith("outside"))


def probability_sum_remarks(data: RunData, comparison: Comparison) -> Iterator[Remark]:
    """Yield that class probabilities no longer sum to one, which moves them by itself."""
    off = _off_one(data.predictions.fields, data.predictions.probabilities)
    counted = off[~np.isnan(off)]
    if not len(counted) or counted.mean() <= _MOST_OFF_ONE or not _summed_before(data, counted):
        return
    first = data.predictions.fields["timestamp"].iloc[int(np.flatnonzero(off == 1)[0])]
    headline = "The class probabilities no longer sum to one"
    is_cause = only_predictions_moved(comparison)
    yield Remark(
        code="probabilities_do_not_sum",
        text=(
            f"{headline} in {int(counted.sum()):,} of {len(counted):,} rows, the first of "
            f"{time_words(to_moment(first.to_pydatetime()))}. Is one of them no longer logged, or "
            "something else logged in their place?"
        ),
        weight=RemarkWeight.CAUSE if is_cause else RemarkWeight.NOTE,
        headline=headline if is_cause else "",
    )


def _summed_before(data: RunData, now: npt.NDArray[np.float64]) -> bool:
    """Tell whether the reference's sum to one; without them, whether some of the window's do."""
    known, names = data.profile.predictions.rows, data.predictions.probabilities
    if not all(name in known for name in names):
        return bool(now.mean() < 1 - _MOST_OFF_ONE)
    then = _off_one(known, names)
    then = then[~np.isnan(then)]
    return len(then) > 0 and bool(then.mean() <= _MOST_OFF_ONE)


def _off_one(rows: pd.DataFrame, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return 1 for rows whose probabilities do not sum to one, NaN where one is missing."""
    if len(names) < 2:
        return np.full(len(rows), np.nan)
    sums = rows[list(names)].to_numpy(dtype="float64").sum(axis=1)
    off: npt.NDArray[np.float64] = (np.abs(sums - 1) > _SUM_TOLERANCE).astype(np.float64)
    off[np.isnan(sums)] = np.nan
    return off
