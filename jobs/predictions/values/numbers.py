"""Texts of a log as numbers, in the forms that programs write them in.

What one text means depends on that text alone, never on its neighbours.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.times.timestamp_parts import Flags, Integers, Texts

_NO_VALUE = pa.array(["", "-", "n/a", "na", "nan", "none", "null"])
_DIGITS = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = rf"^{_DIGITS}$"
# The sign, also behind a blank that does not break.
_PER_CENT = r"[\s\x{00A0}\x{202F}]*%$"
_COMMA = r"^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$"
# Three digits behind the only comma may be thousands, unless a zero stands before it.
_THOUSANDS = r"^[+-]?[1-9]\d{0,2},\d{3}$"
# Points between thousands before a decimal comma.
_POINTS = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+$"
_MAKER = (
    r"(?:(?:torch|np|numpy|jnp|jax|tf|cp|cupy|paddle|mx)\.)?"
    r"(?:[Tt]ensor|[Aa]rray|DeviceArray|EagerTensor|Decimal|(?:bfloat|float|uint|int)\d*)"
)
_SETTING = r"""(?:,\s*\w+\s*=\s*(?:'[^']*'|"[^"]*"|<[^<>]*>|\([^()]*\)|[\w.:]+)\s*)*"""
_PRINTED = (
    rf"""^(?:{_MAKER}\s*\(|[\[(])\s*[\[(]*\s*['"]?(?P<number>{_DIGITS})['"]?\s*,?\s*"""
    rf"(?:{_SETTING}[\])]+|[\])]+\s*{_SETTING}[\])]*)$"
)
_EAGER = rf"^<tf\.Tensor:.*\bnumpy=(?:array\()?[\[\s]*(?P<number>{_DIGITS})[\]\s]*(?:,[^()]*\))?>$"


class NumberForm(enum.IntEnum):
    """How a text writes its number."""

    NONE = 0
    """There is no value, or none that can be read."""
    PLAIN = 1
    PER_CENT = 2
    COMMA = 3
    PRINTED = 4

    @property
    def words(self) -> str:
        """The words that follow on "is written": ``as per cent``."""
        return _WORDS[self]


_WORDS = {
    NumberForm.NONE: "",
    NumberForm.PLAIN: "as a plain number",
    NumberForm.PER_CENT: "as per cent",
    NumberForm.COMMA: "with a decimal comma",
    NumberForm.PRINTED: "as a printed tensor or array",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values
        NaN where the text is missing or unreadable.
    readable
        Whether the text is a finite number or missing (empty, ``nan``, ``null``, ``none``...).
    forms
        A `NumberForm` per text.
    """

    values: npt.NDArray[np.float64]
    readable: Flags
    forms: npt.NDArray[np.uint8]


def read_numbers(
    texts: Texts, *, is_share: bool = False, decimal_commas: Flags | None = None
) -> Numbers:
    """Return a column of texts as numbers.

    Read are plain numbers, those with a decimal comma, and what Python prints of one number in a
    tensor, an array or a list: ``tensor(0.81, device='cuda:0')``.

    Parameters
    ----------
    is_share
        Whether the numbers are shares of one, such as confidences: then ``95.8%`` is 0.958, and a
        comma never separates thousands.
    decimal_commas
        The texts in which a comma never separates thousands either; None for none of them.
    """
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    if isinstance(trimmed, pa.ChunkedArray):
        trimmed = trimmed.combine_chunks()
    missing = _flags(pc.is_in(pc.utf8_lower(trimmed), value_set=_NO_VALUE))
    values = _plain_values(trimmed)
    forms = np.where(np.isnan(values), NumberForm.NONE, NumberForm.PLAIN).astype(np.uint8)
    other = np.flatnonzero(np.isnan(values) & ~missing)
    if len(other):
        certain = None if decimal_commas is None else decimal_commas[other]
        values[other], forms[other] = _other_forms(trimmed.take(pa.array(other)), is_share, certain)
    finite = np.isfinite(values)
    return Numbers(
        values=np.where(finite, values, np.nan),
        readable=missing | finite,
        forms=np.where(finite, forms, NumberForm.NONE).astype(np.uint8),
    )


def _plain_values(texts: Texts) -> npt.NDArray[np.float64]:
    """Return plain numbers; NaN for every other text."""
    written = pc.match_substring_regex(texts, _NUMBER)
    unsigned = pc.if_else(pc.starts_with(texts, "+"), pc.utf8_slice_codeunits(texts, 1), texts)
    numeric = pc.if_else(written, unsigned, pa.scalar(None, pa.string())).cast(pa.float64())
    values: npt.NDArray[np.float64] = pc.fill_null(numeric, float("nan")).to_numpy(
        zero_copy_only=False
    )
    return values.copy()


def _other_forms(
    texts: Texts, is_share: bool, certain: Flags | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    values = np.full(len(texts), np.nan)
    forms = np.full(len(texts), NumberForm.NONE, np.uint8)

    def fill(form: NumberForm, rows: Integers, found: npt.NDArray[np.float64]) -> None:
        known = ~np.isnan(found)
        values[rows[known]], forms[rows[known]] = found[known], form

    for pattern in (_PRINTED, _EAGER):
        inner = pc.struct_field(pc.extract_regex(texts, pattern), "number")
        fill(NumberForm.PRINTED, np.arange(len(texts)), _plain_values(pc.fill_null(inner, "")))
    rows = np.flatnonzero(np.isnan(values))
    fill(NumberForm.COMMA, rows, _with_comma(texts.take(pa.array(rows)), is_share))
    if certain is not None:
        rows = np.flatnonzero(np.isnan(values) & certain)
        fill(NumberForm.COMMA, rows, _with_comma(_without_points(texts.take(pa.array(rows))), True))
    if is_share:
        rows = np.flatnonzero(_flags(pc.match_substring_regex(texts, _PER_CENT)))
        bare = pc.replace_substring_regex(texts.take(pa.array(rows)), _PER_CENT, "")
        plain, comma = _plain_values(bare), _with_comma(bare, is_share)
        fill(NumberForm.PER_CENT, rows, np.where(np.isnan(plain), comma, plain) / 100)
    return values, forms


def _without_points(texts: Texts) -> Texts:
    """Return texts such as ``1.234,5`` without the points between their thousands."""
    written = pc.match_substring_regex(texts, _POINTS)
    return pc.if_else(written, pc.replace_substring(texts, ".", ""), texts)


def _with_comma(texts: Texts, is_share: bool) -> npt.NDArray[np.float64]:
    written = pc.match_substring_regex(texts, _COMMA)
    if not is_share:
        written = pc.and_not(written, pc.match_substring_regex(texts, _THOUSANDS))
    points = pc.if_else(written, pc.replace_substring(texts, ",", "."), "")
    return _plain_values(points)


def _flags(column: Texts) -> Flags:
    flags: Flags = column.to_numpy(zero_copy_only=False)
    return flags
