"""What is measured: files made of pictures that packages carry."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data as pictures
from sklearn.datasets import load_sample_images

from jobs.images.locations import ImageLocation

SHIPPED = ("astronaut", "coffee", "chelsea", "rocket", "immunohistochemistry", "hubble_deep_field")
JPEG_QUALITY = 85
# Pictures up to this side are views of different places: few small ones would all be in the caches.
MOST_VARIED_SIDE = 64
_SMALLEST_VIEW = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Files of one kind and size that make a round.

    Attributes
    ----------
    name
        Kind and size in words, such as ``28x28 PNG``.
    files
        Their bytes.
    locations
        Where the same files are; empty until they are stored.
    """

    name: str
    files: tuple[bytes, ...]
    locations: tuple[ImageLocation, ...] = ()

    @property
    def file_format(self) -> str:
        """PIL's name of the format."""
        return self.name.rpartition(" ")[2]

    @property
    def average_bytes(self) -> int:
        """The size of a file."""
        return round(sum(map(len, self.files)) / len(self.files))

    def store(self, folder: Path) -> Corpus:
        """Write the files into a folder of their own and return the corpus with their places."""
        target = folder / self.name.replace(" ", "_")
        target.mkdir()
        ending = self.file_format.lower()
        names = [f"{number}.{ending}" for number in range(len(self.files))]
        for name, data in zip(names, self.files, strict=True):
            (target / name).write_bytes(data)
        return Corpus(name=self.name, files=self.files, locations=places(str(target), names))


def places(bucket_url: str, names: Sequence[str]) -> tuple[ImageLocation, ...]:
    """Return the locations of files in a folder."""
    return tuple(ImageLocation(bucket_url=bucket_url, name=name, path=name) for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of files to make, and how many of them make a round."""

    width: int
    height: int
    file_format: str
    count: int

    @property
    def name(self) -> str:
        """The kind in words."""
        return f"{self.width}x{self.height} {self.file_format}"


KINDS = (
    Kind(width=500, height=375, file_format="JPEG", count=200),
    Kind(width=1920, height=1080, file_format="JPEG", count=16),
    Kind(width=4000, height=3000, file_format="JPEG", count=4),
    Kind(width=28, height=28, file_format="PNG", count=2000),
    Kind(width=32, height=32, file_format="PNG", count=2000),
    Kind(width=32, height=32, file_format="JPEG", count=2000),
)


def source_pictures() -> list[Image.Image]:
    """Return the photographs that the corpora are made of."""
    shipped = [getattr(pictures, name)() for name in SHIPPED if hasattr(pictures, name)]
    return [Image.fromarray(np.asarray(one)).convert("RGB") for one in shipped] + [
        Image.fromarray(one) for one in load_sample_images().images
    ]


def make_corpora(
    sources: Sequence[Image.Image], wanted: Callable[[str], bool] = lambda _: True
) -> Iterator[Corpus]:
    """Yield the corpora whose names are wanted, pictures cropped to their shape and resized."""
    for kind in KINDS:
        if wanted(kind.name):
            yield Corpus(name=kind.name, files=tuple(islice(_files(sources, kind), kind.count)))


def _files(sources: Sequence[Image.Image], kind: Kind) -> Iterator[bytes]:
    if max(kind.width, kind.height) > MOST_VARIED_SIDE:
        yield from cycle([_encode(one, kind, 1.0, (0.0, 0.0)) for one in sources[: kind.count]])
    generator = np.random.default_rng(0)
    for one in cycle(sources):
        share, *place = generator.uniform((_SMALLEST_VIEW, 0, 0), 1).tolist()
        yield _encode(one, kind, share, (place[0], place[1]))


def _encode(picture: Image.Image, kind: Kind, share: float, place: tuple[float, float]) -> bytes:
    """Return a view of a picture: `share` of the largest one, somewhere between its edges."""
    scale = share * min(picture.width / kind.width, picture.height / kind.height)
    width, height = kind.width * scale, kind.height * scale
    left, top = place[0] * (picture.width - width), place[1] * (picture.height - height)
    resized = picture.resize(
        (kind.width, kind.height),
        Image.Resampling.LANCZOS,
        box=(left, top, min(left + width, picture.width), min(top + height, picture.height)),
    )
    target = io.BytesIO()
    quality = {"quality": JPEG_QUALITY} if kind.file_format == "JPEG" else {}
    resized.save(target, kind.file_format, **quality)
    return target.getvalue()
