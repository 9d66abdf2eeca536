"""Which images lie in the packed objects of a bucket: members of some of them, by their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pyarrow import ArrowException, parquet

from drift.setup.image_sets import ending_of
from drift.setup.images.try_templates import Shelf
from drift.setup.log.bucket_file import BucketFile
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError
from jobs.images.endings import IMAGE_ENDINGS
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.names import is_packed

_FIRST, _LAST = 2, 4
_MOST_GROUPS = 4
# A tar has to be read whole to know what is in it.
_LARGEST_BYTES = 256 << 20
_MOST_MEMBERS = 5_000
_TIME_WORDS = ("time", "date")


def packed_members(shelf: Shelf, objects: Sequence[ObjectInfo]) -> list[str]:
    """Return the names of images in packed objects, the first and the last ones of each folder.

    A Parquet file with a column of times is taken for a log, and not looked into.

    Parameters
    ----------
    objects
        What lies in the bucket; those that are looked into are entered into ``shelf.opened``.
    """
    bucket = shelf.open_bucket(shelf.bucket.url)
    groups: dict[tuple[str, str], list[ObjectInfo]] = defaultdict(list)
    for one in objects:
        if is_packed(one.name) and 0 < one.size_bytes <= _LARGEST_BYTES:
            groups[one.name.partition("/")[0], ending_of(one.name)].append(one)
    largest = sorted(groups.values(), key=lambda group: -len(group))[:_MOST_GROUPS]
    names: list[str] = []
    for group in largest:
        for one in dict.fromkeys([*group[:_FIRST], *group[-_LAST:]]):
            found = _images_in(bucket, one)
            if found:
                shelf.opened.add(one.name)
            names += found
    return names


def _images_in(bucket: Bucket, packed: ObjectInfo) -> list[str]:
    is_table = ending_of(packed.name) == ".parquet"
    if not isinstance(bucket, PackedImages) or (is_table and _may_be_a_log(bucket, packed)):
        return []
    try:
        members = bucket.members(packed.name)[:_MOST_MEMBERS]
    except ObjectError:
        return []
    return [name for name in members if is_table or ending_of(name) in IMAGE_ENDINGS]


def _may_be_a_log(bucket: Bucket, table: ObjectInfo) -> bool:
    try:
        schema = parquet.read_schema(BucketFile(bucket, table.name, table.size_bytes))
    except (ArrowException, ObjectError, OSError):
        return True
    return any(
        str(field.type).startswith(("timestamp", "date"))
        or any(word in field.name.lower() for word in _TIME_WORDS)
        for field in schema
    )
