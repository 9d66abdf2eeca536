"""Many small JSON objects, such as one per request, read as the lines of one log."""

from __future__ import annotations

import io

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import TooManyRowsError
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.formats.content import format_of_content
from jobs.predictions.formats.json_log import JsonReader
from jobs.predictions.formats.json_values import split_values
from jobs.predictions.formats.text_blocks import BLOCK_BYTES, HEAD_BYTES
from jobs.predictions.formats.text_encoding import TextEncoding
from jobs.predictions.formats.text_stream import DamagedTextError, as_utf8
from jobs.predictions.log_columns import check_width
from jobs.predictions.rows.collector import WindowCollector, WindowTooLargeError
from jobs.predictions.selection.object_names import LogFormat

_JSON = (LogFormat.JSON, LogFormat.JSON_LINES)


class SmallObjects:
    """Takes the contents of small objects; reads about `BLOCK_BYTES` of them at a time.

    Parameters
    ----------
    settings
        The job file's `predictions`; its path stands for all of them where rows are not told apart.
    """

    def __init__(
        self, settings: PredictionSettings, bucket: Bucket, collector: WindowCollector
    ) -> None:
        self._encoding = settings.encoding
        self._path = settings.path
        self._url = bucket.url_of(settings.path)
        self._collector = collector
        self._packed = collector.origins.pack(settings.path)
        self._reader = JsonReader(
            settings.path, self._url, TextEncoding(None), collector, is_one_object=False
        )
        self._lines: list[bytes] = []
        self._size = 0
        self._next_line = 1
        self._any = False

    def take(self, info: ObjectInfo, data: bytes) -> bool:
        """Take one object's content; False where it is a log of its own, in another format.

        One that is no log at all is counted as a row that cannot be read.
        """
        try:
            text = as_utf8(data, self._encoding)
        except DamagedTextError as damage:
            self._add(info, [str(damage).encode()])
            return True
        kind = format_of_content(text, is_whole=True)
        if kind is not None and kind not in _JSON:
            return False
        lines = self._values(text) if kind in _JSON or text[:1] in b"{[" else [_on_one_line(text)]
        if text.strip():
            self._add(info, lines)
        return True

    def read(self) -> None:
        """Read what was taken so far."""
        if self._lines:
            self._collector.begin(ObjectInfo(name=self._path, size_bytes=0, version=""))
            self._reader.forget_columns()
            try:
                self._reader.take(b"".join(self._lines))
            except WindowTooLargeError as too_large:
                most = self._collector.request.most_rows
                raise TooManyRowsError(self._url, too_large.found, most) from None
            check_width(self._url, len(self._collector.columns))
        self._lines, self._size = [], 0

    def finish(self) -> None:
        """Check that what was read is a log at all."""
        self.read()
        if self._any:
            self._reader.finish()

    def _add(self, info: ObjectInfo, lines: list[bytes]) -> None:
        self._any = True
        self._packed.add(info.name, self._next_line)
        names = self._collector.needed.of_names
        if names.tells_something:
            lines = [names.written_into(line, info) for line in lines]
        self._next_line += len(lines)
        self._lines += [line + b"\n" for line in lines]
        self._size += sum(map(len, lines))
        if self._size >= BLOCK_BYTES:
            self.read()

    def _values(self, text: bytes) -> list[bytes]:
        longest = self._collector.needed.longest_line_bytes
        lines: list[bytes] = []
        for block in split_values(io.BytesIO(text), longest=longest):
            lines += block.data.removesuffix(b"\n").split(b"\n") if block.data else []
            if block.overlong is not None:
                lines.append(block.overlong)
        return lines


def _on_one_line(text: bytes) -> bytes:
    return text[:HEAD_BYTES].replace(b"\n", b" ")
