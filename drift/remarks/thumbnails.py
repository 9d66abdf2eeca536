"""Remarks about thumbnails and other copies in another size among the reference's images."""

from __future__ import annotations

from collections.abc import Iterator

from drift.observations.reference.smaller_copies import Copies, find_copies
from drift.remarks.facts import RunData
from jobs.job_file.reference_settings import ReferenceSettings
from jobs.toml_text import as_list
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.remarks import Remark, RemarkWeight


def thumbnail_remarks(data: RunData) -> Iterator[Remark]:
    """Yield which images of the reference look like copies of others in another size."""
    copies = copies_in_profile(data.job.reference, data.profile)
    if copies is not None:
        yield Remark(
            code="thumbnails_in_reference",
            text=(
                f"Of the reference's images {copies.said} Copies in another size make a false "
                f"drift: leave them out with reference.exclude = {as_list(copies.globs)}, then "
                "run drift profile build."
            ),
            weight=RemarkWeight.CAUSE,
            headline="The reference seems to hold thumbnails beside their originals",
        )


def copies_in_profile(reference: ReferenceSettings, profile: ReferenceProfile) -> Copies | None:
    """Return the images of a profile that look like copies of others of it; None without any.

    Parameters
    ----------
    reference
        The job's settings; only a folder of images is looked at.
    """
    if reference.images is None or profile.records is None:
        return None
    return find_copies(reference.images, map(str, profile.records["image"]))
