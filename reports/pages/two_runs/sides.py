"""One of two sides that are shown beside each other: a run, or one part of a run's traffic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.findings.answers import State, Verdict
from reports.findings.columns import Finding
from reports.findings.images import Offender
from reports.findings.places import SegmentColumn, SegmentTest
from reports.findings.run import RunFindings
from reports.words.moved import Moved, column_in_words, segment_column_in_words
from reports.words.numbers import counted
from reports.words.of_quality.scores import estimate_words
from reports.words.of_quality.sentences import STATE_WORDS
from reports.words.segments import name_in_words
from reports.words.wording import VERDICT_LABELS, days_words

AS_USUAL = "as usual"
_STATES = {
    State.STEADY: AS_USUAL,
    State.CONSTANT: AS_USUAL,
    State.INCONCLUSIVE: "not clear",
    State.MISSING: "not there",
    State.FAILED: "could not be compared",
}
_OF_SEGMENTS = {
    State.STEADY: VERDICT_LABELS[Verdict.STEADY],
    State.DRIFT: VERDICT_LABELS[Verdict.DRIFT],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOfSide:
    """What one side says of a column.

    Attributes
    ----------
    words
        How it moved: ``blurrier on the whole``, ``as usual``.
    mean
        Its mean in its own unit, or the share of `label`; None where it is not known.
    scale
        The reference's standard deviation; None where it is not known, and for classes.
    shares
        The share of each class, 0 to 1; empty for numbers, and of a segment for all but `label`.
    """

    name: str
    state: State
    words: str
    mean: float | None = None
    scale: float | None = None
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSide:
    """One side.

    Attributes
    ----------
    findings
        The run that it is, or is a part of.
    part
        The part of the traffic, as it was tested; None for all of it.
    page
        Where the run's own page is; None where no link to it is known.
    """

    findings: RunFindings
    part: SegmentTest | None = None
    page: str | None = None

    @property
    def days(self) -> str:
        """The window's days: ``4 Mar 2025``."""
        return days_words(self.findings.window)

    @property
    def part_name(self) -> str:
        """The part of the traffic: ``camera door``; empty for all of it."""
        return "" if self.part is None else name_in_words(self.part.column, self.part.value)

    @property
    def state(self) -> str:
        """The verdict, or the state of the part, as the page's marks know them."""
        return str(self.findings.verdict if self.part is None else self.part.state)

    @property
    def state_words(self) -> str:
        """The same in words."""
        if self.part is None:
            return VERDICT_LABELS[self.findings.verdict]
        return _OF_SEGMENTS.get(self.part.state, "Not clear")

    @property
    def headline(self) -> str:
        """What is said of it; empty of a part that the run's headline is not about."""
        tests = self.findings.segment_tests
        if self.part is None or (tests is not None and tests.headline == self.part):
            return self.findings.headline or self.findings.summary
        return ""

    @property
    def images(self) -> str:
        """How many images, or rows, it is about."""
        number = self.findings.images.analysed if self.part is None else self.part.images
        return counted(number, "image" if self.findings.has_images else "row")

    @property
    def model(self) -> str:
        """Whether the model is still right there; empty where no label says so."""
        quality = self.findings.model_quality
        if quality is None:
            return ""
        if self.part is None:
            return f"{STATE_WORDS[quality.state]}: {quality.headline}"
        scores = [one.scores for one in quality.versions if one.version == self.part.value]
        if not scores or scores[0].accuracy is None:
            return ""
        labels = counted(scores[0].labelled, "label")
        return f"accuracy {estimate_words(scores[0].accuracy)} on {labels}"

    @property
    def shown(self) -> tuple[Offender, ...]:
        """The images that stand out, the worst first; none of a part that they are not about."""
        return self.findings.offenders if self.part is None or self.headline else ()

    @property
    def columns(self) -> dict[str, ColumnOfSide]:
        """What is known of each column; of a part, only of those that the report names."""
        if self.part is None:
            return {one.name: _of_finding(one, self.findings) for one in self.findings.columns}
        part, findings = self.part, self.findings
        return {
            part.strongest.name: _of_segment(part.strongest, part.state, findings),
            **{one.name: _of_segment(one, State.DRIFT, findings) for one in part.drifted},
        }

    def unnamed(self, name: str) -> ColumnOfSide | None:
        """Return what holds of a column that is not among `columns`; None where nothing is known.

        A part's report names all columns that drifted there, so that the others did not.
        """
        if self.part is None:
            return None
        state = State.STEADY if self.part.state is State.DRIFT else self.part.state
        return ColumnOfSide(name=name, state=state, words=_STATES.get(state, AS_USUAL))


def _of_finding(column: Finding, findings: RunFindings) -> ColumnOfSide:
    words = _STATES.get(column.state) or _moved_words(column_in_words(column, findings))
    if column.categories is not None:
        total = sum(one.current for one in column.categories) or 1
        shares = {
            one.name: one.current / total if one.current_share is None else one.current_share
            for one in column.categories
        }
        return ColumnOfSide(name=column.name, state=column.state, words=words, shares=shares)
    now, then = column.current, column.reference
    return ColumnOfSide(
        name=column.name,
        state=column.state,
        words=words,
        mean=None if now is None else now.mean,
        scale=None if then is None else then.std,
    )


def _of_segment(column: SegmentColumn, state: State, findings: RunFindings) -> ColumnOfSide:
    words = _STATES.get(state) or _moved_words(segment_column_in_words(column, findings))
    known = column.current is not None
    return ColumnOfSide(
        name=column.name,
        state=state,
        words=words,
        mean=None if column.label else column.current,
        shares={column.label: column.current or 0.0} if column.label and known else {},
    )


def _moved_words(moved: Moved) -> str:
    """Return how a column moved; of classes with the class, which the title names too."""
    name, _, label = moved.title.partition(f"{moved.column} ")
    return f"{label}: {moved.words}" if label and not name else moved.words
