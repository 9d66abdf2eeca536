"""A model that is open: it looks at pictures, and says what it looked at in them."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.errors import ModelError
from reference_stats.model_view.definition import MOST_WIDTH, Preprocessing, ViewDefinition
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.runtimes.net import Net, Numbers, SeenBatch
from reference_stats.model_view.runtimes.outputs import (
    OutputKind,
    answers_of,
    class_count,
    kind_of_outputs,
    usable_outputs,
)
from reference_stats.model_view.runtimes.projection import MOST_PROJECTED, Projection
from reference_stats.model_view.runtimes.sparing import joined, spared
from reference_stats.model_view.runtimes.steadiness import check_company, check_same
from reference_stats.model_view.viewer import Explanations, Pictures
from reference_stats.model_view.views import NO_CLASS, ImageViews

_STEPS = 32
_PROBES = 4
_MOST_FLOAT16 = float(np.finfo(np.float16).max)
_ROOM = 16.0
"""How much larger than those of the probes embeddings may be before they leave 16 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a model is called, and what identifies it.

    Attributes
    ----------
    url
        The model as the job file names it.
    digest
        SHA-256 of all that the numbers depend on.
    kind
        As of `ViewDefinition`.
    class_names
        In the order of the outputs; empty where the file names none.
    """

    url: str
    digest: str
    kind: str
    class_names: tuple[str, ...] = ()


class OpenedModel:
    """A model that is ready: a `Viewer` of its own process, used from one thread.

    Parameters
    ----------
    net
        What runs it.
    preprocessing
        How pictures enter it.
    choice
        What the job file says of it.
    identity
        What it is.

    Raises
    ------
    ModelError
        If the model fails on fixed pictures, or what it says of them cannot be used.
    """

    def __init__(
        self, net: Net, preprocessing: Preprocessing, choice: ModelChoice, identity: Identity
    ) -> None:
        self._net = net
        self._url = identity.url
        self._shape = preprocessing
        probes = fixed_pictures(preprocessing)
        seen = self._seen(probes)
        check_same(self._url, seen, self._seen(probes))
        check_company(self._url, seen, self._seen(probes[::-1]))
        width = int(seen.embeddings.shape[1])
        if not 0 < width <= MOST_PROJECTED:
            raise ModelError(
                self._url,
                f"{net.found_layer} has {width:,} numbers. Expected at most {MOST_PROJECTED:,}: "
                "name a later layer in model.layer.",
            )
        self._projection = Projection(width) if width > MOST_WIDTH else None
        self._scale = _scale_of(seen.embeddings)
        names = identity.class_names
        self._kind = kind_of_outputs(seen.outputs, len(names))
        classes = class_count(seen.outputs, self._kind)
        self._definition = ViewDefinition(
            model=identity.url,
            digest=identity.digest,
            kind=identity.kind,
            preprocessing=preprocessing,
            layer=choice.layer,
            runtime=net.runtime,
            found_layer=net.found_layer,
            is_output=net.is_output,
            width=min(width, MOST_WIDTH),
            classes=classes,
            class_names=names if len(names) == classes else (),
        )

    @property
    def definition(self) -> ViewDefinition:
        """What the views depend on."""
        return self._definition

    def look(self, pictures: Pictures) -> ImageViews:
        """Return what the model sees; unknown, and marked as failed, where it is no finite number.

        Parameters
        ----------
        pictures
            uint8 of shape (images, height, width, channels), as the definition's preprocessing
            says.

        Raises
        ------
        ModelError
            If the model fails on more than single images.
        """
        count, width = len(pictures), self._definition.width
        if not count:
            return ImageViews.unknown(0, width)
        seen = spared(self._seen_batch, self._batches(pictures))
        if seen is None:
            return ImageViews.of_failed(count, width)
        answers, classes = answers_of(seen.outputs, self._kind, count)
        scaled = self._scaled(seen.embeddings)
        known = np.asarray((np.abs(scaled) <= _MOST_FLOAT16).all(axis=1))
        known &= usable_outputs(seen.outputs, self._kind, count) & ~np.isinf(answers).any(axis=1)
        failed = np.flatnonzero(~known)
        scaled[failed] = 0
        views = ImageViews(
            embeddings=scaled.astype(np.float16), answers=answers, classes=classes, known=known
        )
        views.put(failed, ImageViews.of_failed(len(failed), width))
        return views

    def explain(self, pictures: Pictures, most_s: float) -> Explanations:
        """Return what the model looked at in as many of the first images as the time allows.

        Raises
        ------
        ModelError
            If the model has no classes or no gradients, or fails on all of them.
        """
        if self._kind is OutputKind.NONE:
            raise ModelError(
                self._url,
                "it has no classes, so that no answer can be explained. Set reports.explanations "
                "to 0.",
            )
        ends = time.monotonic() + most_s
        sides = (self._shape.height, self._shape.width)
        shown: list[NDArray[np.float32]] = []
        failures: list[ModelError] = []
        slowest = 0.0
        while len(shown) < len(pictures) and time.monotonic() + slowest < ends:
            began = time.monotonic()
            try:
                shown.append(self._attributions(pictures[len(shown) : len(shown) + 1]))
            except ModelError as error:
                failures.append(error)
                shown.append(np.full(sides, np.nan, dtype=np.float32))
            slowest = max(slowest, time.monotonic() - began)
        if failures and len(failures) == len(shown):
            raise failures[0]
        views = self.look(pictures[: len(shown)])
        return Explanations(
            attributions=np.stack(shown) if shown else np.zeros((0, *sides), dtype=np.float32),
            classes=np.maximum(views.classes, NO_CLASS),
            confidences=views.answers[:, 2],
        )

    def _attributions(self, one: Pictures) -> NDArray[np.float32]:
        outputs = self._seen(one).outputs
        _, classes = answers_of(outputs, self._kind, 1)
        # Of one output alone both classes are told by that output.
        target = min(int(classes[0]), (outputs.shape[1] if outputs is not None else 1) - 1)
        signed = self._net.attributions(one, max(target, 0), _STEPS)
        return np.asarray(np.abs(signed).sum(axis=2), dtype=np.float32)

    def _seen(self, pictures: Pictures) -> SeenBatch:
        return joined([self._seen_batch(batch) for batch in self._batches(pictures)])

    def _batches(self, pictures: Pictures) -> list[Pictures]:
        _check_pictures(self._url, pictures, self._shape)
        size = self._net.most_images
        return [pictures[start : start + size] for start in range(0, len(pictures), size)]

    def _seen_batch(self, batch: Pictures) -> SeenBatch:
        """Return what the model says of some pictures, in a batch that is always of one size.

        A processor adds up numbers of a large batch in another order than those of a small one. The
        last batch is filled up with its last picture, so that an image's numbers do not depend on
        how many others are looked at with it.
        """
        size = self._net.most_images
        filled = np.concatenate([batch, np.repeat(batch[-1:], size - len(batch), axis=0)])
        seen = self._net.see(filled)
        _check_rows(self._url, seen, size)
        outputs = None if seen.outputs is None else seen.outputs[: len(batch)]
        return SeenBatch(embeddings=seen.embeddings[: len(batch)], outputs=outputs)

    def _scaled(self, values: Numbers) -> Numbers:
        projected = self._projection.of(values) if self._projection else values
        return projected * self._scale


def _check_pictures(url: str, pictures: Pictures, shape: Preprocessing) -> None:
    wanted = (shape.height, shape.width, shape.channels)
    if pictures.dtype != np.uint8 or pictures.shape[1:] != wanted:
        raise ModelError(
            url,
            f"it was handed pictures of {pictures.dtype} and shape {pictures.shape[1:]}. Expected "
            f"uint8 of {wanted}.",
        )


def _check_rows(url: str, seen: SeenBatch, images: int) -> None:
    rows = {len(seen.embeddings), images if seen.outputs is None else len(seen.outputs)}
    if rows != {images}:
        raise ModelError(
            url,
            f"it answers a batch of {images} images with {max(rows - {images})} rows. Expected a "
            "row an image: name a layer in model.layer that has one.",
        )


def _scale_of(embeddings: Numbers) -> np.float32:
    """Return a power of two that brings embeddings where 16 bits hold them well; mostly 1."""
    largest = float(np.abs(embeddings[np.isfinite(embeddings)]).max(initial=0))
    if largest == 0 or 2**-4 <= largest <= _MOST_FLOAT16 / _ROOM:
        return np.float32(1)
    return np.float32(2.0 ** -np.floor(np.log2(largest)))


def first_batch(shape: Preprocessing, images: int) -> Pictures:
    """Return as many pictures as a model takes at once, to try whether they can enter it."""
    probes = fixed_pictures(shape)
    return probes[np.arange(images) % len(probes)]


def fixed_pictures(shape: Preprocessing) -> Pictures:
    """Return black, white, a ramp and noise: what a model is tried on."""
    sides = (shape.height, shape.width, shape.channels)
    ramp = np.linspace(0, 255, shape.width)[None, :, None].repeat(shape.height, 0)
    # Raw numbers of a bit generator stay the same from one numpy to the next.
    noise = np.random.PCG64(1).random_raw(int(np.prod(sides))) % np.uint64(256)
    pictures = np.zeros((_PROBES, *sides), dtype=np.uint8)
    pictures[1] = 255
    pictures[2] = ramp
    pictures[3] = noise.reshape(sides)
    return pictures
