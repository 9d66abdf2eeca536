"""The connection of a run to its cluster: what distributed is asked, and how it may fail."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import distributed
from distributed.versions import VersionMismatchWarning

from drift.execution.dask_cluster.waiting import within
from jobs.errors import InputError

Answer = TypeVar("Answer")

CONNECTS_WITHIN_S = 20.0
ANSWERS_WITHIN_S = 60.0
# The run is being ended: see `drift.cli.termination`.
LEAVES_WITHIN_S = 1.0
_CHATTERING = ("distributed", "tornado", "bokeh", "dask")


class Cluster:
    """A cluster that answers.

    Parameters
    ----------
    address
        Of its scheduler.

    Raises
    ------
    InputError
        If nobody answers there, or something else than a scheduler of about this version.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        _be_quiet()
        try:
            self._client = within(
                CONNECTS_WITHIN_S + 5,
                lambda: distributed.Client(
                    address, timeout=CONNECTS_WITHIN_S, set_as_default=False, name="image-drift"
                ),
            )
        except Exception as error:
            raise InputError(
                f"{address}: no Dask scheduler answers there ({_first_line(error)}). Expected the "
                "address of one (execution.address, or DASK_SCHEDULER_ADDRESS), of the same "
                "version of distributed, that this machine may reach. Start it, or correct the "
                "address."
            ) from error
        # What distributed sets up when it is imported, and again for each client.
        _be_quiet()

    @property
    def is_lost(self) -> bool:
        """Whether the scheduler has gone away; what it was told is gone as well."""
        return bool(self._client.status != "running")

    def lost(self) -> InputError:
        """Return what to say then."""
        return InputError(
            f"{self.address}: the Dask scheduler went away while images were measured. What was "
            "measured is remembered, and nothing was published. Start the scheduler and its "
            "workers again, then run this job again."
        )

    def scheduler_version(self) -> str:
        """Return which version of distributed the scheduler has."""
        said = self._asked(lambda: self._client.get_versions(check=False))
        return str(said["scheduler"]["packages"].get("distributed", ""))

    def threads(self) -> Mapping[str, int]:
        """Return how many threads each worker has that is there now, by address."""
        found: Mapping[str, int] = self._asked(self._client.nthreads)
        return found

    def answers(
        self, question: Callable[..., object], *arguments: object, of: Sequence[str]
    ) -> dict[str, Any]:
        """Return what workers answer, or the error that each of them met, by address.

        Workers that have gone away in the meantime are not there.
        """
        return self._asked(
            lambda: dict(
                self._client.run(question, *arguments, workers=list(of), on_error="return")
            )
        )

    def tell(self, what: Callable[..., object], *arguments: object) -> None:
        """Tell all workers something, without waiting long, and whatever they say."""
        if not self.is_lost:
            self._quickly(lambda: self._client.run(what, *arguments, on_error="ignore"))

    def submit(
        self,
        task: Callable[..., object],
        *arguments: object,
        key: str,
        resources: Mapping[str, int],
    ) -> Any:  # noqa: ANN401 - a future of distributed, which has no types
        """Return the future of a task that one of the workers with these resources does."""
        return self._client.submit(task, *arguments, key=key, pure=False, resources=resources)

    def cancel(self, futures: Sequence[object]) -> None:
        """Take back what is not done, without waiting long."""
        if futures and not self.is_lost:
            self._quickly(lambda: self._client.cancel(list(futures), force=True))

    def close(self) -> None:
        """End the connection."""
        self._quickly(lambda: self._client.close(timeout=LEAVES_WITHIN_S))

    def _asked(self, call: Callable[[], Answer]) -> Answer:
        try:
            return within(ANSWERS_WITHIN_S, call)
        except Exception as error:
            if self.is_lost:
                raise self.lost() from error
            raise InputError(
                f"{self.address}: the Dask scheduler, or one of its workers, did not answer "
                f"({_first_line(error)}). Restart those that hang."
            ) from error

    def _quickly(self, call: Callable[[], object]) -> None:
        try:
            within(LEAVES_WITHIN_S, call)
        except Exception as error:  # noqa: BLE001 - the run ends, and the cluster finds out itself
            logging.getLogger(__name__).debug("leaving the cluster: %s", error)


def _first_line(error: BaseException) -> str:
    said = str(error).strip().split("\n", 1)[0]
    return said or type(error).__name__


def _be_quiet() -> None:
    """Say nothing of distributed's own: what matters of it is said as an error or a log line."""
    # Versions are compared by the run, which names the worker.
    warnings.filterwarnings("ignore", category=VersionMismatchWarning)
    warnings.filterwarnings("ignore", module=r"distributed\b")
    for name in [*_CHATTERING, *logging.root.manager.loggerDict]:
        if name.partition(".")[0] in _CHATTERING:
            logger = logging.getLogger(name)
            logger.handlers.clear()
            logger.addHandler(logging.NullHandler())
            logger.propagate = False
            logger.setLevel(logging.CRITICAL + 1)
