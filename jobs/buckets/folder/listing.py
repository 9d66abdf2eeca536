"""Listing a folder bucket in the order of its objects' whole names."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from jobs.buckets.bucket import ObjectInfo, is_readable_name
from jobs.buckets.folder.files import described_file, is_own_file

_log = logging.getLogger(__name__)


def list_folder(root: Path, above: str, beginning: str) -> Iterator[ObjectInfo]:
    """Yield the regular files below ``root/above`` whose names go on with `beginning`.

    Parameters
    ----------
    root
        The bucket's folder, without symbolic links in its path.
    above
        Empty, or the name of a folder in it, ending with a slash.
    beginning
        What the name after `above` starts with; it holds no slash.

    Notes
    -----
    Symbolic links to files inside the bucket are listed. Those that lead outside, and those to
    folders, which could lead in circles, are left out with a warning.
    """
    # With its slash, a folder sorts where its objects' names do: "a-b" < "a.txt" < "a/b".
    for key in sorted(_keys(root / above, beginning)):
        if key.endswith("/"):
            yield from list_folder(root, above + key, "")
        elif is_readable_name(str(root), above + key):
            yield from _described(root, above + key)


def list_level(root: Path, folder: str) -> Iterator[ObjectInfo | str]:
    """Yield the files in one folder as `list_folder` does, and its folders as texts.

    Parameters
    ----------
    root
        The bucket's folder, without symbolic links in its path.
    folder
        Empty, or the name of a folder in it, ending with a slash.
    """
    for key in sorted(_keys(root / folder, "")):
        if key.endswith("/"):
            yield folder + key
        elif is_readable_name(str(root), folder + key):
            yield from _described(root, folder + key)


def _keys(folder: Path, beginning: str) -> Iterator[str]:
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if not entry.name.startswith(beginning) or is_own_file(entry.name):
                continue
            yield entry.name + ("/" if entry.is_dir(follow_symlinks=False) else "")


def _described(root: Path, name: str) -> Iterator[ObjectInfo]:
    path = root / name
    if path.is_symlink() and not _leads_to_file_inside(root, path):
        _log.warning("%s is left out: a symbolic link to a folder, or to outside %s", path, root)
        return
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    if path.is_file():
        yield described_file(name, status)


def _leads_to_file_inside(root: Path, link: Path) -> bool:
    # Unlike Path.resolve, this raises nothing where links lead in a circle.
    target = Path(os.path.realpath(link))
    return target.is_relative_to(root) and target.is_file()
