"""Remarks about the image files: what they are, and in what they differ from the reference's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from drift.observations.file_differences import (
    LEAST_DIFFERENCE,
    FileCounts,
    count_files,
    file_differences,
)
from drift.remarks.facts import RunData
from drift.remarks.words.files import advice, headline, told, with_modes
from reference_stats.file_facts.facts import FileFacts
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.losses import heic_advice

_IF_MEANT = "If that is meant, build the reference from such images: drift profile build."


def file_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what the window's image files are, and in what they differ from the reference's."""
    files = count_files(data.window.files_of_images())
    then = data.counted.files
    if then is None:
        yield from _without_reference(files)
    else:
        yield from _differences(count_files(then), files)
    yield from _heic(data)
    yield from _about_frames(files)
    yield from _about_profiles(files)


def _differences(reference: FileCounts, files: FileCounts) -> Iterator[Remark]:
    found = file_differences(reference, files)
    if found:
        named = [with_modes(one, [*reference, *files]) for one in found]
        yield Remark(
            code="files_differ",
            text=" ".join([*map(told, named), *advice(named, files), _IF_MEANT]),
            weight=RemarkWeight.CAUSE,
            headline=headline(named),
        )


def _without_reference(files: FileCounts) -> Iterator[Remark]:
    """Say that a cause is not known which the reference could have told."""
    odd = {
        "more than 8 bits per sample": _number(files, lambda one: one.is_deep or one.is_float),
        "transparent pixels": _number(files, lambda one: one.transparent),
        "more than one frame": _number(files, lambda one: one.frames > 1),
        "a wide colour profile": _number(files, lambda one: bool(one.profile)),
    }
    many = {
        what: count
        for what, count in odd.items()
        if count and count >= LEAST_DIFFERENCE * files.total()
    }
    if many:
        counts = ", ".join(f"{count:,} have {what}" for what, count in many.items())
        yield Remark(
            code="reference_files_unknown",
            text=(
                f"Of {files.total():,} images {counts}. Whether the reference's files are like "
                "that is not known: its profile was built from no files, or by an earlier version. "
                "If it was built from images, drift profile build looks at their files too."
            ),
        )


def _number(files: FileCounts, holds: Callable[[FileFacts], bool]) -> int:
    return sum(number for file, number in files.items() if holds(file))


def _heic(data: RunData) -> Iterator[Remark]:
    said = heic_advice(data.counts.quality.reasons)
    if said:
        yield Remark(code="heic_images", text=f"Of the images left out, {said}")


def _about_frames(files: FileCounts) -> Iterator[Remark]:
    several = _number(files, lambda one: one.frames > 1)
    if several:
        yield Remark(
            code="several_frames",
            text=(
                f"{several:,} of {files.total():,} images have more than one frame or page; the "
                "first one is looked at, as Pillow's loader does, and bits per pixel counts all "
                "of them."
            ),
        )


def _about_profiles(files: FileCounts) -> Iterator[Remark]:
    wide: Counter[str] = Counter()
    for file, number in files.items():
        if file.profile:
            wide[file.profile] += number
    if wide:
        names = ", ".join(f"{name}: {count:,}" for name, count in sorted(wide.items()))
        yield Remark(
            code="wide_colour_profile",
            text=(
                f"{wide.total():,} of {files.total():,} images have a colour profile that is wider "
                f"than sRGB ({names}). It is not applied, as Pillow's loader does not apply it: "
                "their colours count as paler than they are shown."
            ),
        )
