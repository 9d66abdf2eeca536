"""Which images the page explains: those that stand out, beside typical ones."""

import numpy as np

from drift.where.novel.explained import explained_images
from drift.where.novel.groups import SeenUnits
from reference_stats.model_view.views import ANSWERS, NO_CLASS, ImageViews
from reports.findings.model_view import MOST_TYPICAL, NovelGroup

COUNT = 12


def seen(classes=None) -> SeenUnits:
    """Return images whose novelty is their number."""
    answers = np.full((COUNT, len(ANSWERS)), 0.5, dtype=np.float32)
    return SeenUnits(
        names=np.array([f"{place}.jpg" for place in range(COUNT)], dtype=object),
        views=ImageViews(
            embeddings=np.ones((COUNT, 4), dtype=np.float16),
            answers=answers,
            classes=np.zeros(COUNT, dtype=np.int32) if classes is None else classes,
            known=np.ones(COUNT, dtype=np.bool_),
        ),
        novelty=np.arange(COUNT, dtype=np.float64),
    )


def group(*images: str) -> NovelGroup:
    return NovelGroup(images=images, reference_images=images, size=len(images), share=0.1)


def test_one_image_of_each_group_comes_first():
    groups = [group("11.jpg", "10.jpg"), group("9.jpg")]

    found = explained_images(seen(), groups, ["2.jpg"], ("cat",), 4)

    standing_out = [one.image for one in found if not one.typical]
    assert standing_out == ["11.jpg", "9.jpg", "10.jpg", "2.jpg"]
    assert {(one.predicted, one.confidence) for one in found} == {("cat", 0.5)}


def test_typical_images_have_ordinary_novelty():
    found = explained_images(seen(), [group("11.jpg")], [], (), 6)

    typical = [one.image for one in found if one.typical]
    assert len(typical) == MOST_TYPICAL
    assert set(typical) == {"5.jpg", "4.jpg"}


def test_no_more_than_asked_are_explained():
    offenders = [f"{place}.jpg" for place in range(COUNT)]

    found = explained_images(seen(), [], offenders, (), 3)

    assert [one.image for one in found if not one.typical] == ["0.jpg", "1.jpg", "2.jpg"]


def test_where_nothing_stands_out_nothing_is_explained():
    assert explained_images(seen(), [], [], (), 6) == ()


def test_images_without_a_class_cannot_be_explained():
    classes = np.full(COUNT, NO_CLASS, dtype=np.int32)
    classes[3] = 1

    found = explained_images(seen(classes), [group("11.jpg", "3.jpg")], [], (), 6)

    assert [one.image for one in found] == ["3.jpg"]
    assert found[0].predicted == "class 1"
