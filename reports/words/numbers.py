"""Numbers, lists, times and shares as people say them."""

from __future__ import annotations

import math
import re

from reports.history.history import parse_time

NOTHING = "\N{EN DASH}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""The days of a week, as calendars name them."""
SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
_ROUNDING = 1e-12
_PARENTHESES = re.compile(r" \([^()]*\)")


def readable(value: float | None) -> str:
    """Return a number with three significant digits, thousands grouped; a dash for None and NaN."""
    if value is None or not math.isfinite(value):
        return NOTHING
    text = f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")


def with_spread(mean: float | None, std: float | None) -> str:
    """Return ``3.11 ± 0.42``: the spread with two digits, and as many decimals for the mean."""
    if mean is None or std is None or not math.isfinite(mean + std):
        return readable(mean)
    # There is one value only: its deviation is the rounding error of the sum.
    if std <= _ROUNDING * abs(mean):
        return readable(mean)
    decimals = max(0, 1 - math.floor(math.log10(std)))
    if decimals > 6:
        return f"{readable(mean)} ± {readable(std)}"
    # The z writes a mean that is rounded to zero without a sign.
    return f"{mean:z,.{decimals}f} ± {std:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: ``1 image``, ``1,204 images``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def verbed(number: int, noun: str, one: str, several: str) -> str:
    """Return a number with its noun and verb: ``1 row names``, ``7 rows name``."""
    return f"{counted(number, noun)} {one if number == 1 else several}"


def share(part: int, whole: int) -> str:
    """Return a share of a total in per cent; a dash if the total is zero."""
    return NOTHING if whole <= 0 else percent(part / whole)


def without_numbers(sentence: str) -> str:
    """Return a sentence without what it holds in parentheses: how an image looks, in few words."""
    return _PARENTHESES.sub("", sentence)


def rounded_share(share: float) -> str:
    """Return a share in whole per cent, for sentences: ``13 %``, ``under 1 %``."""
    whole = "under 1" if 0 < share < 0.01 else f"{100 * share:.0f}"
    return f"{whole}\N{NO-BREAK SPACE}%"


def percent(part: float) -> str:
    """Return a number between 0 and 1 in per cent."""
    number = 100 * part
    if 0 < number < 0.1:
        return "<0.1 %"
    if 99.5 <= number < 100:
        # Rounding must not make 100 % of less than all.
        return f"{min(number, 99.9):.1f} %"
    return f"{number:.1f} %" if number < 9.95 else f"{number:.0f} %"


def milliseconds(number: float) -> str:
    """Return milliseconds as people say them: ``38 ms``, ``2.4 s``."""
    if number >= 9_999.5:
        return f"{number / 1000:,.0f} s"
    return f"{number / 1000:.1f} s" if number >= 999.5 else f"{readable(number)} ms"


def listed(items: list[str], most: int = 5) -> str:
    """Return names as a list in a sentence, ``a, b and c``; names beyond the limit are counted."""
    shown = items[:most]
    if len(items) > most:
        return f"{', '.join(shown)} and {len(items) - most:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def sentence(text: str) -> str:
    """Return `text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def moment(text: str) -> str:
    """Return an ISO 8601 time as ``8 Mar 2025, 14:00 UTC``; anything else unchanged."""
    try:
        time = parse_time(text)
    except ValueError:
        return text
    clock = f"{time:%H:%M}" if time.second == 0 else f"{time:%H:%M:%S}"
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}, {clock} UTC"


def day(text: str) -> str:
    """Return an ISO 8601 time as ``8 Mar 2025``; anything else unchanged."""
    return moment(text).partition(",")[0]


def p_words(p_value: float | None) -> str:
    """Return an adjusted p-value: ``0.031``, ``< 0.0001``; ``not tested`` for None."""
    if p_value is None or not math.isfinite(p_value):
        return "not tested"
    return "< 0.0001" if p_value < 0.0001 else f"{p_value:.2g}"
