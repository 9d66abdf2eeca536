"""Checks whether the window's image files are of the same kind as the reference's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from drift.observations.file_differences import count_files, file_differences
from drift.remarks.words.files import advice, told, with_modes
from drift.setup.check.result import Check, look
from reference_stats.file_facts.facts import FileFacts

_OTHERWISE = "A drift of these images begins with that; if it is meant, build such a reference."


def check_files(
    reference: Sequence[FileFacts], current: Sequence[FileFacts | None]
) -> Iterator[Check]:
    """Say how the window's image files differ from the reference's, as far as both are known.

    Parameters
    ----------
    reference, current
        Facts about some files of each side.
    """
    then, now = count_files(reference), count_files(current)
    found = [with_modes(one, [*then, *now]) for one in file_differences(then, now)]
    if found:
        said = " ".join(map(told, found))
        yield look("image files", said, " ".join([*advice(found, now), _OTHERWISE]))
