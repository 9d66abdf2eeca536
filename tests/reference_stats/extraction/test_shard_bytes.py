"""Shards as bytes: what goes to another machine arrives as it was, and nothing else is taken."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.images.locations import ImageLocation
from reference_stats.extraction.sharded.shard import Shard, ShardDone

URL = "s3://shop/photos"
MOMENTS = st.integers(-(2**63), 2**63 - 1)
NAMES = st.text(min_size=1, max_size=40)


@st.composite
def locations(draw: st.DrawFn) -> ImageLocation:
    """Return an image of the job's own bucket, of an allowed prefix, or with a path of its own."""
    url, name = draw(st.sampled_from([URL, "gs://uploads"])), draw(NAMES)
    path = draw(st.sampled_from([name, f"{url}/{name}", f"other {name}"]))
    return ImageLocation(bucket_url=url, name=name, path=path)


@st.composite
def shards(draw: st.DrawFn) -> Shard:
    images = draw(st.lists(locations(), min_size=1, max_size=9, unique_by=lambda one: one.path))
    moments = st.lists(MOMENTS, min_size=len(images), max_size=len(images))
    used = draw(st.none() | moments)
    listed = draw(st.lists(st.sampled_from(images)))
    return Shard(
        locations=tuple(images),
        used=None if used is None else np.array(used, dtype=np.int64),
        versions={one.path: draw(NAMES) for one in listed},
        for_views=draw(st.booleans()),
    )


def as_values(shard: Shard) -> tuple[object, ...]:
    used = None if shard.used is None else shard.used.tolist()
    return shard.locations, used, dict(shard.versions), shard.for_views


@given(shards())
def test_a_shard_comes_out_of_its_bytes_as_it_was(shard: Shard) -> None:
    again = Shard.from_bytes(shard.as_bytes())
    assert as_values(again) == as_values(shard)
    assert again.as_bytes() == shard.as_bytes()
    assert again.name == shard.name


@given(shards(), shards())
def test_two_shards_have_one_name_only_if_they_are_equal(one: Shard, other: Shard) -> None:
    assert (one.name == other.name) == (as_values(one) == as_values(other))


def test_a_name_is_the_same_in_every_version() -> None:
    images = (
        ImageLocation(bucket_url=URL, name="a.jpg", path="a.jpg"),
        ImageLocation(bucket_url="gs://up", name="b.jpg", path="gs://up/b.jpg"),
    )
    shard = Shard(locations=images, used=np.array([1, 2]), versions={"a.jpg": "v"})
    assert shard.as_bytes() == (
        b'{"bucket":[1,0],"buckets":["gs://up","s3://shop/photos"],"for_views":false,'
        b'"names":["a.jpg","b.jpg"],"paths":[0,1],"used":[1,2],"versions":{"a.jpg":"v"}}'
    )
    assert shard.name == "70aec98388c61931"


def test_bytes_hold_a_name_once_also_where_an_image_is_known_by_its_whole_address() -> None:
    names = [f"{'long/' * 40}{number:06}.jpg" for number in range(2_000)]
    for path in ("{name}", URL + "/{name}"):
        images = [
            ImageLocation(bucket_url=URL, name=name, path=path.format(name=name)) for name in names
        ]
        shard = Shard(locations=tuple(images), used=np.full(2_000, 1_700_000_000_000_000))
        assert len(shard.as_bytes()) < 1.2 * sum(map(len, names))


CHANGES: dict[str, dict[str, object]] = {
    "no images": {"names": []},
    "an image twice": {"names": ["a", "a"], "used": None},
    "an unknown bucket": {"bucket": 1},
    "a negative bucket": {"bucket": [-1]},
    "false as bucket": {"bucket": False},
    "too many buckets": {"bucket": [0, 0]},
    "a number as name": {"names": [7]},
    "an empty name": {"names": [""]},
    "a text as names": {"names": "a"},
    "an empty path": {"paths": [""]},
    "no path": {"paths": [None]},
    "an unknown number as path": {"paths": [2]},
    "false as path": {"paths": False},
    "too few paths": {"paths": []},
    "too few times": {"used": []},
    "a fraction as time": {"used": [1.5]},
    "true as time": {"used": [True]},
    "a time beyond 64 bits": {"used": [2**63]},
    "times as text": {"used": "1"},
    "a version of another image": {"versions": {"b": "1"}},
    "a number as version": {"versions": {"a": 1}},
    "versions in a list": {"versions": ["a"]},
    "a text as flag": {"for_views": "yes"},
    "buckets as text": {"buckets": "s"},
}
WHOLE = {
    "buckets": [URL],
    "bucket": 0,
    "names": ["a"],
    "paths": 0,
    "used": [1],
    "versions": {},
    "for_views": False,
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_no_shard_can_be_is_refused(change: str) -> None:
    assert len(Shard.from_bytes(json.dumps(WHOLE).encode())) == 1
    with pytest.raises(ValueError, match="these bytes hold no shard of images"):
        Shard.from_bytes(json.dumps({**WHOLE, **CHANGES[change]}).encode())


@pytest.mark.parametrize("field", WHOLE)
def test_a_shard_without_one_of_its_fields_is_refused(field: str) -> None:
    content = {name: value for name, value in WHOLE.items() if name != field}
    with pytest.raises(ValueError, match="these bytes hold no shard of images"):
        Shard.from_bytes(json.dumps(content).encode())


@given(st.binary(max_size=60) | st.just(b"[" * 100_000) | st.just(b"1" * 10_000))
def test_other_bytes_are_refused_in_one_way(data: bytes) -> None:
    for kind in (Shard, ShardDone):
        with pytest.raises(ValueError, match="these bytes"):
            kind.from_bytes(data)


@given(shards(), st.data())
def test_damaged_bytes_are_refused_or_hold_a_shard_of_another_name(
    shard: Shard, data: st.DataObject
) -> None:
    content = bytearray(shard.as_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    try:
        found = Shard.from_bytes(bytes(content))
    except ValueError:
        return
    assert found.name != shard.name or as_values(found) == as_values(shard)


DONE = ShardDone(
    shard="0123456789abcdef",
    images=9,
    computed=6,
    missing=(0, 8),
    refusal="über",
    view_problem="it ended",
)


def test_what_is_told_of_a_shard_comes_out_of_its_bytes_as_it_was() -> None:
    assert ShardDone.from_bytes(DONE.as_bytes()) == DONE
    plain = ShardDone(shard=DONE.shard, images=1, computed=1)
    assert ShardDone.from_bytes(plain.as_bytes()) == plain


@pytest.mark.parametrize(
    "change",
    [
        {"shard": "../../etc"},
        {"shard": 7},
        {"images": -1},
        {"images": "9"},
        {"computed": 10},
        {"computed": 1.0},
        {"missing": [9]},
        {"missing": [-1]},
        {"missing": [3, 2]},
        {"missing": [2, 2]},
        {"missing": "1"},
        {"refusal": None},
        {"view_problem": 1},
    ],
)
def test_what_cannot_be_told_of_a_shard_is_refused(change: dict[str, object]) -> None:
    content = {**json.loads(DONE.as_bytes()), **change}
    with pytest.raises(ValueError, match="these bytes tell of no shard"):
        ShardDone.from_bytes(json.dumps(content).encode())


def test_a_message_about_damaged_bytes_is_short_however_many_there_are():
    with pytest.raises(ValueError, match="UnicodeDecodeError") as caught:
        Shard.from_bytes(b"\xff" * 100_000)
    assert len(str(caught.value)) < 300
