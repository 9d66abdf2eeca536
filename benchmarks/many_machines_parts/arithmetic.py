"""From processor seconds at two sizes to fixed cost and efficiency; from notes to what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """Processor seconds as a straight line of the number of images.

    Attributes
    ----------
    fixed_s
        What a run takes without any image.
    each_s
        What each image adds.
    """

    fixed_s: float
    each_s: float

    @classmethod
    def through(cls, seconds: Mapping[int, float]) -> CostLine:
        """Return the line through the smallest and the largest number of images.

        Raises
        ------
        ValueError
            If there are fewer than two numbers of images.
        """
        small, large = min(seconds), max(seconds)
        if small == large:
            raise ValueError("two numbers of images are needed")
        each_s = (seconds[large] - seconds[small]) / (large - small)
        return cls(fixed_s=seconds[small] - each_s * small, each_s=each_s)

    def fixed_beyond(self, local: CostLine, parties: int = 1) -> float:
        """Return what each of some parties costs beyond a run on one machine, images or not."""
        return (self.fixed_s - local.fixed_s) / parties

    def efficiency(self, local: CostLine) -> float:
        """Return what an image costs on one machine, over what it costs here."""
        return local.each_s / self.each_s


def efficiency_beyond(local_s: float, engine_s: float, fixed_s: float) -> float:
    """Return the processor time of one machine over that of an engine without its fixed cost.

    It is that of one size; `CostLine.efficiency` needs two, and is the more uncertain the closer
    they are.
    """
    return local_s / (engine_s - fixed_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """How often images were decoded.

    Attributes
    ----------
    images
        How many different ones were.
    again
        How many decodings there were beyond one each.
    """

    images: int
    again: int

    @classmethod
    def of(cls, digests: Iterable[str]) -> Decoded:
        """Count digests of files, one for each decoding."""
        counts = Counter(digests)
        return cls(images=len(counts), again=counts.total() - len(counts))


def lost_and_doubled(cached: Iterable[str], wanted: Iterable[str]) -> tuple[int, int]:
    """Return how many images are in no row of the feature table, and how many in several.

    Parameters
    ----------
    cached
        The image of each row.
    wanted
        The images that were to be measured.
    """
    rows = Counter(cached)
    return (
        sum(1 for one in set(wanted) if one not in rows),
        sum(1 for times in rows.values() if times > 1),
    )
