"""Which packed copies of small objects no later run will read."""

from __future__ import annotations

from drift.kept_copies import first_day_needed
from drift.pruning.plan import Kind, Removal
from drift.workplace import Workplace
from jobs.times.windows import TimeWindow
from reports.copies.names import COPIES_FOLDER, is_before, is_pack
from reports.history.history import HistoryRow


def unneeded_copies(place: Workplace, newest: HistoryRow) -> tuple[Removal, ...]:
    """Return the packs that can go: those of old days, or all where the job wants no copies.

    Parameters
    ----------
    newest
        The newest run.

    Raises
    ------
    InputError
        If the bucket cannot be listed.
    """
    folder = f"{place.prefix}/{COPIES_FOLDER}/"
    window = TimeWindow(start=newest.start, end=newest.end)
    needed_from = first_day_needed(place.job, window)
    packs = [
        (name, info)
        for info in place.bucket.list(folder)
        if is_pack(name := info.name.removeprefix(folder))
    ]
    return tuple(
        Removal(kind=Kind.COPIES, name=name, objects=(info,))
        for name, info in packs
        if place.copies is None or is_before(name, needed_from)
    )
