import numpy as np
import pandas as pd
import pytest

from drift.where.pictures.typical import typical_images
from reference_stats.profiles.profile import image_records

RANDOM = np.random.default_rng(12)


def features(*means: float) -> pd.DataFrame:
    return pd.DataFrame({"mean": means, "sharpness": np.full(len(means), 3.0)})


def records(*names: str, fingerprints: tuple[bytes, ...] = ()) -> pd.DataFrame:
    return image_records(
        names, fingerprints or [bytes([number]) * 32 for number in range(len(names))]
    )


def test_images_near_the_medians_are_typical_and_the_nearest_comes_first() -> None:
    known = features(10.0, 95.0, 101.0, 100.0, 240.0)
    typical = typical_images(known, records("a", "b", "c", "d", "e"), 3)

    assert typical[0] == "d"
    assert set(typical) == {"b", "c", "d"}


def test_typical_images_differ_from_each_other() -> None:
    """Of 400 images half are of one thing, which is the most typical one."""
    things = np.array(["cup"] * 200 + ["cat"] * 80 + ["bike"] * 80 + ["dog"] * 40)
    entropy = pd.Series(things).map({"cup": 5.0, "cat": 6.0, "bike": 7.0, "dog": 3.0})
    known = features(*RANDOM.normal(100, 10, 400)).assign(
        entropy=entropy.to_numpy() + RANDOM.normal(0, 0.05, 400)
    )
    names = [f"{thing} {number:03}" for number, thing in enumerate(things)]
    prints = tuple(number.to_bytes(2, "big") * 16 for number in range(400))

    typical = typical_images(known, records(*names, fingerprints=prints), 4)

    assert {name.partition(" ")[0] for name in typical} == {"cup", "cat", "bike", "dog"}


def test_the_order_of_the_reference_does_not_matter() -> None:
    means = RANDOM.normal(120, 30, 50)
    names = [f"{number:02}.jpg" for number in range(50)]
    order = RANDOM.permutation(50)
    shuffled = records(*(names[row] for row in order))

    first = typical_images(features(*means), records(*names), 8)

    assert typical_images(features(*means[order]), shuffled, 8) == first
    assert len(first) == 8


def test_every_folder_gives_an_image_before_any_gives_a_second() -> None:
    known = features(100.0, 100.1, 100.2, 90.0, 91.0, 130.0)
    names = ("cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "dog/1.jpg", "dog/2.jpg", "owl/1.jpg")

    chosen = typical_images(known, records(*names), 4)

    assert {name.partition("/")[0] for name in chosen[:3]} == {"cat", "dog", "owl"}
    assert chosen[3].startswith("cat/")


def test_equal_images_are_shown_once() -> None:
    known = features(100.0, 100.0, 101.0)
    same = records("a", "b", "c", fingerprints=(b"x" * 32, b"x" * 32, b"y" * 32))

    assert typical_images(known, same, 8) == ("a", "c")


def test_numbers_that_no_eye_sees_have_no_say() -> None:
    known = features(100.0, 101.0, 140.0).assign(entropy=[0.0, 8.0, 7.0])

    assert typical_images(known, records("a", "b", "c"), 1) == ("b",)


def test_missing_numbers_are_passed_over_and_an_image_without_any_is_left_out() -> None:
    known = pd.DataFrame({"mean": [np.nan, 100.0, np.nan], "sharpness": [3.0, 3.0, np.nan]})

    assert set(typical_images(known, records("a", "b", "c"), 8)) == {"a", "b"}


@pytest.mark.parametrize("spread", [0.0, 1e-300, 1e300])
def test_columns_that_hardly_vary_or_vary_wildly_do_no_harm(spread: float) -> None:
    known = features(0.0, 0.0, 0.0, 0.0, spread)

    assert typical_images(known, records(*"abcde"), 2) == ("a", "b")


def test_a_reference_that_knows_nothing_to_see_has_no_typical_image() -> None:
    assert typical_images(pd.DataFrame({"entropy": [1.0]}), records("a"), 8) == ()
