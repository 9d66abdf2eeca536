"""Opens the model of a job, says how it looks at images, and what a first run takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from drift.observations.window_images import WindowImages
from drift.run_model.run_model import RunModel
from drift.setup.check.images import CheckedImages
from drift.setup.check.model_answers import check_answers
from drift.setup.check.normal_days import in_minutes
from drift.setup.check.result import Check, fails, is_ok, look
from jobs.errors import ModelError
from jobs.job_file.job import Job
from jobs.times.windows import TimeWindow
from reference_stats.model_view.definition import Preprocessing, ViewDefinition
from reference_stats.model_view.runtimes.batches import images_at_once
from reference_stats.model_view.viewer import Pictures, Viewer
from reference_stats.model_view.views import MEND_NUMBERS
from reports.words.numbers import counted

_THING = "model"
_FEW_S = 10
_OUTPUT_ONLY = (
    "New subjects are told less well by a few outputs than by the layer before them. Name that "
    "layer in model.layer, or export the model as a program or ONNX, which show their layers."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedForCheck:
    """A model that was opened and has looked at pictures, or why not.

    Attributes
    ----------
    definition
        What its views depend on; None where it could not be opened.
    seconds_an_image
        How long it looks at one, in batches.
    problem
        Why it cannot be used.
    """

    definition: ViewDefinition | None = None
    seconds_an_image: float = 0.0
    problem: ModelError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRun:
    """What a first run would look at.

    Attributes
    ----------
    reference
        How many images the reference has; None where that is not known.
    images_a_day
        How many images a normal day has, at most those that a run takes of one.
    tried
        Images of the window that the model has looked at; None where there are none.
    """

    reference: int | None = None
    images_a_day: int = 0
    tried: WindowImages | None = None


def first_run(
    job: Job, reference: int | None, window: TimeWindow, images: CheckedImages
) -> FirstRun:
    """Return what a first run would look at, beside what of the window was tried."""
    days = max(1, round((window.end - window.start) / timedelta(days=1)))
    return FirstRun(
        reference=reference,
        images_a_day=min(job.baseline.images_per_day, round(images.images / days)),
        tried=images.window,
    )


def opened_for_check(model: RunModel) -> OpenedForCheck:
    """Open a run's model in its own process and let it look at pictures of noise.

    Nothing but time is measured on them: it does not depend on what they show.
    """
    viewer = model.viewer
    if viewer is None:
        return OpenedForCheck(problem=model.failure)
    try:
        seconds = _seconds_an_image(viewer)
    except ModelError as error:
        return OpenedForCheck(problem=error)
    return OpenedForCheck(definition=viewer.definition, seconds_an_image=seconds)


def _seconds_an_image(viewer: Viewer) -> float:
    pictures = _noise(viewer.definition.preprocessing)
    # The first batch opens the model and lets its libraries choose how they compute.
    viewer.look(pictures)
    started = time.perf_counter()
    viewer.look(pictures)
    return (time.perf_counter() - started) / len(pictures)


def _noise(shape: Preprocessing) -> Pictures:
    sides = (images_at_once(shape, "cpu"), shape.height, shape.width, shape.channels)
    return np.random.default_rng(0).integers(0, 256, sides, dtype=np.uint8)


def check_model(job: Job, opened: OpenedForCheck, first: FirstRun) -> Iterator[Check]:
    """Say how a model looks at images, and how long a first run looks with it."""
    if opened.problem is not None:
        found = opened.problem.message
        yield fails(_THING, found, "Until then runs go on without the model's view.")
        return
    definition = opened.definition
    if definition is None or job.model is None:
        return
    found = f"{described(definition, opened.seconds_an_image)}{_cost(job, opened, first)}"
    if definition.is_output:
        yield look(_THING, found, _OUTPUT_ONLY)
    else:
        yield is_ok(_THING, found)
    if first.tried is not None:
        yield from _on_images(first.tried)
        yield from check_answers(first.tried, definition)


def _on_images(tried: WindowImages) -> Iterator[Check]:
    """Say on how many of the images tried the model failed."""
    views = tried.views
    if views is None or not views.failed.any():
        return
    place = tried.features.index[views.failed][0]
    found = (
        f"it makes no finite numbers of {counted(int(views.failed.sum()), 'image')} of "
        f"{len(views):,} tried, such as {tried.rows['image'].loc[place]}, or fails on them"
    )
    if views.fails_often:
        yield fails(_THING, found, "Runs give it up. " + MEND_NUMBERS)
    else:
        yield look(_THING, found, "These images have no view. Look at what they show.")


def described(definition: ViewDefinition, seconds_an_image: float) -> str:
    """Return the model, the layer that it embeds by, its classes and its speed."""
    how = definition.preprocessing
    classes = (
        counted(definition.classes, "class", "classes") if definition.classes else "no classes"
    )
    colour = "grey" if how.channels == 1 else "colour"
    return (
        f"{definition.model}, embeds by {definition.found_layer} ({definition.width:,} numbers), "
        f"{classes}, {how.height} x {how.width} {colour}, {_milliseconds(seconds_an_image)} an "
        f"image ({definition.runtime})"
    )


def _milliseconds(seconds: float) -> str:
    value = 1000 * seconds
    return f"{value:.2f} ms" if value < 1 else f"{value:.3g} ms"


def _cost(job: Job, opened: OpenedForCheck, first: FirstRun) -> str:
    """Return how long the model itself looks at the reference and at the normal days."""
    reference, days = first.reference, job.baseline.days
    if not reference:
        return ""
    images = reference + days * first.images_a_day
    beside = f" and up to {counted(days, 'day')}" if days else ""
    return (
        f"; a first run over {counted(reference, 'reference image')}{beside} takes "
        f"{_duration(images * opened.seconds_an_image)} more"
    )


def _duration(seconds: float) -> str:
    return "a few seconds" if seconds < _FEW_S else f"about {in_minutes(seconds / 60)}"
