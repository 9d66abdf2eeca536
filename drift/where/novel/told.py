"""What a report says of the model's view beside its findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from drift.model_view.run_view import RunView
from drift.model_view.sides import ViewSides
from drift.observations.units import SideUnits
from drift.observations.window_images import WindowImages
from drift.where.novel.explained import explained_images
from drift.where.novel.groups import SeenUnits, novel_images
from jobs.job_file.job import Job
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.view_scores import NOVELTY
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.model_view import ModelView

_WITHOUT_GRADIENTS = "onnx"


def model_view_of(view: RunView, window: WindowImages, profile: ReferenceProfile) -> ModelView:
    """Return which model looked at how many images, and why it takes no part if it does not."""
    failed, of_reference = _failed_in_window(window), _failed_in_reference(view, profile)
    said = ModelView(
        model=view.model,
        images=0 if window.views is None else int(window.views.known.sum()),
        unknown=view.unknown,
        failed=len(failed),
        failed_in_reference=len(of_reference),
        failed_image=next(iter((*failed, *of_reference)), ""),
        problem=view.problem,
    )
    if view.scale is not None:
        said = replace(said, bank=len(view.scale.bank), held_out=len(view.scale.held_out))
    found = view.definition
    if found is None:
        return said
    return replace(
        said,
        kind=found.kind,
        digest=found.digest,
        view_id=found.id,
        runtime=found.runtime,
        found_layer=found.found_layer,
        is_output=found.is_output,
    )


def with_novel_images(
    said: ModelView,
    view: RunView,
    profile: ReferenceProfile,
    seen: SeenUnits,
    most_chance: float,
    *,
    has_drifted: bool,
) -> ModelView:
    """Return what is said of a model's view with the images that are new to it.

    Parameters
    ----------
    seen
        One image of each unit of the window.
    most_chance, has_drifted
        As for `novel_images`.
    """
    if view.scale is None or view.definition is None or profile.records is None:
        return said
    names = profile.records["image"].to_numpy(dtype=object)
    classes = view.definition.class_names
    found = novel_images(view.scale, names, seen, classes, most_chance, has_drifted=has_drifted)
    return replace(
        said,
        novel_images=found.images,
        novel_expected=found.expected,
        stands_out=found.stands_out,
        novel=found.groups,
    )


def without_counts(said: ModelView) -> ModelView:
    """Return the same without how many images are new, where the model may know the reference.

    Beside images that it knows by heart more are beyond 99 in 100 on any day.
    """
    return replace(said, novel_images=None, novel_expected=None)


def with_explained(
    said: ModelView,
    view: RunView,
    seen: SeenUnits,
    offenders: Iterable[str],
    job: Job,
) -> ModelView:
    """Return what is said of a model's view with the images that the page explains."""
    definition, scale = view.definition, view.scale
    if not job.reports.explanations or definition is None or scale is None or said.problem:
        return said
    why_not = _why_not(definition, job)
    if why_not:
        return replace(said, unexplained_because=why_not)
    most, names = job.reports.explanations, definition.class_names
    usual = float(np.nanmedian(scale.reference[NOVELTY.name].to_numpy(dtype=np.float64)))
    explained = explained_images(seen, said.novel, offenders, names, most, usual)
    return replace(said, explained=explained)


def seen_units(window: WindowImages, units: SideUnits, sides: ViewSides) -> SeenUnits:
    """Return one image of each unit of the window with what the model sees.

    Parameters
    ----------
    window
        One with views.
    """
    if window.views is None:
        raise ValueError("no model has looked at this window")
    first = pd.Index(units.first)
    places = window.features.index.get_indexer(first).astype(np.int64)
    return SeenUnits(
        names=window.rows["image"].loc[first].to_numpy(dtype=object),
        views=window.views.take(places),
        novelty=sides.current[NOVELTY.name].to_numpy(dtype=np.float64)[places],
    )


def _failed_in_window(window: WindowImages) -> list[str]:
    if window.views is None or not window.views.failed.any():
        return []
    rows = window.features.index[window.views.failed & window.names_image_first]
    return list(map(str, window.rows["image"].loc[rows]))


def _failed_in_reference(view: RunView, profile: ReferenceProfile) -> list[str]:
    if view.reference is None or profile.records is None:
        return []
    return list(map(str, profile.records["image"][view.reference.failed]))


def _why_not(definition: ViewDefinition, job: Job) -> str:
    if not definition.classes:
        return "The model has no classes to explain."
    if definition.kind == _WITHOUT_GRADIENTS:
        return "ONNX Runtime gives no gradients, by which images are explained."
    if not job.reports.thumbnails:
        return "reports.thumbnails is false, so that the page shows no pictures."
    return ""
