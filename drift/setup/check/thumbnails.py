"""Checks for thumbnails and other copies among the reference's images."""

from __future__ import annotations

from collections.abc import Iterator

from drift.observations.reference.smaller_copies import Copies
from drift.setup.check.result import Check, look
from jobs.toml_text import as_list


def check_thumbnails(copies: Copies | None) -> Iterator[Check]:
    """Say which images of the reference look like copies of others, such as thumbnails."""
    if copies is not None:
        yield look(
            "reference",
            f"{copies.said} For instance {copies.names[0]}",
            "Copies in another size make a false drift: leave them out with reference.exclude = "
            f"{as_list(copies.globs)}, then run drift profile build.",
        )
