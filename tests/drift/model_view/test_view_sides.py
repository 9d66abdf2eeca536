"""The scores of both sides stand under the labels by which their images are found."""

import numpy as np
import pandas as pd

from drift.model_view.scale import ViewScale
from drift.model_view.sides import ViewSides
from reference_stats.model_view.view_scores import NOVELTY
from reference_stats.model_view.views import ImageViews


def views(images: int, seed: int) -> ImageViews:
    found = ImageViews.unknown(images, 6)
    embeddings = np.random.default_rng(seed).normal(size=(images, 6)).astype(np.float16)
    return ImageViews(
        embeddings=embeddings,
        answers=found.answers,
        classes=found.classes,
        known=np.arange(images) != 1,
    )


def test_rows_of_the_reference_are_those_of_the_profile_and_the_windows_those_of_its_features():
    scale = ViewScale.of(views(200, seed=1), np.arange(200))
    assert isinstance(scale, ViewScale)
    labels = pd.Index([2, 5, 6, 9])
    found = ViewSides.of(scale, views(4, seed=2), labels)
    assert found.held_out.tolist() == scale.held_out.tolist()
    assert found.reference.to_numpy().tolist()[0][0] == scale.reference[NOVELTY.name].iloc[0]
    assert found.current.index.tolist() == [2, 5, 6, 9]
    assert found.current[NOVELTY.name].isna().tolist() == [False, True, False, False]
