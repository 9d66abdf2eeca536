"""Which records may show what is normal, and which blocks of rows a window is held beside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction

from drift.days.blocks import Block, BlockRecord
from jobs.job_file.baseline_settings import FEWEST_IMAGES
from jobs.job_file.job import Job

NO_ROWS = "no rows in the log when it was measured"
TOO_FEW = "too few images"
TOO_MANY_LOST = "too many images lost"
UNREADABLE = "the record cannot be read"


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
    if job.images.loses_too_many(_lost(record), of=1):
        return TOO_MANY_LOST
    return TOO_FEW if record.features.images < max(wanted, FEWEST_IMAGES) else ""


def chosen_by_rows(blocks: Iterable[Block], before: datetime, number: int) -> tuple[Block, ...]:
    """Return at most so many blocks that end before a moment and do not overlap, newest first.

    Windows of rows overlap as they come; each time the newest block is taken that ends where the
    one after it begins, or earlier.
    """
    chosen: list[Block] = []
    edge = before
    for block in sorted(blocks, key=lambda one: (one.end, one.start), reverse=True):
        if len(chosen) == number:
            break
        if block.end <= edge:
            chosen.append(block)
            edge = block.start
    return tuple(chosen)


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
