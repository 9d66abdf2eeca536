"""From the queue to the local disk: one thread, which owns the parts that it writes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping

from prediction_log.complaints import Complaints
from prediction_log.limits import Limits
from prediction_log.queue import BoundedQueue
from prediction_log.rows import MOST_LINE_BYTES, LoggedPrediction
from prediction_log.spooling.counts import (
    DISK_FAILED,
    FAILED,
    LINE_TOO_LONG,
    RECORDED,
    SPOOL_FULL,
    Counts,
    CountsFile,
)
from prediction_log.spooling.folder import SpoolFolder
from prediction_log.spooling.parts import PartWriter
from prediction_log.spooling.shards import (
    LONGEST_MEMBER_NAME,
    MEMBER_MARK,
    archive_bytes,
    member_bytes,
)

# Less than what may be lost when a process is killed, a second.
_LONGEST_WAIT_S = 0.5
_MEASURED_EVERY_S = 1.0
# Rows are sent in one piece, which is held in memory.
_ROW_BYTES_OF_A_PART = 2 << 20


class SpoolWriter:
    """Writes predictions to parts on the local disk and finishes them in time.

    Parameters
    ----------
    name
        What this process calls itself.
    always
        Columns of every row.
    packs_images
        Whether small images go into the archives of their parts.
    """

    def __init__(
        self,
        name: str,
        spool: SpoolFolder,
        limits: Limits,
        counts: Counts,
        always: Mapping[str, object],
        *,
        packs_images: bool = False,
    ) -> None:
        self._name = name
        self._spool = spool
        self._limits = limits
        self._counts = counts
        self._always = always
        self._packs_images = packs_images
        self._complaints = Complaints()
        self._parts: dict[str, PartWriter] = {}
        self._begun: dict[str, float] = {}
        self._counted: dict[str, CountsFile] = {}
        self._size_bytes = 0
        self._measured_at = 0.0

    def step(self, queue: BoundedQueue) -> None:
        """Wait for predictions for a moment, write what is there, finish the parts that are due."""
        queue.wait(_LONGEST_WAIT_S)
        self.drain(queue)
        self._finish_due()

    def drain(self, queue: BoundedQueue) -> None:
        """Write everything that waits."""
        while batch := queue.take():
            self._write(batch)
            queue.release(batch)
        self._save_counts()

    def close(self) -> None:
        """Finish all parts."""
        for day in list(self._parts):
            self._finish(day)
        for one in self._counted.values():
            one.close()
        self._counted.clear()

    def forget(self) -> None:
        """Let go of the parts of the process that this one was forked from."""
        for part in self._parts.values():
            part.forget()
        for one in self._counted.values():
            one.forget()

    def _write(self, batch: list[LoggedPrediction]) -> None:
        by_day: dict[str, list[LoggedPrediction]] = defaultdict(list)
        for one in batch:
            by_day[one.day].append(one)
        for day, predictions in by_day.items():
            for piece in self._by_part(day, predictions):
                try:
                    self._write_day(day, piece)
                except Exception as error:  # noqa: BLE001, PERF203 - counted too, piece by piece
                    self._dropped(piece, FAILED, f"writing failed: {error!r}")

    def _by_part(
        self, day: str, predictions: list[LoggedPrediction]
    ) -> Iterator[list[LoggedPrediction]]:
        """Yield what fits into the part at hand, then the rest: a full archive ends its part."""
        piece: list[LoggedPrediction] = []
        packed = self._parts[day].packed_bytes if day in self._parts else 0
        for one in predictions:
            size = member_bytes(len(one.image or b"")) if self._is_packed(one) else 0
            if size and packed and archive_bytes(packed + size) > self._limits.shard_bytes:
                if piece:
                    yield piece
                if day in self._parts:
                    self._finish(day)
                piece, packed = [], 0
            piece.append(one)
            packed += size
        yield piece

    def _write_day(self, day: str, predictions: list[LoggedPrediction]) -> None:
        if self._is_full():
            self._dropped(predictions, SPOOL_FULL, f"{self._spool.path} holds all that it may")
            return
        written = predictions
        try:
            part = self._part(day)
            before = part.size_bytes
            lines, written = self._lines(predictions, part)
            part.append(lines)
        except OSError as error:
            self._dropped(written, DISK_FAILED, f"{self._spool.path} cannot be written: {error}")
            return
        self._size_bytes += part.size_bytes - before
        for one in written:
            self._counts.add(one.time_s, RECORDED)

    def _lines(
        self, predictions: list[LoggedPrediction], part: PartWriter
    ) -> tuple[list[tuple[bytes, str | None, bytes | None]], list[LoggedPrediction]]:
        """Return what a part is to hold, and the predictions of it: those that can be a line."""
        lines = []
        written = []
        for one in predictions:
            path = self._image_path(one, part)
            line = self._line(one, path)
            if line is not None:
                lines.append((line, path, one.image))
                written.append(one)
        return lines, written

    def _is_packed(self, prediction: LoggedPrediction) -> bool:
        name, size = prediction.image_name(), len(prediction.image or b"")
        return (
            self._packs_images
            and name is not None
            and len(name) <= LONGEST_MEMBER_NAME
            and size <= self._limits.packed_image_bytes
            and archive_bytes(member_bytes(size)) <= self._limits.shard_bytes
        )

    def _image_path(self, prediction: LoggedPrediction, part: PartWriter) -> str | None:
        """Return where its image belongs, below the root of the bucket; None without one."""
        name = prediction.image_name()
        if name is not None and self._is_packed(prediction):
            return f"{part.shard}{MEMBER_MARK}{name}"
        return name and f"images/dt={prediction.day}/{name}"

    def _line(self, prediction: LoggedPrediction, image_path: str | None) -> bytes | None:
        try:
            line = prediction.line(self._always, image_path)
        except Exception as error:  # noqa: BLE001 - columns hold whatever a server puts there
            self._dropped([prediction], FAILED, f"a row cannot be written as JSON: {error!r}")
            return None
        if len(line) > MOST_LINE_BYTES:
            said = f"a row has {len(line):,} bytes, more than {MOST_LINE_BYTES:,}"
            self._dropped([prediction], LINE_TOO_LONG, said)
            return None
        return line

    def _dropped(self, predictions: list[LoggedPrediction], why: str, text: str) -> None:
        for one in predictions:
            self._counts.add(one.time_s, why)
        self._complaints.say(why, f"{len(predictions):,} predictions are not recorded: {text}.")

    def _part(self, day: str) -> PartWriter:
        if day not in self._parts:
            self._parts[day] = PartWriter(self._spool.parts, day)
            self._begun[day] = time.monotonic()
        return self._parts[day]

    def _finish_due(self) -> None:
        now = time.monotonic()
        for day, part in list(self._parts.items()):
            is_old = now - self._begun[day] >= self._limits.part_seconds
            is_large = part.size_bytes >= self._limits.part_bytes
            if is_old or is_large or part.row_bytes >= _ROW_BYTES_OF_A_PART:
                self._finish(day)

    def _finish(self, day: str) -> None:
        part = self._parts.pop(day)
        try:
            part.close()
        except OSError as error:
            part.forget()
            self._complaints.say("finish", f"{part.path} cannot be saved: {error}.")

    def _is_full(self) -> bool:
        """Tell whether the disk holds as much as it may; measured seldom, counted in between."""
        if time.monotonic() - self._measured_at > _MEASURED_EVERY_S:
            self._size_bytes = self._spool.size_bytes()
            self._measured_at = time.monotonic()
        return self._size_bytes >= self._limits.spooled_bytes

    def _save_counts(self) -> None:
        for day, document in self._counts.changed().items():
            self._save_document(day, document)
        # A row of the day before may still come, late by a moment: its file stays open.
        while len(self._counted) > 2:
            self._counted.pop(min(self._counted)).close()
            self._counts.forget_before(min(self._counted))

    def _save_document(self, day: str, document: bytes) -> None:
        try:
            if day not in self._counted:
                self._counted[day] = CountsFile(self._spool.counts, day, self._name)
            self._counted[day].replace(document)
        except OSError:
            self._counts.not_saved(day)
