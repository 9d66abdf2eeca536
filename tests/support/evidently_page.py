"""What is on a page of Evidently's, and where two of them differ."""

import json
import re

import pytest


def page_data(page: bytes):
    found = re.search(rb"var metric_\w+ = (\{.*\});\n", page)
    return json.loads(found[1])


def charts_of(page: bytes) -> list[dict]:
    """Return the figures of a page; of the template what they use, as no other trace is drawn."""
    charts = list(_figures(page_data(page)))
    for chart in charts:
        template = chart["layout"]["template"]
        kinds = {trace["type"] for trace in chart["data"]}
        chart["looks"] = {kind: template["data"][kind] for kind in kinds}
        chart["axes"] = {name: template["layout"][name] for name in ("xaxis", "yaxis", "colorway")}
    return charts


def _figures(value):
    if isinstance(value, dict):
        if "data" in value and "layout" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _figures(one)


def differences(one, other, place=""):
    """Yield where two documents differ but for last digits, templates and the order of classes."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one.keys() - {"template"}:
            yield from differences(one[name], other[name], f"{place}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{place}.{number}")
    elif one != other and not (isinstance(one, float) and _nearly(one, other)):
        yield place, one, other


def _nearly(one: float, other: object) -> bool:
    return one == pytest.approx(other, rel=1e-9, nan_ok=True)
