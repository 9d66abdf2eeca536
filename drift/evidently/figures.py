"""The two pictures on Evidently's page, without Plotly's objects.

Plotly checks every property of every figure and copies its looks into it: a hundred small pictures
take seconds. These are the same figures, property by property, as plain dictionaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

# Arrays are left as they are: whoever writes the JSON goes through a list number by number.
Json = dict[str, Any]
# Numbers or moments along the horizontal axis.
Places = npt.NDArray[Any]
BARS, LINES = "bar", "scatter"

# What a template says of other kinds of axes than these pictures have.
_OTHER_AXES = frozenset(
    ("polar", "ternary", "scene", "geo", "mapbox", "coloraxis", "colorscale", "map", "smith")
)


@dataclass(frozen=True, slots=True)
class PlainFigure:
    """A figure as far as Evidently's widgets ask for it."""

    data: Sequence[Json]
    layout: Json

    def to_plotly_json(self) -> Json:
        """Return what Plotly's own figures return."""
        return {"data": self.data, "layout": self.layout}


def used_looks(template: Mapping[str, Any], kind: str) -> Json:
    """Return what a Plotly template says of one kind of trace and of plain axes.

    A template carries the looks of all kinds: half of a page's numbers.
    """
    data, layout = template.get("data", {}), template.get("layout", {})
    return {
        "data": {kind: data[kind]} if kind in data else {},
        "layout": {key: look for key, look in layout.items() if key not in _OTHER_AXES},
    }


def histogram(
    sides: Sequence[tuple[str, str, pd.Series, pd.Series]],
    *,
    titles: tuple[str, str],
    template: Json,
) -> PlainFigure:
    """Return bars of both sides with a button that turns counts into percents.

    Parameters
    ----------
    sides
        Name, colour, the bars' places and their heights.
    titles
        Of the vertical axis, for counts and for percents.
    """
    traces: list[Json] = []
    for name, colour, places, counts in sides:
        for heights, visible in ((counts, True), (counts / counts.sum() * 100, False)):
            traces.append(
                {
                    "marker": {"color": colour},
                    "name": name,
                    "visible": visible,
                    "x": places.to_numpy(),
                    "y": heights.to_numpy(),
                }
            )
    layout = _layout("", titles[0], template)
    layout["updatemenus"] = [_buttons([trace["visible"] for trace in traces], titles)]
    return _figure(BARS, traces, layout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A line with what lies around it."""

    name: str
    middle: float
    half_width: float
    line_colour: str
    fill_colour: str


def line_over_band(
    name: str,
    points: pd.DataFrame,
    colour: str,
    band: Band,
    *,
    titles: tuple[str, str],
    template: Json,
) -> PlainFigure:
    """Return a line with its own spread, above the reference's mean and spread.

    Parameters
    ----------
    points
        ``per`` (place), ``mean`` and ``std``, which may be missing.
    titles
        Of the horizontal and the vertical axis.
    """
    places = points["per"].to_numpy()
    traces = [*_band_traces(places, band), *_line_traces(name, places, points, colour)]
    return _figure(LINES, traces, _layout(*titles, template))


def _band_traces(places: Places, band: Band) -> list[Json]:
    """Return the reference's mean over all places, and its spread around it."""
    low, high = places.min(), places.max()
    top, bottom = band.middle + band.half_width, band.middle - band.half_width
    return [
        {
            "marker": {"color": band.line_colour},
            "mode": "lines",
            "name": band.name,
            "showlegend": True,
            "x": places,
            "y": np.full(len(places), band.middle),
        },
        {
            "fill": "toself",
            "fillcolor": band.fill_colour,
            "line": {"color": band.fill_colour, "dash": "solid", "width": 0},
            "marker": {"size": 0},
            "name": "reference (+/- 1std)",
            "opacity": 0.5,
            "x": [low, high, high, low],
            "y": [top, top, bottom, bottom],
        },
    ]


def _line_traces(name: str, places: Places, points: pd.DataFrame, colour: str) -> list[Json]:
    """Return the spread around a line, and the line."""
    means, spread = points["mean"].to_numpy(), points["std"].fillna(0).to_numpy()
    return [
        {
            "fill": "toself",
            "fillcolor": colour,
            "hoverinfo": "skip",
            "line": {"color": colour},
            "opacity": 0.2,
            "showlegend": False,
            "x": np.concatenate([places, places[::-1]]),
            "y": np.concatenate([means + spread, (means - spread)[::-1]]),
        },
        {
            "legendgroup": name,
            "line": {"color": colour},
            "mode": "lines",
            "name": name,
            "showlegend": True,
            "x": places,
            "y": means,
        },
    ]


def _figure(kind: str, traces: Iterable[Json], layout: Json) -> PlainFigure:
    on_axes = {"type": kind, "xaxis": "x", "yaxis": "y"}
    return PlainFigure([trace | on_axes for trace in traces], layout)


def _layout(across: str, upward: str, template: Json) -> Json:
    return {
        "template": template,
        "xaxis": {"anchor": "y", "domain": [0.0, 1.0], "title": {"text": across}},
        "yaxis": {"anchor": "x", "domain": [0.0, 1.0], "title": {"text": upward}},
    }


def _buttons(shown: Sequence[bool], titles: tuple[str, str]) -> Json:
    states = (("abs", list(shown), titles[0]), ("perc", [not one for one in shown], titles[1]))
    return {
        "buttons": [
            {
                "args": [{"visible": visible}, {"yaxis": {"title": title}}],
                "label": label,
                "method": "update",
            }
            for label, visible, title in states
        ],
        "direction": "right",
        "type": "buttons",
        "x": 1.05,
        "y": 1.2,
        "yanchor": "top",
    }
