"""Says what a usual run and the first one cost, from some images that are measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from drift.setup.check.execution.measured import cost_of_images
from drift.setup.check.execution.night import ImageCost, RunCost, run_cost
from drift.setup.check.execution.words import in_core_time, in_hours, in_milliseconds, in_size
from drift.setup.check.images import CheckedImages
from drift.setup.check.normal_days import days_to_measure
from drift.setup.check.reference_sources import CheckedReference
from drift.setup.check.result import Check, is_ok, look
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.times.windows import TimeWindow, WindowRequest
from reference_stats.extraction.workers import available_cores
from reports.words.numbers import counted

_DAY = timedelta(days=1)
# A window that should last a day may be short of it by an hour, when clocks change.
_NEARLY_A_DAY = timedelta(hours=22)
# Longer than this on one machine, and several are worth a thought.
_LONG_HOURS = 1.0
_SEVERAL = (
    "Several machines can share the images: see [execution] and docs/many-machines.md. Packed "
    "images, or a window of fewer rows, cost less."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSize:
    """What decides how much a run reads.

    Attributes
    ----------
    request, window
        What the window was asked to be, and is.
    images
        The images of the window that were tried.
    reference
        What was found of the reference.
    """

    request: WindowRequest
    window: TimeWindow
    images: CheckedImages
    reference: CheckedReference

    @property
    def is_of_days(self) -> bool:
        """Whether the window is a stretch of a day or more, for which one run a day will do."""
        return self.request.rows is None and self.window.end - self.window.start >= _NEARLY_A_DAY

    @property
    def new_images(self) -> int:
        """How many images a usual run has to read: of a window of several days those of one.

        All of a window that is no longer than a day, or that is so many rows.
        """
        days = round((self.window.end - self.window.start) / _DAY) if self.is_of_days else 1
        return -(-self.images.images // max(1, days))

    def first_images(self, place: Workplace) -> int:
        """Return how many images the next run has to read, where no run has read any of them."""
        pinned = self.reference.profile
        reads_reference = pinned is None and place.job.reference.kinds[0] != "features"
        known = None if pinned is None else pinned.id
        days = days_to_measure(place, self.request, self.window, self.images, known)
        return (
            self.images.images
            + (self.reference.images or 0 if reads_reference else 0)
            + (days.images if place.job.baseline.days else 0)
        )


def check_night(place: Workplace, size: RunSize, *, view_s: float) -> Iterator[Check]:
    """Say what a usual run and the next one cost; nothing in a job without images.

    Parameters
    ----------
    view_s
        How long the model looks at an image, on all cores; 0 without a model.
    """
    if not place.job.has_images:
        return
    cores = place.job.image_rules.decode_workers or available_cores()
    each = cost_of_images(place, size.images, view_s * cores)
    if each is None:
        return
    try:
        first = size.first_images(place)
    except DriftError:
        # The check of normal days has said it.
        return
    usual = run_cost(size.new_images, size.images.images, each)
    yield _said(place, size, each, (usual, run_cost(first, size.images.images, each)))


def _said(place: Workplace, size: RunSize, each: ImageCost, runs: tuple[RunCost, RunCost]) -> Check:
    usual, first = runs
    thing = "a night" if size.is_of_days else "a run"
    is_far = any(place.open_bucket(url).is_far for url in _urls(size.images))
    found = f"about {_in_words(usual, is_far=is_far)}, for {counted(usual.images, 'new image')}"
    if first.images > usual.images:
        more = f"{_in_words(first, is_far=is_far)}, for {first.images:,}"
        found += f"; the first one at most {more}"
    basis = f"an estimate from {counted(each.tried, 'image')} measured on this machine"
    found += f" ({basis}: {in_milliseconds(each.cpu_s + each.view_s)} of a core each)"
    cores = place.job.image_rules.decode_workers or available_cores()
    hours = usual.hours(cores, place.job.image_rules.fetch_workers)
    if place.job.execution.engine != "local" or hours <= _LONG_HOURS:
        return is_ok(thing, found)
    there = f"on this machine with {counted(cores, 'core')} it takes about {in_hours(hours)}"
    return look(thing, f"{found}; {there}", _SEVERAL)


def _in_words(run: RunCost, *, is_far: bool) -> str:
    asked = counted(run.requests, "request" if is_far else "file")
    return f"{in_core_time(run.cpu_s)}, {asked} and {in_size(run.size_bytes)}"


def _urls(images: CheckedImages) -> set[str]:
    return {one.bucket_url for one in images.readable}
