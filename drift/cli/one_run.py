"""One run for the commands: progress on stderr, the result on stdout."""

from __future__ import annotations

import importlib
import os
import time

import click

from drift.cli.process import import_ahead
from drift.cli.progress import image_progress
from drift.pipeline import run_job
from drift.program_log.closing import tell_end
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from jobs.visible_text import visible
from reports.findings.run import RunFindings
from reports.words.of_quality.sentences import STATE_WORDS


def execute(job: Job, options: RunOptions) -> RunFindings:
    """Do one run and print its verdict, what labels say, and where the report is."""
    started = time.perf_counter()
    with image_progress() as progress:
        place = open_workplace(job, progress=progress, writes=not options.dry_run)
        if place.writes and job.evidently.report != "off":
            import_ahead(_import_evidently)
        findings = run_job(place, options)
    click.echo(f"{findings.verdict}: {visible(findings.summary)}")
    if findings.model_quality is not None:
        quality = findings.model_quality
        click.echo(f"model {STATE_WORDS[quality.state]}: {visible(quality.headline)}")
    report_url = None
    if options.dry_run:
        click.echo("nothing was written (--dry-run)")
    else:
        report_url = place.bucket.url_of(f"{place.prefix}/runs/{findings.run_id}/report.html")
        click.echo(f"report: {report_url}")
    tell_end(findings, seconds=time.perf_counter() - started, report_url=report_url)
    return findings


def _import_evidently() -> None:
    os.environ.setdefault("DO_NOT_TRACK", "1")
    importlib.import_module("drift.evidently.api")
