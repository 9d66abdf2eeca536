"""A portion of images that is measured elsewhere, and what is told of it, also as bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from jobs.images.locations import ImageLocation
from reference_stats.image_uses import Moments, WantedImages

_NAME_DIGITS = 16
# Stand for paths that follow from the name, or from the bucket and the name.
_AS_NAMED, _BELOW_BUCKET = 0, 1
_NAME = re.compile(rf"[0-9a-f]{{{_NAME_DIGITS}}}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shard:
    """Some images of which something is not known yet.

    Attributes
    ----------
    locations
        Where they are, each once.
    used
        The last use of each, as of `WantedImages`; None for images that are in no log.
    versions
        By path, the versions that were just listed.
    for_views
        Whether their features are known, so that only a model has to look at them.
    """

    locations: tuple[ImageLocation, ...]
    used: Moments | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    for_views: bool = False
    _names: list[str] = field(default_factory=list, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.locations)

    @property
    def wanted(self) -> WantedImages:
        """The images as `extract` takes them."""
        return WantedImages(locations=self.locations, used=self.used, versions=self.versions)

    @property
    def name(self) -> str:
        """16 hexadecimal digits that the content alone decides."""
        if not self._names:
            self._names.append(hashlib.sha256(self.as_bytes()).hexdigest()[:_NAME_DIGITS])
        return self._names[0]

    def as_bytes(self) -> bytes:
        """Return the shard as JSON; equal shards give equal bytes."""
        urls = sorted({one.bucket_url for one in self.locations})
        numbers = {url: number for number, url in enumerate(urls)}
        # What is the same for all images, as it mostly is, is written once.
        content = {
            "buckets": urls,
            "bucket": 0 if len(urls) == 1 else [numbers[one.bucket_url] for one in self.locations],
            "names": [one.name for one in self.locations],
            "paths": _shortened([_written(one) for one in self.locations]),
            "used": None if self.used is None else self.used.tolist(),
            "versions": dict(self.versions),
            "for_views": self.for_views,
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Shard:
        """Return the shard that `as_bytes` made.

        Raises
        ------
        ValueError
            If the bytes are nothing that it makes.
        """
        try:
            return _read(json.loads(data))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            # Of a text that is none, `repr` has all bytes.
            said = f"{type(error).__name__}: {str(error)[:200]}"
            raise ValueError(f"these bytes hold no shard of images: {said}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardDone:
    """What became of a shard: its numbers are in the caches.

    Attributes
    ----------
    shard
        `Shard.name`.
    images
        How many images it has.
    computed
        How many of them were decoded or refused; the others never arrived.
    missing
        The numbers, from 0 and ascending, of those that are not in their bucket.
    refusal
        Why nothing was measured, where its bucket refused or did not answer whatever it was asked;
        empty otherwise.
    view_problem
        As of `ExtractionResult`.
    """

    shard: str
    images: int
    computed: int
    missing: tuple[int, ...] = ()
    refusal: str = ""
    view_problem: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be of any shard.

        Raises
        ------
        ValueError
            If the numbers contradict each other.
        """
        if not _NAME.fullmatch(self.shard):
            raise ValueError(f"expected the name of a shard (found: {self.shard!r})")
        is_ascending = list(self.missing) == sorted(set(self.missing))
        is_within = all(0 <= one < self.images for one in self.missing)
        if not (is_ascending and is_within and 0 <= self.computed <= self.images):
            raise ValueError(f"the numbers of shard {self.shard} contradict each other")

    def as_bytes(self) -> bytes:
        """Return it as JSON; equal ones give equal bytes."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> ShardDone:
        """Return what `as_bytes` wrote.

        Raises
        ------
        ValueError
            If the bytes are nothing that it writes.
        """
        try:
            return _read_done(json.loads(data))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"these bytes tell of no shard: {error!r}") from error


def _written(image: ImageLocation) -> int | str:
    """Return an image's path as it is written: as text only where nothing else tells it."""
    if image.path == image.name:
        return _AS_NAMED
    return _BELOW_BUCKET if image.path == f"{image.bucket_url}/{image.name}" else image.path


def _shortened(paths: list[int | str]) -> int | list[int | str]:
    first = paths[0]
    return first if isinstance(first, int) and paths.count(first) == len(paths) else paths


def _read(content: object) -> Shard:
    fields = _mapping(content)
    locations = _locations(fields)
    paths = {one.path for one in locations}
    _require(len(paths) == len(locations) > 0, "images, each once")
    versions = {path: _text(one) for path, one in _mapping(fields["versions"]).items()}
    _require(versions.keys() <= paths, "versions of its images")
    return Shard(
        locations=locations,
        used=_moments(fields["used"], len(locations)),
        versions=versions,
        for_views=_flag(fields["for_views"]),
    )


def _locations(fields: Mapping[str, object]) -> tuple[ImageLocation, ...]:
    names = [_text(name) for name in _list(fields["names"])]
    urls = [_text(url) for url in _list(fields["buckets"])]
    buckets = [_whole(one) for one in _one_for_each(fields["bucket"], len(names))]
    _require(all(0 <= one < len(urls) for one in buckets), "buckets that are listed")
    paths = _one_for_each(fields["paths"], len(names))
    return tuple(
        ImageLocation(bucket_url=urls[bucket], name=name, path=_path(path, urls[bucket], name))
        for bucket, name, path in zip(buckets, names, paths, strict=True)
    )


def _one_for_each(written: object, images: int) -> Sequence[object]:
    """Return a column that is written once where it is the same for all images."""
    return written if isinstance(written, list) else [written] * images


def _path(written: object, url: str, name: str) -> str:
    if isinstance(written, str):
        return _text(written)
    number = _whole(written)
    _require(number in (_AS_NAMED, _BELOW_BUCKET), "a path, or where it follows from")
    return name if number == _AS_NAMED else f"{url}/{name}"


def _moments(written: object, images: int) -> Moments | None:
    if written is None:
        return None
    moments = [_whole(one) for one in _list(written)]
    bounds = np.iinfo(np.int64)
    _require(len(moments) == images, "a time for each image")
    is_within = bounds.min <= min(moments) and max(moments) <= bounds.max
    _require(is_within, "times in 64 bits")
    return np.array(moments, dtype=np.int64)


def _read_done(content: object) -> ShardDone:
    fields = _mapping(content)
    return ShardDone(
        shard=_text(fields["shard"]),
        images=_whole(fields["images"]),
        computed=_whole(fields["computed"]),
        missing=tuple(_whole(one) for one in _list(fields["missing"])),
        refusal=_text(fields["refusal"], may_be_empty=True),
        view_problem=_text(fields["view_problem"], may_be_empty=True),
    )


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("expected an object of JSON")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return value


def _text(value: object, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str) or not (value or may_be_empty):
        raise TypeError("expected a text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("expected a whole number")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def _require(holds: bool, expected: str) -> None:
    if not holds:
        raise ValueError(f"expected {expected}")
