"""Which records may show what is normal, and which blocks of rows a window is held beside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from drift.days.blocks import Block, BlockRecord
from jobs.job_file.baseline_settings import FEWEST_IMAGES
from jobs.job_file.job import Job

NO_ROWS = "no rows in the log when it was measured"
TOO_FEW = "too few images"
TOO_MANY_LOST = "too many images lost"
UNREADABLE = "the record cannot be read"
_SPREAD_OVER = timedelta(days=14)


def why_not(record: BlockRecord, job: Job, *, blocks: int = 1) -> str:
    """Return why a block cannot show what is normal; empty where it can.

    Parameters
    ----------
    job
        Its `images.most_lost`, `window.min_images` and `baseline.images_per_day` decide.
    blocks
        Of how many blocks the window consists: each needs its part of the window's images only.
    """
    if not record.rows and not record.images:
        return NO_ROWS
    wanted = min(math.ceil(job.window.min_images / blocks), job.baseline.images_per_day)
    if job.image_rules.loses_too_many(_lost(record), of=1):
        return TOO_MANY_LOST
    return TOO_FEW if record.features.images < max(wanted, FEWEST_IMAGES) else ""


def distance_of_blocks(number: int) -> timedelta:
    """Return how far the ends of so many blocks of rows lie apart at least.

    A day with many rows has many blocks, and blocks of one day do not show how days differ: they
    are spread over two weeks, or over as many days as there are blocks.
    """
    return min(_SPREAD_OVER / max(number, 1), timedelta(days=1))


def end_before(block: Block, distance: timedelta) -> datetime:
    """Return the moment before which the next older block of rows has to end."""
    return min(block.start, block.end - distance)


def chosen_by_rows(blocks: Iterable[Block], before: datetime, number: int) -> tuple[Block, ...]:
    """Return at most so many blocks that end before a moment and do not overlap, newest first.

    Windows of rows overlap as they come; each time the newest block is taken that ends where the
    one after it begins, or earlier, and far enough from its end (`distance_of_blocks`).
    """
    distance = distance_of_blocks(number)
    chosen: list[Block] = []
    edge = before
    for block in sorted(blocks, key=lambda one: (one.end, one.start), reverse=True):
        if len(chosen) == number:
            break
        if block.end <= edge:
            chosen.append(block)
            edge = end_before(block, distance)
    return tuple(chosen)


def since_the_first_rows(reasons: Sequence[str]) -> Sequence[str]:
    """Return the reasons of blocks, oldest first, without those before the first with rows.

    A log that begins two weeks ago keeps no day out by that.
    """
    first = next((at for at, reason in enumerate(reasons) if reason != NO_ROWS), len(reasons))
    return reasons[first:]


def counted_reasons(reasons: Sequence[str]) -> dict[str, int]:
    """Return how often each reason is given, without those that are empty, sorted."""
    return {reason: reasons.count(reason) for reason in sorted(set(reasons)) if reason}


def _lost(record: BlockRecord) -> Fraction:
    """Return what part of a block's images is lost: refused, or drawn and not measured."""
    named = record.images + record.refused
    if not named:
        return Fraction(0)
    unread = Fraction(record.logged - record.features.images, max(record.logged, 1))
    return (record.refused + record.images * unread) / Fraction(named)
