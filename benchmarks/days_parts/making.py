"""Making a pool from photographs: many variants of each, and each fault; kept for the next time."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from benchmarks.days_parts.pool import CONDITIONS, SPREAD_OF_CONDITIONS, Pool, load_pool
from benchmarks.days_parts.variants import FAULTS, as_jpeg, fault_named, on_a_day
from benchmarks.detection_parts.pictures import SIZE, PictureError, packaged_crops
from reference_stats.decoding.decode import decode_image
from reference_stats.features.registry import compute_features, feature_names, feature_set_id
from reference_stats.outcomes import UnreadableImage

VARIANTS, FAULTY_VARIANTS = 20, 3
_SUFFIXES = {".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
_MOST_PIXELS = 10**8
_KINDS = 8

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSource:
    """What a pool is made of.

    Attributes
    ----------
    folder
        A folder of photographs, looked through with all folders below it; None for views of
        packaged pictures.
    photographs
        At most so many.
    variants, faulty
        How many variants of each, and how many with each fault.
    cache
        Where pools are kept.
    faults
        The names of the faults.
    """

    folder: Path | None
    photographs: int
    variants: int = VARIANTS
    faulty: int = FAULTY_VARIANTS
    cache: Path
    faults: tuple[str, ...] = tuple(FAULTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A photograph as it is seen once.

    Attributes
    ----------
    conditions
        Shape (5,).
    data
        The JPEG file.
    faulty
        The same with each fault, in their order; empty where none are wanted.
    """

    conditions: NDArray[np.float64]
    data: bytes
    faulty: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    number: int
    picture: Picture
    variants: int
    faulty: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """One photograph's variants: conditions and features, and those of faults with their number."""

    conditions: list[NDArray[np.float64]]
    features: list[NDArray[np.float64]]
    faulty_of: list[tuple[int, int]]
    faulty: list[NDArray[np.float64]]


def made_pool(source: PoolSource, pool: Executor) -> Pool:
    """Return the pool of some photographs, from the cache where it was made before.

    Raises
    ------
    PictureError
        The folder holds no photograph.
    """
    pictures, classes = pictures_of(source)
    path = source.cache / f"days-{_digest(pictures, classes, source)}.npz"
    if path.exists():
        return load_pool(path)
    tasks = [
        _Task(
            number=at,
            picture=one,
            variants=source.variants,
            faulty=source.faulty,
            faults=source.faults,
        )
        for at, one in enumerate(pictures)
    ]
    made = []
    for at, one in enumerate(pool.map(_make, tasks), start=1):
        made.append(one)
        print(f"\rfeatures: {at:,} of {len(tasks):,} photographs", end="", file=sys.stderr)
    print(file=sys.stderr)
    whole = _joined(made, classes, source.faults)
    source.cache.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part.npz")
    whole.save(half)
    half.replace(path)
    return whole


def variants_of(
    number: int,
    picture: Picture,
    variants: int,
    faulty: int,
    faults: Sequence[str] = tuple(FAULTS),
) -> Iterator[Variant]:
    """Yield the variants of a photograph, the same ones each time.

    Parameters
    ----------
    number
        Of the photograph.
    faulty
        How many of them, the first ones, are made with each fault too.
    faults
        The names of the faults.
    """
    plain = picture.astype(np.float32)
    for variant in range(variants):
        random = np.random.default_rng([number, variant])
        conditions = SPREAD_OF_CONDITIONS * random.standard_normal(CONDITIONS)
        seen = on_a_day(plain, conditions, random)
        wanted = [fault_named(name) for name in faults] if variant < faulty else []
        yield Variant(
            conditions=conditions,
            data=as_jpeg(seen, conditions),
            faulty=tuple(as_jpeg(fault(seen, random), conditions) for fault in wanted),
        )


def _make(task: _Task) -> _Made:
    made = _Made(conditions=[], features=[], faulty_of=[], faulty=[])
    seen = variants_of(task.number, task.picture, task.variants, task.faulty, task.faults)
    for variant, one in enumerate(seen):
        made.conditions.append(one.conditions)
        made.features.append(_features(one.data))
        for number, data in enumerate(one.faulty):
            made.faulty_of.append((number, variant))
            made.faulty.append(_features(data))
    return made


def _features(data: bytes) -> NDArray[np.float64]:
    image = decode_image(data, max_pixels=_MOST_PIXELS)
    if isinstance(image, UnreadableImage):
        raise TypeError(f"A variant could not be read again: {image.summary}")
    return compute_features(image).numbers


def _joined(made: Sequence[_Made], classes: Sequence[str], names: tuple[str, ...]) -> Pool:
    normal = [(at, one) for at, one in enumerate(made)]
    usual = [np.array(one.features) for one in made]
    faulty = [np.array(one.faulty) for one in made]
    conditions = [np.array(one.conditions) for one in made]
    under = [conditions[at][[variant for _, variant in one.faulty_of]] for at, one in normal]
    photographs = [np.full(len(one.features), at) for at, one in normal]
    photographs += [np.full(len(one.faulty), at) for at, one in normal]
    faults = [np.array([number for number, _ in one.faulty_of]) for one in made]
    count = sum(len(one) for one in usual)
    return Pool(
        rows=np.concatenate([*usual, *faulty]),
        names=tuple(feature_names()),
        photographs=np.concatenate(photographs),
        conditions=np.concatenate([*conditions, *under]),
        fault=np.concatenate([np.full(count, -1), *faults]),
        faults=names,
        classes=np.array(classes),
    )


def pictures_of(source: PoolSource) -> tuple[list[Picture], list[str]]:
    """Return the photographs of a pool, and what each shows.

    Raises
    ------
    PictureError
        The folder holds no photograph.
    """
    if source.folder is None:
        views = list(packaged_crops(source.photographs))
        return views, _kinds(views)
    files = sorted(path for path in source.folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not files:
        raise PictureError(
            f"{source.folder} holds no file that ends in {', '.join(sorted(_SUFFIXES))}. "
            "Give --photographs a folder with photographs."
        )
    order = np.random.default_rng(7).permutation(len(files))[: source.photographs]
    chosen = [files[at] for at in order]
    pictures = [_middle(path) for path in chosen]
    folders = [path.parent.name for path in chosen]
    return pictures, folders if len(set(folders)) > 1 else _kinds(pictures)


def _kinds(pictures: Sequence[Picture]) -> list[str]:
    """Return classes for pictures without any: by how much more red than blue they are."""
    warm = [float(one[..., 0].mean()) - float(one[..., 2].mean()) for one in pictures]
    edges = np.quantile(warm, np.arange(1, _KINDS) / _KINDS)
    return [f"kind {at}" for at in np.searchsorted(edges, warm)]


def _middle(path: Path) -> Picture:
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        side = min(upright.size)
        left, top = (upright.width - side) // 2, (upright.height - side) // 2
        square = upright.crop((left, top, left + side, top + side))
        return np.asarray(square.resize((SIZE, SIZE), Image.Resampling.BICUBIC))


def _digest(pictures: Sequence[Picture], classes: Sequence[str], source: PoolSource) -> str:
    words = (source.variants, source.faulty, source.faults, feature_set_id(), list(classes))
    digest = hashlib.sha256(repr(words).encode())
    for name in ("making.py", "variants.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    for picture in pictures:
        digest.update(picture.tobytes())
    return digest.hexdigest()[:24]
