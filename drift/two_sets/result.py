"""What `drift.compare` returns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from drift.notebook.tables import column_table, offender_table
from drift.two_sets.drift_found import DriftFoundError
from reports.findings.answers import Verdict
from reports.findings.columns import Finding
from reports.json_report.report import plain
from reports.pages.two_sets.page import compared_display, compared_page
from reports.pages.two_sets.view import ComparedSets
from reports.words.moved import Moved
from reports.words.of_sets.moved import moved_in_sets

_KEYS = (
    "schema_version",
    "verdict",
    "headline",
    "summary",
    "affected",
    "warnings",
    "remarks",
    "observed",
    "images",
    "false_alarm_rate",
    "smallest_effect",
    "minimum_effect",
    "images_needed",
    "features",
    "numbers",
    "predictions",
    "multivariate",
    "segments",
    "quality",
    "offenders",
    "evidence",
)
"""What a comparison has of ``report.json``: no run, no window, no history."""
_NAMED = 20


class SetComparison:
    """What was found in two sets; a notebook shows it as a page does.

    Parameters
    ----------
    sets
        What is shown.
    file_of
        Returns the path or URL of an image by its name; None for tables.

    Examples
    --------
    >>> import drift
    >>> rows = {"speed": range(500)}
    >>> drift.compare(rows, rows)
    <drift.compare: steady. The rows look like the reference>
    """

    def __init__(self, sets: ComparedSets, file_of: Callable[[str], str] | None = None) -> None:
        self._sets = sets
        self._file_of = file_of

    @property
    def verdict(self) -> str:
        """``"steady"``, ``"drift"``, or ``"inconclusive"`` where the data allows no answer."""
        return str(self._sets.findings.verdict)

    @property
    def headline(self) -> str:
        """What happened, in a few words."""
        return self._sets.findings.headline or self._sets.findings.summary

    @property
    def summary(self) -> str:
        """The same with figures."""
        return self._sets.findings.summary

    @property
    def warnings(self) -> tuple[str, ...]:
        """What else is to be known: columns that were not compared, values that are missing."""
        return self._sets.findings.warnings

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is said of each column, in the order of the columns."""
        return tuple(self._sets.findings.columns)

    @property
    def moved(self) -> tuple[Moved, ...]:
        """The columns that moved in plain words, those that the headline names first.

        Of columns whose moves look the same, such as mean and median brightness, it is the first.
        """
        return moved_in_sets(self._sets.findings)

    def table(self) -> pd.DataFrame:
        """Return one row per column: state, effect, p-values, means of both sides.

        The columns are those of `drift.notebook.JobReports.columns`.
        """
        return column_table(self.to_dict())

    def images(self) -> pd.DataFrame:
        """Return one row per image that stands out, the most unusual first; empty for tables.

        Columns: ``image`` (its name in the comparison), ``file`` (its path or URL), ``score``,
        ``because`` (str).
        """
        found = offender_table(self.to_dict())[["image", "score", "because"]]
        files = [one if self._file_of is None else self._file_of(one) for one in found["image"]]
        found.insert(1, "file", pd.Series(files, index=found.index, dtype="str"))
        return found

    def to_dict(self) -> dict[str, object]:
        """Return the findings as plain types: the keys of ``report.json`` that fit.

        Equal sides give an equal dictionary.
        """
        return {key: plain(getattr(self._sets.findings, key)) for key in _KEYS}

    def save(self, path: str | Path) -> Path:
        """Write the page as one file without scripts, and return its path."""
        file = Path(path).expanduser()
        file.write_bytes(compared_page(self._sets))
        return file

    def assert_no_drift(self, *, allow_inconclusive: bool = False) -> None:
        """Raise where the sides differ: for a test, such as one of a pull request's data.

        Parameters
        ----------
        allow_inconclusive
            Whether a comparison without an answer passes too.

        Raises
        ------
        DriftFoundError
            If something moved, or there is no answer. It is an `AssertionError` too, and its
            message names every column that moved.
        """
        passed = {Verdict.STEADY, *([Verdict.INCONCLUSIVE] if allow_inconclusive else [])}
        if self._sets.findings.verdict not in passed:
            raise DriftFoundError(self._lines())

    def _lines(self) -> list[str]:
        lines = [f"{self.verdict}: {self.summary}"]
        lines += [f"  {one.title}: {one.words}" for one in self.moved[:_NAMED]]
        lines += [f"  and {len(self.moved) - _NAMED} more"] if len(self.moved) > _NAMED else []
        lines += [f"  {one}" for one in self.warnings if one not in self.summary]
        if self.verdict == Verdict.DRIFT:
            lines.append(
                "If that is meant, make the new data the reference; else look at the rows or "
                "images that are new. save('compared.html') of this result writes a page that "
                "shows them."
            )
        return lines

    def _repr_html_(self) -> str:
        return compared_display(self._sets)

    def __repr__(self) -> str:
        return f"<drift.compare: {self.verdict}. {self.headline}>"
