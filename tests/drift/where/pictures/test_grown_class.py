"""Which pictures are shown of a predicted class that grew."""

import dataclasses

import numpy as np
import pandas as pd

from drift.comparison.compare import Comparison
from drift.observations.window_images import WindowImages
from drift.where.pictures.grown_class import find_grown_class
from reference_stats.fingerprint import WORDS
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.answers import State
from reports.findings.columns import Category, Finding
from reports.findings.images import GrownClass

RANDOM = np.random.default_rng(8)
PRINTS = RANDOM.integers(0, 2**64, size=(60, WORDS), dtype=np.uint64)
COLUMN = Finding(
    name="prediction",
    unit="",
    state=State.DRIFT,
    direction="shares",
    categories=(
        Category(name="cat", reference=40, current=20),
        Category(name="dog", reference=20, current=40),
    ),
)
SAID = ["dog", "dog", "cat"] * 20


def comparison_of(column: Finding) -> Comparison:
    return Comparison(
        features=(),
        predictions=(column,),
        joint=None,
        smallest_effect=None,
        images_needed=None,
        evidence=None,
    )


def window_of(said: list[str], order: list[int] | None = None) -> WindowImages:
    places = order or list(range(len(said)))
    rows = pd.DataFrame(
        {
            "image": [f"now/{number}.jpg" for number in places],
            "prediction": pd.array([said[number] for number in places], dtype="str"),
        }
    )
    features = pd.DataFrame({"mean": np.zeros(len(said))})
    return WindowImages(rows=rows, features=features, fingerprints=PRINTS[places])


def profile_of(images: pd.Series | None, said: list[str]) -> ReferenceProfile:
    prints = [PRINTS[number].astype("<u8").tobytes()[:32] for number in range(60)]
    return ReferenceProfile(
        id="p",
        created_at=pd.Timestamp("2025-03-01", tz="UTC").to_pydatetime(),
        source="",
        settings_digest="",
        versions={},
        features=pd.DataFrame({"mean": np.zeros(60)}),
        predictions=PredictionTable(rows=pd.DataFrame({"prediction": said})),
        left_out={},
        records=pd.DataFrame(
            {"image": [f"then/{number}.jpg" for number in range(60)], "fingerprint": prints}
        ),
        prediction_images=images,
    )


def found(column: Finding = COLUMN, said: list[str] = SAID) -> GrownClass | None:
    return find_grown_class(comparison_of(column), window_of(said), profile_of(None, SAID))


def numbers(names: tuple[str, ...]) -> list[int]:
    return [int(name.rpartition("/")[2][:-4]) for name in names]


def test_images_of_the_class_that_grew_are_chosen_on_both_sides() -> None:
    grown = found()

    assert grown is not None
    assert grown.name == "dog"
    assert round(grown.usual_share, 3) == round(1 / 3, 3)
    assert round(grown.share, 3) == round(2 / 3, 3)
    assert len(grown.images) == len(grown.reference_images) == 8
    for names in (grown.images, grown.reference_images):
        assert len(set(names)) == 8
        assert {SAID[number] for number in numbers(names)} == {"dog"}


def test_the_order_of_the_rows_does_not_matter() -> None:
    order = RANDOM.permutation(60).tolist()
    shuffled = find_grown_class(
        comparison_of(COLUMN), window_of(SAID, order), profile_of(None, SAID)
    )

    assert shuffled == found()


def test_classes_in_another_spelling_are_of_the_class() -> None:
    column = dataclasses.replace(COLUMN, renamed={"Dog": "dog"})
    grown = found(column, ["Dog" if one == "dog" else one for one in SAID])

    assert grown is not None
    assert len(grown.images) == 8


def test_a_prediction_is_of_the_image_that_the_profile_names() -> None:
    images = pd.Series([f"then/{59 - number}.jpg" for number in range(60)])
    grown = find_grown_class(comparison_of(COLUMN), window_of(SAID), profile_of(images, SAID))

    assert grown is not None
    assert {SAID[59 - number] for number in numbers(grown.reference_images)} == {"dog"}


def test_a_reference_of_which_nothing_is_known_gives_no_image() -> None:
    profile = dataclasses.replace(profile_of(None, SAID), records=None)
    grown = find_grown_class(comparison_of(COLUMN), window_of(SAID), profile)

    assert grown is not None
    assert grown.reference_images == ()


def test_without_a_drift_of_the_classes_there_is_none() -> None:
    assert found(dataclasses.replace(COLUMN, state=State.STEADY)) is None
    assert found(dataclasses.replace(COLUMN, categories=None)) is None
