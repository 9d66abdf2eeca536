"""A reference profile as a plain table for the terminal."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from drift.comparison.columns.columns import log_name
from drift.comparison.columns.rounding import deviation_of
from drift.observations.reference.copies import count_copies, words_of_copies
from reference_stats.features.registry import feature_names, features_named
from reference_stats.profiles.profile import ReferenceProfile
from reports.words.of_rows.sentences import in_rows

_QUANTILES = (0.05, 0.5, 0.95)


def profile_table(profile: ReferenceProfile) -> str:
    """Return features and the log's further numbers with moments and quantiles, and predictions."""
    table = Table(title=f"Profile {profile.id}, built {profile.created_at:%Y-%m-%d %H:%M} UTC")
    for heading in ("feature", "unit"):
        table.add_column(heading)
    for heading in ("values", "mean", "std", "5 %", "median", "95 %"):
        table.add_column(heading, justify="right")
    known = () if profile.of_rows else feature_names()
    for feature in features_named(dict.fromkeys((*known, *profile.features))):
        table.add_row(feature.name, feature.unit, *_numbers(profile.features, feature.name))
    for name in profile.predictions.numbers:
        table.add_row(log_name(name), "", *_numbers(profile.predictions.rows, name))
    lines = [
        f"{profile.images:,} {'rows' if profile.of_rows else 'images'} from {profile.source}",
        words_of_copies(profile),
        *(f"left out: {count:,} {reason}" for reason, count in profile.left_out.items()),
        f"predictions: {', '.join(profile.predictions.rows.columns) or 'none'}",
    ]
    buffer = io.StringIO()
    Console(file=buffer, width=110, color_system=None).print(table)
    return buffer.getvalue() + "\n".join(line for line in lines if line)


def profile_lines(profile: ReferenceProfile) -> list[str]:
    """Return lines on a new profile's content: its images, and the copies among them."""
    images = count_copies(profile).different_words()
    if profile.of_rows:
        images = in_rows(images)
    lines = [f"profile {profile.id}: {images} from {profile.source}", words_of_copies(profile)]
    return [line for line in lines if line]


def _numbers(table: pd.DataFrame, name: str) -> list[str]:
    if name not in table:
        return ["not in the profile", "", "", "", "", ""]
    values = table[name].dropna().to_numpy()
    if not len(values):
        return ["0", "", "", "", "", ""]
    moments = [values.mean(), deviation_of(values)]
    return [
        f"{len(values):,}",
        *(f"{number:.4g}" for number in [*moments, *np.quantile(values, _QUANTILES)]),
    ]
