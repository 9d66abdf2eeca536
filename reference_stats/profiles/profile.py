"""The reference profile: the numbers that today's images are compared with."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from jobs.errors import ProfileDefinitionError
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES
from reference_stats.file_facts.facts import FileFacts, facts_from_text

_SEGMENT = "segment:"


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionTable:
    """What the model said about the reference.

    Attributes
    ----------
    rows
        One row per prediction. Columns, each of them optional: ``prediction`` (text or missing),
        ``confidence`` (float64), the probability columns and the further numbers (float64).
    left_out
        How many rows and values of its log could not be read, by what they are.
    numbers
        Which of the columns are further numbers of the log.
    """

    rows: pd.DataFrame
    left_out: Mapping[str, int] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()

    @classmethod
    def empty(cls) -> PredictionTable:
        """Return the table of a reference that knows no predictions."""
        return cls(rows=pd.DataFrame())

    @classmethod
    def of(
        cls,
        fields: pd.DataFrame,
        probabilities: tuple[str, ...],
        numbers: tuple[str, ...] = (),
    ) -> PredictionTable:
        """Return the columns of `fields` that hold at least one value, in a fixed order."""
        wanted = ("prediction", "confidence", *probabilities, *numbers)
        known = [name for name in wanted if name in fields and fields[name].notna().any()]
        return cls(
            rows=fields[known].reset_index(drop=True),
            numbers=tuple(name for name in known if name in numbers),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceProfile:
    """A reference set as numbers, with what is needed to know whether it still fits.

    Attributes
    ----------
    id
        ``p-`` and a hash of everything below but `created_at` and `source`: equal content has an
        equal id.
    created_at
        When it was built, UTC.
    source
        Where it came from, in plain words.
    settings_digest
        A hash of the job file's ``[reference]`` that it was built from.
    versions
        The definition version of each feature that it knows, by name.
    features
        One float64 column per known feature, one row per image.
    predictions
        What the model said about the reference, where that is known.
    left_out
        The number of reference images or rows that could not be used, by reason.
    records
        Which images the rows of `features` are, one row each: ``image`` (a name or path) and
        ``fingerprint`` (bytes); where they come from files ``file`` (`FileFacts.as_text`), which
        profiles of older versions have not; where they come from a log ``client`` (text or missing)
        and ``timestamp`` (UTC) too, and a column for each of the job's segments (`segments`), which
        profiles of older versions have not. None for a table of features, and for a profile that
        an older version built.
    prediction_images
        Which image each row of `predictions` is of: a name of `records`, another name where the
        image is not in the profile, or missing. None where the rows are the images one by one,
        and where that is not known, as for a profile that an older version built.
    of_rows
        Whether rows of a log or table are what counts once, as in a job without images: then
        `features` has one row for each of them, perhaps without any column.
    """

    id: str
    created_at: datetime
    source: str
    settings_digest: str
    versions: Mapping[str, int]
    features: pd.DataFrame
    predictions: PredictionTable
    left_out: Mapping[str, int]
    records: pd.DataFrame | None = None
    prediction_images: pd.Series | None = None
    of_rows: bool = False

    @property
    def images(self) -> int:
        """The number of reference images."""
        return len(self.features)

    @property
    def segments(self) -> pd.DataFrame:
        """Return what is known of the images' segments: a column for each, text or missing.

        They are called as in the log. There are none where the images do not come from a log, and
        in profiles of older versions.
        """
        if self.records is None:
            return pd.DataFrame()
        named = [name for name in self.records if str(name).startswith(_SEGMENT)]
        return self.records[named].rename(columns=lambda name: str(name).removeprefix(_SEGMENT))

    @property
    def files(self) -> list[FileFacts] | None:
        """What the images' files are, in the order of `features`; None where it is not known."""
        if self.records is None or "file" not in self.records:
            return None
        return [facts_from_text(text) for text in self.records["file"]]


def image_records(
    images: Sequence[str],
    fingerprints: Sequence[bytes],
    files: Sequence[FileFacts | None] | None = None,
) -> pd.DataFrame:
    """Return the `records` of a profile whose images have no time and no client.

    Parameters
    ----------
    files
        What the images' files are; left out where one of them is not known.
    """
    records = pd.DataFrame(
        {
            "image": pd.Series(images, dtype="str"),
            "fingerprint": pd.Series(fingerprints, dtype="object"),
        }
    )
    known = [one.as_text() for one in files or () if one is not None]
    return (
        records.assign(file=pd.array(known, dtype="str")) if len(known) == len(images) else records
    )


def segment_record(column: str) -> str:
    """Return under which name `ReferenceProfile.records` holds a segment column of the log."""
    return f"{_SEGMENT}{column}"


def profile_id(
    features: pd.DataFrame,
    predictions: PredictionTable,
    versions: Mapping[str, int],
    records: pd.DataFrame | None = None,
    prediction_images: pd.Series | None = None,
) -> str:
    """Return the id of a profile with this content; the same content has the same id anywhere."""
    digest = hashlib.sha256()
    for name in sorted(features.columns):
        values = np.ascontiguousarray(features[name].to_numpy(dtype="<f8"))
        digest.update(f"{name}:{versions[name]}\n".encode() + values.tobytes())
    digest.update(b"\npredictions\n" + _canonical_text(predictions.rows).encode())
    if records is not None:
        shown = records.assign(fingerprint=[one.hex() for one in records["fingerprint"]])
        digest.update(b"\nrecords\n" + _canonical_text(shown).encode())
    if prediction_images is not None:
        digest.update(b"\nimages\n" + _canonical_text(prediction_images.to_frame()).encode())
    return f"p-{digest.hexdigest()[:16]}"


def _canonical_text(rows: pd.DataFrame) -> str:
    buffer = io.StringIO()
    rows.to_csv(buffer, index=False, lineterminator="\n")
    return buffer.getvalue()


def check_definitions(
    profile: ReferenceProfile, features: tuple[Feature, ...] = FEATURES
) -> tuple[str, ...]:
    """Return the names of the features that both the profile and this version know.

    A profile with fewer features is used for those it has.

    Raises
    ------
    ProfileDefinitionError
        If the profile holds a feature that is defined in another way now.
    """
    changed = [
        f"{feature.name} (version {profile.versions[feature.name]}, now {feature.version})"
        for feature in features
        if profile.versions.get(feature.name, feature.version) != feature.version
    ]
    if changed:
        raise ProfileDefinitionError(
            f"profile {profile.id} was made with another definition of {', '.join(changed)}; its "
            "numbers cannot be compared with today's. Build a new one: drift profile build JOB.toml"
        )
    return tuple(feature.name for feature in features if feature.name in profile.versions)
