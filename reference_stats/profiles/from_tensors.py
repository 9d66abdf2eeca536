"""A profile from training tensors: the only file that imports torch."""

from __future__ import annotations

import pickle
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jobs.errors import ObjectError, UsageError
from jobs.job_file.reference_settings import ReferenceSettings
from reference_stats.decoding.decode import image_from_pixels
from reference_stats.features.families.geometry import FILE_FEATURES
from reference_stats.features.registry import compute_features
from reference_stats.fingerprint import fingerprint_of
from reference_stats.profiles.numbers import ReferenceNumbers, SourceContext
from reference_stats.profiles.profile import PredictionTable, image_records

if TYPE_CHECKING:
    import torch

BATCH_IMAGES = 64
# Rounding in training code may leave the range by this much.
_RANGE_SLACK = 1e-3
_EXPECTED = (
    "Expected a tensor of shape (N, C, H, W) with 1 or 3 channels: uint8, or floating point in "
    "[0, 1], or normalised with reference.tensor_mean and reference.tensor_std set."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorScaling:
    """How the values of a tensor become 8-bit pixels: ``x * std + mean`` lies in [0, 1].

    Attributes
    ----------
    mean, std
        One value per channel, or None where the tensor was not normalised.
    """

    mean: tuple[float, ...] | None
    std: tuple[float, ...] | None

    def to_pixels(self, batch: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Return the 8-bit pixels of a batch of shape (N, C, H, W).

        Raises
        ------
        ValueError
            If values lie outside of [0, 1] once a normalisation is undone.
        """
        if batch.dtype == np.uint8:
            return batch.astype(np.uint8, copy=False)
        values = batch.astype(np.float32)
        if self.mean is not None and self.std is not None:
            shape = (1, -1, 1, 1)
            values = values * np.reshape(self.std, shape) + np.reshape(self.mean, shape)
        low, high = float(values.min()), float(values.max())
        if not (low >= -_RANGE_SLACK and high <= 1 + _RANGE_SLACK):
            raise ValueError(f"values from {low:.3g} to {high:.3g}")
        return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def collect(context: SourceContext) -> ReferenceNumbers:
    """Return the features of every image in the tensor file that ``reference.tensors`` names.

    The file is memory-mapped and read in batches, with ``weights_only``: no code in it is run.
    Features of the file itself (width, height, bytes) are left out, because a tensor holds
    resized pixels and not the files that the model is asked about.

    Raises
    ------
    UsageError
        If torch is not installed.
    ObjectError
        If the file is no tensor of the expected shape and range.
    """
    name = str(context.job.reference.tensors)
    outside = {feature.name for feature in FILE_FEATURES}
    features = [feature for feature in context.features if feature.name not in outside]
    rows: list[list[float]] = []
    fingerprints: list[bytes] = []
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        path = context.bucket.local_copy(name, Path(folder))
        for pixels in _images(path, context.job.reference, context.bucket.url_of(name)):
            image = image_from_pixels(pixels)
            rows.append(compute_features(image, features).numbers.tolist())
            fingerprints.append(fingerprint_of(image))
    places = [f"{place:09d}" for place in range(len(rows))]
    return ReferenceNumbers(
        features=pd.DataFrame(rows, columns=[feature.name for feature in features]),
        predictions=PredictionTable.empty(),
        source=f"the tensors in {name}",
        left_out={},
        records=image_records(places, fingerprints),
    )


def _images(path: Path, settings: ReferenceSettings, url: str) -> Iterator[NDArray[np.uint8]]:
    tensor = _load(path, url)
    channels = int(tensor.shape[1])
    scaling = TensorScaling(mean=settings.tensor_mean, std=settings.tensor_std)
    if scaling.mean is not None and {len(scaling.mean), len(scaling.std or ())} != {channels}:
        raise ObjectError(
            url,
            f"the tensor has {channels} channels, but reference.tensor_mean and tensor_std have "
            f"{len(scaling.mean)} and {len(scaling.std or ())} values. Expected one per channel.",
        )
    for start in range(0, len(tensor), BATCH_IMAGES):
        batch = tensor[start : start + BATCH_IMAGES]
        try:
            pixels = scaling.to_pixels(
                batch.float().numpy() if batch.is_floating_point() else batch.numpy()
            )
        except ValueError as error:
            raise ObjectError(url, f"the tensor holds {error}. {_EXPECTED}") from None
        for image in pixels:
            yield image[0] if channels == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))


def _load(path: Path, url: str) -> torch.Tensor:
    try:
        import torch  # noqa: PLC0415 - an extra of the install, and 0.8 s of every start
    except ImportError:
        raise UsageError(
            "reference.tensors needs torch, which is not installed. Install it: "
            'pip install "image-drift[torch]"'
        ) from None
    try:
        # Only the newer, zipped format can be memory-mapped.
        mapped = zipfile.is_zipfile(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError:
        # torch's own message invites to run the code in the file.
        raise ObjectError(
            url,
            "not a readable tensor file: it holds more than tensors, and no code in it is run. "
            f"Save the tensor itself with torch.save(tensor, ...). {_EXPECTED}",
        ) from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - torch raises many types for a file that is not its own
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ObjectError(url, f"not a readable tensor file ({reason}). {_EXPECTED}") from None
    if not isinstance(loaded, torch.Tensor):
        raise ObjectError(url, f"the file holds a {type(loaded).__name__}. {_EXPECTED}")
    usable = loaded.dtype == torch.uint8 or loaded.is_floating_point()
    if loaded.ndim != 4 or loaded.shape[1] not in {1, 3} or not usable or not loaded.numel():
        raise ObjectError(
            url, f"the tensor is {tuple(loaded.shape)} of {loaded.dtype}. {_EXPECTED}"
        )
    return loaded
