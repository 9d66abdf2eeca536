"""The history: one small row per run, from which the trend and the index are made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from reports.findings.answers import State, Verdict
from reports.findings.days import Basis
from reports.findings.effect_sizes import LARGEST_EFFECT, in_deviations
from reports.findings.of_log.times import LogTimes
from reports.findings.run import Observed, RunFindings
from reports.history.normal_days import DaysOfRun, known_numbers, normal_days_of
from reports.history.run_quality import QualityOfRun, quality_of_run
from reports.history.run_view import AcceptedView, ViewOfRun, view_of_run
from reports.json_report.report import json_bytes, plain

HISTORY_FOLDER = "history"
_LEFT_OUT_WHERE_UNKNOWN = (
    "headline",
    "minimum_effect",
    "rows_by_day",
    "late_rows",
    "log_digest",
    "normal_days",
    "rejected",
    "observed",
    "model_quality",
    "view",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedWindow:
    """What is remembered of a window that a person accepted as normal.

    Attributes
    ----------
    statistics
        Every standardised statistic of the run by its name: see `findings.Evidence`.
    reference_units, current_units
        Independent images on either side.
    signed_tails
        As of `findings.Evidence`; False in rows of older versions, which made every tail positive.
    view
        On what the statistics of a model's view rest; None where no model took part.
    """

    statistics: dict[str, float]
    reference_units: int
    current_units: int
    signed_tails: bool = True
    view: AcceptedView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """What the history keeps of one run; rows of older versions lack what comes after the states.

    Attributes
    ----------
    run_id
        The run, and the name of its folder below ``runs/``.
    window_start, window_end
        The window in ISO 8601, half-open.
    images
        How many images were analysed.
    effects, states
        By column: how far it moved, 100 at most, and what was said about it. Columns of images and
        of predictions are in one table; should both have a name, the image's number is kept.
    directions
        By column: the direction of its effect, which says its unit; see `findings.Finding`.
    shifts
        By numeric column: the move of its mean in reference standard deviations, with its sign;
        none beyond 100.
    reference_units, current_units
        Independent images on either side; 0 where it is not known.
    profile_id
        The profile that the window was compared with; empty where it is not known.
    headline
        The summary without its numbers; empty where it is not known.
    minimum_effect
        The job's `detection.minimum_effect` then: a smaller effect was no drift. None where it is
        not known.
    accepted
        What ``drift accept`` remembers of the run; None for a run that was not accepted.
    rejected
        Whether a person said with ``drift reject`` that the window was not normal: its blocks
        never teach what is.
    rows_by_day, late_rows, log_digest
        As in `log_times.LogTimes`; None and empty where they are not known.
    normal_days
        What the run knew of normal days; None in rows of older versions, and where it kept none.
    observed
        What `images` is a number of; None for images, as in rows of older versions.
    model_quality
        What labels said of the model; None where the job names none, and in rows of older versions.
    view
        What the run knew of the model's view; None where the job names no model.
    """

    run_id: str
    window_start: str
    window_end: str
    verdict: Verdict
    summary: str
    images: int
    false_alarm_rate: float
    effects: dict[str, float | None] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    directions: dict[str, str] = field(default_factory=dict)
    shifts: dict[str, float] = field(default_factory=dict)
    reference_units: int = 0
    current_units: int = 0
    profile_id: str = ""
    headline: str = ""
    minimum_effect: float | None = None
    accepted: AcceptedWindow | None = None
    rejected: bool = False
    rows_by_day: dict[str, int] | None = None
    late_rows: dict[str, int] | None = None
    log_digest: str = ""
    normal_days: DaysOfRun | None = None
    observed: Observed | None = None
    model_quality: QualityOfRun | None = None
    view: ViewOfRun | None = None

    @property
    def start(self) -> datetime:
        """The window's start as a time in UTC."""
        return parse_time(self.window_start)

    @property
    def end(self) -> datetime:
        """The window's end as a time in UTC."""
        return parse_time(self.window_end)

    @property
    def largest_effect(self) -> float | None:
        """The largest distance of all columns; None where no column has one.

        In reference standard deviations; a share counts as the deviations that matter as much.
        """
        sizes = (self.distance(name) for name in self.effects)
        return max((size for size in sizes if size is not None), default=None)

    def band(self, column: str) -> tuple[float, float] | None:
        """Return between which moves of a column's mean nearly all normal days lie.

        Against the reference, in reference standard deviations; None where it is not known.
        """
        days = self.normal_days
        if days is None or column not in days.usual_shifts:
            return None
        half = days.half_width(column, self.current_units)
        usual = days.usual_shifts[column]
        return None if half is None else (usual - half, usual + half)

    @property
    def widest_band(self) -> float | None:
        """How far from its usual place a mean may lie on a normal day, in the widest column.

        In reference standard deviations; None where the verdict was not about normal days.
        """
        days = self.normal_days
        if days is None or days.basis is not Basis.DAYS:
            return None
        halves = [days.half_width(name, self.current_units) for name in days.day_spreads]
        return max((half for half in halves if half is not None), default=None)

    def distance(self, column: str) -> float | None:
        """Return how far a column lies from what the verdict compares it with; None if unknown.

        Its effect, in reference standard deviations. Beside normal days the distance of its mean
        from the usual one, unless the column drifted: what stands out most in a quiet number may
        be a tail that hardly any day has, and says nothing of how unusual the day is.
        """
        days = self.normal_days
        is_quiet = self.states.get(column) is not State.DRIFT
        if days is None or days.basis is not Basis.DAYS or not is_quiet:
            return self.effect_in_deviations(column)
        usual, shift = days.usual_shifts.get(column), self.shifts.get(column)
        return None if usual is None or shift is None else abs(shift - usual)

    def effect_in_deviations(self, column: str) -> float | None:
        """Return how far a column moved, on one scale for numbers and shares; None if unknown."""
        effect = self.effects.get(column)
        return None if effect is None else in_deviations(effect, self.directions.get(column))


