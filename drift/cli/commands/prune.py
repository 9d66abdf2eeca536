"""``drift prune``: delete the reports of old runs, and what nobody needs any more."""

from __future__ import annotations

from pathlib import Path

import click

from drift.cli.commands.parameters import job_file, read_job


@click.command("prune")
@job_file
@click.option(
    "--keep-runs", type=click.IntRange(min=1), help="Keep the reports of so many newest runs."
)
@click.option(
    "--keep-days",
    type=click.IntRange(min=1, max=36_525),
    help="Keep those whose window ended in so many days.",
)
@click.option("--yes", is_flag=True, help="Delete; without it nothing is.")
@click.option("--verbose", is_flag=True, help="Name every object.")
def command(
    job_file: Path, keep_runs: int | None, keep_days: int | None, yes: bool, verbose: bool
) -> None:
    """Delete the reports of old runs of JOB.toml; without --yes only tell what would be deleted.

    Takes one of --keep-runs and --keep-days. The newest run, the one that latest.json shows,
    accepted runs and the history stay in any case. Profiles that no run which stays was compared
    with go too, and so do feature caches that no job uses.
    """
    if (keep_runs is None) == (keep_days is None):
        raise click.UsageError("expected one of --keep-runs N and --keep-days N.")
    job = read_job(job_file)
    from drift.pruning.deletion import prune  # noqa: PLC0415 - heavy imports after all faults
    from drift.pruning.keep import Keep  # noqa: PLC0415
    from drift.pruning.survey import require_runs, survey  # noqa: PLC0415
    from drift.pruning.words import done, not_done, told  # noqa: PLC0415
    from drift.workplace import only_run, open_workplace  # noqa: PLC0415

    place = open_workplace(job, writes=yes)
    keep = Keep(runs=keep_runs, days=keep_days)
    require_runs(place)
    # Looked at under the lock, so that what is told is what is deleted.
    with only_run(place) as still_allowed:
        found = survey(place, keep)
        click.echo(told(job.name, found.plan, keep, verbose=verbose))
        if yes and not found.plan.is_empty:
            prune(place, found, still_allowed)
            click.echo(done(found.plan))
    if not yes and not found.plan.is_empty:
        click.echo(not_done(found.plan))
