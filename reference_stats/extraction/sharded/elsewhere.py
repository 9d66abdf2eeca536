"""What measures images elsewhere, as extraction knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from reference_stats.extraction.sharded.shard import Shard, ShardDone


class Elsewhere(Protocol):
    """Measures shards on other machines, which write into the caches of the run."""

    @property
    def shard_images(self) -> int:
        """How many images a shard has at most."""
        ...

    @property
    def fewest_images(self) -> int:
        """Fewer unknown images than this are measured on the machine of the run."""
        ...

    def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
        """Measure shards; return once the numbers of all of them are in the caches.

        Parameters
        ----------
        done
            Called, in the thread of the caller, with each shard that is done.

        Raises
        ------
        InputError
            If it cannot be done; what is done stays done.
        """
        ...

    def close(self) -> None:
        """Let go of what measuring held; it may be asked to compute again afterwards."""
        ...
