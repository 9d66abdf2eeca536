"""The part of the job file that says what today's images are compared with."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from jobs.job_file.value_kinds import Settings


class ReferenceWindow(Settings):
    """A past stretch of the log that serves as the reference: `[start, end)`."""

    start: str
    """The first moment, ISO 8601. Needed where the table is there."""
    end: str
    """The first moment that no longer belongs to it, ISO 8601. Needed where the table is there."""


class ReferenceSettings(Settings):
    """What today's images are compared with.

    Exactly one of `images`, `features`, `tensors` and `window` is set; in a job without `[images]`
    `log` alone will do.
    """

    images: str | None = Field(default=None, min_length=1)
    """A prefix in the bucket below which all images are the reference."""
    exclude: tuple[str, ...] = ()
    """Globs over names below `reference.images` that are left out, such as `*_thumb.*` or
    `thumbs/**`; one without a slash is compared with the last part of a name."""
    features: str | None = None
    """A CSV or Parquet file with one row per image and one column per feature."""
    tensors: str | None = None
    """A torch tensor file of shape (N, C, H, W)."""
    window: ReferenceWindow | None = None
    """A past stretch of the prediction log."""
    log: str | None = None
    """A log, or a plain table without times, with the reference's predictions and confidences;
    columns named as in `predictions.columns`."""
    tensor_mean: tuple[float, ...] | None = None
    """The mean per channel that the tensors were normalised with; it is undone first."""
    tensor_std: tuple[Annotated[float, Field(gt=0)], ...] | None = None
    """The standard deviation per channel that the tensors were normalised with."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The sources that are set; ``log`` only where no other is."""
        names = ("images", "features", "tensors", "window")
        found = tuple(name for name in names if getattr(self, name) is not None)
        return found or ("log",) * (self.log is not None)

    @model_validator(mode="after")
    def _one_source(self) -> ReferenceSettings:
        if len(self.kinds) != 1:
            found = " and ".join(self.kinds) or "none"
            raise ValueError(
                f"exactly one of images, features, tensors and window (found: {found})"
            )
        if self.exclude and self.images is None:
            raise ValueError("exclude beside images only")
        if (self.tensor_mean is None) != (self.tensor_std is None):
            raise ValueError("tensor_mean and tensor_std together, or neither")
        return self
