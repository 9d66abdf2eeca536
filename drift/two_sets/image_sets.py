"""Sets of images: a folder, a bucket, or a list of files, as one side of a comparison."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.buckets.folder.bucket import FolderBucket
from jobs.buckets.registry import open_bucket
from jobs.errors import InputError, UsageError
from jobs.images.locations import ImageLocation
from jobs.images.packed.listing import is_named_as_image, with_members
from jobs.predictions.selection.object_names import not_excluded
from reference_stats.image_uses import WantedImages
from reports.words.numbers import counted

HIDDEN = (".*", "_*", "**/.*/**", "**/__MACOSX/**")
"""What lies beside images and is none: unfinished uploads, what systems leave in folders."""
_NAMED = 3


class ChosenFiles(FolderBucket):
    """Some files of a folder.

    Parameters
    ----------
    root
        The folder that all of them are in.
    files
        Their names below it.
    """

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        super().__init__(str(root), root)
        self._files = sorted(set(files))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield the chosen files."""
        for name in self._files:
            if name.startswith(prefix):
                yield self.info(name)


def open_images(given: str | Path | Sequence[str | Path], side: str) -> Bucket:
    """Return the images of one side as a bucket.

    Parameters
    ----------
    given
        A folder, the URL of a bucket or of a folder in one, or files.
    side
        What the side is called in messages.

    Raises
    ------
    InputError
        If there is no such folder or file.
    UsageError
        If nothing can be opened by that name, or it is empty.
    """
    if not str(given):
        # It would be the working directory, with all that lies below it.
        raise UsageError(
            f"{side} is an empty text. Expected a folder of images; the working directory is '.'"
        )
    if not isinstance(given, (str, Path)):
        return _chosen([Path(one).expanduser().absolute() for one in given], side)
    if "://" in str(given):
        return open_bucket(str(given))
    folder = Path(given).expanduser().absolute()
    if folder.is_dir():
        return FolderBucket(str(folder), folder)
    what = "is a file" if folder.exists() else "does not exist"
    raise InputError(
        f"{side}: {folder} {what}. Expected a folder of images, a list of image files, a table "
        "(.csv or .parquet), or a URL such as gs://bucket/folder."
    )


def _chosen(files: Sequence[Path], side: str) -> Bucket:
    if not files:
        raise InputError(f"{side}: the list of images is empty. Expected paths of image files.")
    absent = [str(one) for one in files if not one.is_file()]
    if absent:
        shown = ", ".join(absent[:_NAMED])
        more = f" and {len(absent) - _NAMED:,} more" if len(absent) > _NAMED else ""
        raise InputError(
            f"{side}: {len(absent):,} of {len(files):,} files do not exist: {shown}{more}. "
            "Expected paths of image files, relative to the working directory or absolute."
        )
    root = Path(os.path.commonpath([one.parent for one in files]))
    return ChosenFiles(root, [one.relative_to(root).as_posix() for one in files])


def images_below(bucket: Bucket, opened: Bucket, folder: str, fewest: int) -> WantedImages:
    """Return the images of one side, without measuring any.

    Where no image lies there but packed objects do, their members are the images.

    Parameters
    ----------
    bucket, opened
        What lists both sides, and what images are read through.
    folder
        The side's folder in it.
    fewest
        With fewer images nothing can be said.

    Raises
    ------
    InputError
        If there are fewer.
    """
    versions = {info.name: info.version for info in bucket.list(f"{folder}/")}
    inside = with_members(opened, {name: versions[name] for name in _kept(versions, folder)})
    names = [name for name in _kept(inside.versions, folder) if is_named_as_image(name)]
    if len(names) < fewest:
        raise InputError(_too_few(bucket, folder, len(names), versions, fewest))
    locations = [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name in names]
    return WantedImages.of(locations, versions=inside.versions)


def _kept(names: Mapping[str, str], folder: str) -> list[str]:
    below = {name.removeprefix(f"{folder}/"): name for name in names}
    return [below[name] for name in not_excluded(below, HIDDEN)]


def _too_few(
    bucket: Bucket, folder: str, images: int, objects: Mapping[str, str], fewest: int
) -> str:
    where = bucket.url_of(f"{folder}/").rstrip("/")
    if not objects:
        found = "holds no file at all, in no folder of it"
    elif not images:
        found = f"holds {counted(len(objects), 'file')}, and no image"
    else:
        found = f"holds {counted(images, 'image')}"
    return (
        f"{folder}: {where} {found}. Expected at least {fewest} images, so that a difference can "
        "be told from chance: check the path, or add images."
    )
