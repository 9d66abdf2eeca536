"""From a bucket to a proposal: everything ``drift init`` reads, in the order in which it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import numpy as np

from drift.setup.candidates import Candidate, Candidates, find_candidates
from drift.setup.column_values import column_values
from drift.setup.doubts.context import DoubtContext
from drift.setup.doubts.registry import doubts_of
from drift.setup.examine_reference import as_they_count, examine_reference
from drift.setup.find_log import too_wide
from drift.setup.image_sets import find_images, folders_of
from drift.setup.image_times import times_with_images
from drift.setup.judged import JudgedLog
from drift.setup.locate_images import locate_images
from drift.setup.log_times import LogTimes
from drift.setup.nothing_found import (
    NothingFoundError,
    describe_seen,
    no_images,
    no_log,
)
from drift.setup.proposal import LogChoice, Proposal
from drift.setup.propose_reference import (
    ReferenceGuess,
    propose_references,
    small_references,
)
from drift.setup.propose_window import (
    ReferenceStretch,
    WindowGuess,
    enough_images,
    propose_stretch,
    propose_window,
)
from drift.setup.reused_names import ReusedNames, reused_names
from drift.setup.survey import Survey, survey
from drift.setup.time_columns import clock_columns, other_time_columns
from drift.setup.try_templates import Shelf, TriedTemplate, try_template
from drift.setup.words import REFERENCE_WORDS, has_word
from jobs.buckets.bucket import Bucket
from jobs.job import DetectionSettings, WindowSettings
from jobs.predictions.object_names import format_of

_LOGS_TRIED = 6
_DETECTION = DetectionSettings()
_MIN_IMAGES = WindowSettings.model_fields["min_images"].default
# A full share of images found weighs as much as this many points of names and content.
_WORTH_OF_IMAGES = 8.0
# So many different objects per row are each row's own.
_OWN_IMAGES = 0.5


def propose(
    bucket: Bucket, *, open_bucket: Callable[[str], Bucket], name: str, url: str, now: datetime
) -> Proposal:
    """Return a job for a bucket; nothing in it is written.

    Parameters
    ----------
    bucket, open_bucket
        The bucket, and what opens others that the log's URIs lead to.
    name, url
        `name` and `bucket.url` of the job file.
    now
        The time now, in UTC.

    Raises
    ------
    NothingFoundError
        If there is no log, or none of its rows leads to an image.
    """
    seen = survey(bucket)
    images = find_images(bucket, seen.objects)
    candidates = find_candidates(bucket, seen.objects)
    if not candidates.logs:
        raise NothingFoundError(no_log(bucket.url, seen, candidates))
    shelf = Shelf(
        bucket=bucket,
        open_bucket=cache(open_bucket),
        names=frozenset(seen.names),
        is_complete=seen.is_complete,
    )
    judged = _judge(candidates, images, shelf)
    chosen = judged[0]
    if chosen.located.best is None:
        raise NothingFoundError(no_images(bucket.url, seen, images, judged))
    template = _on_all_rows(chosen, shelf)
    times = _times_of(chosen.candidate, template, shelf)
    references = _references(seen, images, candidates, template, chosen)
    small = [] if references else small_references(folders_of(images, template.found))
    references = references or _small_before_stretch(small, times)
    examined = examine_reference(
        bucket, next(iter(references), None), seen.objects, images, template.found
    )
    sides = _sides(as_they_count(references, examined), times, now)
    draft = Proposal(
        name=name,
        url=url,
        seen=describe_seen(seen),
        log=_log_choice(chosen, judged),
        columns=chosen.candidate.guesses,
        template=template,
        window=sides.window,
        reference=references[0] if references else None,
        stretch=sides.stretch,
        reference_log=_reference_log(chosen.candidate, candidates, references),
        names_used=_names_used(chosen.candidate, template, shelf),
    )
    context = DoubtContext(
        located=chosen.located,
        references=references,
        taken_in_too=too_wide(chosen.candidate.family, seen.names),
        newest=times.newest,
        now=now,
        sample_notes=chosen.candidate.sample.notes,
        names=seen.names,
        images_since=times.images_since,
        time_columns=other_time_columns(chosen.candidate.values, chosen.candidate.guesses),
        clock_columns=clock_columns(chosen.candidate.values),
        examined=examined,
        small_references=small,
    )
    return replace(draft, doubts=tuple(doubts_of(draft, context)))


def _judge(candidates: Candidates, images: Sequence[str], shelf: Shelf) -> list[JudgedLog]:
    tried = candidates.logs[:_LOGS_TRIED]
    newest = max(_newest(one) for one in tried)
    judged = [
        JudgedLog(
            candidate=one,
            located=locate_images(one, images, shelf),
            is_newest=_newest(one) >= newest,
        )
        for one in tried
    ]
    return sorted(judged, key=lambda one: (-one.points(), one.candidate.family.path))


def _newest(candidate: Candidate) -> int:
    moments = _moments(candidate)
    return int(moments[-1]) if len(moments) else -1


def _moments(candidate: Candidate) -> np.ndarray:
    moments = _moments_by_row(candidate)
    return np.sort(moments[moments > 0])


def _moments_by_row(candidate: Candidate) -> np.ndarray:
    guess = candidate.guesses.time
    if guess is None:
        return np.empty(0, np.int64)
    values = column_values(candidate.sample.table[[guess.column]], most=len(candidate.sample.table))
    return values[guess.column].times(candidate.guesses.day_first).moments


def _times_of(candidate: Candidate, template: TriedTemplate, shelf: Shelf) -> LogTimes:
    sample = candidate.sample
    times = LogTimes(
        moments=_moments(candidate).tolist(),
        rows=sample.rows_in_all,
        share_found=template.share,
        is_complete=sample.is_complete,
        distinct=template.distinct,
    )
    moments = _moments_by_row(candidate)
    day_first = candidate.guesses.day_first
    return times_with_images(times, sample.table, moments, template, shelf, day_first)


def _names_used(candidate: Candidate, template: TriedTemplate, shelf: Shelf) -> ReusedNames:
    table, moments = candidate.sample.table, _moments_by_row(candidate)
    day_first = candidate.guesses.day_first
    return reused_names(table, moments, template, shelf.bucket.url, day_first)


def _on_all_rows(chosen: JudgedLog, shelf: Shelf) -> TriedTemplate:
    """Try the best template on every sampled row, to know which images the log names."""
    best = chosen.located.tried[0]
    if not shelf.is_complete or best.allowed_prefixes:
        return best
    table = chosen.candidate.sample.table
    return try_template(best.path, table, shelf, chosen.candidate.guesses.day_first)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    window: WindowGuess
    stretch: ReferenceStretch | None


def _references(
    seen: Survey,
    images: Sequence[str],
    candidates: Candidates,
    template: TriedTemplate,
    chosen: JudgedLog,
) -> list[ReferenceGuess]:
    own = {info.name for info in chosen.candidate.family.members}
    return propose_references(
        folders_of(images, template.found),
        {name: table for name, table in candidates.tables.items() if name not in own},
        seen.objects,
        _live_folders(template),
        copies=[one.found for one in chosen.located.tried if one.distinct >= _OWN_IMAGES],
    )


def _small_before_stretch(small: Sequence[ReferenceGuess], times: LogTimes) -> list[ReferenceGuess]:
    """Return folders of a few images where the log's own past has no more of them."""
    stretch = propose_stretch(times)
    past = 0.0 if stretch is None else stretch.rows * times.images_a_row
    return list(small) if small and small[0].size >= past else []


