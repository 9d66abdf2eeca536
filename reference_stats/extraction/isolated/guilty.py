"""Which of several images a decoding process died of, so that no other is lost with it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from reference_stats.extraction.isolated.failures import DecodingBugError, Failure
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.model_view.preprocessing import Picture
from reference_stats.outcomes import ImageFeatures, UnreadableImage

Measured = ImageFeatures | UnreadableImage


class MeasuredPicture(NamedTuple):
    """What became of a file, and its picture where one was asked for and could be made."""

    outcome: Measured
    picture: Picture | None = None


def measure_all(
    files: Sequence[bytes],
    *,
    together: Callable[[Sequence[bytes]], MeasuredFiles | Failure],
    alone: Callable[[bytes], MeasuredFiles | Failure],
) -> list[MeasuredPicture]:
    """Return what became of each file, whatever happens to the processes that measure them.

    Where a process dies of several files, the file that it was at is measured alone. If it is
    guilty, the others are tried together again: each guilty file costs one process more than it
    does alone. If it is not, nobody knows which one it is, and the others are halved: each file is
    in at most as many failures that it is not guilty of as files can be halved.

    Parameters
    ----------
    together
        Measures several files in one process, once.
    alone
        Measures one file, as often as it takes to say that it is the file's fault.
    """
    found: dict[int, MeasuredPicture] = {}
    waiting: list[Sequence[int]] = [range(len(files))] if files else []

    def judge(place: int) -> MeasuredFiles | Failure:
        with _bugs_at([place]):
            return alone(files[place])

    while waiting:
        places = waiting.pop()
        if len(places) == 1:
            found[places[0]] = _outcome(judge(places[0]))
            continue
        with _bugs_at(places):
            answer = together([files[place] for place in places])
        if isinstance(answer, MeasuredFiles):
            found.update(zip(places, _outcomes(answer), strict=True))
        elif answer.place is None:
            waiting += _halves(places)
        else:
            suspect = places[answer.place]
            others = [place for place in places if place != suspect]
            judged = answer if answer.is_slow else judge(suspect)
            found[suspect] = _outcome(judged)
            waiting += [others] if isinstance(judged, Failure) else _halves(others)
    return [found[place] for place in range(len(files))]


def _halves(places: Sequence[int]) -> list[Sequence[int]]:
    middle = (len(places) + 1) // 2
    return [half for half in (places[middle:], places[:middle]) if half]


def _outcome(answer: MeasuredFiles | Failure) -> MeasuredPicture:
    if isinstance(answer, Failure):
        return MeasuredPicture(answer.as_outcome())
    return _outcomes(answer)[0]


def _outcomes(answer: MeasuredFiles) -> list[MeasuredPicture]:
    pictures = answer.pictures
    if pictures is None:
        return [MeasuredPicture(outcome) for outcome in answer.outcomes()]
    return [
        # A process that was taken over may send a picture of a file that it could not read.
        MeasuredPicture(one, pictures[place] if isinstance(one, ImageFeatures) else None)
        for place, one in enumerate(answer.outcomes())
    ]


@contextlib.contextmanager
def _bugs_at(places: Sequence[int]) -> Iterator[None]:
    """Let a bug that was met at one of some files tell its place among all files."""
    try:
        yield
    except DecodingBugError as bug:
        bug.place = None if bug.place is None else places[bug.place]
        raise
