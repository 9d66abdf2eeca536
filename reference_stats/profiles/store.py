"""Where profiles are kept: each written once under its id, and one of them pinned."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from jobs.buckets.bucket import BINARY, JSON, Bucket, StoredObject
from jobs.errors import (
    ObjectChangedError,
    ObjectError,
    ObjectExistsError,
    ObjectMissingError,
)
from jobs.visible_text import escaped_json
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile

PINNED = "pinned.json"
PREDICTION_IMAGES = "prediction_images.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Which profile runs use, as it was read.

    Attributes
    ----------
    profile_id
        Its id; None where nothing is pinned.
    version
        The version of the object that says so; None where there is none.
    """

    profile_id: str | None = None
    version: str | None = None


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
        """Return the id of the profile that runs use, or None before the first was built.

        Raises
        ------
        ObjectError
            If the object that names it is damaged.
        """
        return self._id_in(self._stored_pin())

    def has_pin(self) -> bool:
        """Return whether there is an object that names the profile of runs; it is not read."""
        try:
            self.bucket.info(f"{self.folder}/{PINNED}")
        except ObjectMissingError:
            return False
        return True

    def pin_to_replace(self) -> Pin:
        """Return what is pinned, for `pin`; a damaged object pins nothing and may be replaced."""
        stored = self._stored_pin()
        if stored is None:
            return Pin()
        try:
            return Pin(profile_id=self._id_in(stored), version=stored.version)
        except ObjectError:
            return Pin(version=stored.version)

    def written_ids(self) -> frozenset[str]:
        """Return the ids of all profiles that were written before, whole or not."""
        start = f"{self.folder}/"
        below = (info.name.removeprefix(start) for info in self.bucket.list(start))
        return frozenset(name.partition("/")[0] for name in below if "/" in name)

    def _stored_pin(self) -> StoredObject | None:
        try:
            return self.bucket.read(f"{self.folder}/{PINNED}")
        except ObjectMissingError:
            return None

    def _id_in(self, stored: StoredObject | None) -> str | None:
        if stored is None:
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
        with ThreadPoolExecutor(len(names) + 2) as readers:
            records = readers.submit(self._read_if_there, f"{folder}/records.parquet")
            images = readers.submit(self._read_if_there, f"{folder}/{PREDICTION_IMAGES}")
            files = readers.map(lambda name: self.bucket.read(f"{folder}/{name}").data, names)
            described, features, predictions = files
        try:
            document = json.loads(described)
            profile = _assemble(document, features, predictions)
            return replace(
                profile,
                records=_records(document, records.result()),
                prediction_images=_prediction_images(document, images.result(), profile),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ObjectError(
                self.bucket.url_of(f"{folder}/profile.json"),
                f"the profile's files do not fit together ({error}). Delete the folder and run "
                "drift profile build.",
            ) from None

    def settings_digest_of(self, profile_id: str) -> str:
        """Return the `settings_digest` of a profile without reading the rest of it.

        Raises
        ------
        ObjectError
            If there is no such profile.
        ValueError, KeyError, TypeError
            If its description is damaged.
        """
        described = self.bucket.read(f"{self.folder}/{profile_id}/profile.json").data
        return str(json.loads(described)["settings_digest"])

    def _read_if_there(self, name: str) -> bytes | ObjectMissingError:
        try:
            return self.bucket.read(name).data
        except ObjectMissingError as error:
            return error

    def save(self, profile: ReferenceProfile) -> None:
        """Write a profile under its id; one that is there already stays as it is."""
        folder = f"{self.folder}/{profile.id}"
        files = {
            "features.parquet": (profile.features.to_parquet(index=False), BINARY),
            "predictions.parquet": (profile.predictions.rows.to_parquet(index=False), BINARY),
        }
        if profile.records is not None:
            files["records.parquet"] = (profile.records.to_parquet(index=False), BINARY)
        if profile.prediction_images is not None:
            images = profile.prediction_images.to_frame("image")
            files[PREDICTION_IMAGES] = (images.to_parquet(index=False), BINARY)
        files["profile.json"] = (_describe(profile), JSON)
        for name, (data, kind) in files.items():
            with suppress(ObjectExistsError):
                self.bucket.create(f"{folder}/{name}", data, kind)

    def pin(self, profile_id: str, before: Pin) -> None:
        """Let runs use a profile from now on.

        Parameters
        ----------
        before
            What was pinned when the profile was begun.

        Raises
        ------
        ObjectChangedError
            If something else was pinned since.
        """
        name = f"{self.folder}/{PINNED}"
        data = (json.dumps({"id": profile_id}) + "\n").encode()
        try:
            if before.version is None:
                self.bucket.create(name, data, JSON)
            else:
                self.bucket.replace(name, data, before.version, JSON)
        except (ObjectExistsError, ObjectChangedError):
            # The same content was pinned by another run: this is what was wanted.
            if self.pin_to_replace().profile_id != profile_id:
                raise ObjectChangedError(
                    self.bucket.url_of(name),
                    f"another profile was pinned while {profile_id} was built, and stays pinned. "
                    "To use the job file's reference instead: drift profile build.",
                ) from None


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
    if profile.prediction_images is not None:
        described["prediction_images"] = True
    if profile.predictions.numbers:
        described["numbers"] = list(profile.predictions.numbers)
    if profile.of_rows:
        described["of_rows"] = True
    return (escaped_json(json.dumps(described, indent=2, ensure_ascii=False)) + "\n").encode()


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


def _prediction_images(
    described: dict[str, object], stored: bytes | ObjectMissingError, profile: ReferenceProfile
) -> pd.Series | None:
    # A profile of an older version does not know, and one of a row per image needs no link.
    if "prediction_images" not in described:
        return None
    if isinstance(stored, ObjectMissingError):
        raise stored
    images: pd.Series = pd.read_parquet(io.BytesIO(stored))["image"]
    if len(images) != len(profile.predictions.rows):
        raise ValueError(f"{PREDICTION_IMAGES} has other rows than predictions.parquet")
    return images


def _assemble(
    described: dict[str, object], features: bytes, predictions: bytes
) -> ReferenceProfile:
    table = pd.read_parquet(io.BytesIO(features))
    versions = described["features"]
    left_out = described["left_out"]
    of_rows = bool(described.get("of_rows"))
    if of_rows and not len(table.columns):
        # A file without columns does not tell how many rows it has.
        table = pd.DataFrame(index=pd.RangeIndex(int(str(described["images"]))))
    numbers = described.get("numbers", [])
    if not isinstance(versions, dict) or not isinstance(left_out, dict):
        raise TypeError("features and left_out have to be tables")
    if not isinstance(numbers, list):
        raise TypeError("numbers has to be a list")
    if sorted(table.columns) != sorted(versions):
        raise ValueError("features.parquet has other columns than profile.json names")
    return ReferenceProfile(
        id=str(described["id"]),
        created_at=datetime.fromisoformat(str(described["created_at"])),
        source=str(described["source"]),
        settings_digest=str(described["settings_digest"]),
        versions=versions,
        features=table,
        predictions=PredictionTable(
            rows=pd.read_parquet(io.BytesIO(predictions)), numbers=tuple(map(str, numbers))
        ),
        left_out=left_out,
        of_rows=of_rows,
    )
