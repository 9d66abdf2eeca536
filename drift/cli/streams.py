"""What stdin, stdout and stderr may be when the program is started by others."""

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
    """Text in which nothing from outside can act on a terminal."""

    def write(self, text: str, /) -> int:
        """Write a text, with what could act spelled out; return its own length."""
        from jobs.visible_text import visible_lines  # noqa: PLC0415 - after the check for shadowing

        super().write(visible_lines(text, styled=self.isatty()))
        return len(text)


class Output:
    """What is printed on stdout: takes the place of `sys.stdout`, where that is a file."""

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
        """Why something printed could not be written, or None."""
        return None if self._file is None else self._file.failure

    def finish(self) -> None:
        """Write what waits.

        Raises
        ------
        OSError
            If that, or anything before, could not be written.
        """
        if self._file is not None:
            self._stream.flush()
        if self.failure is not None:
            raise self.failure

    def discard(self) -> None:
        """Throw away what waits: Python would complain about it once more when it ends."""
        if self._file is not None:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self._file.fileno())
            os.close(nothing)


def open_missing_streams() -> None:
    """Open what was closed before the program was started, to read and write nothing.

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
