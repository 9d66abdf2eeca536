"""Which images a page explains, and which ordinary ones stand beside them."""

import numpy as np

from drift.where.novel.explained import explained_images
from drift.where.novel.groups import SeenUnits
from reference_stats.model_view.views import ImageViews
from reports.findings.model_view import MOST_TYPICAL, NovelGroup


def seen(novelty: list[float], classes: list[int] | None = None) -> SeenUnits:
    number = len(novelty)
    return SeenUnits(
        names=np.array([f"{place}.png" for place in range(number)], dtype=object),
        views=ImageViews(
            embeddings=np.zeros((number, 2), dtype=np.float16),
            answers=np.full((number, 3), 0.5, dtype=np.float32),
            classes=np.array(classes or [1] * number, dtype=np.int32),
            known=np.ones(number, dtype=np.bool_),
        ),
        novelty=np.array(novelty),
    )


def group(*names: str) -> NovelGroup:
    return NovelGroup(images=names, reference_images=names, size=len(names), share=0.1)


def test_ordinary_images_are_as_those_of_the_reference_however_many_are_new() -> None:
    window = seen([0.9, 0.21, 0.8, 0.7, 0.19, 0.75, 0.85])
    found = explained_images(window, [group("0.png")], [], ("cat", "dog"), 1, 0.2)

    assert [one.image for one in found if not one.typical] == ["0.png"]
    assert [one.image for one in found if one.typical] == ["1.png", "4.png"]
    assert MOST_TYPICAL == 2
    assert {one.predicted for one in found} == {"dog"}


def test_each_group_gives_one_before_any_gives_a_second_and_then_the_offenders() -> None:
    window = seen([0.9] * 6)
    groups = [group("0.png", "1.png"), group("2.png")]
    found = explained_images(window, groups, ["3.png", "0.png", "4.png"], (), 4, 0.2)

    shown = [one.image for one in found if not one.typical]
    assert shown == ["0.png", "2.png", "1.png", "3.png"]


def test_nothing_is_explained_where_nothing_stands_out() -> None:
    assert explained_images(seen([0.2, 0.3]), [], [], (), 6, 0.2) == ()


def test_an_image_without_a_class_is_not_explained() -> None:
    window = seen([0.9, 0.9], classes=[-1, 1])
    found = explained_images(window, [group("0.png", "1.png")], [], (), 6, 0.2)

    assert [one.image for one in found] == ["1.png"]


def test_no_more_than_asked_are_explained() -> None:
    found = explained_images(seen([0.9] * 6), [], [f"{at}.png" for at in range(6)], (), 3, 0.2)

    assert [one.image for one in found if not one.typical] == ["0.png", "1.png", "2.png"]
