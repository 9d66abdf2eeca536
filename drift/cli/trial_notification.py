"""``drift notify --test``: sends a message to every URL and tells which arrived."""

from __future__ import annotations

import io
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from drift.followups.notify import describe_failures, link_to, urls_of
from drift.workplace import Workplace
from jobs.errors import PublishError, UsageError
from reports.publishing.index import INDEX_NAME
from reports.telling.apprise_sender import Delivery, send
from reports.telling.message import trial_message


def send_test(place: Workplace) -> str:
    """Send a test message to all URLs of a job and return a table of the results.

    Raises
    ------
    UsageError
        If there is no URL.
    PublishError
        If a URL failed; the table is printed before.
    """
    settings = place.job.notifications
    urls = urls_of(settings)
    if not urls:
        raise UsageError(
            f"The environment variable {settings.urls_from} is not set or empty: nobody is told. "
            "Expected Apprise URLs, separated by white space; see docs/notifications.md."
        )
    message = trial_message(
        place.job.name,
        link=link_to(place, f"{place.prefix}/{INDEX_NAME}"),
        with_picture=place.job.reports.thumbnails,
    )
    deliveries = send(urls, message)
    failed = [one for one in deliveries if not one.delivered]
    if failed:
        click.echo(_table(deliveries))
        raise PublishError(describe_failures(failed, settings))
    return _table(deliveries)


def _table(deliveries: Sequence[Delivery]) -> str:
    table = Table()
    for heading in ("URL", "service", "", "seconds"):
        table.add_column(heading, justify="right" if heading in {"URL", "seconds"} else "left")
    for one in deliveries:
        said = "arrived" if one.delivered else one.problem
        table.add_row(str(one.position), one.service, said, f"{one.seconds:.1f}")
    buffer = io.StringIO()
    Console(file=buffer, width=110, color_system=None).print(table)
    return buffer.getvalue().rstrip()
