"""``index.html`` over all jobs of a bucket: which of them needs a look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import Observed
from reports.history.history import parse_time
from reports.history.job_state import JobState, RecentRun
from reports.pages.jobs.heading import drifting_words, missing_words, worse_words
from reports.pages.jobs.standing import Standing, labelled_standings_of
from reports.pages.links import JobLinks
from reports.pages.page import QUALITY_STYLE, render
from reports.words import numbers, wording
from reports.words.harmless_text import shortened
from reports.words.lengths import last_day
from reports.words.of_quality.sentences import STATE_WORDS

# By it a page of this program is told from one that somebody else put there.
MARKER = b'<meta name="generator" content="image-drift: all jobs">'
_PAGE_OF_WEB = re.compile(r"https?://", re.IGNORECASE)
_LONGEST_HEADLINE = 160
_LONGEST_PROBLEM = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundJob:
    """A job below `reports.path`.

    Attributes
    ----------
    name
        Its folder, which is called as the job is.
    state
        What it says of itself; None where that could not be read.
    problem
        Why not; else empty.
    """

    name: str
    state: JobState | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobMark:
    """A run in a strip of the last ones: its verdict, and the same in words."""

    state: Verdict
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One job on the page.

    Attributes
    ----------
    signs
        How it stands, the worst first, or ``missing`` where that is not known; each with its word.
    index, report
        Links to all runs of the job, and to its newest one; None where it is not known.
    said
        What the newest run said.
    lasts
        How long the verdict has been the same.
    marks
        The last runs.
    window
        The days or hours that the newest run is about.
    images
        How many images it compared.
    made
        When it was made.
    expected, late_after
        When the next one should start, and by when it must be there; empty where that is not known.
    is_late
        Whether a run was missing when the page was written.
    model, model_said
        What labels said of the model; empty in a job without labels.
    """

    name: str
    signs: tuple[tuple[str, str], ...]
    index: str | None = None
    report: str | None = None
    said: str = ""
    lasts: str = ""
    marks: tuple[JobMark, ...] = ()
    window: str = ""
    images: str = ""
    made: str = ""
    expected: str = ""
    late_after: str = ""
    is_late: bool = False
    model: str = ""
    model_said: str = ""

    @property
    def sign(self) -> str:
        """The worst of its signs."""
        return self.signs[0][0]

    def has(self, sign: str) -> bool:
        """Whether it has a sign, perhaps beside a worse one."""
        return any(sign == own for own, _ in self.signs)


def jobs_page(path: str, jobs: Sequence[FoundJob], url: str) -> bytes:
    """Return the page over all jobs, UTF-8 without scripts.

    It is as of the newest run of any of them: a job that should have run before and has not is
    late. The same states make the same bytes.

    Parameters
    ----------
    path
        `reports.path`.
    jobs
        At least one.
    url
        The bucket's URL, for the command that tells which job is late now.
    """
    as_of = newest_made(jobs)
    lines = sorted(
        (_line(one, path, as_of) for one in jobs),
        key=lambda line: (not line.is_late, _rank(line.sign), line.name),
    )
    late = [line for line in lines if line.is_late]
    values = {
        "path": path,
        "url": url,
        "lines": lines,
        "headline": _headline(lines),
        "top": min((line.sign for line in lines), key=_rank),
        "tally": _tally(lines),
        "late": late,
        "as_of": minute_words(as_of),
    }
    return render("jobs.html.j2", values, (QUALITY_STYLE,))


def newest_made(jobs: Sequence[FoundJob]) -> str:
    """Return when the newest run of any job was made, ISO 8601; empty where none tells."""
    made = [one.state.made for one in jobs if one.state is not None and one.state.made]
    return max(made, key=parse_time, default="")


def lasting_words(state: JobState) -> str:
    """Return since when a verdict has been the same: ``drift in the last 2 runs, since 3 Mar``.

    Empty where that is not known.
    """
    label = wording.VERDICT_LABELS[state.verdict].lower()
    if state.runs == 0:
        return ""
    if state.runs == 1:
        return "the first run"
    if state.same_runs >= state.runs:
        return f"{label} in all {state.runs:,} runs"
    if state.same_runs == 1:
        return f"{label} in this run, not in the one before"
    since = "" if state.since is None else f", since {run_day(state.since)}"
    return f"{label} in the last {state.same_runs:,} runs{since}"


