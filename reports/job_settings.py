"""By what one job is told from another in the bucket: its settings without its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """The settings that decide what a run says, whatever the job is called.

    Attributes
    ----------
    log
        The job file's `predictions.path`.
    reference
        A digest of ``[reference]``, as `ReferenceProfile.settings_digest`.
    digest
        A digest of all of them: log, images, window, reference, detection and segments.
    """

    log: str
    reference: str
    digest: str
