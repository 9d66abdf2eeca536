"""From what an image and a row cost to what a night takes, and where it breaks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

_HOUR_S = 3600.0
_CORES_A_MACHINE = 4
_REQUESTS_PRICED = 10_000
# So many parts are taken to be fine; it is a guess, unlike what is measured.
_MANY_PARTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFigures:
    """What one image of a kind takes.

    Attributes
    ----------
    name
        Kind and size, such as ``500x375 JPEG``.
    pixels, size_bytes
        Of one image.
    compute_s
        Processor time of decoding and measuring it.
    """

    name: str
    pixels: int
    size_bytes: float
    compute_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a cloud asks for; None for what nobody named.

    Attributes
    ----------
    core_hour, reads, gigabyte
        Of a core for an hour, of 10,000 reading requests, and of a gigabyte that leaves the store.
    """

    core_hour: float | None = None
    reads: float | None = None
    gigabyte: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NightDemand:
    """What is asked of a night.

    Attributes
    ----------
    images
        How many new images it has.
    hours
        How long it may take.
    fetch_s, own_s
        Processor time of fetching one, and what handing it over and remembering it take.
    wait_s
        How long a store takes to answer, over the threads of a machine that wait for it.
    images_a_pack
        How many lie in one packed object; 1 for objects of their own.
    efficiency
        Processor time of one machine over that of the engine, without its fixed cost.
    """

    images: int
    hours: float
    fetch_s: float
    own_s: float
    wait_s: float = 0.0
    images_a_pack: int = 1
    efficiency: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NightPlan:
    """What images of one kind take in a night.

    Attributes
    ----------
    core_hours
        Processor time of all workers.
    machines
        Of four cores each, to be done in time: by their cores, or by waiting for the store.
    shards, requests, size_bytes
        Portions, reading requests, and bytes that are read.
    megabits
        What each machine reads in a second, all the time.
    cost
        Of what was priced; None where nothing was.
    """

    core_hours: float
    machines: int
    shards: int
    requests: int
    size_bytes: float
    megabits: float
    cost: float | None


def plan(kind: KindFigures, demand: NightDemand, *, shard_images: int, prices: Prices) -> NightPlan:
    """Return what a night of such images takes."""
    is_packed = demand.images_a_pack > 1
    fetch_s = 0.0 if is_packed else demand.fetch_s
    each_s = (kind.compute_s + fetch_s + demand.own_s) / demand.efficiency
    core_hours = demand.images * each_s / _HOUR_S
    waiting_hours = 0.0 if is_packed else demand.images * demand.wait_s / _HOUR_S
    hours = max(core_hours / _CORES_A_MACHINE, waiting_hours)
    machines = max(1, math.ceil(hours / demand.hours))
    # A packed object is asked about, fetched, and asked about once more.
    asks = 3 if is_packed else 1
    requests = asks * math.ceil(demand.images / demand.images_a_pack)
    size_bytes = demand.images * kind.size_bytes
    return NightPlan(
        core_hours=core_hours,
        machines=machines,
        shards=math.ceil(demand.images / shard_images),
        requests=requests,
        size_bytes=size_bytes,
        megabits=size_bytes * 8 / 1e6 / (machines * demand.hours * _HOUR_S),
        cost=_cost(core_hours, requests, size_bytes, prices),
    )


def _cost(core_hours: float, requests: int, size_bytes: float, prices: Prices) -> float | None:
    parts = [
        amount * price
        for amount, price in (
            (core_hours, prices.core_hour),
            (requests / _REQUESTS_PRICED, prices.reads),
            (size_bytes / 1e9, prices.gigabyte),
        )
        if price is not None
    ]
    return sum(parts) if parts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """What it took to load a feature cache, in a process of its own.

    Attributes
    ----------
    cpu_s
        Processor time.
    peak_mb
        The most memory of the process beyond what it had before.
    """

    cpu_s: float
    peak_mb: float


def loading_of(rows: int, measured: Mapping[int, Loading]) -> Loading:
    """Return what loading so many rows takes: the line through the two largest measured sizes.

    Raises
    ------
    ValueError
        If fewer than two sizes were measured.
    """
    if len(measured) < 2:
        raise ValueError("two sizes are needed")
    small, large = sorted(measured)[-2:]
    share = (rows - small) / (large - small)
    one, other = measured[small], measured[large]
    return Loading(
        cpu_s=one.cpu_s + share * (other.cpu_s - one.cpu_s),
        peak_mb=one.peak_mb + share * (other.peak_mb - one.peak_mb),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatorLimit:
    """One thing that a run does on one machine, and how many images it is good for.

    Attributes
    ----------
    thing
        What it is.
    images
        How many images a job may have until then; None where there is no end.
    why
        What happens beyond.
    """

    thing: str
    images: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectingMachine:
    """The machine of the run itself, and what it is given.

    Attributes
    ----------
    memory_mb, base_mb
        What it has, and what a run has taken before it loads anything.
    row_mb
        What a row of the window takes beside what is loaded.
    most_rows
        `window.most_rows` where the job file says nothing.
    hours
        How long the run may load.
    shard_images
        How many images a part has.
    """

    memory_mb: float
    base_mb: float
    row_mb: float
    most_rows: int
    hours: float
    shard_images: int


def limits(measured: Mapping[int, Loading], run: CollectingMachine) -> list[CoordinatorLimit]:
    """Return where one job breaks, the narrowest first.

    Parameters
    ----------
    measured
        What loading caches took, by their rows.
    run
        The machine that collects.
    """
    small, large = sorted(measured)[-2:]
    one, other = measured[small], measured[large]
    mb_a_row = (other.peak_mb - one.peak_mb) / (large - small)
    s_a_row = (other.cpu_s - one.cpu_s) / (large - small)
    found = [
        CoordinatorLimit(
            thing="window.most_rows",
            images=run.most_rows,
            why="a window of more rows ends the run with exit code 5, unless it is raised",
        ),
        CoordinatorLimit(
            thing=f"{run.memory_mb / 1000:,.0f} GB of memory",
            images=int((run.memory_mb - run.base_mb) / (mb_a_row + run.row_mb)),
            why=(
                f"{1000 * (mb_a_row + run.row_mb):.1f} GB for each million rows, "
                f"{1000 * mb_a_row:.1f} of them while the cache is loaded"
            ),
        ),
        CoordinatorLimit(
            thing=f"{run.hours:g} h of one core",
            images=int(run.hours * _HOUR_S / s_a_row),
            why=f"{1e6 * s_a_row:.0f} CPU s for each million rows that are loaded",
        ),
        CoordinatorLimit(
            thing=f"{_MANY_PARTS:,} parts in one folder",
            images=_MANY_PARTS * run.shard_images,
            why="each is listed and read by the run, one request each; more were not measured",
        ),
    ]
    return sorted(found, key=lambda each: (each.images is None, each.images))
