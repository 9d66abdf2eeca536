"""The members of a zip that others made: checked before anything is read, bounded while it is."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections import Counter
from typing import BinaryIO

from jobs.errors import ModelError

MOST_MEMBERS = 20_000
MOST_UNPACKED_BYTES = 4 << 30
"""Of all members together."""
_MOST_RATIO = 200
_RATIO_MATTERS_FROM_BYTES = 64 << 20
_READ_BYTES = 1 << 20
_ENCRYPTED = 0x1
_BAD_ZIP = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
)


class ModelZip:
    """A zip whose members may all be looked at.

    Parameters
    ----------
    url
        The model as the job file names it, for messages.
    stream
        The zip; it stays open as long as members are read.

    Raises
    ------
    ModelError
        If it is no zip, or a member's name, kind or size is none that a model needs.
    """

    def __init__(self, url: str, stream: BinaryIO) -> None:
        self._url = url
        try:
            self._zip = zipfile.ZipFile(stream)
        except _BAD_ZIP as error:
            raise ModelError(
                url, f"it begins like a zip and cannot be read as one ({error}). Upload it again."
            ) from None
        infos = self._zip.infolist()
        _check_together(url, infos)
        for info in infos:
            _check_alone(url, info)
        self._members = {info.filename: info for info in infos if not info.is_dir()}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all members but folders."""
        return tuple(self._members)

    def size(self, name: str) -> int:
        """Return how many bytes a member says it has."""
        return self._members[name].file_size

    def head(self, name: str, size_bytes: int) -> bytes:
        """Return the first bytes of a member.

        Raises
        ------
        ModelError
            If the member is damaged.
        """
        try:
            with self._zip.open(self._members[name]) as member:
                return member.read(size_bytes)
        except _BAD_ZIP as error:
            raise self._damaged(name, error) from None

    def read(self, name: str, most_bytes: int = MOST_UNPACKED_BYTES) -> bytes:
        """Return a member's bytes; never holds more than `most_bytes` of them.

        Raises
        ------
        ModelError
            If the member is not there, larger, or damaged.
        """
        if name not in self._members:
            raise ModelError(self._url, f"it has no member {name}. Make the archive again.")
        parts, size = [], 0
        try:
            with self._zip.open(self._members[name]) as member:
                while size <= most_bytes and (part := member.read(_READ_BYTES)):
                    parts.append(part)
                    size += len(part)
        except _BAD_ZIP as error:
            raise self._damaged(name, error) from None
        if size > most_bytes:
            raise ModelError(
                self._url,
                f"its member {name} unpacks to more than {most_bytes:,} bytes, which is more than "
                "is allowed. Nothing more of it was read.",
            )
        return b"".join(parts)

    def _damaged(self, name: str, error: BaseException) -> ModelError:
        return ModelError(
            self._url, f"its member {name} cannot be read ({error}). Upload it again."
        )


def _check_together(url: str, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise ModelError(
            url, f"it has {len(infos):,} members. Expected at most {MOST_MEMBERS:,} in a model."
        )
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    bomb = unpacked > max(_RATIO_MATTERS_FROM_BYTES, _MOST_RATIO * packed)
    if bomb or unpacked > MOST_UNPACKED_BYTES:
        raise ModelError(
            url,
            f"its {packed:,} bytes unpack to {unpacked:,}. Expected at most "
            f"{MOST_UNPACKED_BYTES:,}, and at most {_MOST_RATIO} times as many: weights hardly "
            "shrink. It was not unpacked.",
        )
    counts = Counter(info.filename for info in infos)
    twice = next((name for name, count in counts.items() if count > 1), None)
    if twice is not None:
        raise ModelError(
            url,
            f"it has {counts[twice]} members named {twice}, so that two programs may read "
            "different things. Make the archive again.",
        )


def _check_alone(url: str, info: zipfile.ZipInfo) -> None:
    unsafe = _unsafe_name(info.orig_filename)
    mode = info.external_attr >> 16
    if unsafe is not None:
        problem = f"its member {info.orig_filename!r} {unsafe}, so that it would leave its folder"
    elif mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        kind = "a link" if stat.S_ISLNK(mode) else "a device"
        problem = f"its member {info.filename} is {kind}"
    elif info.flag_bits & _ENCRYPTED:
        problem = f"its member {info.filename} is encrypted, and nobody can say the password"
    else:
        return
    raise ModelError(
        url, f"{problem}. No model needs that: nothing of it was read. Make the archive again."
    )


def _unsafe_name(name: str) -> str | None:
    """Return what is wrong with a member's name as the zip says it; None for a good one."""
    if "\0" in name:
        return "holds a zero byte"
    plain = name.replace("\\", "/")
    if plain.startswith("/") or plain[1:2] == ":":
        return "begins at the root"
    if ".." in plain.split("/"):
        return "holds '..'"
    return None
