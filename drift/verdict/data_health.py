"""The health of the window's pictures and of the model's answers: counts, beside the verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.file_differences import FileCounts, kind_name
from reports.findings.images import Latency, PictureCount, PictureHealth, Quality
from reports.words.picture_limits import BLOWN_OUT_ABOVE, BLURRED_BELOW, DARK_BELOW, TINY_BELOW_PX


def with_health(
    quality: Quality, fields: pd.DataFrame, features: pd.DataFrame, reference: pd.DataFrame
) -> Quality:
    """Return `quality` with its pictures, its latency and its median confidence filled in.

    Parameters
    ----------
    fields
        The rows of the window: `PredictionRows.fields`.
    features, reference
        The features of the analysed images and of the profile, one row per image.
    """
    confidence = fields["confidence"].dropna()
    return replace(
        quality,
        pictures=picture_health(features, reference),
        latency=latency_of(fields["latency"]),
        confidence_median=float(confidence.median()) if len(confidence) else None,
    )


def with_files(quality: Quality, files: FileCounts) -> Quality:
    """Return `quality` with the counts of what the images' files are filled in."""
    kinds: Counter[str] = Counter()
    wide: Counter[str] = Counter()
    for file, number in files.items():
        kinds[kind_name(file.kind)] += number
        if file.profile:
            wide[file.profile] += number
    return replace(
        quality,
        file_kinds=dict(sorted(kinds.items())),
        transparent_images=sum(number for file, number in files.items() if file.transparent),
        multi_frame_images=sum(number for file, number in files.items() if file.frames > 1),
        wide_colour_profiles=dict(sorted(wide.items())),
    )


def picture_health(features: pd.DataFrame, reference: pd.DataFrame) -> PictureHealth | None:
    """Return how many images are dark, blown out, blurred and tiny; None without an image.

    An image in which a feature is not defined is not counted for it.
    """
    if features.empty:
        return None
    return PictureHealth(
        dark=_count(_is_dark(features), _is_dark(reference)),
        blown_out=_count(_is_blown_out(features), _is_blown_out(reference)),
        blurred=_count(_is_blurred(features), _is_blurred(reference)),
        tiny=_count(_is_tiny(features), _is_tiny(reference)),
    )


def latency_of(milliseconds: pd.Series[float]) -> Latency | None:
    """Return how long the answers took; None where no row says it."""
    known = milliseconds.dropna().to_numpy(dtype="float64")
    if not len(known):
        return None
    median, p95 = np.quantile(known, (0.5, 0.95))
    return Latency(
        count=len(known), median_ms=float(median), p95_ms=float(p95), max_ms=float(known.max())
    )


_Flags = NDArray[np.bool_]


def _count(current: _Flags | None, reference: _Flags | None) -> PictureCount:
    return PictureCount(
        images=0 if current is None else int(current.sum()),
        reference_share=None if reference is None else float(reference.mean()),
    )


def _is_dark(images: pd.DataFrame) -> _Flags | None:
    values = _column(images, "mean")
    return None if values is None else values < DARK_BELOW


def _is_blown_out(images: pd.DataFrame) -> _Flags | None:
    values = _column(images, "overexposed")
    return None if values is None else values > BLOWN_OUT_ABOVE


def _is_blurred(images: pd.DataFrame) -> _Flags | None:
    values = _column(images, "sharpness")
    return None if values is None else values < BLURRED_BELOW


def _is_tiny(images: pd.DataFrame) -> _Flags | None:
    width, height = _column(images, "width"), _column(images, "height")
    if width is None or height is None:
        return None
    # Where one side is not known the other one decides.
    return np.fmin(width, height) < TINY_BELOW_PX


def _column(images: pd.DataFrame, name: str) -> NDArray[np.float64] | None:
    """Return a feature's values; None where no image has one."""
    if name not in images or not images[name].notna().any():
        return None
    return images[name].to_numpy(dtype="float64")
