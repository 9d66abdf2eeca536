"""What a model sees in a profile's images: written once beside the profile, read afterwards."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.buckets.bucket import BINARY, Bucket
from jobs.errors import ObjectError, ObjectExistsError, ObjectMissingError
from reference_stats.model_view.embedding_column import as_column, from_column
from reference_stats.model_view.views import ANSWERS, ImageViews

VIEWS_FOLDER = "views"
_VIEWS_NAME = re.compile(r"v-[0-9a-f]+\.parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileViews:
    """The views of one profile's images, one object for each definition of a view.

    Attributes
    ----------
    bucket
        The job's bucket.
    folder
        The folder of the profile in it, ``<reports.path>/<job name>/profiles/<profile id>``.
    """

    bucket: Bucket
    folder: str

    def name_of(self, view_id: str) -> str:
        """Return the object that holds the views of one definition."""
        return f"{self.folder}/{VIEWS_FOLDER}/{view_id}.parquet"

    def load(self, view_id: str, images: int) -> ImageViews | None:
        """Return the views of all images of the profile, in its order; None before they are made.

        Parameters
        ----------
        images
            How many images the profile has.

        Raises
        ------
        ObjectError
            If they are damaged, or cannot be read.
        """
        name = self.name_of(view_id)
        try:
            stored = self.bucket.read(name).data
        except ObjectMissingError:
            return None
        try:
            views = _from_bytes(stored)
            if len(views) != images:
                raise ValueError(f"{len(views)} images in place of {images}")  # noqa: TRY301
        except (pa.ArrowException, ValueError, KeyError, TypeError) as error:
            raise ObjectError(
                self.bucket.url_of(name),
                f"the model's views of the reference are damaged ({error}). Delete the object; the "
                "next run makes it anew.",
            ) from None
        return views

    def save(self, view_id: str, views: ImageViews) -> None:
        """Write the views of all images; what is there already stays as it is.

        Raises
        ------
        ObjectError
            If they cannot be written.
        """
        with suppress(ObjectExistsError):
            self.bucket.create(self.name_of(view_id), _as_bytes(views), BINARY)


def is_of_views(file: Sequence[str]) -> bool:
    """Tell whether an object holds the views of a profile's images.

    Parameters
    ----------
    file
        The parts of its name below the folder of the profile.
    """
    return len(file) == 2 and file[0] == VIEWS_FOLDER and bool(_VIEWS_NAME.fullmatch(file[1]))


def _as_bytes(views: ImageViews) -> bytes:
    answers = {name: pa.array(views.answers[:, at]) for at, name in enumerate(ANSWERS)}
    table = pa.table(
        {
            "embedding": as_column(views.embeddings),
            **answers,
            "class": pa.array(views.classes, pa.int32()),
            "known": pa.array(views.known),
        }
    )
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd", use_dictionary=False)
    return target.getvalue()


def _from_bytes(stored: bytes) -> ImageViews:
    table = pq.read_table(io.BytesIO(stored))
    return ImageViews(
        embeddings=from_column(table.column("embedding")),
        answers=np.stack([_numbers(table, name, np.float32) for name in ANSWERS], axis=1),
        classes=_numbers(table, "class", np.int32),
        known=_numbers(table, "known", np.bool_),
    )


def _numbers(table: pa.Table, name: str, kind: type[np.generic]) -> np.ndarray:
    values: np.ndarray = table.column(name).to_numpy().astype(kind)
    return values
