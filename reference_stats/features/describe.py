"""The table of all features as Markdown, for docs/features.md."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from reference_stats.features.feature import Feature
from reference_stats.features.registry import FAMILIES


def describe_features(families: Mapping[str, tuple[Feature, ...]] = FAMILIES) -> str:
    """Return one section per family: a table, then each feature's definition."""
    return "\n".join(_describe_family(name, features) for name, features in families.items())


def _describe_family(name: str, features: tuple[Feature, ...]) -> str:
    lines = [
        f"## {name.capitalize()}",
        "",
        "| Feature | Unit | What it is | When it rises | When it falls | Version |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{feature.name}` | {feature.unit} | {feature.title} | {feature.rises} "
        f"| {feature.falls} | {feature.version} |"
        for feature in features
    ]
    for feature in features:
        lines += ["", f"**`{feature.name}`.** {_definition(feature)}"]
    return "\n".join([*lines, ""])


def _definition(feature: Feature) -> str:
    text = " ".join((inspect.getdoc(feature.compute) or "").split())
    text = text.replace("``", "`").removeprefix("Return ")
    return text[:1].upper() + text[1:]
