"""From the model of a run to what it sees in the reference, beside the window's images."""

from __future__ import annotations

import logging
from dataclasses import replace

from drift.model_view.pinned_views import pinned_views
from drift.model_view.run_view import RunView
from drift.observations.window_images import WindowImages
from drift.workplace import Workplace
from jobs.errors import ModelError
from reference_stats.profiles.profile import ReferenceProfile
from reports.conditional_writes import StillAllowed

logger = logging.getLogger(__name__)


def view_of_run(
    place: Workplace, profile: ReferenceProfile, window: WindowImages, still_allowed: StillAllowed
) -> RunView | None:
    """Return the run's model beside its reference, or why it takes no part.

    None where the job names no model. Whatever fails, the run goes on.

    Parameters
    ----------
    window
        With what the model saw in its images.
    still_allowed
        Raises where the lock was lost; nothing is written then.
    """
    model = place.model
    if model is None:
        return None
    if model.viewer is None or window.views is None:
        return RunView(model=model.model, problem=_failure(model.failure))
    return view_of_reference(place, profile, still_allowed)


def view_of_reference(
    place: Workplace, profile: ReferenceProfile, still_allowed: StillAllowed
) -> RunView | None:
    """Return the job's model beside its reference, whatever it saw in a window; as `view_of_run`.

    Parameters
    ----------
    still_allowed
        Raises where the lock was lost; nothing is written then.
    """
    model = place.model
    if model is None:
        return None
    viewer, found = model.viewer, RunView(model=model.model)
    if viewer is None:
        return replace(found, problem=_failure(model.failure))
    definition = viewer.definition
    found = replace(found, definition=definition)
    try:
        views = pinned_views(place, model, profile, definition, still_allowed)
    except ModelError as error:
        if model.failure is None:
            logger.warning("the model takes no part in this run: %s", error)
        return replace(found, problem=_failure(error))
    seen = replace(found, reference=views).beside(profile, place.job.detection.burst)
    if seen.problem:
        logger.warning("the model takes no part in this run: %s", seen.problem)
    return seen


def _failure(error: ModelError | None) -> str:
    return "It has not looked at the window's images." if error is None else str(error)
