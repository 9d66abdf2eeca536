"""Makes stdin, stdout and stderr usable, however the program was started."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _Watched(io.FileIO):
    """A file that remembers why it could not be written to."""

    failure: OSError | None = None

    def write(self, data: Buffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.failure = error
            raise


class HarmlessText(io.TextIOWrapper):
    """A stream that spells out characters by which text from outside could control a terminal."""

    def write(self, text: str, /) -> int:
        """Write a text with control characters spelled out; return the length of the given text."""
        from jobs.visible_text import visible_lines  # noqa: PLC0415 - after the check for shadowing

        super().write(visible_lines(text, styled=self.isatty()))
        return len(text)


class Output:
    """The stream for stdout: it takes the place of `sys.stdout`, if that is a file."""

    def __init__(self) -> None:
        stream = sys.stdout
        self._file = None
        if stream is sys.__stdout__ and isinstance(stream, io.TextIOWrapper):
            self._file = _Watched(stream.fileno(), "wb", closefd=False)
            self._stream = HarmlessText(
                io.BufferedWriter(self._file),
                encoding=stream.encoding,
                errors=stream.errors,
                line_buffering=stream.line_buffering or stream.write_through,
            )
            sys.stdout = self._stream

    @property
    def failure(self) -> OSError | None:
        """The error because of which something printed could not be written, or None."""
        return None if self._file is None else self._file.failure

    def finish(self) -> None:
        """Write the buffered text.

        Raises
        ------
        OSError
            If this text, or anything before it, could not be written.
        """
        if self._file is not None:
            self._stream.flush()
        if self.failure is not None:
            raise self.failure

    def discard(self) -> None:
        """Drop the buffered text: otherwise Python reports the error again when it ends."""
        if self._file is not None:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self._file.fileno())
            os.close(nothing)


def open_missing_streams() -> None:
    """Open the null device for each stream that was closed when the program started.

    Otherwise the first files that the program opens would be stdin, stdout and stderr.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != descriptor:
                os.dup2(nothing, descriptor)
                os.close(nothing)
            mode = "w" if descriptor else "r"
            setattr(sys, name, open(descriptor, mode, closefd=False))  # noqa: SIM115 - it stays open
