"""The table of all features as Markdown, for docs/features.md."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from reference_stats.features.feature import Feature
from reference_stats.features.registry import FAMILIES

_INTRODUCTION = """\
# The image features

Every image is decoded once, its first frame turned as its EXIF tag says. The features of the first
family are defined on the grey levels of PIL's `convert("L")`, which clips 16-bit images at 255, as
those that earlier systems log are. All other families scale 16-bit images to 8 bits instead. A
feature that is undefined for an image is missing there.

The resolution is the smallest difference that means anything, in the feature's unit. A change of no
more than that is never drift, however sure it is, and a reference whose values (all but one in a
hundred) lie within it counts as constant: see [the verdict](verdict.md).

This page is made from the code: `python -m reference_stats.features.describe > docs/features.md`.

"""


def describe_features(families: Mapping[str, tuple[Feature, ...]] = FAMILIES) -> str:
    """Return the page: one section per family, a table and each feature's definition."""
    sections = (_describe_family(name, features) for name, features in families.items())
    return _INTRODUCTION + "\n".join(sections)


def _describe_family(name: str, features: tuple[Feature, ...]) -> str:
    lines = [
        f"## {name.capitalize()}",
        "",
        "| Feature | Unit | What it is | When it rises | When it falls | Resolution | Version |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{feature.name}` | {feature.unit} | {feature.title} | {feature.rises} "
        f"| {feature.falls} | {feature.resolution:g}: {feature.resolution_reason} "
        f"| {feature.version} |"
        for feature in features
    ]
    for feature in features:
        lines += ["", f"**`{feature.name}`.** {_definition(feature)}"]
    return "\n".join([*lines, ""])


def _definition(feature: Feature) -> str:
    text = " ".join((inspect.getdoc(feature.compute) or "").split())
    text = text.replace("``", "`").removeprefix("Return ")
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    print(describe_features(), end="")  # noqa: T201 - a page for the shell to redirect
