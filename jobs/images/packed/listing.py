"""Folders of images in which the images are packed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from jobs.buckets.bucket import Bucket
from jobs.errors import BucketAccessError, ObjectError
from jobs.images.endings import IMAGE_ENDINGS
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.names import is_packed

_OF_MACS = ("._", ".DS_Store")
_NAMED = IMAGE_ENDINGS - {""}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedImages:
    """What lies below a prefix.

    Attributes
    ----------
    versions
        By the name of each object or member; a member has its packed object's.
    unread
        Why packed objects could not be read, by their names.
    """

    versions: Mapping[str, str]
    unread: Mapping[str, str] = field(default_factory=dict)


def with_members(bucket: Bucket, versions: Mapping[str, str]) -> ListedImages:
    """Return the members of packed objects in place of these, where no image lies beside them.

    Beside images, an archive holds what nobody can know: a copy of them, or something else.

    Parameters
    ----------
    bucket
        What the images are read through.
    versions
        The versions of the objects of a listing, by name.

    Raises
    ------
    BucketAccessError
        If the bucket refuses an object.
    """
    named = any(_ending(name) in _NAMED for name in versions)
    if named or not isinstance(bucket, PackedImages):
        return ListedImages(versions=versions)
    found: dict[str, str] = {}
    unread: dict[str, str] = {}
    for name, version in versions.items():
        if not is_packed(name):
            found[name] = version
            continue
        try:
            members = bucket.members(name)
        except BucketAccessError:
            raise
        except ObjectError as error:
            unread[name] = error.problem
            continue
        # A Mac packs a file such as ._a.jpg beside each image, and .DS_Store beside them all.
        plain = [one for one in members if not PurePosixPath(one).name.startswith(_OF_MACS)]
        found.update(dict.fromkeys(plain, version))
    return ListedImages(versions=found, unread=unread)


def is_named_as_image(name: str) -> bool:
    """Return whether the name of an object or a member may be an image's; keys of tables are."""
    shard, mark, _ = name.rpartition(".parquet#")
    return bool(shard and mark) or _ending(name) in IMAGE_ENDINGS


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
