"""Which stored images are equal byte for byte: looked at before anything is measured.

Only objects of one size can be equal, and photographs are seldom of one size by chance. So the
sizes of a listing say which few have to be read.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from drift.observations.reference.copies import CopyCount
from drift.observations.reference.shared_images import Part
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError

# Uncompressed images are all of one size: not all of them can be read.
_MOST_READ, _MOST_READ_FAR = 2_000, 600
_MOST_TRIED = 200
_MOST_BYTES = 200_000_000
_THREADS = 16


def find_equal(bucket: Bucket, objects: Sequence[ObjectInfo]) -> CopyCount:
    """Return how many of some objects are copies of others of them; nothing is written."""
    of_size: defaultdict[int, list[ObjectInfo]] = defaultdict(list)
    for one in objects:
        of_size[one.size_bytes].append(one)
    # What was copied most shows first, should there be too many to read.
    may_be_equal = sorted(
        (group for size, group in of_size.items() if size and len(group) > 1),
        key=lambda group: (-len(group), group[0].name),
    )
    candidates = [one for group in may_be_equal for one in group]
    picked = _within_limits(candidates, _most_read(bucket))
    times = Counter(digest for digest in _digests(bucket, picked) if digest)
    return CopyCount(
        images=len(objects),
        copies=sum(times.values()) - len(times),
        copied=sum(count > 1 for count in times.values()),
        is_complete=len(picked) == len(candidates),
    )


def count_in_reference(
    bucket: Bucket, images: Sequence[ObjectInfo], reference: Sequence[ObjectInfo]
) -> Part:
    """Return how many of some of the log's images are equal to an object of the reference.

    At most 200 are tried, evenly spread. Objects that are on both sides by name are equal without
    being read.
    """
    tried = [images[place] for place in spread_places(len(images), _MOST_TRIED)]
    by_name = {one.name for one in reference}
    others = [one for one in tried if one.name not in by_name]
    sizes = {one.size_bytes for one in others} & {one.size_bytes for one in reference} - {0}
    ours = [one for one in others if one.size_bytes in sizes]
    theirs = [one for one in reference if one.size_bytes in sizes]
    known = set(_digests(bucket, _within_limits(theirs, _most_read(bucket)))) - {""}
    same = len(tried) - len(others) + sum(one in known for one in _digests(bucket, ours))
    return Part(count=same, total=len(tried))


def spread_places(number: int, most: int) -> list[int]:
    """Return at most so many of `number` places, evenly spread."""
    if number <= most:
        return list(range(number))
    return [place * number // most for place in range(most)]


def _most_read(bucket: Bucket) -> int:
    return _MOST_READ_FAR if bucket.is_far else _MOST_READ


def _within_limits(objects: Sequence[ObjectInfo], most: int) -> list[ObjectInfo]:
    """Return the first objects, as many as may be read."""
    taken, size_bytes = [], 0
    for one in objects[:most]:
        size_bytes += one.size_bytes
        if size_bytes > _MOST_BYTES:
            break
        taken.append(one)
    return taken


def _digests(bucket: Bucket, objects: Sequence[ObjectInfo]) -> list[str]:
    """Return a hash of each object's content; empty for one that could not be read."""

    def digest(one: ObjectInfo) -> str:
        try:
            return hashlib.sha256(bucket.read(one.name, one.size_bytes).data).hexdigest()
        except ObjectError:
            return ""

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(digest, objects))
