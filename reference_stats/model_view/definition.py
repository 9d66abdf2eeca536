"""What a view depends on: the model, how images enter it, and what computes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

VIEW_VERSION = 1
"""Raised whenever the same model and the same image would give other numbers."""
MOST_WIDTH = 2048
"""A longer embedding is projected to so many numbers, along fixed random directions."""
_TEXTS = ("model", "digest", "kind", "runtime", "found_layer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """How a picture enters the model.

    Attributes
    ----------
    height, width
        Of what enters the model, in pixels.
    resize
        The shorter side before the middle is cut out; None where the whole picture is resized.
    channels
        3, or 1 for grey.
    mean, std
        Of each channel: pixels divided by 255, less the mean, divided by the deviation.
    """

    height: int
    width: int
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resize: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDefinition:
    """Which model looks at images, and how.

    Attributes
    ----------
    model
        The model as the job file names it.
    digest
        SHA-256 of its file, hexadecimal.
    kind
        What the file is, as in `ModelSettings.kind`, never ``auto``.
    preprocessing
        How images enter it.
    layer
        Where the embedding comes from, as the job file says it; None where it was looked for.
    runtime
        What computes it, such as ``torch 2.13.0 on cpu``: floats differ between processors.
    found_layer
        Where the embedding comes from, in words for the page, such as ``the input of fc2``.
    is_output
        Whether that is the model's last output, for want of a layer.
    width
        How many numbers an embedding has.
    classes
        How many classes the model tells apart; 0 where it has none.
    class_names
        Their names in the order of the outputs, where the model's file tells them; else empty.
    """

    model: str
    digest: str
    kind: str
    preprocessing: Preprocessing
    layer: str | None
    runtime: str
    found_layer: str
    is_output: bool
    width: int
    classes: int
    class_names: tuple[str, ...] = ()

    @property
    def device(self) -> str:
        """Where it is computed: ``cpu`` or ``cuda``."""
        return "cpu" if self.runtime.endswith("cpu") else "cuda"

    @property
    def id(self) -> str:
        """A name for all that the numbers depend on."""
        said = {
            "version": VIEW_VERSION,
            "digest": self.digest,
            "preprocessing": asdict(self.preprocessing),
            "layer": self.layer,
            "runtime": self.runtime,
        }
        return "v-" + hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def definition_from(said: Mapping[str, Any]) -> ViewDefinition:
    """Return what ``asdict`` made a mapping of, also where JSON was in between.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        return ViewDefinition(
            **{name: str(said[name]) for name in _TEXTS},
            preprocessing=preprocessing_from(said["preprocessing"]),
            layer=None if said["layer"] is None else str(said["layer"]),
            is_output=bool(said["is_output"]),
            width=int(said["width"]),
            classes=int(said["classes"]),
            class_names=tuple(str(one) for one in said["class_names"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no definition of a view: {error}") from error


def preprocessing_from(said: Mapping[str, Any]) -> Preprocessing:
    """Return what ``asdict`` made a mapping of, also where JSON was in between.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none.
    """
    return Preprocessing(
        height=int(said["height"]),
        width=int(said["width"]),
        channels=int(said["channels"]),
        mean=tuple(float(one) for one in said["mean"]),
        std=tuple(float(one) for one in said["std"]),
        resize=None if said["resize"] is None else int(said["resize"]),
    )
