"""A remark about a reference from the log whose image names the window uses again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pandas as pd

from drift.observations.window_images import WindowImages
from drift.remarks.facts import RunData
from reference_stats.fingerprint import Fingerprints, stack_fingerprints
from reference_stats.image_uses import ONE_USE_US
from reports.findings.remarks import Remark
from reports.words.numbers import counted

_TIME = "timestamp"


def reference_names_remarks(data: RunData) -> Iterator[Remark]:
    """Yield how many of the reference's names stand for the very pictures of the window.

    They may have been overwritten before the profile was built, which then holds pictures of the
    window in place of those that its rows showed.
    """
    records, fingerprints = data.profile.records, data.window.fingerprints
    if records is None or _TIME not in records or fingerprints is None:
        return
    same = _same_pictures(records, data.window, fingerprints)
    if not same:
        return
    # What that does to the verdict, the remark `images_in_reference` says.
    yield Remark(
        code="reference_names_used_again",
        text=(
            f"{counted(same, 'image')} of the reference's {len(records):,} have names that this "
            "window uses at other times, for the very same pictures. If names are used again for "
            "other pictures, those of the reference were overwritten before the profile was "
            "built, and it holds the window's own. Take reference images whose names are not used "
            "again, as a folder of copies (reference.images), and run drift profile build."
        ),
    )


def _same_pictures(records: pd.DataFrame, window: WindowImages, fingerprints: Fingerprints) -> int:
    """Count names that are used at other times than the reference's, with equal fingerprints."""
    reference = records.drop_duplicates("image").set_index("image")
    rows = window.rows.loc[window.features.index, ["image", _TIME]]
    rows = rows[rows["image"].isin(reference.index)].drop_duplicates("image", keep="last")
    reference = reference.loc[rows["image"]]
    places = window.features.index.get_indexer(rows.index)
    theirs = stack_fingerprints(list(reference["fingerprint"]))
    is_same = (fingerprints[places] == theirs).all(axis=1)
    apart = (rows[_TIME].to_numpy() - reference[_TIME].to_numpy()).astype("timedelta64[us]")
    is_later = apart > np.timedelta64(timedelta(microseconds=ONE_USE_US))
    return int((is_same & is_later).sum())
