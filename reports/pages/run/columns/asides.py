"""What a card says beside its numbers: why a low p is no drift, and the unit of its axis."""

from __future__ import annotations

from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.findings.effect_sizes import in_deviations
from reports.words.numbers import SIGMA, p_words, readable

# Units that tell a reader of the page nothing: the table of names holds them.
_TECHNICAL = ("log", "scale")


def why_steady(column: Finding, minimum_effect: float | None) -> str:
    """Return why a column is steady although its p lies below the limit; empty for all others.

    The p-values of all columns are adjusted together, step by step. Drift also takes a move that is
    large enough, and beside normal days one score of the column that is improbable by itself.

    Parameters
    ----------
    minimum_effect
        The smallest effect that counts, in reference standard deviations; None where unknown.
    """
    p_value, limit = column.adjusted_p_value, column.threshold
    if column.state is not State.STEADY or column.note or p_value is None or limit is None:
        return ""
    if p_value >= limit:
        return ""
    begin = f"No drift, although p is {p_words(p_value)}, below {readable(limit)}:"
    size = None if column.effect is None else in_deviations(column.effect, column.direction)
    if size is not None and minimum_effect is not None and size < minimum_effect:
        return (
            f"{begin} the move is smaller than {readable(minimum_effect)} {SIGMA}, the least that "
            "counts."
        )
    if column.beside_days is None:
        return f"{begin} the move is too small to count."
    return (
        f"{begin} it is unusual in several ways together. Drift also takes one of them, such as "
        "its mean or its spread, that is unusual by itself and large enough."
    )


def axis_unit(unit: str) -> str:
    """Return a unit in a word or two, for below a plot; empty for a technical one.

    >>> axis_unit("grey level (0-255)"), axis_unit("log10(1 + grey levels squared)")
    ('grey level', '')
    """
    short = unit.partition(" (")[0]
    return "" if any(word in short for word in _TECHNICAL) else short