def late_words(state: JobState) -> str:
    """Return by when the next run must be there: a clock time on the day when it is expected."""
    if not state.late_after:
        return ""
    words = minute_words(state.late_after)
    day, _, clock = words.partition(", ")
    return clock if state.expected and numbers.day(state.expected) == day else words


def minute_words(moment: str) -> str:
    """Return an ISO 8601 time to the minute: ``5 Mar 2025, 03:20 UTC``; empty for an empty text."""
    if not moment:
        return ""
    return numbers.moment(parse_time(moment).replace(second=0, microsecond=0).isoformat())


def run_day(run: RecentRun) -> str:
    """Return the day that a run is about; for a window shorter than a day, when it ended."""
    start, end = parse_time(run.window_start), parse_time(run.window_end)
    if end - start < timedelta(days=1):
        return numbers.moment(run.window_end)
    return numbers.day(last_day(start, end).isoformat())


def _line(job: FoundJob, path: str, as_of: str) -> JobLine:
    state = job.state
    if state is None:
        problem = shortened(job.problem, _LONGEST_PROBLEM)
        return JobLine(name=job.name, signs=(("missing", "Cannot be read"),), said=problem)
    links = _links(job.name, path, state.link_template)
    newest = RecentRun(
        window_start=state.window_start, window_end=state.window_end, verdict=state.verdict
    )
    noun = "row" if state.observed is Observed.ROWS else "image"
    return JobLine(
        name=job.name,
        signs=tuple((one.value, label) for one, label in labelled_standings_of(state)),
        index=links.to_index(),
        report=links.to_run(state.run_id),
        said=shortened(state.headline, _LONGEST_HEADLINE),
        lasts=lasting_words(state),
        marks=tuple(_mark(run) for run in state.recent),
        window=run_day(newest),
        images=numbers.counted(state.images, noun),
        made=minute_words(state.made),
        expected=minute_words(state.expected),
        late_after=late_words(state),
        is_late=bool(as_of) and state.is_late(as_of),
        model="" if state.model is None else state.model,
        model_said=_model_words(state),
    )


def _links(job: str, path: str, template: str | None) -> JobLinks:
    """Return the links from the page to a job; a template is what anyone could have written."""
    known = template if template is not None and _PAGE_OF_WEB.match(template) else None
    return JobLinks(job=job, prefix=f"{path}/{job}", template=known, up=f"{job}/")


def _mark(run: RecentRun) -> JobMark:
    label = wording.VERDICT_LABELS[run.verdict].lower()
    return JobMark(state=run.verdict, words=f"{run_day(run)}: {label}")


def _model_words(state: JobState) -> str:
    if state.model is None:
        return ""
    words = f"Model {STATE_WORDS[state.model]}"
    if state.model is QualityState.DROPPED and state.model_headline:
        return f"{words}: {shortened(state.model_headline, _LONGEST_HEADLINE)}"
    return words


def _rank(sign: str) -> int:
    # What cannot be read needs a look as much as what says nothing.
    return Standing.INCONCLUSIVE.rank if sign == "missing" else Standing(sign).rank


def _headline(lines: Sequence[JobLine]) -> str:
    jobs = numbers.counted(len(lines), "job")
    parts: list[str] = []
    for part, number in (
        (drifting_words, sum(line.has(Standing.DRIFT) for line in lines)),
        (worse_words, sum(line.has(Standing.WORSE) for line in lines)),
        (missing_words, sum(line.is_late for line in lines)),
    ):
        if number:
            parts.append(part(number, "" if parts else f" of {jobs}", len(lines) == 1))
    if parts:
        return ", ".join(parts)
    calm = sum(line.sign == Standing.STEADY for line in lines)
    if calm == len(lines):
        return "The job is steady" if calm == 1 else f"All {jobs} are steady"
    return f"{calm:,} of {jobs} {'is' if calm == 1 else 'are'} steady"


def _tally(lines: Sequence[JobLine]) -> list[tuple[str, str]]:
    """Return the number of jobs by their worst sign; every worse model is counted."""
    found = []
    for one in Standing:
        is_model = one is Standing.WORSE
        if number := sum(line.has(one) if is_model else line.sign == one for line in lines):
            found.append((one.value, f"{number:,} {one.label.lower()}"))
    if unread := sum(line.sign == "missing" for line in lines):
        found.append(("missing", f"{unread:,} cannot be read"))
    return found
