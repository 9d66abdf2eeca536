"""Checks the settings around a run: schedule, notifications, links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from drift.setup.check.result import Check, is_ok, look
from drift.workplace import Workplace
from jobs.running.scheduler import cron_trigger
from reports.pages.links import link_by_template


def check_settings(
    place: Workplace, environment: Mapping[str, str], now: datetime
) -> Iterator[Check]:
    """Yield a check for each of these settings that the job has.

    Parameters
    ----------
    environment
        The environment variables; the checks say whether one is set, never its value.
    """
    job = place.job
    if job.schedule.cron is not None:
        following = cron_trigger(job.schedule.cron, job.schedule.timezone).get_next_fire_time(
            None, now
        )
        when = "never" if following is None else f"{following:%Y-%m-%d %H:%M %Z}"
        yield is_ok("schedule", f"{job.schedule.cron}: next at {when}")
    variable = job.notifications.urls_from
    if environment.get(variable, "").strip():
        yield is_ok("notifications", f"{variable} is set")
    elif "notifications" in job.model_fields_set:
        yield look(
            "notifications", f"{variable} is not set here", "Nobody is told; set it where runs run."
        )
    else:
        yield is_ok("notifications", f"{variable} is not set: nobody is told")
    template = job.reports.link_template
    if template is not None:
        example = link_by_template(
            template, path=f"{place.prefix}/index.html", job=job.name, run_id="RUN"
        )
        yield is_ok("links", f"the index would be at {example}")
