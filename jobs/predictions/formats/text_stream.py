"""A text log as a stream of UTF-8: unpacked, and decoded where a mark or the job file says so."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

GZIP_MAGIC = b"\x1f\x8b"
# The longer marks first: that of UTF-16 LE is the beginning of that of UTF-32 LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST_MARK = 4
_PIECE_BYTES = 1 << 18
_UTF8 = "utf-8"
# A half of a pair alone is no text in UTF-8: the line that holds it is counted as unreadable.
_NO_TEXT = "\udcff"
_ERRORS = "drift-no-text"


def _no_text(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for bytes that are no text of the encoding, and where the text goes on."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _NO_TEXT, error.end


codecs.register_error(_ERRORS, _no_text)


class DamagedTextError(Exception):
    """The bytes cannot be unpacked; the message says what is wrong."""


@contextmanager
def open_text(path: Path, encoding: str | None = None) -> Iterator[BinaryIO]:
    """Open a file as UTF-8 text.

    gzip is told by its first bytes, whatever the name is: stores unpack on the way, or do not.
    UTF-16 and UTF-32 are told by their marks. Bytes that are no text of the encoding stay bytes
    that are no UTF-8, so that their lines are counted.

    Parameters
    ----------
    encoding
        The text's encoding, where it is known. Its mark counts more, and so does text beyond ASCII
        that is UTF-8 throughout: no other encoding looks like that.

    Raises
    ------
    DamagedTextError
        If gzip data is truncated or damaged.
    """
    with path.open("rb") as file:
        if not file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
            yield _decoded(file, _unless_utf8(file, encoding))
            return
        try:
            with gzip.open(file) as opened:
                unpacked = cast("BinaryIO", opened)
                yield _decoded(unpacked, _unless_utf8(unpacked, encoding))
        except EOFError:
            raise DamagedTextError("the gzip data ends too early: it was cut off") from None
        except (zlib.error, gzip.BadGzipFile) as error:
            raise DamagedTextError(f"the gzip data is damaged ({error})") from None


def as_utf8(data: bytes, encoding: str | None = None) -> bytes:
    """Return all of a text as `open_text` reads it; gzip that is damaged raises as there."""
    if data.startswith(GZIP_MAGIC):
        try:
            data = gzip.decompress(data)
        except EOFError:
            raise DamagedTextError("the gzip data ends too early: it was cut off") from None
        except (zlib.error, gzip.BadGzipFile) as error:
            raise DamagedTextError(f"the gzip data is damaged ({error})") from None
    codec = codec_of(data[:_LONGEST_MARK], _unless_utf8(io.BytesIO(data), encoding))
    return data if codec is None else _Utf8(io.BytesIO(data), codec).readall()


def codec_of(head: bytes, encoding: str | None = None) -> str | None:
    """Return the codec of a text by its first bytes; None for UTF-8."""
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), None)
    if marked is not None:
        return marked
    if encoding is None or head.startswith(codecs.BOM_UTF8):
        return None
    name = codecs.lookup(encoding).name
    return None if name in {_UTF8, "utf-8-sig", "ascii"} else name


def _unless_utf8(stream: BinaryIO, encoding: str | None) -> str | None:
    """Return the stated encoding; None where the stream, from its beginning, is UTF-8 instead."""
    if encoding is None or codec_of(b"", encoding) is None:
        return encoding
    decoder = codecs.getincrementaldecoder(_UTF8)()
    is_beyond_ascii = False
    try:
        while piece := stream.read(_PIECE_BYTES):
            decoder.decode(piece)
            is_beyond_ascii = is_beyond_ascii or not piece.isascii()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return encoding
    finally:
        stream.seek(0)
    return None if is_beyond_ascii else encoding


def _decoded(stream: BinaryIO, encoding: str | None) -> BinaryIO:
    head = cast("io.BufferedReader", stream).peek(_LONGEST_MARK)[:_LONGEST_MARK]
    codec = codec_of(head, encoding)
    if codec is None:
        return stream
    return io.BufferedReader(_Utf8(stream, codec), buffer_size=_PIECE_BYTES)


class _Utf8(io.RawIOBase):
    """A stream of text in another encoding, as UTF-8."""

    def __init__(self, source: BinaryIO, codec: str) -> None:
        super().__init__()
        self._source = source
        self._decoder = codecs.getincrementaldecoder(codec)(_ERRORS)
        self._waiting = b""
        self._is_done = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` with the next bytes; 0 at the end."""
        while not self._waiting and not self._is_done:
            self._waiting = self._next()
        count = min(len(buffer), len(self._waiting))
        buffer[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def _next(self) -> bytes:
        piece = self._source.read(_PIECE_BYTES)
        self._is_done = not piece
        text = self._decoder.decode(piece, final=not piece)
        return text.encode(_UTF8, "surrogatepass")
