"""Evidently's own page and JSON, with our verdict on it."""

from __future__ import annotations

import importlib
import json
import os
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from drift.comparison.columns.class_shares import categories_of
from drift.comparison.columns.columns import Column, ColumnKind
from drift.comparison.compare import drift_score
from jobs.visible_text import escaped_json, spelled_out
from reports.findings.columns import Finding, Multivariate
from reports.findings.days import Basis

TEST_NAME = "drift_verdict"
TEST_TITLES = {
    Basis.REFERENCE: "adjusted p-value against the reference, 1 where too small to matter",
    Basis.DAYS: "adjusted p-value against normal days, 1 where too small to matter",
}
# The page draws distributions: more rows change no bar by a third of a per cent of them, and five
# times as many take Evidently five times as long, whose own way of counting them is slow.
MOST_ROWS_DRAWN = 20_000
# Its time grows with the square of the number of classes: 200 cost a second, 5,000 a minute.
MOST_CLASSES_DRAWN = 200
# About nine digits. Its histograms fail where values differ in their last bits only.
_BITS_DRAWN = 30
_SMALLEST_DRAWN = 1e-300
_RANDOM_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=metric_)[0-9a-f]{32}"
)
_SCRIPT_STARTS = "<script>var global = globalThis</script>"
_SCRIPT_ENDS = "<script>\n    window.drawDashboard("
# Evidently puts labels into the page's script as they are: these look alike and mean nothing there.
_HARMLESS = str.maketrans({"<": "\uff1c", ">": "\uff1e", "&": "\uff06"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidentlyFiles:
    """Evidently's report as it is published.

    Attributes
    ----------
    snapshot
        Evidently's own object, from which both were made; None where no column could be compared.
    """

    html: bytes
    json: bytes
    snapshot: object | None = field(default=None, compare=False)


# In place of a report that an earlier run of the same window left in the run's folder.
LEFT_OUT = EvidentlyFiles(
    html=(
        b'<!doctype html><html lang="en"><meta charset="utf-8"><title>Evidently</title>'
        b"<p>This run was made without Evidently's report, as its job file says: "
        b'evidently.report = "off". See <a href="report.html">the report</a>.</p></html>\n'
    ),
    json=b'{"metrics": [], "tests": []}\n',
)


def render(
    columns: Sequence[Column],
    findings: Mapping[str, Finding | Multivariate],
    basis: Basis = Basis.REFERENCE,
    *,
    with_summary: bool = True,
) -> EvidentlyFiles:
    """Return Evidently's data drift and data summary of the columns that both sides have.

    Every column carries our test: its score is below its threshold exactly where the finding is
    drift. Equal inputs give equal bytes. A column that one side lacks is not on Evidently's page,
    which has no way to say so; our own page names it.

    Parameters
    ----------
    columns
        The compared columns.
    findings
        What the comparison said about each of them, by the column's name.
    basis
        What the findings are about; the test's title names it. The distributions are those of the
        reference and the window on either basis.
    with_summary
        Whether the data summary is part of it: half of the time that a report takes.
    """
    evidently = import_quietly("drift.evidently.api")
    present = [c for c in columns if not c.reference.empty and not c.current.empty]
    if not present:
        return EvidentlyFiles(html=_nothing_to_show(), json=LEFT_OUT.json)
    scores = {safe_label(column.name): drift_score(findings[column.name]) for column in present}
    _register(evidently, scores, TEST_TITLES[basis])
    metrics = [
        evidently.ValueDrift(
            column=safe_label(column.name),
            method=TEST_NAME,
            threshold=_threshold(findings[column.name]),
        )
        for column in present
    ]
    # Without a list of columns it is the same metric on every day, whichever columns there are.
    drifted = evidently.DriftedColumnsCount(method=TEST_NAME, threshold=_common_threshold(findings))
    # The dashboard of a workspace draws the number of rows, which the summary has as well.
    rest = evidently.DataSummaryPreset() if with_summary else evidently.RowCount()
    report = evidently.Report([drifted, *metrics, rest])
    with warnings.catch_warnings(), evidently.shortcuts():
        # Constant columns and single rows: numpy says so once per column, the page shows them.
        warnings.simplefilter("ignore")
        sides = (_dataset(evidently, present, side) for side in ("current", "reference"))
        snapshot = report.run(*sides)
        html = snapshot.get_html_str(as_iframe=False)
        text = snapshot.json()
    described = escaped_json(json.dumps(json.loads(text), indent=2, ensure_ascii=False)) + "\n"
    return EvidentlyFiles(
        html=_renumber_page(html).encode(), json=described.encode(), snapshot=snapshot
    )


def import_quietly(module: str) -> Any:  # noqa: ANN401 - names of a library without types
    """Return one of our modules that import Evidently: two seconds that --help must not cost."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    with warnings.catch_warnings():
        # Evidently and what it imports use names that numpy and litestar have deprecated.
        warnings.simplefilter("ignore")
        return importlib.import_module(module)


def _register(evidently: Any, scores: Mapping[str, float], title: str) -> None:  # noqa: ANN401
    """Give Evidently a test under our name that answers with the findings' own scores."""

    def score(
        reference: pd.Series, _current: pd.Series, _kind: object, threshold: float
    ) -> tuple[float, bool]:
        value = scores[str(reference.name)]
        return value, value < threshold

    test = evidently.StatTest(
        name=TEST_NAME,
        display_name=title,
        allowed_feature_types=[
            evidently.ColumnType.Numerical,
            evidently.ColumnType.Categorical,
        ],
    )
    evidently.register_stattest(test, default_impl=score)


def _threshold(finding: Finding | Multivariate) -> float:
    return 0.5 if finding.threshold is None else finding.threshold


def _common_threshold(findings: Mapping[str, Finding | Multivariate]) -> float:
    """Return the level that all tested columns share; the others have a score of 1."""
    return min(_threshold(finding) for finding in findings.values())


def _dataset(evidently: Any, columns: Sequence[Column], side: str) -> Any:  # noqa: ANN401
    values = {safe_label(column.name): _drawn(column, getattr(column, side)) for column in columns}
    definition = evidently.DataDefinition(
        numerical_columns=[safe_label(c.name) for c in columns if c.kind is not ColumnKind.CLASSES],
        categorical_columns=[safe_label(c.name) for c in columns if c.kind is ColumnKind.CLASSES],
    )
    table = pd.DataFrame(values)
    # Columns are looked up by name thousands of times, which takes longest in text columns.
    table.columns = table.columns.astype("object")
    return evidently.Dataset.from_pandas(table, data_definition=definition)


def _drawn(column: Column, values: pd.Series) -> pd.Series:
    """Return one side of a column as the page can draw it, evenly spaced rows of a long one."""
    if column.shares is not None:
        return _repeated(column, "reference" if values is column.reference else "current")
    if len(values) > MOST_ROWS_DRAWN:
        step = -(-len(values) // MOST_ROWS_DRAWN)
        values = values.iloc[::step].reset_index(drop=True)
    if column.kind is not ColumnKind.CLASSES:
        return _rounded(values)
    shown = _shown_labels(column)
    codes, labels = pd.factorize(values)
    return pd.Series(np.array([shown[label] for label in labels], dtype=object)[codes])


def _repeated(column: Column, side: str) -> pd.Series:
    """Return classes of units that have several, each as often as our own page counts it."""
    shown = _shown_labels(column)
    counts = {shown[one.name]: 0 for one in categories_of(column)}
    for one in categories_of(column):
        counts[shown[one.name]] += getattr(one, side)
    step = -(-sum(counts.values()) // MOST_ROWS_DRAWN) or 1
    names = np.array(list(counts), dtype=object)
    return pd.Series(np.repeat(names, list(counts.values()))[::step])


def _rounded(values: pd.Series) -> pd.Series:
    fractions, exponents = np.frexp(values.to_numpy())
    rounded = np.ldexp(np.round(np.ldexp(fractions, _BITS_DRAWN)), exponents - _BITS_DRAWN)
    return pd.Series(np.where(np.abs(rounded) < _SMALLEST_DRAWN, 0.0, rounded))


def _shown_labels(column: Column) -> dict[str, str]:
    """Return how each label is shown: the rarest classes of both sides together are one."""
    counts = categories_of(column)
    named = counts[:MOST_CLASSES_DRAWN]
    rest = safe_label(f"({len(counts) - len(named):,} other classes)")
    return {one.name: safe_label(one.name) for one in named} | {
        one.name: rest for one in counts[MOST_CLASSES_DRAWN:]
    }


def safe_label(text: str) -> str:
    """Return a text from the log so that it means nothing in a page's script and hides nothing."""
    return spelled_out(text).translate(_HARMLESS)


def _renumber_page(page: str) -> str:
    """Renumber the ids around Evidently's script, which has none and is most of the page."""
    before, start, rest = page.partition(_SCRIPT_STARTS)
    script, end, after = rest.rpartition(_SCRIPT_ENDS)
    before, _, after = renumber_ids(f"{before}\0{after}").partition("\0")
    return "".join((before, start, script, end, after))


def renumber_ids(text: str) -> str:
    """Replace random ids by numbers in order of appearance, so that equal runs are equal bytes."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        number = f"00000000-0000-4000-8000-{len(numbers):012x}"
        return numbers.setdefault(match[0], number if "-" in match[0] else number.replace("-", ""))

    return _RANDOM_ID.sub(number, text)


def _nothing_to_show() -> bytes:
    return (
        b'<!doctype html><html lang="en"><meta charset="utf-8"><title>Evidently</title>'
        b"<p>No column has values on both sides, so there is nothing to compare. "
        b'See <a href="report.html">the report</a>.</p></html>\n'
    )
