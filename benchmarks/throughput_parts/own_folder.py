"""What is measured: the images of a folder as they are, by format and rough size."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.throughput_parts.corpora import Corpus, places
from benchmarks.throughput_parts.ways import SETTINGS, decode_with_pil
from drift.setup.image_sets import find_images
from jobs.buckets.registry import open_bucket
from jobs.images.endings import IMAGE_ENDINGS
from jobs.images.locations import ImageLocation
from reference_stats.extraction.extract import extract
from reference_stats.outcomes import ImageFeatures, Outcome

Item = TypeVar("Item")
# Of a folder so many images are looked at, at equal distances among the sorted names.
MOST_LOOKED_AT = 4_000
MOST_GROUPS = 6
# A group's round holds at most so many images and pixels, but for its first images; smaller groups
# are measured only where there is no larger one.
MOST_IMAGES, MOST_PIXELS, LEAST_IMAGES = 2_000, 50_000_000, 4
# Images of one size are a group where they are so large a share of their format; others are
# grouped by numbers of pixels that differ fourfold at most.
_OWN_GROUP = 0.25
_GROUP_SPREAD = 4.0


class NothingToMeasureError(Exception):
    """A folder holds no image that can be measured; the message is what a user reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurable:
    """An image that was read: its name, format and size."""

    name: str
    file_format: str
    width: int
    height: int


Groups = Mapping[str, Sequence[Measurable]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFolder:
    """The images of a folder.

    Attributes
    ----------
    folder
        Where they are.
    groups
        Those to be measured, by headings.
    remarks
        What is left out and why, a sentence each.
    """

    folder: Path
    groups: Groups
    remarks: tuple[str, ...]

    def corpora(self, headings: Sequence[str]) -> Iterator[Corpus]:
        """Yield the files of groups."""
        for heading in headings:
            names = [one.name for one in _of_a_round(self.groups[heading])]
            files = {name: (self.folder / name).read_bytes() for name in names}
            kept = [name for name in names if _reference_reads(files[name])]
            if len(kept) < len(names):
                print(f"{len(names) - len(kept)} of {heading}: the reference cannot read them")
            if kept:
                yield Corpus(
                    name=heading,
                    files=tuple(files[name] for name in kept),
                    locations=places(str(self.folder), kept),
                )


def look_at(folder: Path) -> OwnFolder:
    """Return the images of a folder, as a job would read them.

    Raises
    ------
    NothingToMeasureError
        If there is no such folder, no image in it, or none that can be read.
    """
    if not folder.is_dir():
        raise NothingToMeasureError(f"{folder} is not a folder. Name a folder of images.")
    bucket = open_bucket(str(folder))
    names = find_images(bucket, list(bucket.list()))
    if not names:
        endings = " ".join(sorted(IMAGE_ENDINGS - {""}))
        raise NothingToMeasureError(
            f"{folder} holds no images. Expected files in it or in its subfolders whose names end "
            f"in one of {endings}, in small or capital letters."
        )
    looked_at = _evenly(names, MOST_LOOKED_AT)
    result = extract(places(str(folder), looked_at), SETTINGS, open_bucket=open_bucket, cache=None)
    found = [_measurable(place, outcome) for place, outcome in result.outcomes.items()]
    images = [one for one in found if isinstance(one, Measurable)]
    lost = Counter(one for one in found if isinstance(one, str))
    remarks = [f"{len(looked_at):,} of {len(names):,} images are looked at"]
    remarks += [f"{count:,} left out: {reason}" for reason, count in lost.most_common()]
    if not images:
        raise NothingToMeasureError(
            f"{folder}: none of {len(looked_at):,} images can be read ({'; '.join(remarks[1:])})."
        )
    kept, others = _measured(group(images))
    remarks += [f"{len(left)} {heading} left out: too few" for heading, left in others.items()]
    return OwnFolder(folder=folder, groups=kept, remarks=tuple(remarks))


def _measured(groups: Groups) -> tuple[Groups, Groups]:
    """Return the groups to be measured, and the others: the smallest, but never all."""
    headings = list(groups)
    large = [one for one in headings if len(groups[one]) >= LEAST_IMAGES]
    kept = large[:MOST_GROUPS] or headings[:1]
    return (
        {one: groups[one] for one in kept},
        {one: groups[one] for one in headings if one not in kept},
    )


def group(images: Sequence[Measurable]) -> Groups:
    """Return images by a heading of format and size, the largest group first."""
    formats = Counter(one.file_format for one in images)
    sizes = Counter((one.file_format, one.width, one.height) for one in images)
    groups: dict[tuple[str, tuple[int, ...]], list[Measurable]] = defaultdict(list)
    for one in images:
        count = sizes[one.file_format, one.width, one.height]
        if count >= _OWN_GROUP * formats[one.file_format]:
            groups[one.file_format, (one.width, one.height)].append(one)
        else:
            step = round(math.log(one.width * one.height, _GROUP_SPREAD))
            groups[one.file_format, (step,)].append(one)
    headed: dict[str, list[Measurable]] = defaultdict(list)
    for members in sorted(groups.values(), key=len, reverse=True):
        headed[_heading(members)] += members
    return dict(headed)


def _heading(members: Sequence[Measurable]) -> str:
    width = round(statistics.median(one.width for one in members))
    height = round(statistics.median(one.height for one in members))
    alike = all((one.width, one.height) == (width, height) for one in members)
    return f"{'' if alike else 'about '}{width}x{height} {members[0].file_format}"


def _of_a_round(images: Sequence[Measurable]) -> list[Measurable]:
    average = sum(one.width * one.height for one in images) / len(images)
    count = max(LEAST_IMAGES, min(MOST_IMAGES, int(MOST_PIXELS / average)))
    return _evenly(images, count)


def _evenly(items: Sequence[Item], most: int) -> list[Item]:
    if len(items) <= most:
        return list(items)
    return [items[place * len(items) // most] for place in range(most)]


def _measurable(place: ImageLocation, outcome: Outcome) -> Measurable | str:
    if not isinstance(outcome, ImageFeatures):
        return outcome.summary
    if outcome.file is None:
        return "a file of an unknown format"
    return Measurable(
        name=place.name,
        file_format=outcome.file.kind,
        width=int(outcome.values["width"]),
        height=int(outcome.values["height"]),
    )


def _reference_reads(data: bytes) -> bool:
    try:
        decode_with_pil(data)
    except Exception:  # noqa: BLE001 - Pillow fails in every way
        return False
    return True
