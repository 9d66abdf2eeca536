"""Images in shards: each in one, and those of one object in few."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.images.locations import ImageLocation
from jobs.job_file.names.logged_images import LOG_IMAGES_URL, LoggedImageName
from reference_stats.extraction.sharded.cutting import cut
from reference_stats.extraction.sharded.elsewhere import fitting_shard_images

URL = "s3://shop"


def objects(number: int) -> list[ImageLocation]:
    return [
        ImageLocation(bucket_url=URL, name=f"{place}.jpg", path=f"{place}.jpg")
        for place in range(number)
    ]


def members(packed: str, number: int) -> list[ImageLocation]:
    names = [f"{packed}.tar#{place}.jpg" for place in range(number)]
    return [ImageLocation(bucket_url=URL, name=name, path=name) for name in names]


def logged(source: str, number: int) -> list[ImageLocation]:
    names = [
        str(LoggedImageName(source=source, line=line, digest=f"{line:024x}"))
        for line in range(number)
    ]
    return [ImageLocation(bucket_url=LOG_IMAGES_URL, name=name, path=name) for name in names]


def sizes(images: list[ImageLocation], most: int) -> list[int]:
    return [len(shard) for shard in cut(images, {}, {}, shard_images=most)]


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 60)), max_size=6),
    st.integers(0, 70),
    st.integers(1, 40),
    st.randoms(use_true_random=False),
)
def test_every_image_is_in_one_shard_with_what_is_known_of_it(groups, alone, most, random) -> None:
    packed = dict(groups)
    images = objects(alone)
    for name, number in packed.items():
        images += members(name, number) if name < "d" else logged(name, number)
    random.shuffle(images)
    used = {one: place for place, one in enumerate(images)}
    versions = {one.path: f"v{place}" for place, one in enumerate(images) if place % 2}
    shards = cut(images, used, versions, shard_images=most)
    assert sorted(one for shard in shards for one in shard.locations) == sorted(images)
    for shard in shards:
        assert shard.used is not None
        assert shard.used.tolist() == [used[one] for one in shard.locations]
        wanted = {one.path: versions[one.path] for one in shard.locations if one.path in versions}
        assert dict(shard.versions) == wanted
    holders = Counter(name for name, number in packed.items() if number <= 2 * most)
    for name in holders:
        inside = [
            shard
            for shard in shards
            if any(one.name.startswith((f"{name}.tar", f"{name},")) for one in shard.locations)
        ]
        assert len(inside) == 1


@given(st.integers(1, 5_000), st.integers(1, 700))
def test_shards_of_objects_are_as_few_as_can_be_and_of_about_equal_size(images, most) -> None:
    found = sizes(objects(images), most)
    assert len(found) == -(-images // most)
    assert max(found) <= most
    assert max(found) - min(found) <= 1


@pytest.mark.parametrize("of", [members, logged])
def test_one_object_is_in_one_shard_up_to_twice_the_size_and_in_eight_at_most(of) -> None:
    assert sizes(of("a", 200), 100) == [200]
    assert sizes(of("a", 201), 100) == [67, 67, 67]
    assert sizes(of("a", 8_000), 100) == [1_000] * 8
    assert sizes([*of("a", 60), *of("b", 30), *of("c", 30)], 100) == [90, 30]


def test_no_images_are_no_shards() -> None:
    assert cut([], {}, {}, shard_images=10) == []


def test_images_in_no_log_have_no_times() -> None:
    (shard,) = cut(objects(3), {}, {}, shard_images=10, for_views=True)
    assert shard.used is None
    assert shard.for_views


def test_the_same_images_give_the_same_names() -> None:
    images = objects(50)
    used = dict(zip(images, np.arange(50).tolist(), strict=True))
    first, second = (cut(images, used, {}, shard_images=20) for _ in range(2))
    assert [one.name for one in first] == [one.name for one in second]
    assert len({one.name for one in first}) == 3


def test_images_above_four_megapixels_come_in_smaller_shards() -> None:
    assert fitting_shard_images(None) == 2_000
    assert fitting_shard_images(4_000_000.0) == 2_000
    assert fitting_shard_images(4_000_001.0) == 500
