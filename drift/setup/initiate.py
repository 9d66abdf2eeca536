"""From a bucket to a proposal: everything ``drift init`` reads, in the order in which it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from drift.setup.check.reused_names import ReusedNames, reused_names
from drift.setup.columns.times import clock_columns, other_time_columns
from drift.setup.doubts.context import DoubtContext
from drift.setup.doubts.reference_contents import DETECTION, MIN_IMAGES
from drift.setup.doubts.registry import doubts_of
from drift.setup.image_sets import find_images
from drift.setup.images.beside_objects import images_beside_objects
from drift.setup.images.locate import locate_images
from drift.setup.images.packed_members import packed_members
from drift.setup.images.times import times_with_images
from drift.setup.images.try_templates import Shelf, TriedTemplate, try_template
from drift.setup.log.candidates import Candidate, Candidates, find_candidates
from drift.setup.log.find import too_wide
from drift.setup.log.row_moments import (
    moments_by_row,
    newest_moment,
    sampled_times,
)
from drift.setup.log.times import SampledTimes
from drift.setup.log.unread_objects import UnreadObjects, look_into
from drift.setup.propose.examine_reference import as_they_count
from drift.setup.propose.find_references import FoundReferences, LookedAt, find_references
from drift.setup.propose.judged import JudgedLog, log_choice, reads_too
from drift.setup.propose.nothing_found import (
    NothingFoundError,
    describe_seen,
    no_images,
    no_log,
)
from drift.setup.propose.proposal import Described, Proposal
from drift.setup.propose.reference_log import propose_reference_log
from drift.setup.propose.rows.compared import ComparedRows, rows_to_compare
from drift.setup.propose.rows.without_boxes import without_boxes
from drift.setup.propose.window import (
    ReferenceStretch,
    WindowGuess,
    by_whole_days,
    end_of_whole_days,
    enough_images,
    propose_stretch,
    propose_window,
)
from drift.setup.propose.written_times import time_doubts
from drift.setup.survey import Survey, survey
from drift.setup.with_labels import with_labels
from drift.setup.with_model import with_model
from drift.setup.without_log.by_names import (
    logs_by_names,
    told_instead,
)
from jobs.buckets.bucket import Bucket
from jobs.images.packed.bucket import with_packed_images
from jobs.images.packed.opening import PackedRules
from reports.words.numbers import counted

_LOGS_TRIED = 6
_MOST_BY_CHANCE = 0.5


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
    unread, families = look_into(bucket, seen.objects, images)
    candidates = find_candidates(bucket, seen.objects, families)
    shelf = _shelf(bucket, open_bucket, seen)
    members = packed_members(shelf, seen.objects)
    judged = _judge(candidates, [*images, *members], shelf) or logs_by_names(
        candidates, images, shelf, None if unread else seen.objects
    )
    if not judged:
        told = told_instead(candidates, images, shelf, unread)
        raise NothingFoundError(no_log(bucket.url, seen, candidates, unread, told))
    chosen = judged[0]
    looked_at = LookedAt(
        bucket=bucket, seen=seen, images=images, candidates=candidates, chosen=chosen
    )
    described = Described(
        name=name, url=url, seen=describe_seen(seen), log=log_choice(chosen, judged)
    )
    if chosen.located.best is None:
        rows = rows_to_compare(looked_at)
        if rows is None:
            raise NothingFoundError(no_images(bucket.url, seen, [*images, *members], judged))
        draft, context = _of_rows(looked_at, rows, described, unread, now)
    else:
        draft, context = _of_images(looked_at, described, shelf, unread, now)
    draft, context = with_labels(looked_at, draft, context)
    draft = with_model(looked_at, draft)
    return replace(draft, doubts=tuple(doubts_of(draft, context)))


def _of_images(
    looked_at: LookedAt,
    described: Described,
    shelf: Shelf,
    unread: Sequence[UnreadObjects],
    now: datetime,
) -> tuple[Proposal, DoubtContext]:
    chosen = looked_at.chosen
    template = _on_all_rows(chosen, shelf)
    times = _times_of(chosen.candidate, template, shelf)
    found = find_references(looked_at, template, times)
    sides = _sides(found, times, now, by_days=chosen.candidate.family.is_dated)
    draft = described.proposal(
        columns=chosen.candidate.guesses,
        template=template,
        window=sides.window,
        reference=next(iter(found.references), None),
        stretch=sides.stretch,
        reference_log=propose_reference_log(
            chosen.candidate, looked_at.candidates, found.references
        ),
        exclude=found.copies.globs if found.copies else (),
        names_used=_names_used(chosen.candidate, template, shelf),
    )
    return draft, _context(looked_at, found, times, unread, now)


def _of_rows(
    looked_at: LookedAt,
    rows: ComparedRows,
    described: Described,
    unread: Sequence[UnreadObjects],
    now: datetime,
) -> tuple[Proposal, DoubtContext]:
    candidate = looked_at.chosen.candidate
    times = sampled_times(candidate)
    found = FoundReferences(references=rows.references, small=(), copies=None, examined=None)
    sides = _sides(found, times, now, by_days=candidate.family.is_dated)
    draft = described.proposal(
        columns=without_boxes(candidate.guesses),
        template=None,
        window=sides.window,
        reference=rows.references[0] if rows.references else None,
        stretch=sides.stretch,
        reference_log=None,
        numbers=rows.numbers,
        features=rows.features,
    )
    context = _context(looked_at, found, times, unread, now)
    return draft, replace(context, unused_tables=rows.unused_tables)


def _shelf(bucket: Bucket, open_bucket: Callable[[str], Bucket], seen: Survey) -> Shelf:
    return Shelf(
        bucket=bucket,
        open_bucket=cache(with_packed_images(open_bucket, PackedRules())),
        names=frozenset(seen.names),
        is_complete=seen.is_complete,
    )


def _context(
    looked_at: LookedAt,
    found: FoundReferences,
    times: SampledTimes,
    unread: Sequence[UnreadObjects],
    now: datetime,
) -> DoubtContext:
    """Return what the doubts about a proposal are made from."""
    candidate, names = looked_at.chosen.candidate, looked_at.seen.names
    return DoubtContext(
        located=looked_at.chosen.located,
        references=found.references,
        taken_in_too=_taken_in_too(looked_at),
        newest=times.newest,
        now=now,
        copies=found.copies,
        unread=unread,
        unreadable=looked_at.candidates.damaged,
        sample=candidate.sample,
        names=names,
        images_since=times.images_since,
        time_columns=other_time_columns(candidate.values, candidate.guesses),
        clock_columns=clock_columns(candidate.values),
        time_doubts=time_doubts(candidate, looked_at.bucket),
        examined=found.examined,
        small_references=found.small,
    )


def _taken_in_too(looked_at: LookedAt) -> list[str]:
    """Return what the log's glob takes in that is no part of it, nor written as it is."""
    candidate = looked_at.chosen.candidate
    if candidate.source.images_only:
        return []
    alike = {
        info.name
        for other in looked_at.candidates.logs
        if reads_too(candidate, other)
        for info in other.family.members
    }
    return [one for one in too_wide(candidate.family, looked_at.seen.names) if one not in alike]