def _sides(references: Sequence[ReferenceGuess], times: LogTimes, now: datetime) -> _Sides:
    """Return the window, and the log's oldest stretch where nothing else can be the reference."""
    stretch = None if references else propose_stretch(times)
    if not references and stretch is None:
        raise NothingFoundError(
            f"no reference was found in the bucket, and the log has only {times.rows} rows, too "
            "few to be compared with their own past. Put images that the model was made for below "
            "reference/, or wait for more rows."
        )
    size = references[0].size if references else 0
    left = times.rows
    if stretch is not None:
        size = round(stretch.rows * times.images_a_row)
        left = max(2, times.rows - stretch.rows)
    enough = enough_images(
        size or times.rows, _DETECTION.effect_to_see, _DETECTION.false_alarm_rate
    )
    window = propose_window(
        times,
        enough,
        now,
        most_rows=left,
        not_before=stretch.end if stretch is not None else times.images_since,
    )
    if stretch is None and window.rows is not None and window.images < _MIN_IMAGES:
        # With so few rows yet the window grows with the log until it holds enough.
        window = replace(window, rows=enough)
    return _Sides(window=window, stretch=stretch)


def _live_folders(template: TriedTemplate) -> list[str]:
    """Return the folders that the log's images lie in, none where that is the whole bucket."""
    literal = template.path.partition("{")[0] if "{" in template.path else ""
    folder = literal.rpartition("/")[0]
    if folder:
        return [folder + "/"]
    tops = {name.partition("/")[0] + "/" for name in template.found if "/" in name}
    return sorted(tops)


def _reference_log(
    candidate: Candidate, candidates: Candidates, references: Sequence[ReferenceGuess]
) -> str | None:
    """Return a table of the model's predictions on the reference, one with the same columns."""
    guesses = candidate.guesses
    if not references or guesses.prediction is None:
        return None
    own = {info.name for info in candidate.family.members}
    needed = {one.column for one in (guesses.prediction, guesses.confidence) if one}
    if guesses.probabilities is not None:
        needed |= set(guesses.probabilities.columns)
    fitting = [
        name
        for name, (columns, _) in candidates.tables.items()
        if name not in own
        and name != references[0].path
        and has_word(name, REFERENCE_WORDS)
        and format_of(name) is not None
        and needed <= set(columns)
    ]
    return min(fitting, default=None)


def _log_choice(chosen: JudgedLog, judged: Sequence[JudgedLog]) -> LogChoice:
    family, sample = chosen.candidate.family, chosen.candidate.sample
    many = f"{len(family.members):,} objects, " if len(family.members) > 1 else ""
    about = "" if sample.is_complete else "about "
    moments = _moments(chosen.candidate)
    span = ""
    if len(moments):
        days = [np.datetime64(int(one), "us").astype("datetime64[D]") for one in moments[[0, -1]]]
        span = f", from {days[0]} to {days[1]}"
    return LogChoice(
        path=family.path,
        because=f"The prediction log: {many}{about}{sample.rows_in_all:,} rows{span}.",
        others=tuple(one.candidate.family.path for one in judged[1:4] if one.points() > 0),
    )
