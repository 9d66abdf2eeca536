"""What the log asks of its store and of the processor, with packed images and with single ones."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from unittest.mock import patch

from prediction_log import Limits, PredictionLog, worker
from prediction_log.stores.registry import open_store
from prediction_log.stores.store import Store

_PREDICTIONS = 1_000
_ROUNDS = 3
_SIZES = {"28 x 28 PNG": 600, "photograph of 10 kB": 10_000, "photograph of 61 kB": 61_000}


class _Counting(Store):
    """A store that counts what it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.senders = store.senders
        self.requests = 0

    def put(self, name: str, data: bytes) -> None:
        self.requests += 1
        self._store.put(name, data)


def measure_requests(url: str | None) -> list[str]:
    """Log as many images of each size one by one and packed, in turn; return what it took.

    Parameters
    ----------
    url
        Where to; None for a folder that is removed afterwards.
    """
    said = []
    with tempfile.TemporaryDirectory() as folder:
        for name, size in _SIZES.items():
            taken: dict[bool, list[tuple[int, float]]] = {False: [], True: []}
            for _ in range(_ROUNDS):
                for packs, rounds in taken.items():
                    rounds.append(_logged(url or f"{folder}/bucket", folder, size, packs=packs))
            single, packed = (
                f"{statistics.median(requests for requests, _ in rounds):,.0f} requests and "
                f"{statistics.median(used for _, used in rounds):.2f} ms of processor time each"
                for rounds in taken.values()
            )
            said.append(f"{_PREDICTIONS:,} of a {name}: {single}; packed {packed}")
    return said


def _logged(url: str, folder: str, size: int, *, packs: bool) -> tuple[int, float]:
    """Return the requests to the store, and the processor time of a prediction in milliseconds."""
    counting = _Counting(open_store(url))
    image = b"\x89PNG" + os.urandom(size - 4)
    limits = Limits(close_seconds=120)
    before = time.process_time()
    with patch.object(worker, "open_store", lambda _: counting):
        log = PredictionLog(url, spool=f"{folder}/spool", pack_images=packs, limits=limits)
        for number in range(_PREDICTIONS):
            log.log(image, prediction="3", confidence=0.5, number=number)
            time.sleep(0.001)
        if not log.close():
            raise RuntimeError(f"{url} did not take everything")
    return counting.requests, 1e3 * (time.process_time() - before) / _PREDICTIONS
