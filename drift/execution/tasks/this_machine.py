"""What this machine would measure, and what for: what all tasks have to be alike in."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version

from drift.execution.tasks.plan import PlanBasis
from drift.run_request import run_id
from drift.workplace import Workplace
from jobs.times.windows import WindowRequest
from reference_stats.features.registry import feature_set_id


def basis_of(place: Workplace, request: WindowRequest) -> PlanBasis:
    """Return what tasks of one execution have to be alike in."""
    job = place.job
    # How many are read at once is the affair of a machine; how many may be lost, of the run.
    ignored = {"fetch_workers", "decode_workers", "most_lost"}
    images = None if job.images is None else job.images.model_dump(mode="json", exclude=ignored)
    said = [images, job.predictions.path, job.predictions.model_dump(mode="json")["columns"]]
    return PlanBasis(
        program=version("image-drift"),
        job=job.name,
        run=run_id(job, request),
        features=feature_set_id(place.features),
        view=view_id(place),
        images=hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16],
    )


def view_id(place: Workplace) -> str:
    """Return the id of what the job's model sees; empty without one, and where it fails."""
    viewer = place.viewer
    return "" if viewer is None else viewer.definition.id