def _judge(candidates: Candidates, images: Sequence[str], shelf: Shelf) -> list[JudgedLog]:
    tried = candidates.logs[:_LOGS_TRIED]
    newest = max((newest_moment(one) for one in tried), default=-1)
    judged = []
    for one in tried:
        candidate, located = one, locate_images(one, images, shelf)
        if located.best is None or located.best.share < _MOST_BY_CHANCE:
            beside = images_beside_objects(one, images, shelf)
            if beside is not None:
                candidate, located = beside.candidate, beside.located
        is_newest = newest_moment(one) >= newest
        judged.append(JudgedLog(candidate=candidate, located=located, is_newest=is_newest))
    return sorted(judged, key=lambda one: (-one.points(), one.candidate.family.path))


def _times_of(candidate: Candidate, template: TriedTemplate, shelf: Shelf) -> SampledTimes:
    times = sampled_times(candidate, share_found=template.share, distinct=template.distinct)
    moments, day_first = moments_by_row(candidate), candidate.guesses.day_first
    return times_with_images(times, candidate.sample.table, moments, template, shelf, day_first)


def _names_used(candidate: Candidate, template: TriedTemplate, shelf: Shelf) -> ReusedNames:
    table, moments = candidate.sample.table, moments_by_row(candidate)
    day_first = candidate.guesses.day_first
    return reused_names(table, moments, template, shelf.bucket.url, day_first)


def _on_all_rows(chosen: JudgedLog, shelf: Shelf) -> TriedTemplate:
    """Try the best template on every sampled row, to know which images the log names."""
    best = chosen.located.tried[0]
    if not shelf.is_complete or best.allowed_prefixes or best.column is not None:
        return best
    table = chosen.candidate.sample.table
    return try_template(best.path, table, shelf, chosen.candidate.guesses.day_first)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    window: WindowGuess
    stretch: ReferenceStretch | None


def _sides(found: FoundReferences, times: SampledTimes, now: datetime, *, by_days: bool) -> _Sides:
    """Return the window, and the log's oldest stretch where nothing else can be the reference."""
    references = as_they_count(found.references, found.examined)
    stretch = None if references else propose_stretch(times)
    if not references and stretch is None:
        raise NothingFoundError(
            "no reference was found in the bucket, and the log has only "
            f"{counted(times.rows, 'row')}, too few to be compared with their own past. Put images "
            "that the model was made for below reference/, or wait for more rows."
        )
    size = references[0].size if references else 0
    left = times.rows
    if stretch is not None:
        size = round(stretch.rows * times.images_a_row)
        left = max(2, times.rows - stretch.rows)
    enough = enough_images(size or times.rows, DETECTION.effect_to_see, DETECTION.false_alarm_rate)
    midnight = end_of_whole_days(times, now) if by_days else None
    window = propose_window(
        times,
        enough,
        midnight or now,
        most_rows=left,
        not_before=stretch.end if stretch is not None else times.images_since,
    )
    window = by_whole_days(window) if midnight else window
    if stretch is None and window.rows is not None and window.images < MIN_IMAGES:
        # With so few rows yet the window grows with the log until it holds enough.
        window = replace(window, rows=enough)
    return _Sides(window=window, stretch=stretch)
