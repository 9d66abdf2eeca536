"""What was measured of segments, as lines of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.detection_parts.intervals import clopper_pearson
from benchmarks.segments_parts.beside_reference import Found, Quiet

BAR = 0.9


def fault_table(found: Sequence[Found]) -> str:
    """Return how many windows showed each fault, by the part of the rate that segments have."""
    splits = sorted({one.split for one in found})
    head = ["fault", "windows", "segments untested"]
    head += [f"{split:.3g} to segments" for split in splits] + ["camera alone named"]
    lines = [_row(head), _row(["---"] * len(head))]
    for fault in dict.fromkeys(one.fault for one in found):
        own = [one for one in found if one.fault == fault]
        by_split = [[one for one in own if one.split == split] for split in splits]
        usual = _nearest_half(splits, by_split)
        untested = [one.untested for one in usual if one.untested is not None]
        cells = [fault, str(len(usual)), f"{sum(untested)} of {len(untested)}"]
        cells += [str(sum(one.seen for one in part)) for part in by_split]
        lines.append(_row([*cells, str(sum(one.named for one in usual))]))
    return "\n".join(lines)


def met_faults(found: Sequence[Found]) -> str:
    """Return in how many faults the bar is met, by split."""
    parts = []
    for split in sorted({one.split for one in found}):
        own = [one for one in found if one.split == split]
        names = dict.fromkeys(one.fault for one in own)
        met = [name for name in names if _rate([one for one in own if one.fault == name]) >= BAR]
        parts.append(f"{len(met)} of {len(names)} with {split:.3g} to segments")
    return f"Seen in at least {BAR:.0%} of the windows: {', '.join(parts)}."


def quiet_lines(quiet: Sequence[Quiet]) -> str:
    """Return the rates of false alarms with their exact 95 % intervals."""
    return "\n".join(
        _alarms(name, [getattr(one, name) for one in quiet]) for name in ("tested", "untested")
    )


def _alarms(name: str, alarms: Sequence[bool]) -> str:
    count, runs = sum(alarms), len(alarms)
    low, high = clopper_pearson(count, runs)
    return (
        f"False alarms with segments {name}: {count} of {runs:,} = {count / runs:.2%} "
        f"[{low:.2%}, {high:.2%}]"
    )


def _nearest_half(splits: Sequence[float], parts: Sequence[Sequence[Found]]) -> Sequence[Found]:
    at = min(range(len(splits)), key=lambda one: abs(splits[one] - 0.5))
    return parts[at]


def _rate(found: Sequence[Found]) -> float:
    return sum(one.seen for one in found) / len(found)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
