"""The pictures of the model's view that a run fetches from a real folder."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from drift.observations.window_images import WindowImages
from drift.where.pictures.view_pictures import view_pictures
from drift.workplace import Workplace, open_workplace
from reference_stats.model_view.definition import Preprocessing
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.model_view import ExplainedImage, ModelView, NovelGroup
from reports.pages.run.model_view.pictures import MOST_NOVEL_BYTES, Attributions
from tests.support.worlds import job_of, make_world

NOVEL = tuple(f"images/new_{number}.jpg" for number in range(3))
NEAREST = ("reference/near_0.jpg", "reference/gone.jpg", "reference/near_0.jpg")
ENTERING = Preprocessing(height=32, width=32, channels=1, mean=(0.0,), std=(1.0,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seen")
    make_world(folder, lights=(1.0,), requests=4, references=2)
    for number, name in enumerate((*NOVEL, NEAREST[0])):
        picture(folder / name, number)
    return folder


def picture(path: Path, seed: int) -> None:
    small = np.random.default_rng(seed).integers(60, 200, (6, 8, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(small).resize((640, 480)).save(out, "JPEG")
    path.write_bytes(out.getvalue())


def seen() -> ModelView:
    group = NovelGroup(images=NOVEL, reference_images=NEAREST, size=3, share=0.1)
    explained = ExplainedImage(image=NOVEL[0], predicted="cat", confidence=0.9)
    return ModelView(model="m.pt2", images=30, novel=(group,), explained=(explained,))


def window(folder: Path, **sizes: float) -> WindowImages:
    measured = [(folder / name).stat().st_size for name in NOVEL]
    if "first" in sizes:
        measured[0] = int(sizes["first"])
    return WindowImages(
        rows=pd.DataFrame({"image": NOVEL}),
        features=pd.DataFrame({"size_bytes": np.array(measured, dtype=np.float64)}),
    )


def profile(folder: Path) -> ReferenceProfile:
    size = float((folder / NEAREST[0]).stat().st_size)
    return ReferenceProfile(
        id="p",
        created_at=pd.Timestamp("2025-03-01", tz="UTC").to_pydatetime(),
        source="",
        settings_digest="",
        versions={},
        features=pd.DataFrame({"size_bytes": [size, 9.0]}),
        predictions=PredictionTable(rows=pd.DataFrame()),
        left_out={},
        records=pd.DataFrame({"image": NEAREST[:2], "fingerprint": [b"", b""]}),
    )


def looked_at() -> Attributions:
    return Attributions(
        of_images={NOVEL[0]: np.ones((32, 32), dtype=np.float32)}, preprocessing=ENTERING
    )


def place(folder: Path, **tables: object) -> Workplace:
    return open_workplace(job_of(folder, **tables))


def test_novel_images_their_nearest_ones_and_overlays_are_made(folder: Path) -> None:
    found = view_pictures(place(folder), seen(), window(folder), profile(folder), looked_at())

    assert found is not None
    assert list(found.window) == list(NOVEL)
    assert list(found.reference) == [NEAREST[0]]
    assert list(found.overlays) == [NOVEL[0]]
    assert max(Image.open(io.BytesIO(found.window[NOVEL[1]])).size) == 112
    red, _, blue = np.asarray(Image.open(io.BytesIO(found.overlays[NOVEL[0]]))).mean(axis=(0, 1))
    assert red > 200 > 60 > blue
    assert found.size_bytes < MOST_NOVEL_BYTES


def test_an_image_that_was_overwritten_since_is_neither_shown_nor_explained(folder: Path) -> None:
    other = window(folder, first=1.0)
    found = view_pictures(place(folder), seen(), other, profile(folder), looked_at())

    assert found is not None
    assert list(found.window) == list(NOVEL[1:])
    assert found.overlays == {}


def test_without_attributions_nothing_is_explained(folder: Path) -> None:
    found = view_pictures(place(folder), seen(), window(folder), profile(folder), None)

    assert found is not None
    assert found.overlays == {}


def test_no_picture_is_read_without_a_view_or_with_thumbnails_switched_off(folder: Path) -> None:
    off = place(folder, reports={"thumbnails": False})

    assert view_pictures(off, seen(), window(folder), profile(folder), looked_at()) is None
    assert view_pictures(place(folder), None, window(folder), profile(folder), None) is None
