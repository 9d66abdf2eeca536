"""The part of the job file that says where the queried images are, how and where they are read."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from jobs.job_file.value_kinds import Settings


def _image_path(value: str) -> str:
    rest = re.sub(r"\{[^{}]+\}", "", value)
    if "{" in rest or "}" in rest:
        raise ValueError('a column, or a template such as "images/{id}_{filename}"')
    return value


class ImageSettings(Settings):
    """The queried images."""

    path: Annotated[str, AfterValidator(_image_path)] | None = Field(default=None, min_length=1)
    """Where a row's image is: a template over the log's own columns, such as
    `images/{id}_{filename}`, or the name of a column that holds paths or full URIs. A value can
    be changed first: `{time:%Y/%m/%d}` (on the clock that it is written in; `{time:utc %Y}` in
    UTC, `{time:Asia/Tokyo %Y}` or `{time:+09:00 %Y}` on another clock), `{path:slashes}` (with
    `/` for each backslash of Windows), `{path:name}` (the last part of a path), `{url:urlname}`
    (of a web address), `{path:stem}` (the same without its ending), `{id:lower}`, `{id:upper}`,
    `{name:safe}` (as web servers store it: `_` for spaces, ASCII only), `{id:whole}` (`12` for
    `12.0`), `{id:06}` (zeros in front), `{id:.2}` (the first two characters), `{id:2.4}` (the two
    behind them), `{id:2.}` (everything behind the first two), `{url:after=/uploads/}` (what
    follows). An image in a packed object is its name, `#` and the member's name, such as
    `shards/{date}.tar#{id}.jpg`: in `.tar`, `.tar.gz`, `.tgz`, `.zip` and `.parquet`."""
    column: str | None = Field(default=None, min_length=1)
    """In place of `path`: the column of the log that holds the images themselves. As base64 in
    text or JSON (`data:image/png;base64,...` too, and JSON in JSON, as in
    `captureData.endpointInput.data`), or as bytes in Parquet, also in a struct of `bytes` and
    `path`. A run names such an image by its row; each is read from its log object when it is
    measured, by way of a temporary folder. A line may then be as long as `max_bytes` as base64."""
    packed_bytes: str | None = Field(default=None, min_length=1)
    """Of packed images in Parquet: the column that holds the images, as bytes or as a struct of
    `bytes` and `path`. Unset: the only such column."""
    packed_key: str | None = Field(default=None, min_length=1)
    """Of packed images in Parquet: the column of text or whole numbers that holds their names,
    which stand behind the `#`. Unset: `path` in the struct of the images, or the only such column
    beside them; where there is none, rows are counted from 0."""
    allowed_prefixes: tuple[str, ...] = ()
    """URI prefixes outside the job's own bucket that images may be read from, such as
    `gs://uploads/` or `s3://uploads/`. Anything else outside is refused."""
    immutable: bool = True
    """Whether a stored image never changes once its row is logged, so that it is read only once
    for that row. A name that other rows use again is looked up first either way."""
    fetch_workers: int = Field(default=32, ge=1, le=256)
    """How many images are fetched at once."""
    decode_workers: int | None = Field(default=None, ge=1, le=256)
    """How many images are decoded at once. Unset: one per processor core."""
    max_pixels: int = Field(default=100_000_000, ge=1)
    """An image with more pixels is not decoded but counted as unreadable."""
    max_bytes: int = Field(default=100_000_000, ge=1)
    """An image with more bytes is not read but counted as unreadable."""
    most_lost: float = Field(default=0.25, ge=0, le=1)
    """A run that loses more than this share of its images (not found, not readable, not fetched, or
    named by a row that cannot be read) is inconclusive: what is left may not be like what was
    lost."""
    canonical_size: int | None = Field(default=None, ge=16, le=4096)
    """Compute what follows the resolution (sharpness, noise, edges, detail) a second time, of
    images made so small that their shorter side has this many pixels, such as 256: in columns of
    their own, so that a camera with more megapixels is not taken for sharper pictures. A profile
    that was built without them has to be built anew."""

    @model_validator(mode="after")
    def _one_place(self) -> ImageSettings:
        if (self.path is None) == (self.column is None):
            found = "neither" if self.path is None else "both"
            raise ValueError(f"either path or column (found: {found})")
        return self

    @property
    def source(self) -> str:
        """The template, or the column that holds the images."""
        return self.path or self.column or ""

    def loses_too_many(self, lost: float | Fraction, of: int) -> bool:
        """Tell whether more are lost than `most_lost` allows, as it is written.

        29 of 100 are not more than 0.29, although the number in binary is a hair below it.
        """
        return lost > Fraction(str(self.most_lost)) * of


class ExecutionSettings(Settings):
    """Where images are measured, on one machine or several: see docs/many-machines.md.

    The comparison always happens on one machine.
    """

    engine: Literal["local", "tasks", "dask"] = "local"
    """`local`: the run's own machine. `dask`: the workers of a Dask cluster, which takes
    `pip install 'image-drift[dask]'` on every one of them. `tasks`: an array of tasks that share
    nothing but the bucket, such as a Cloud Run Job with more than one task."""
    address: str | None = Field(default=None, min_length=1)
    """Of `dask`: the address of the cluster's scheduler, such as `tcp://scheduler:8786`. Unset: the
    variable `DASK_SCHEDULER_ADDRESS`."""
    shard_images: int | None = Field(default=None, ge=1, le=100_000)
    """How many images are handed out together; up to twice as many where one packed object, or
    one object of the log, holds them. A worker or task that is killed loses what it has done of one
    such shard. Unset: 2,000, and 500 where the reference's images have more than 4 megapixels."""

    @model_validator(mode="after")
    def _address_fits(self) -> ExecutionSettings:
        if self.address is not None and self.engine != "dask":
            raise ValueError(
                f'address only beside engine = "dask" (found: engine = "{self.engine}")'
            )
        return self
