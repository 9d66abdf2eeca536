"""What measures images elsewhere, as extraction knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from reference_stats.extraction.sharded.shard import Shard, ShardDone

SHARD_IMAGES: Final = 2_000
LARGE_SHARD_IMAGES: Final = 500
"""How many images a shard has at most where the job file says nothing: of ordinary images, and of
those with more than four megapixels. Either takes a core about a minute at most, up to some thirty
megapixels."""
_LARGE_PIXELS = 4_000_000


class Elsewhere(Protocol):
    """Measures shards on other machines, which write into the caches of the run."""

    @property
    def shard_images(self) -> int:
        """How many images a shard has; up to twice as many where they are in one object."""
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
            Called, in the thread of the caller, with each shard that is done, once. What it raises
            ends the work, as an error of a shard does.

        Raises
        ------
        InputError
            If it cannot be done; what is done stays done.
        """
        ...

    def close(self) -> None:
        """Let go of what measuring held; it may be asked to compute again afterwards."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InShardsOf:
    """An engine that is handed shards of another size.

    Attributes
    ----------
    engine
        The engine.
    shard_images
        As of `Elsewhere`.
    """

    engine: Elsewhere
    shard_images: int

    @property
    def fewest_images(self) -> int:
        """As many fewer than the engine's as the shards are smaller: such images take longer."""
        return max(self.engine.fewest_images * self.shard_images // self.engine.shard_images, 1)

    def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
        """Have the engine measure shards; the parameters are those of `Elsewhere.compute`."""
        self.engine.compute(shards, done)

    def close(self) -> None:
        """As of the engine."""
        self.engine.close()


def fitting_shard_images(median_pixels: float | None) -> int:
    """Return how many images a shard has where the job file says nothing.

    Parameters
    ----------
    median_pixels
        Of the images' width times height; None where no image is known.
    """
    is_large = median_pixels is not None and median_pixels > _LARGE_PIXELS
    return LARGE_SHARD_IMAGES if is_large else SHARD_IMAGES
