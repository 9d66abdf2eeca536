"""How pictures enter a model: what the job file says, and what the model itself says."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from jobs.errors import ModelError
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.files.choice import ModelChoice

_SIDE = 224
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Layout(enum.StrEnum):
    """The order of the numbers of a batch that enters a model."""

    CHANNELS_FIRST = "images, channels, height, width"
    CHANNELS_LAST = "images, height, width, channels"
    FLAT = "images, numbers"
    """All numbers of a picture in one row, pixel by pixel, the channels of a pixel together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How a batch of pictures enters a model.

    Attributes
    ----------
    layout
        The order of its numbers.
    images
        How many at once; None for as many as are fast.
    """

    layout: Layout
    images: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputShape:
    """What a model itself says of its input; None where it says nothing.

    Attributes
    ----------
    layout
        The order of its axes.
    images
        How many images it takes at once, no more and no fewer; None for any number.
    height, width, channels
        Of a picture.
    numbers
        How many numbers a picture has where the layout is flat.
    whole
        Whether it takes pixels from 0 to 255 as they are, and normalises them itself.
    """

    layout: Layout | None = None
    images: int | None = None
    height: int | None = None
    width: int | None = None
    channels: int | None = None
    numbers: int | None = None
    whole: bool = False

    def entries(self) -> tuple[Entry, ...]:
        """Return the ways to try, the likeliest first.

        A model that was traced with one image often fails with more and does not say so.
        """
        layouts = (self.layout,) if self.layout else (Layout.CHANNELS_FIRST, Layout.FLAT)
        images = (self.images,) if self.images else (None, 1)
        return tuple(Entry(layout=layout, images=count) for layout in layouts for count in images)

    @classmethod
    def of_axes(cls, url: str, axes: tuple[int | None, ...], *, whole: bool = False) -> InputShape:
        """Return what the lengths of an input's axes say; None for an axis of any length.

        Raises
        ------
        ModelError
            If no batch of pictures has so many axes.
        """
        if len(axes) == 2:
            return cls(layout=Layout.FLAT, images=axes[0], numbers=axes[1], whole=whole)
        if len(axes) != 4:
            raise ModelError(
                url,
                f"its input has {len(axes)} axes. Expected 4 (images, channels, height, width) or "
                "2 (images, numbers).",
            )
        last = axes[3] in {1, 3} and axes[1] not in {1, 3}
        if last:
            images, height, width, channels = axes
        else:
            images, channels, height, width = axes
        return cls(
            layout=Layout.CHANNELS_LAST if last else Layout.CHANNELS_FIRST,
            images=images,
            height=height,
            width=width,
            channels=channels,
            whole=whole,
        )


def preprocessing_of(
    url: str, choice: ModelChoice, shape: InputShape, default: Preprocessing | None = None
) -> Preprocessing:
    """Return how pictures enter a model: the job file wins, then the model's own shape.

    Parameters
    ----------
    url
        The model as the job file names it.
    choice
        What the job file says.
    shape
        What the model says.
    default
        What holds where neither says something; 224 pixels of ImageNet where None.

    Raises
    ------
    ModelError
        If what the job file says cannot enter the model.
    """
    channels = _channels(url, choice, shape)
    height, width = _size(url, choice, shape, default)
    mean, std = _normalisation(url, choice, channels, default)
    if shape.whole:
        mean, std = _whole(url, choice, channels)
    resize = choice.resize
    if resize is None and default is not None and choice.input_size is None:
        resize = default.resize
    if resize is not None and resize < max(height, width):
        raise ModelError(
            url,
            f"{height} x {width} pixels enter it, and model.resize makes the shorter side {resize}."
            " Expected at least as many, so that the middle can be cut out.",
        )
    if shape.numbers not in {None, height * width * channels}:
        raise ModelError(
            url,
            f"it takes {shape.numbers:,} numbers an image, and {height} x {width} pixels of "
            f"{channels} channels are {height * width * channels:,}. Set model.input_size, and "
            "model.grey, as they were when it was trained.",
        )
    return Preprocessing(
        height=height, width=width, channels=channels, mean=mean, std=std, resize=resize
    )


def _channels(url: str, choice: ModelChoice, shape: InputShape) -> int:
    takes = shape.channels
    if takes is not None and takes not in {1, 3}:
        raise ModelError(
            url, f"it takes {takes} channels. Expected 3 (colour) or 1 (grey): images have no more."
        )
    says = None if choice.grey is None else 1 if choice.grey else 3
    if says is None and choice.mean is not None and len(choice.mean) == 3:
        says = 3
    if says is not None and takes is not None and says != takes:
        raise ModelError(
            url,
            f"it takes {takes} channels, and the job file says {says}. Leave model.grey away, and "
            "give model.mean and model.std as many numbers as it has channels.",
        )
    return says or takes or 3


def _size(
    url: str, choice: ModelChoice, shape: InputShape, default: Preprocessing | None
) -> tuple[int, int]:
    fallback = (default.height, default.width) if default else (_SIDE, _SIDE)
    takes = (shape.height, shape.width)
    if choice.input_size is None:
        return takes[0] or fallback[0], takes[1] or fallback[1]
    for says, fixed in zip(choice.input_size, takes, strict=True):
        if fixed is not None and fixed != says:
            raise ModelError(
                url,
                f"it takes pictures of {takes[0] or 'any'} x {takes[1] or 'any'} pixels, and "
                f"model.input_size says {choice.input_size[0]} x {choice.input_size[1]}. Leave "
                "model.input_size away.",
            )
    return choice.input_size


def _whole(
    url: str, choice: ModelChoice, channels: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return what leaves pixels as they are."""
    if choice.mean is not None:
        raise ModelError(
            url,
            "it takes whole numbers (uint8) and normalises them itself. Leave model.mean and "
            "model.std away.",
        )
    return (0.0,) * channels, (1 / 255,) * channels


def _normalisation(
    url: str, choice: ModelChoice, channels: int, default: Preprocessing | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if choice.mean is not None and choice.std is not None:
        if len(choice.mean) not in {1, channels}:
            raise ModelError(
                url,
                f"model.mean has {len(choice.mean)} numbers and it takes {channels} channels. "
                f"Expected {channels}.",
            )
        repeated = channels // len(choice.mean)
        return choice.mean * repeated, choice.std * repeated
    if default is not None:
        return default.mean, default.std
    if channels == 1:
        return (0.0,), (1.0,)
    return IMAGENET_MEAN, IMAGENET_STD
