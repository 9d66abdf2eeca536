"""Prometheus' text format, as a metrics address answers and a cron job keeps it: lines to scrapes.

TorchServe puts a comma behind the last label, and writes large numbers as ``1.82E7``. Samples may
carry their own time in milliseconds behind the value; then one text can hold many scrapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from jobs.serving.samples import (
    REQUESTS,
    WANTED,
    DamagedSampleError,
    Scrape,
    Series,
    ServedModel,
    number_of,
)

_SAMPLE = re.compile(
    r'(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>(?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?'
    r"[ \t]+(?P<value>\S+)(?:[ \t]+(?P<time>-?\d+(?:\.\d+)?))?"
)
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_COMMENT = re.compile(r"# (?:HELP|TYPE|UNIT) [a-zA-Z_:]|# EOF")
# Milliseconds since 1970 are larger than this, seconds are smaller: OpenMetrics writes those.
_SECONDS_BELOW = 1e11


def is_exposition_line(line: bytes) -> bool:
    """Tell whether a line is one of Prometheus' text format."""
    text = line.decode("utf-8", "replace").rstrip()
    match = _SAMPLE.fullmatch(text)
    if match is None:
        return _COMMENT.match(text) is not None
    try:
        float(match["value"])
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class ExpositionReader:
    """Takes the lines of one object in turn, and gives out its scrapes.

    Attributes
    ----------
    repeats
        Whether a counter came twice without times: the text holds several scrapes, and nothing
        tells when they were made.
    is_complete
        Whether the text names the counter of requests, though it may have no value yet. A text that
        does not, and has no counters, is another server's, or was cut off: it tells nothing.
    """

    repeats: bool = False
    is_complete: bool = False
    _timed: dict[float, dict[Series, float]] = field(default_factory=dict)
    _untimed: dict[Series, float] = field(default_factory=dict)

    def take(self, line: bytes) -> None:
        """Take one line.

        Raises
        ------
        DamagedSampleError
            If a counter that is needed cannot be read.
        """
        text = line.decode("utf-8", "replace").strip()
        if not text or text.startswith("#"):
            self.is_complete = self.is_complete or REQUESTS in text.split()
            return
        match = _SAMPLE.fullmatch(text)
        if match is None:
            if text.startswith(tuple(WANTED)):
                raise DamagedSampleError(text)
            return
        values = self._untimed
        if match["time"] is not None:
            values = self._timed.setdefault(_seconds(match["time"]), {})
        if match["name"] not in WANTED:
            return
        series, value = _series(match), number_of(match["value"])
        self.repeats = self.repeats or (values is self._untimed and series in values)
        values[series] = value

    def finished(self, oldest_kept: int = 1) -> list[Scrape]:
        """Return the scrapes whose times are known so far, oldest first, and forget them.

        Parameters
        ----------
        oldest_kept
            So many of the newest ones are kept for lines that are still to come.
        """
        if len(self._timed) <= oldest_kept:
            return []
        moments = sorted(self._timed)
        done = moments[: len(moments) - oldest_kept] if oldest_kept else moments
        found = [Scrape(moment=moment, values=self._timed.pop(moment)) for moment in done]
        return [one for one in found if one.values or self.is_complete]

    def scrapes(self, moment: float | None) -> list[Scrape]:
        """Return the rest of the scrapes at the end of the text.

        Parameters
        ----------
        moment
            When samples without a time were scraped; None where nothing tells, and they are left
            out.
        """
        has_times = bool(self._timed)
        found = self.finished(0)
        is_empty = not self._untimed and (has_times or not self.is_complete)
        if moment is not None and not is_empty:
            found.append(Scrape(moment=moment, values=self._untimed))
        return found


def _seconds(text: str) -> float:
    number = number_of(text)
    return number if number < _SECONDS_BELOW else number / 1000


def _series(match: re.Match[str]) -> Series:
    labels = {
        name: _ESCAPED.sub(r"\1", text) for name, text in _LABEL.findall(match["labels"] or "")
    }
    model = ServedModel(labels.pop("model_name", ""), labels.pop("model_version", ""))
    return Series(match["name"], model, tuple(sorted(labels.items())))
