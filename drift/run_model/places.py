"""Where the file of ``[model]`` is, and how it comes onto this machine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.buckets.bucket import Bucket, check_name
from jobs.buckets.local_files import new_local_file
from jobs.endpoints import without_secrets
from jobs.errors import DriftError, ModelError, ObjectError, ObjectMissingError

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LOCAL = ("/", "./", "../", "~/", "file://")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlace:
    """A file of the model.

    Attributes
    ----------
    model
        The model as the job file names it, for messages.
    bucket, name
        Where the file is; a file of this machine is an object of its folder.
    """

    model: str
    bucket: Bucket
    name: str

    @property
    def url(self) -> str:
        """The whole of it."""
        return self.bucket.url_of(self.name)

    def version(self) -> str:
        """Return what changes whenever the file does; it is not read.

        Raises
        ------
        ModelError
            If it is not there or cannot be reached.
        """
        try:
            return self.bucket.info(self.name).version
        except ObjectError as error:
            raise self._not_read(error) from error

    def local(self, folder: Path) -> Path:
        """Return a copy of the file in a folder of this machine, which nothing else writes to.

        Raises
        ------
        ModelError
            As `version`; and where the copy could not be written.
        """
        try:
            found = self.bucket.local_copy(self.name, folder)
            if found.parent == folder:
                return found
            # It may be overwritten while the model is opened.
            with new_local_file(self.url, folder) as copy:
                shutil.copyfile(found, copy)
            return copy
        except ObjectError as error:
            raise self._not_read(error) from error

    def _not_read(self, error: ObjectError) -> ModelError:
        if isinstance(error, ObjectMissingError):
            return ModelError(
                self.model, f"there is no such file ({self.url}). Upload it, or correct model.path."
            )
        # Buckets say what to do about it themselves.
        problem = error.problem.rstrip(".")
        return ModelError(self.model, f"{self.url} cannot be read: {problem}.")


def model_place(
    model: str,
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    allowed_prefixes: Sequence[str],
) -> ModelPlace:
    """Return where `model.path` is read; nothing is looked at yet.

    Parameters
    ----------
    model
        The path.
    bucket
        The job's own.
    open_bucket
        Opens the bucket of a prefix, or a folder of this machine.
    allowed_prefixes
        ``images.allowed_prefixes``.

    Raises
    ------
    ModelError
        If it lies in another bucket and below no allowed prefix, or its name is not safe.
    """
    try:
        return _place(model, bucket, open_bucket, allowed_prefixes)
    except ModelError:
        raise
    except DriftError as error:
        raise ModelError(model, f"model.path cannot be used: {error}") from error


def _place(
    model: str,
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    allowed_prefixes: Sequence[str],
) -> ModelPlace:
    own = bucket.url.rstrip("/") + "/"
    inside = model.removeprefix(own)
    if inside != model or not (model.startswith(_LOCAL) or _SCHEME.match(model)):
        return ModelPlace(model=model, bucket=bucket, name=check_name(bucket.url, inside))
    if model.startswith(_LOCAL):
        folder, _, name = model.rpartition("/")
        here = folder or "/"
        return ModelPlace(model=model, bucket=open_bucket(here), name=check_name(here, name))
    for allowed in allowed_prefixes:
        prefix = allowed.rstrip("/")
        if model.startswith(prefix + "/"):
            name = check_name(prefix, model.removeprefix(prefix + "/"))
            return ModelPlace(model=model, bucket=open_bucket(prefix), name=name)
    there = ", ".join(map(without_secrets, allowed_prefixes)) or "none"
    raise ModelError(
        model,
        f"it is outside of the bucket {bucket.url}. Expected a name in that bucket, a path of this "
        f"machine, or a URL below one of images.allowed_prefixes (there: {there}). Add its folder "
        "to images.allowed_prefixes if the model may be read from there.",
    )


def code_beside(place: ModelPlace, module: str | None) -> ModelPlace | None:
    """Return where the class of a state dict is, if it is a file beside the model's; else None.

    Parameters
    ----------
    module
        ``model.module``, such as ``nets/small.py:Small``.

    Raises
    ------
    ModelError
        If its name is not safe.
    """
    file = (module or "").rpartition(":")[0]
    if not file.endswith(".py"):
        return None
    folder, slash, _ = place.name.rpartition("/")
    try:
        name = check_name(place.bucket.url, f"{folder}{slash}{file.removeprefix('./')}")
    except ObjectError as error:
        raise ModelError(place.model, f"model.module: {error.problem}") from error
    return ModelPlace(model=place.model, bucket=place.bucket, name=name)
