"""One run as the commands do it: progress on stderr, the answer on stdout."""

from __future__ import annotations

import click

from drift.options import RunOptions
from drift.pipeline import run_job
from drift.progress import image_progress
from drift.stages import open_workplace
from jobs.job import Job
from reports.findings import RunFindings


def execute(job: Job, options: RunOptions) -> RunFindings:
    """Do one run and print its verdict, its summary and where the report is."""
    with image_progress() as progress:
        place = open_workplace(job, progress=progress, writes=not options.dry_run)
        findings = run_job(place, options)
    click.echo(f"{findings.verdict}: {findings.summary}")
    if options.dry_run:
        click.echo("nothing was written (--dry-run)")
    else:
        report = f"{place.prefix}/runs/{findings.run_id}/report.html"
        click.echo(f"report: {place.bucket.url_of(report)}")
    return findings
