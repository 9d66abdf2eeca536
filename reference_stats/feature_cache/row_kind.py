"""What the rows of a cache's parts are: the features of images, or a model's views of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowKind:
    """The rows of one cache; one of their columns is called ``image`` and holds the paths.

    Attributes
    ----------
    cache
        What people call the cache.
    schema
        The columns.
    can_be_completed
        Tells of the names of a part's columns whether they are this program's, or those of an
        earlier version.
    completed
        Returns the rows of such a part with all columns.
    in_order
        Returns rows sorted, with what is known twice only once; the order does not depend on the
        parts that they come from.
    full_bytes
        A part of so many bytes or more is merged with no other one; None for that of features.
    """

    cache: str
    schema: pa.Schema
    can_be_completed: Callable[[Sequence[str]], bool]
    completed: Callable[[pa.Table], pa.Table]
    in_order: Callable[[pa.Table], pa.Table]
    full_bytes: int | None = None
