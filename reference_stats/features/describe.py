"""The table of all features as Markdown, for docs/features.md."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from reference_stats.features.feature import Feature
from reference_stats.features.registry import FAMILIES

_INTRODUCTION = """\
# The image features

For people who ask what a number of the report measures, in what unit, and what moves it.

Every image is decoded once. What it looks like is decided by what Pillow, the loader of most
models, makes of the file. JPEG, PNG, GIF, BMP, TIFF, WebP and AVIF are read by their content,
whatever the file is called.

"""
# What a file holds, and what is looked at.
_FILES = {
    "several frames or pages (GIF, WebP, PNG, AVIF, TIFF, pictures in one JPEG)": (
        "the first one; `bits_per_pixel` divides by the pixels of all of them"
    ),
    "a turned picture": "turned as its EXIF tag says",
    "transparency": (
        'the colours below it, as `convert("RGB")` shows them; nothing is laid on a background'
    ),
    "whole numbers of more than 8 bits": (
        'clipped at 255 in the family of grey levels, as `convert("L")` does and earlier systems '
        "log them; scaled by 1/257 in all other families"
    ),
    "floating-point numbers of which none is above 1.5": (
        "taken as 0 to 1 and scaled to 255. Pillow itself would make them black; here they are no "
        "darker than the same picture in 8 bits"
    ),
    "other floating-point numbers": "taken as 0 to 255; below 0 and NaN are black",
    "1 bit": "black is 0, white is 255",
    "a palette": "its colours",
    "a colour profile": (
        "not applied, as in Pillow: colours of a wide one, such as Display P3, count as paler than "
        "they are shown"
    ),
    "HEIC, as iPhones take it": (
        "read where `pillow-heif` is installed (the extra `heif`), else counted as left out"
    ),
}
_DIFFERENCES = """
Where the window's files are of another kind than the reference's, the report says so before
anything else: other bits per sample, transparency, wide colour profiles, frames, grey or colour, or
format. A difference is told where the shares are at least 20 points apart and Fisher's exact test
gives that a chance below 0.001. Grey levels that are clipped on one side only say nothing about the
pictures. So where other shares of the two sides are clipped, grey levels are compared among the
images that are not; where these are less than half of a side, the features are `missing`, with a
note that says why.

A feature that is undefined for an image is missing there.

The resolution is the smallest difference that means anything, in the feature's unit. A change of no
more than that is never drift, however sure it is, and a reference whose values (all but one in a
hundred) lie within it counts as constant: see [the verdict](verdict.md).

This page is made from the code: `python -m reference_stats.features.describe > docs/features.md`.

"""


def describe_features(families: Mapping[str, tuple[Feature, ...]] = FAMILIES) -> str:
    """Return the page: one section per family, a table and each feature's definition."""
    sections = (_describe_family(name, features) for name, features in families.items())
    rows = [("What a file holds", "What is looked at"), ("---", "---"), *_FILES.items()]
    files = "".join(f"| {file} | {looked_at} |\n" for file, looked_at in rows)
    return _INTRODUCTION + files + _DIFFERENCES + "\n".join(sections)


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
    definition, _, _ = (inspect.getdoc(feature.compute) or "").partition("\nExamples\n--------\n")
    text = " ".join(definition.split())
    text = text.replace("``", "`").removeprefix("Return ")
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    print(describe_features(), end="")  # noqa: T201 - a page for the shell to redirect
