"""The one thing that a server uses: a log that takes predictions and never stands in the way."""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Mapping

from prediction_log.complaints import Complaints, warn
from prediction_log.limits import Limits
from prediction_log.packing import Packing, environment_packs_images
from prediction_log.rows import RESERVED, LoggedPrediction, is_plain_id
from prediction_log.spooling.counts import FAILED, NOT_SAMPLED, QUEUE_FULL, Counts
from prediction_log.spooling.folder import SpoolFolder, folder_of
from prediction_log.stores.registry import check_url
from prediction_log.worker import Worker


class PredictionLog:
    """Records what a model was asked and what it answered.

    Rows go to ``log/dt=YYYY-MM-DD/part-<hex>.jsonl`` and images to ``images/dt=YYYY-MM-DD/``, below
    the URL. `log` puts a prediction into a queue; threads write it to the local disk, within a
    second, and send it from there. Where something does not fit or fails it is counted, and the
    counts lie beside the log in ``log/_counts/``; no request waits, and none fails.

    It may be made before a server forks: each process gets threads of its own with its first
    prediction.

    Parameters
    ----------
    url
        ``gs://bucket/folder``, ``s3://bucket/folder`` or the path of a folder. Where it is None,
        the environment variable ``PREDICTION_LOG_URL``.
    share
        Which part of the predictions is recorded, drawn at random; each row says it.
    images
        Whether images are kept.
    columns
        Columns of every row, such as ``{"model_version": "3"}``.
    spool
        The folder on the local disk, in which each URL has one of its own, for all processes that
        log there. Where it is None, ``PREDICTION_LOG_SPOOL``, or else this user's in the folder for
        temporary files.
    packed
        Whether the parts of the log are sent as gzip, with the ending ``.jsonl.gz``.
    pack_images
        Whether small images are sent together, those of a part of the log as one tar archive
        ``images/dt=YYYY-MM-DD/part-<hex>.tar``; a row's image is then ``<archive>#<member>``. Where
        it is None, the environment variable ``PREDICTION_LOG_PACK_IMAGES``, or else no.
    limits
        What it may take of memory and disk.

    Raises
    ------
    ValueError
        If a setting is none that can be kept to.
    ImportError
        If the store's client is not installed.
    """

    def __init__(  # noqa: PLR0913 - each is one decision of the person who sets up a server
        self,
        url: str | os.PathLike[str] | None = None,
        *,
        share: float = 1.0,
        images: bool = True,
        columns: Mapping[str, object] | None = None,
        spool: str | os.PathLike[str] | None = None,
        packed: bool = False,
        pack_images: bool | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.url = os.fspath(url) if url is not None else os.environ.get("PREDICTION_LOG_URL", "")
        check_url(self.url)
        if not 0 < share <= 1:
            raise ValueError(f"share is {share!r}. Expected a number above 0 and at most 1.")
        self._spool = spool or os.environ.get("PREDICTION_LOG_SPOOL")
        self._spool_folder()
        self._share = share
        self._keeps_images = images
        self._always = _checked_columns(columns or {}) | ({"share": share} if share < 1 else {})
        if pack_images is None:
            pack_images = environment_packs_images(os.environ)
        self._packing = Packing(rows=packed, images=pack_images)
        self._complaints = Complaints()
        self._begin()
        _fork_aware.add(self)
        atexit.register(_close_at_exit, weakref.ref(self))

    def _begin(self) -> None:
        self.counts = Counts(self._share)
        self._lock = threading.Lock()
        self._worker: Worker | None = None

    def log(
        self,
        image: bytes | bytearray | memoryview | None = None,
        *,
        prediction: object,
        confidence: object = None,
        probabilities: Mapping[str, object] | Mapping[int, object] | None = None,
        id: object = None,  # noqa: A002 - the name of the column
        **columns: object,
    ) -> str | None:
        """Take one prediction and return its id; never raise, never wait for disk or network.

        Parameters
        ----------
        image
            The file as the client sent it, such as the bytes of a JPEG.
        prediction
            The answer, such as the class.
        confidence
            The probability of the answer.
        probabilities
            The probability of each class; they become the columns ``probability_<class>``.
        id
            What the request is called. It must not be used twice on a day: a second image would
            take the place of the first. A number or a UUID counts as its text. Where it is None
            one is made; where it cannot be the name of a file one is made too, and the row says
            what was given in its column ``id_``.
        columns
            Whatever else the row is to say: camera, client, model version.

        Returns
        -------
        str or None
            The id of the row; None where it is not recorded: not drawn, or no room.
        """
        now = time.time()
        try:
            if self._share < 1 and int.from_bytes(os.urandom(7), "big") >= self._share * 2**56:
                self.counts.add(now, NOT_SAMPLED)
                self._start()
                return None
            answer = {"prediction": prediction, "confidence": confidence}
            given = "" if id is None else str(id)
            is_plain = is_plain_id(given)
            if given and not is_plain:
                answer["id_"] = given
            kept = LoggedPrediction(
                time_s=now,
                id=given if is_plain else os.urandom(16).hex(),
                image=self._kept_image(image),
                columns=answer | self._renamed(columns),
                probabilities=None if probabilities is None else dict(probabilities.items()),
            )
            if self._offer(kept):
                return kept.id
            self.counts.add(now, QUEUE_FULL)
            self._complaints.say("queue", "predictions are not recorded: too much waits already.")
        except Exception as error:  # noqa: BLE001 - a log that fails must not fail the request
            self.could_not(1, error)
        return None

    def could_not(self, requests: int, error: Exception) -> None:
        """Count requests that cannot be recorded, and say why.

        Parameters
        ----------
        requests
            How many they are.
        error
            What was raised when their rows were made.
        """
        self.counts.add(time.time(), FAILED, requests)
        self._start()
        self._complaints.say("log", f"{requests} predictions are not recorded: {error!r}")

    def close(self) -> bool:
        """Write and send what waits, for at most `Limits.close_seconds`.

        What is not sent by then stays on the disk and is sent by the next process that logs to the
        URL, or by ``python -m prediction_log send``. A prediction that comes later starts anew.

        Returns
        -------
        bool
            Whether everything was sent.
        """
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is None:
            return True
        is_sent = worker.close()
        if not is_sent:
            warn(f"not all was sent to {self.url}; the rest waits in {worker.spool.path}.")
        return is_sent

    def _offer(self, prediction: LoggedPrediction) -> bool:
        with self._lock:
            return self._running().queue.offer(prediction)

    def _start(self) -> None:
        """Start the threads, which save what is counted, where none run yet."""
        with self._lock:
            self._running()

    def _running(self) -> Worker:
        """Return the worker, whose threads run; the lock is held."""
        if self._worker is None:
            spool = self._spool_folder()
            worker = Worker(
                self.url, spool, self.limits, self.counts, self._always, packing=self._packing
            )
            worker.start()
            self._worker = worker
        return self._worker

    def _spool_folder(self) -> SpoolFolder:
        """Return the folder of the user that this is now: servers give up root when they fork."""
        return SpoolFolder(os.path.abspath(folder_of(self.url, self._spool)))

    def _kept_image(self, image: object) -> bytes | None:
        if image is None or not self._keeps_images:
            return None
        if not isinstance(image, (bytes, bytearray, memoryview)):
            self._complaints.say(
                "image type",
                f"an image is a {type(image).__name__}, and is not kept. Expected the bytes of its "
                "file, as the client sent them.",
            )
            return None
        # A copy where the caller could change it later; none of bytes.
        data = bytes(image)
        if len(data) > self.limits.image_bytes:
            self._complaints.say(
                "image size",
                f"an image of {len(data):,} bytes is not kept (Limits.image_bytes is "
                f"{self.limits.image_bytes:,}); its row is.",
            )
            return None
        return data or None

    def _renamed(self, columns: dict[str, object]) -> dict[str, object]:
        """Return the columns, those renamed that are called like one of ours."""
        if RESERVED.isdisjoint(columns):
            return columns
        return {f"{name}_" if name in RESERVED else name: one for name, one in columns.items()}


def _checked_columns(columns: Mapping[str, object]) -> dict[str, object]:
    if taken := sorted(RESERVED.intersection(columns)):
        raise ValueError(f"columns has {taken}, which every row has already. Rename them.")
    return dict(columns)


# Of all logs of the process; gone when their owner is.
_fork_aware: weakref.WeakSet[PredictionLog] = weakref.WeakSet()


def _forget_in_child() -> None:
    """Begin anew in a forked child: it has no threads, and a lock may be held for ever."""
    for log in list(_fork_aware):
        worker = log._worker  # noqa: SLF001 - of this module
        log._begin()  # noqa: SLF001
        if worker is not None:
            worker.forget()


def _close_at_exit(log: weakref.ref[PredictionLog]) -> None:
    found = log()
    if found is not None:
        found.close()


os.register_at_fork(after_in_child=_forget_in_child)
