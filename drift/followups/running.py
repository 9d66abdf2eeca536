"""Running the follow-ups: one that fails is named in the log and changes nothing else."""

from __future__ import annotations

import logging

from drift.followups.finished_run import FinishedRun
from drift.followups.registry import follow_ups
from jobs.errors import DriftError

logger = logging.getLogger(__name__)


def follow_up(run: FinishedRun) -> None:
    """Run all follow-ups that the job asks for; whatever goes wrong in one is logged."""
    for name, load in follow_ups(run.place.job).items():
        try:
            load()(run)
        except DriftError as error:
            logger.error("%s: %s The run itself is published.", name, error.message)  # noqa: TRY400
        except Exception:
            # Foreign clients raise what they like, and the run is published and must stay done.
            logger.exception("%s failed; the run itself is published", name)
