"""Remarks about what older versions of this program left in the bucket of a job."""

from __future__ import annotations

from collections.abc import Iterator

from drift.comparison.columns.columns import NEAR_COPIES
from drift.remarks.facts import RunData
from jobs.job_file.job import Job
from reference_stats.features.families.geometry import FILE_FEATURES
from reference_stats.features.registry import FEATURES, feature_set
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.remarks import Remark
from reports.words.numbers import listed, moment

_NAMES = 12


def features_unknown_to_profile(data: RunData) -> Iterator[Remark]:
    """Yield which features the pinned profile does not know although its source would give them."""
    lacking = lacking_features(data.profile, data.job)
    if lacking:
        text = f"{lacking_words(data.profile, data.job, lacking)} {BUILD_ANEW}"
        yield Remark(code="features_unknown_to_profile", text=text)


BUILD_ANEW = (
    "drift profile build makes a profile with all of them from the reference as it is now; the "
    "trend and what was accepted then begin anew."
)


def lacking_features(profile: ReferenceProfile, job: Job) -> tuple[str, ...]:
    """Return what a profile does not know and one that is built anew would.

    A table of features has the columns that it has: nothing is lacking there, nor in rows of a log.
    """
    kind = job.reference.kinds[0]
    if kind == "features" or not job.has_images:
        return ()
    never = {feature.name for feature in FILE_FEATURES} if kind == "tensors" else set()
    names = [feature.name for feature in feature_set(job.image_rules.canonical_size)]
    lacking = [name for name in names if name not in profile.versions and name not in never]
    return (*lacking, *([NEAR_COPIES] if profile.records is None else []))


def lacking_words(profile: ReferenceProfile, job: Job, lacking: tuple[str, ...]) -> str:
    """Say which features are not compared, and why the profile does not know them."""
    ordinary = {NEAR_COPIES, *(feature.name for feature in FEATURES)}
    reason = "an older version built it, or other settings of [reference]"
    if ordinary.isdisjoint(lacking):
        reason = f"it was built without images.canonical_size = {job.image_rules.canonical_size}"
    return (
        f"Not compared, because the pinned profile {profile.id} does not know it: "
        f"{listed(list(lacking), _NAMES)} ({reason})."
    )


def run_of_older_version(data: RunData) -> Iterator[Remark]:
    """Yield that the history holds this very run under the ids that older versions gave it."""
    if not data.as_older:
        return
    ids = [row.run_id for row in data.as_older]
    makers = "twice: an older version"
    if len(ids) > 1:
        makers = f"{len(ids) + 1} times: older versions"
    accepted = listed([row.run_id for row in data.as_older if row.accepted is not None])
    end = moment(data.as_older[0].window_end)
    yield Remark(
        code="run_of_older_version",
        text=(
            f"The history holds the window up to {end} {makers} made its run as {listed(ids)}, and "
            "run ids have changed since. All are in the index and in drift history; the trend and "
            "accepted windows count the window once."
            + f" Accepted as normal: {accepted}; this run is so only by a drift accept of its own."
            * bool(accepted)
        ),
    )
