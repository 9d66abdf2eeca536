"""The words for normal days: how many are known, what the verdict rests on, an episode."""

from __future__ import annotations

from reference_stats.model_view.measures import measure_named
from reports.findings.answers import Verdict
from reports.findings.days import IN_AN_EPISODE, Baseline, Basis, Level, LevelColumn
from reports.findings.run import RunFindings, WindowSpan
from reports.words.numbers import counted, day, moment
from reports.words.segments import short_label
from reports.words.wording import days_words

_WAYS_NAMED = 3
_USUALLY = {"day": "on normal days", "hour": "in normal hours", "window": "in normal windows"}


def block_noun(unit: str) -> str:
    """Return what a block is called: ``day``, ``hour``, ``window``; ``block`` for rows."""
    return unit if unit in _USUALLY else "block"


def blocks_words(blocks: int, unit: str) -> str:
    """Return how many normal blocks there are: ``28 normal days``.

    >>> blocks_words(12, "500 rows")
    '12 normal blocks of 500 rows'
    """
    words = counted(blocks, f"normal {block_noun(unit)}")
    return words if unit in _USUALLY else f"{words} of {unit}"


def usually(unit: str) -> str:
    """Return when it is as usual, to follow a comparison: ``darker than`` ``on normal days``."""
    return _USUALLY.get(unit, "in normal blocks")


def progress_words(baseline: Baseline) -> str:
    """Return how far the learning is: ``day 3 of 7``, and for other blocks ``2 of 7 days``."""
    return progress(baseline.known_days, baseline.needed, baseline.unit)


def progress(days: int, needed: int, unit: str) -> str:
    """Return how far the learning is.

    Where blocks are days, the day that is learned next is named: ``day 3 of 7``. Of hours and
    blocks of rows a day has many: of how many days some are known, ``2 of 7 days``.
    """
    if unit == "day":
        return f"day {min(days + 1, needed)} of {needed}"
    return f"{days} of {needed} days"


def normal_days_words(days: int, unit: str, *, more: bool = False) -> str:
    """Return so many normal days, or more: ``3 normal days``, ``3 more days of normal hours``."""
    word = "more " if more else ""
    if unit == "day":
        return counted(days, f"{word}normal day")
    return f"{counted(days, f'{word}day')} of normal {block_noun(unit)}s"


def basis_words(findings: RunFindings) -> str:
    """Return what the window was compared with, to follow ``compared with``."""
    baseline = findings.baseline
    if findings.basis is Basis.DAYS and baseline is not None:
        first, last = baseline.first, baseline.last
        when = f" ({days_words(WindowSpan(start=first, end=last))})" if first and last else ""
        return f"{blocks_words(baseline.blocks, baseline.unit)}{when}"
    if findings.basis is Basis.DAYS:
        return "normal days"
    if baseline is not None and not baseline.blocks:
        return f"the reference, as no normal {block_noun(baseline.unit)} is known yet"
    return "the reference"


def since_words(findings: RunFindings) -> str:
    """Return since when windows are unusual, as a sentence; empty where it began with this one.

    It is empty as well where the headline says since when, and after a run that is no drift: an
    episode goes on after its last drift until normal days end it.
    """
    episode, baseline = findings.episode, findings.baseline
    if episode is None or episode.blocks < 2 or findings.onset is not None:
        return ""
    if findings.verdict is not Verdict.DRIFT:
        return ""
    unit = "day" if baseline is None else baseline.unit
    noun = block_noun(unit)
    since = day(episode.since) if noun == "day" else moment(episode.since)
    return f"It began on {since}: this is {noun} {episode.blocks}."


def baseline_words(baseline: Baseline, *, tells_episodes: bool = True) -> str:
    """Return which normal blocks are known, which do not teach and why, as a line.

    Parameters
    ----------
    tells_episodes
        Whether blocks may be called a part of an episode: where a run is no drift, its reader
        knows of none, and such blocks are called unlike normal ones.
    """
    words = [blocks_words(baseline.blocks, baseline.unit)]
    if baseline.is_learning:
        words.append(f"learning, {progress_words(baseline)}")
    noun = block_noun(baseline.unit)
    for reason, blocks in sorted(baseline.kept_out.items()):
        hides = reason == IN_AN_EPISODE and not tells_episodes
        why = f"unlike normal {noun}s" if hides else reason
        words.append(f"{counted(blocks, noun)} kept out ({why})")
    if baseline.not_made:
        words.append(f"{counted(baseline.not_made, noun)} more not measured yet")
    return "; ".join(words)


def level_is_told(findings: RunFindings) -> bool:
    """Return whether a page says how production differs from the reference for good.

    Where the window alone says it and was itself compared with the reference, the verdict of drift
    is the same difference: said again as a standing one it would contradict the alarm.
    """
    level = findings.level
    if level is None or not level.stands_out:
        return False
    is_drift = findings.verdict is Verdict.DRIFT and findings.basis is not Basis.DAYS
    return level.blocks > 0 or not is_drift


def level_in_words(level: Level, unit: str) -> str:
    """Return how production differs from the reference for good, without numbers, as a sentence.

    Parameters
    ----------
    unit
        What a block is, as of `Baseline`.
    """
    ways = list(dict.fromkeys(_way(one) for one in level.columns))
    who = f"Even {usually(unit)} images" if level.blocks else "These images"
    how = f": {', '.join(ways[:_WAYS_NAMED])}" if ways else ""
    return f"{who} are not like the reference{how}."


def _way(column: LevelColumn) -> str:
    up = column.difference > 0
    if column.label:
        return f"{'more' if up else 'less'} {short_label(column.label)}"
    measure = measure_named(column.name)
    look = "" if measure is None else (measure.rises if up else measure.falls)
    return look or f"{'higher' if up else 'lower'} {column.name}"
