"""The words for where and when a drift is found: its segments, and the time it began."""

from __future__ import annotations

from datetime import datetime

from reports.findings.answers import State
from reports.findings.effect_sizes import LARGEST_EFFECT
from reports.findings.places import Onset, Segment, SegmentScan
from reports.findings.run import RunFindings
from reports.history.history import parse_time
from reports.words.numbers import SIGMA, WEEKDAYS, counted, listed, moment, p_words
from reports.words.segments import name_in_words

_STEPS = "steps of the resolution"
_TIMES = ("hour", "day")
# What moved by less than this share of a part's own movement is said to have hardly moved.
_HARDLY = 0.1
_SHARES_IN_WORDS = ((0.995, "all"), (0.9, "nearly all"), (0.6, "mostly"))


def where_clause(segments: tuple[Segment, ...], onset: Onset | None) -> str:
    """Return where and since when, in a few words to follow a comma; empty if neither is known.

    An example is ``since Tuesday 17 Nov 14:00 UTC, nearly all from model_version 7``. Only the
    first segment is named.
    """
    first = next((segment for segment in segments if not segment.echo_of), None)
    part = "" if first is None else _part(first)
    since = "" if onset is None else f"since {_spoken(onset.since)}"
    order = (part, since) if onset is not None and onset.within else (since, part)
    return ", ".join(words for words in order if words)


def segment_name(segment: Segment) -> str:
    """Return a segment in words: ``model_version 7``, ``the hour from 17 Nov 2026, 14:00 UTC``."""
    if segment.column in _TIMES and _time(segment.value) is not None:
        start = moment(segment.value)
        if segment.column == "day":
            return f"the day {start.partition(',')[0]} (UTC)"
        return f"the hour from {start}"
    return name_in_words(segment.column, segment.value)


def distance_unit(findings: RunFindings) -> str:
    """Return the unit of the distances of a run's segments and of its onset.

    The unit is sigma. If all image features that drifted are constant in the reference, there is no
    standard deviation, and the unit is a step of the resolution.
    """
    of_images = (*findings.features, *findings.view)
    drifted = [column for column in of_images if column.state is State.DRIFT]
    only_constants = bool(drifted) and all(one.constant is not None for one in drifted)
    return _STEPS if only_constants else SIGMA


def segment_words(segment: Segment, unit: str = SIGMA) -> str:
    """Return the page's words about a segment, without its name; `unit` is a `distance_unit`."""
    window = round(segment.images / segment.share_of_images) if segment.share_of_images > 0 else 0
    moved, others = segment.effect, segment.rest_effect
    hardly = abs(others) < _HARDLY * abs(moved)
    return (
        f"{segment.images:,} of {counted(window, 'image')} with "
        f"{share_words(segment.share_of_shift)} of the shift; all other images "
        f"{'hardly moved' if hardly else 'moved less'} ({_distance(moved, unit)} against "
        f"{_distance(others, unit)}, p {p_words(segment.adjusted_p_value)})"
    )


def brackets_words(unit: str = SIGMA) -> str:
    """Return what the figures in brackets are, for a reader who does not know the signs."""
    far = f"how far the images moved, in {unit}"
    if unit == SIGMA:
        far = f"{far}, the standard deviation of the reference's images"
    return f"In brackets: {far}; p, how often chance alone does as much."


def echo_words(segment: Segment, others: tuple[Segment, ...]) -> str:
    """Return why a segment is named although it does not stand out by itself; empty for others."""
    leader = next((one for one in others if _key(one) == segment.echo_of), None)
    if leader is None:
        return ""
    if (segment.images, segment.effect) == (leader.images, leader.effect):
        return f"the same images as {segment_name(leader)}"
    return f"only because of {segment_name(leader)}: without those images it does not stand out"


def onset_words(onset: Onset, unit: str = SIGMA, yardstick: str = "the reference") -> str:
    """Return the sentence about the time at which the images began to differ.

    Parameters
    ----------
    yardstick
        From what they differ.
    """
    whose = f"of {onset.within.replace(': ', ' ', 1)} " if onset.within else ""
    return (
        f"Since {moment(onset.since)} the images {whose}differ from {yardstick} "
        f"({_distance(onset.effect_after, unit)}, before that "
        f"{_distance(onset.effect_before, unit)}, p {p_words(onset.adjusted_p_value)})."
    )


def even_words(findings: RunFindings) -> str:
    """Return the sentence for a change that is found everywhere; empty if it is in a segment."""
    scan, tests = findings.segment_scan, findings.segment_tests
    if tests is not None and tests.drifted:
        return ""
    if scan is None or findings.segments or findings.onset is not None or not scan.columns:
        return ""
    names = [f"{name}s" if name in _TIMES else name for name in scan.columns]
    return f"The change is spread evenly over {listed(names)}: nothing stands out."


def passed_over_words(scan: SegmentScan) -> str:
    """Return how many segments were compared, and how many were too small, in words."""
    looked = f"{counted(scan.segments, 'part')} of the window {_were(scan.segments)} looked at"
    if not scan.passed_over:
        return f"{looked}."
    return (
        f"{looked}; {scan.passed_over:,} more {_were(scan.passed_over)} passed over, having too "
        "few independent images."
    )


def share_words(share: float) -> str:
    """Return a share of the shift in per cent, or ``all``.

    Other segments that moved the other way can make it more than the whole shift.
    """
    return "all" if share >= 0.995 else f"{100 * share:.0f} %"


def _how_much(share: float) -> str:
    """Return a segment's part of the shift, in the words of a sentence."""
    for least, words in _SHARES_IN_WORDS:
        if share >= least:
            return words
    return f"{share_words(share)} of it"


def _part(segment: Segment) -> str:
    share = _how_much(segment.share_of_shift)
    start = _time(segment.value) if segment.column in _TIMES else None
    if start is None:
        return f"{share} from {name_in_words(segment.column, segment.value)}"
    if segment.column == "day":
        return f"{share} on {_date(start)}"
    return f"{share} in the hour from {_spoken(segment.value)}"


def _spoken(text: str) -> str:
    start = _time(text)
    return text if start is None else f"{_date(start)} {start:%H:%M} UTC"


def _date(time: datetime) -> str:
    day, month, _ = moment(time.isoformat()).partition(",")[0].split()
    return f"{WEEKDAYS[time.weekday()]} {day} {month}"


def _time(text: str) -> datetime | None:
    try:
        return parse_time(text)
    except ValueError:
        return None


def _distance(effect: float, unit: str) -> str:
    if abs(effect) >= LARGEST_EFFECT:
        return f"more than {LARGEST_EFFECT:.0f}\N{NO-BREAK SPACE}{unit}"
    number = f"{effect:.2f}".replace("-", "\N{MINUS SIGN}")
    return f"{number}\N{NO-BREAK SPACE}{unit}"


def _key(segment: Segment) -> str:
    return f"{segment.column}: {segment.value}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
