"""The views of a profile's images, as they are kept beside it."""

import numpy as np
import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectError
from reference_stats.model_view.views import ANSWERS, ImageViews
from reference_stats.profiles.view_store import ProfileViews

ID = "v-0123456789ab"


def some_views(images: int = 40, width: int = 7) -> ImageViews:
    random = np.random.default_rng(2)
    answers = random.normal(size=(images, len(ANSWERS))).astype(np.float32)
    answers[3, 1] = np.nan
    return ImageViews(
        embeddings=random.normal(size=(images, width)).astype(np.float16),
        answers=answers,
        classes=np.arange(images, dtype=np.int32) - 1,
        known=random.random(images) < 0.8,
    )


def equal(one: ImageViews, other: ImageViews) -> bool:
    pairs = [
        (getattr(one, name), getattr(other, name))
        for name in ("embeddings", "answers", "classes", "known")
    ]
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


@pytest.fixture
def store(tmp_path) -> ProfileViews:
    return ProfileViews(bucket=open_bucket(str(tmp_path)), folder="reports/cats/profiles/p-1")


@pytest.mark.parametrize(("images", "width"), [(40, 7), (1, 1), (3, 2048)])
def test_views_come_back_as_they_were(store, images, width):
    views = some_views(max(images, 4), width).take(np.arange(images))

    store.save(ID, views)

    found = store.load(ID, images)
    assert found is not None
    assert equal(found, views)


def test_views_that_were_not_made_are_none(store):
    assert store.load(ID, 40) is None


def test_what_is_written_stays_as_it_is(store):
    first, second = some_views(), some_views().take(np.arange(40)[::-1])

    store.save(ID, first)
    store.save(ID, second)

    found = store.load(ID, 40)
    assert found is not None
    assert equal(found, first)


def test_equal_views_are_equal_bytes(store, tmp_path):
    store.save(ID, some_views())
    store.save("v-ba9876543210", some_views())

    one, other = sorted(tmp_path.rglob("*.parquet"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("damage", ["cut", "other images", "other columns", "empty"])
def test_damaged_views_are_said_to_be_and_what_to_do(store, damage):
    store.save(ID, some_views())
    name = store.name_of(ID)
    data = store.bucket.read(name).data
    if damage == "other columns":
        import pandas as pd  # noqa: PLC0415

        pd.DataFrame({"class": [1] * 40}).to_parquet(store.bucket.local_copy(name, None))
    elif damage != "other images":
        store.bucket.write(name, data[: len(data) // 2] if damage == "cut" else b"")

    with pytest.raises(ObjectError, match=r"damaged .*Delete the object"):
        store.load(ID, 41 if damage == "other images" else 40)
