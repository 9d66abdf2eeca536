"""What the images of a log are called, once it is known where their rows stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyarrow as pa

from jobs.job_file.names.logged_images import DIGEST_DIGITS, LoggedImageName
from jobs.predictions.rows.origins import Place
from jobs.times.timestamp_parts import Texts

_DIGEST = re.compile(rf"[0-9a-f]{{{DIGEST_DIGITS}}}")


def logged_names(found: Texts, places: Iterable[Place]) -> pa.StringArray:
    """Return the names of a window's images from their digests; other texts stay as they are."""
    return pa.array(
        [
            digest
            if digest is None or not _DIGEST.fullmatch(digest)
            else str(
                LoggedImageName(
                    source=place.source, line=place.number, unit=place.unit, digest=digest
                )
            )
            for digest, place in zip(found.to_pylist(), places, strict=True)
        ],
        pa.string(),
    )
