"""Where profiles are kept: each written once under its id, and one of them pinned."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from jobs.buckets.bucket import BINARY, JSON, Bucket
from jobs.errors import ObjectError, ObjectExistsError, ObjectMissingError
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile

PINNED = "pinned.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileStore:
    """The profiles of one job.

    Attributes
    ----------
    bucket
        The job's bucket.
    folder
        The folder of the profiles in it, ``<reports.path>/<job name>/profiles``.
    """

    bucket: Bucket
    folder: str

    def pinned_id(self) -> str | None:
        """Return the id of the profile that runs use, or None before the first was built."""
        try:
            stored = self.bucket.read(f"{self.folder}/{PINNED}")
        except ObjectMissingError:
            return None
        try:
            return str(json.loads(stored.data)["id"])
        except (ValueError, KeyError, TypeError):
            raise ObjectError(
                self.bucket.url_of(f"{self.folder}/{PINNED}"),
                'expected JSON such as {"id": "p-..."}. Run drift profile build to write it anew.',
            ) from None

    def load(self, profile_id: str) -> ReferenceProfile:
        """Return the profile of that id.

        Raises
        ------
        ObjectMissingError
            If there is none.
        ObjectError
            If its files are damaged.
        """
        folder = f"{self.folder}/{profile_id}"
        names = ("profile.json", "features.parquet", "predictions.parquet")
        with ThreadPoolExecutor(len(names) + 1) as readers:
            records = readers.submit(self._records_if_there, folder)
            files = readers.map(lambda name: self.bucket.read(f"{folder}/{name}").data, names)
            described, features, predictions = files
        try:
            document = json.loads(described)
            profile = _assemble(document, features, predictions)
            return replace(profile, records=_records(document, records.result()))
        except (ValueError, KeyError, TypeError) as error:
            raise ObjectError(
                self.bucket.url_of(f"{folder}/profile.json"),
                f"the profile's files do not fit together ({error}). Delete the folder and run "
                "drift profile build.",
            ) from None

    def _records_if_there(self, folder: str) -> bytes | ObjectMissingError:
        try:
            return self.bucket.read(f"{folder}/records.parquet").data
        except ObjectMissingError as error:
            return error

    def save(self, profile: ReferenceProfile) -> None:
        """Write a profile under its id and pin it; one that is there already stays as it is."""
        folder = f"{self.folder}/{profile.id}"
        files = {
            "features.parquet": (profile.features.to_parquet(index=False), BINARY),
            "predictions.parquet": (profile.predictions.rows.to_parquet(index=False), BINARY),
        }
        if profile.records is not None:
            files["records.parquet"] = (profile.records.to_parquet(index=False), BINARY)
        files["profile.json"] = (_describe(profile), JSON)
        for name, (data, kind) in files.items():
            with suppress(ObjectExistsError):
                self.bucket.create(f"{folder}/{name}", data, kind)
        pin = json.dumps({"id": profile.id}) + "\n"
        self.bucket.write(f"{self.folder}/{PINNED}", pin.encode(), JSON)


def _describe(profile: ReferenceProfile) -> bytes:
    described: dict[str, object] = {
        "id": profile.id,
        "created_at": profile.created_at.isoformat(),
        "source": profile.source,
        "settings_digest": profile.settings_digest,
        "images": profile.images,
        "features": dict(sorted(profile.versions.items())),
        "predictions": list(profile.predictions.rows.columns),
        "left_out": dict(sorted(profile.left_out.items())),
    }
    if profile.records is not None:
        described["records"] = list(profile.records.columns)
    return (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode()


def _records(
    described: dict[str, object], stored: bytes | ObjectMissingError
) -> pd.DataFrame | None:
    # A profile of an older version names none.
    if "records" not in described:
        return None
    if isinstance(stored, ObjectMissingError):
        raise stored
    records = pd.read_parquet(io.BytesIO(stored))
    if len(records) != described["images"] or list(records) != described["records"]:
        raise ValueError("records.parquet has other rows or columns than profile.json names")
    return records


def _assemble(
    described: dict[str, object], features: bytes, predictions: bytes
) -> ReferenceProfile:
    table = pd.read_parquet(io.BytesIO(features))
    versions = described["features"]
    left_out = described["left_out"]
    if not isinstance(versions, dict) or not isinstance(left_out, dict):
        raise TypeError("features and left_out have to be tables")
    if sorted(table.columns) != sorted(versions):
        raise ValueError("features.parquet has other columns than profile.json names")
    return ReferenceProfile(
        id=str(described["id"]),
        created_at=datetime.fromisoformat(str(described["created_at"])),
        source=str(described["source"]),
        settings_digest=str(described["settings_digest"]),
        versions=versions,
        features=table,
        predictions=PredictionTable(rows=pd.read_parquet(io.BytesIO(predictions))),
        left_out=left_out,
    )
