"""The rows of the cache of views, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reference_stats.feature_cache.row_kind import RowKind
from reference_stats.model_view.cache.digests import DIGEST_BYTES
from reference_stats.model_view.embedding_column import as_column, embedding_type, from_column
from reference_stats.model_view.views import ANSWERS, ImageViews

# Of a model with 1,280 numbers an image so much is 12,000 images.
_FULL_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenImages:
    """Images that a model has looked at.

    Attributes
    ----------
    paths
        `ImageLocation.path` of each.
    digests
        Of the outcome of each: see `digests`.
    views
        What the model saw; all of it is known.
    """

    paths: Sequence[str]
    digests: Sequence[bytes]
    views: ImageViews

    def __len__(self) -> int:
        return len(self.paths)


def view_schema(width: int) -> pa.Schema:
    """Return the columns of views whose embeddings have so many numbers."""
    return pa.schema(
        [
            ("image", pa.string()),
            ("outcome", pa.binary(DIGEST_BYTES)),
            ("embedding", embedding_type(width)),
            *((name, pa.float32()) for name in ANSWERS),
            ("class", pa.int32()),
        ]
    )


def rows_of_views(width: int) -> RowKind:
    """Return what the rows of a cache of such views are."""
    schema = view_schema(width)
    return RowKind(
        cache="cache of the model's views",
        schema=schema,
        can_be_completed=lambda columns: list(columns) == schema.names,
        completed=lambda rows: rows.cast(schema),
        in_order=one_row_each,
        full_bytes=_FULL_BYTES,
    )


def table_of(seen: SeenImages) -> pa.Table:
    """Return a row for each image."""
    views = seen.views
    columns: dict[str, object] = {
        "image": pa.array(seen.paths, pa.string()),
        "outcome": pa.array(seen.digests, pa.binary(DIGEST_BYTES)),
        "embedding": as_column(views.embeddings),
        "class": views.classes,
    }
    columns |= dict(zip(ANSWERS, np.ascontiguousarray(views.answers.T), strict=True))
    return pa.table(columns, schema=view_schema(views.width))


def one_row_each(rows: pa.Table) -> pa.Table:
    """Return rows sorted by path and outcome, of several for one outcome always the same one."""
    keys = [(name, "ascending") for name in rows.column_names]
    ordered = rows.take(pc.sort_indices(rows, sort_keys=keys))
    if ordered.num_rows < 2:
        return ordered
    is_last = np.ones(ordered.num_rows, dtype=bool)
    is_last[:-1] = False
    for name in ("image", "outcome"):
        column = ordered.column(name).combine_chunks()
        is_last[:-1] |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    return ordered.filter(pa.array(is_last))


def seen_in(rows: pa.Table) -> SeenImages:
    """Return what rows tell; those whose embedding is not finite are left out."""
    embeddings = from_column(rows.column("embedding"))
    is_finite = np.isfinite(embeddings).all(axis=1)
    if not is_finite.all():
        rows, embeddings = rows.filter(pa.array(is_finite)), embeddings[is_finite]
    answers = [rows.column(name).to_numpy() for name in ANSWERS]
    return SeenImages(
        paths=rows.column("image").to_pylist(),
        digests=rows.column("outcome").to_pylist(),
        views=ImageViews(
            embeddings=embeddings,
            answers=np.stack(answers, axis=1).astype(np.float32, copy=False),
            classes=rows.column("class").to_numpy().astype(np.int32, copy=False),
            known=np.ones(rows.num_rows, dtype=np.bool_),
        ),
    )
