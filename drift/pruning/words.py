"""What ``drift prune`` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from drift.pruning.keep import Keep
from drift.pruning.plan import Kind, Plan, Removal
from drift.run_request import as_text
from jobs.buckets.bucket import ObjectInfo
from jobs.visible_text import visible
from reports.words.numbers import counted

_NAMED = 10
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def told(job: str, plan: Plan, keep: Keep, *, verbose: bool) -> str:
    """Return what a pruning would keep and delete, a line each.

    Parameters
    ----------
    verbose
        Whether to name every object.
    """
    lines = [_kept(job, plan, keep)]
    if plan.removals:
        lines += ["To delete:", *_table(plan)]
        if verbose:
            lines += [f"    {visible(info.name)}" for info in plan.objects]
    else:
        lines.append("Nothing to delete.")
    if plan.changes_pruned:
        reports = counted(len(plan.pruned), "run")
        lines.append(f"The index keeps the lines of {reports} whose reports are gone.")
    lines += _unknown(plan.unknown, verbose=verbose)
    lines += [visible(note) for note in plan.notes]
    return "\n".join(lines)


def done(plan: Plan) -> str:
    """Return what was done, as a sentence."""
    return f"Deleted {_amount(plan.objects)}." if plan.removals else "Wrote the index anew."


def not_done(plan: Plan) -> str:
    """Return how to do what was only told; empty where there is nothing to do."""
    if plan.removals:
        return "Nothing was deleted. To delete it, say --yes as well."
    return "" if plan.is_empty else "Nothing was written. To write the index, say --yes as well."


def size_words(size_bytes: int) -> str:
    """Return a size with three digits and a decimal unit: ``812 bytes``, ``1.46 GB``."""
    size, unit = float(size_bytes), 0
    while size >= 999.5 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    number = f"{size:.0f}" if unit == 0 or size >= 99.95 else f"{size:.3g}"
    return f"{number} {_UNITS[unit]}"


def _kept(job: str, plan: Plan, keep: Keep) -> str:
    kept = plan.kept
    accepted = kept.accepted - kept.asked
    shown = kept.shown - kept.asked - accepted
    also = []
    if accepted:
        also.append(f"{len(accepted):,} accepted as normal")
    if shown:
        also.append("what latest.json shows" if len(shown) == 1 else f"{len(shown)} newest")
    besides = f", and besides {' and '.join(also)}" if also else ""
    return (
        f"{job} has {counted(plan.runs, 'run')} and keeps the reports of {keep.words} "
        f"({len(kept.asked):,}){besides}."
    )


def _table(plan: Plan) -> Iterator[str]:
    for kind in Kind:
        removals = [one for one in plan.removals if one.kind is kind]
        if removals:
            objects = [info for one in removals for info in one.objects]
            span = _span(removals)
            yield f"  {counted(len(removals), kind.value)}{span}: {_amount(objects)}"
    yield f"  in all: {_amount(plan.objects)}"


def _span(removals: Sequence[Removal]) -> str:
    ends = [one.end for one in removals if one.end is not None]
    if not ends:
        return ""
    first, last = as_text(min(ends)), as_text(max(ends))
    return f", window end {first}" if first == last else f", window ends {first} to {last}"


def _amount(objects: Iterable[ObjectInfo]) -> str:
    sizes = [info.size_bytes for info in objects]
    return f"{counted(len(sizes), 'object')}, {size_words(sum(sizes))}"


def _unknown(unknown: Sequence[ObjectInfo], *, verbose: bool) -> Iterator[str]:
    if not unknown:
        return
    shown = unknown if verbose else unknown[:_NAMED]
    more = len(unknown) - len(shown)
    yield f"Left, because drift does not know what it is: {_amount(unknown)}:"
    for info in shown:
        yield f"    {visible(info.name)}"
    if more:
        yield f"    and {more:,} more (--verbose names all)"