def parse_time(text: str) -> datetime:
    """Return an ISO 8601 time in UTC; one without a zone is UTC.

    Raises
    ------
    ValueError
        If the text is no ISO 8601 time.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def history_row(findings: RunFindings) -> HistoryRow:
    """Return the row that the history keeps of a run."""
    columns = {
        column.name: column
        for column in (*findings.numbers, *findings.predictions, *findings.view, *findings.features)
    }
    evidence = findings.evidence
    times = findings.log_times or LogTimes()
    return HistoryRow(
        run_id=findings.run_id,
        window_start=findings.window.start,
        window_end=findings.window.end,
        verdict=findings.verdict,
        summary=findings.summary,
        images=findings.images.analysed,
        false_alarm_rate=findings.false_alarm_rate,
        effects={name: columns[name].effect for name in sorted(columns)},
        states={name: columns[name].state for name in sorted(columns)},
        directions=_directions({name: columns[name].direction for name in sorted(columns)}),
        shifts=known_shifts({name: columns[name].shift for name in sorted(columns)}),
        reference_units=0 if evidence is None else evidence.reference_units,
        current_units=0 if evidence is None else evidence.current_units,
        profile_id=findings.profile.id,
        headline=findings.headline,
        minimum_effect=findings.minimum_effect,
        rows_by_day=dict(times.rows_by_day) or None,
        late_rows=dict(times.late_rows) or None,
        log_digest=times.log_digest,
        normal_days=normal_days_of(findings),
        observed=None if findings.has_images else findings.observed,
        model_quality=quality_of_run(findings),
        view=view_of_run(findings),
    )


def _directions(values: Mapping[str, str | None]) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items() if value is not None}


def history_name(job_prefix: str, run_id: str) -> str:
    """Return the name of a run's history row in the bucket."""
    return f"{job_prefix}/{HISTORY_FOLDER}/{run_id}.json"


def history_bytes(row: HistoryRow) -> bytes:
    """Return a history row as it is stored.

    What only newer versions know is left out where it is not known, so that the digest of older
    rows stays what it was.
    """
    document = cast("dict[str, object]", plain(row))
    unknown = [key for key in _LEFT_OUT_WHERE_UNKNOWN if _is_unknown(document[key])]
    if row.accepted is not None and not row.accepted.signed_tails:
        del cast("dict[str, object]", document["accepted"])["signed_tails"]
    if row.accepted is not None and row.accepted.view is None:
        del cast("dict[str, object]", document["accepted"])["view"]
    if row.model_quality is not None and row.model_quality.detector is None:
        del cast("dict[str, object]", document["model_quality"])["detector"]
    return json_bytes({key: document[key] for key in document if key not in unknown})


def _is_unknown(value: object) -> bool:
    return value is None or value is False or value == ""


def sort_rows(rows: Iterable[HistoryRow]) -> tuple[HistoryRow, ...]:
    """Return the rows by window end, then by run id."""
    return tuple(sorted(rows, key=lambda row: (row.end, row.run_id)))


def rows_before(rows: Iterable[HistoryRow], window_end: str) -> tuple[HistoryRow, ...]:
    """Return the sorted rows of the runs whose window ended before `window_end`."""
    end = parse_time(window_end)
    return sort_rows(row for row in rows if row.end < end)


def history_digest(rows: Iterable[HistoryRow]) -> str:
    """Return SHA-256 in hex over the rows, in whichever order they come.

    Pass the rows that a run may depend on: `rows_before` its window end.
    """
    digest = hashlib.sha256()
    for row in sort_rows(rows):
        digest.update(history_bytes(row))
    return digest.hexdigest()


def known_shifts(values: Mapping[str, float | None]) -> dict[str, float]:
    """Return the shifts that can be: older versions divided constants by what rounding left."""
    known = known_numbers(values)
    return {name: one for name, one in known.items() if abs(one) <= LARGEST_EFFECT}
