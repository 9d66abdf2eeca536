"""From the local disk to the store: whatever no living process is writing any more."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prediction_log.spooling.counts import ENDING
from prediction_log.spooling.folder import SpoolFolder
from prediction_log.spooling.image_sending import send_images, send_packed
from prediction_log.spooling.locked_files import lock_abandoned, release
from prediction_log.spooling.parts import IMAGES, ROWS, SpooledImage, read_rows
from prediction_log.spooling.shards import is_packed
from prediction_log.stores.store import Store


class Sender:
    """Sends finished parts, the images of each before its rows, and removes them here.

    Parameters
    ----------
    own
        What this process calls itself: its counts are sent while it lives, those of others
        afterwards.
    packed
        Whether rows are sent as gzip.
    """

    def __init__(
        self, spool: SpoolFolder, store: Store, *, own: str = "", packed: bool = False
    ) -> None:
        self._own_counts = own + ENDING
        self._spool = spool
        self._store = store
        self._packed = packed
        self._sent_counts: dict[str, bytes] = {}

    def send_finished(self) -> None:
        """Send every part that nobody writes.

        Raises
        ------
        Exception
            Whatever the store raises. The part at hand and those behind it stay on the disk.
        """
        for path in list(self._spool.names(self._spool.parts, ROWS)):
            number = lock_abandoned(path)
            if number is not None:
                try:
                    self._send_part(path.removesuffix(ROWS), number)
                finally:
                    release(number)
        self._spool.remove_empty_days()

    def send_counts(self) -> None:
        """Send the counts that changed; those of processes that ended are removed here."""
        for path in list(self._spool.names(self._spool.counts, ENDING)):
            number = lock_abandoned(path)
            if number is None and os.path.basename(path) != self._own_counts:
                continue
            try:
                self._send_document(path)
                if number is not None:
                    os.unlink(path)
                    self._sent_counts.pop(path, None)
            except FileNotFoundError:
                continue
            finally:
                if number is not None:
                    release(number)

    def _send_document(self, path: str) -> None:
        with open(path, "rb") as file:
            document = file.read()
        if not document or self._sent_counts.get(path) == document:
            return
        day, name = path.split(os.sep)[-2:]
        self._store.put(f"log/_counts/{day}/_{name}", document)
        self._sent_counts[path] = document

    def _send_part(self, path: str, number: int) -> None:
        day, name = path.split(os.sep)[-2:]
        if os.path.exists(path + IMAGES):
            with open(path + IMAGES, "rb") as file:
                packed = _images_in(number, packed=True)
                send_packed(self._store, file.fileno(), packed, day.removeprefix("dt="))
                send_images(self._store, file.fileno(), _images_in(number, packed=False))
        rows = b"".join(row for row, _ in read_rows(number))
        if rows:
            ending = ".jsonl.gz" if self._packed else ".jsonl"
            data = _packed(rows) if self._packed else rows
            self._store.put(f"log/{day}/{name}{ending}", data)
        if os.path.exists(path + IMAGES):
            os.unlink(path + IMAGES)
        os.unlink(path + ROWS)


def _packed(rows: bytes) -> bytes:
    # Imported when it is asked for, as few do.
    import gzip  # noqa: PLC0415

    # Without the time: a part that is sent once more has the same bytes.
    return gzip.compress(rows, mtime=0)


def _images_in(number: int, *, packed: bool) -> Iterator[SpooledImage]:
    images = (image for _, image in read_rows(number) if image is not None)
    return (image for image in images if is_packed(image.name) is packed)
