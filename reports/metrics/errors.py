"""What goes wrong on the way of metrics to where they are kept."""

from __future__ import annotations

from jobs.errors import DriftError, ExitCode


class MetricsError(DriftError):
    """The metrics of a run could not be handed over; the message names the key of the job file."""

    exit_code = ExitCode.PUBLISH
