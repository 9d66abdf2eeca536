"""Pages of example runs with a model's view, with a photograph as every picture."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from reference_stats.model_view.definition import Preprocessing
from reports.findings.model_view import ExplainedImage, ModelView, NovelGroup
from reports.findings.run import RunFindings
from reports.pages.run.model_view.overlay import overlay_jpeg
from reports.pages.run.model_view.pictures import ViewPictures, smaller
from reports.pages.run.report import report_html
from reports.pages.run.thumbnails import FurtherPictures
from tests.support import findings as examples
from tests.support.findings import HOSTILE_LABELS
from tests.support.model_view_findings import SEEN, VIEW_EXAMPLES, novel_images
from tests.support.pages import photograph

ENTERING = Preprocessing(
    height=224, width=224, channels=3, mean=(0.0,) * 3, std=(1.0,) * 3, resize=256
)


def looked_at(row: int, column: int) -> NDArray[np.float32]:
    """Return attributions that lie around one place, with the specks of real ones."""
    rows, columns = np.mgrid[:224, :224]
    distance = (rows - row) ** 2 + (columns - column) ** 2
    specks = np.random.default_rng(4).exponential(size=(224, 224))
    return (np.exp(-distance / 1500.0) * specks).astype(np.float32)


def pictures_of(seen: ModelView) -> ViewPictures:
    """Return a picture for everything that a page may show."""
    small = smaller(photograph())
    novel = [image for group in seen.novel for image in group.images]
    return ViewPictures(
        window=dict.fromkeys([*novel, *(one.image for one in seen.explained)], small),
        reference={
            image: smaller(photograph(upright=True))
            for group in seen.novel
            for image in group.reference_images
        },
        overlays={
            one.image: overlay_jpeg(photograph(), looked_at(90 + 8 * place, 130), ENTERING)
            for place, one in enumerate(seen.explained)
        },
    )


def full_view() -> RunFindings:
    """Return a run with as much of the model's view as a page may hold."""
    names = ("fox", "truck", "tent", "cup")
    groups = tuple(
        NovelGroup(
            images=tuple(f"images/{name} {number}.jpg" for number in range(1, 5)),
            reference_images=tuple(f"reference/{name} {number}.jpg" for number in range(1, 5)),
            size=size,
            share=size / 5190,
            predicted="cat",
            predicted_share=share,
        )
        for name, size, share in zip(names, (381, 120, 41, 1), (0.8, 0.41, 1.0, 1.0), strict=True)
    )
    explained = [
        ExplainedImage(image=f"images/fox {number}.jpg", predicted="cat", confidence=0.51)
        for number in range(1, 7)
    ]
    explained += [
        ExplainedImage(
            image=f"images/cat {number}.jpg", predicted="cat", confidence=0.98, typical=True
        )
        for number in (1, 2)
    ]
    seen = dataclasses.replace(SEEN, novel=groups, explained=tuple(explained))
    return dataclasses.replace(novel_images(), model_view=seen)


def hostile_view() -> RunFindings:
    """Return a run in which every text of the model's view tries to break the page."""
    label = HOSTILE_LABELS[0]
    group = NovelGroup(
        images=HOSTILE_LABELS[:4],
        reference_images=HOSTILE_LABELS[1:5],
        size=4,
        share=0.5,
        predicted=HOSTILE_LABELS[1],
        predicted_share=0.75,
    )
    explained = tuple(
        ExplainedImage(image=name, predicted=name, confidence=0.5) for name in HOSTILE_LABELS[:6]
    )
    seen = dataclasses.replace(
        SEEN,
        model=label,
        kind=label,
        found_layer=HOSTILE_LABELS[5],
        problem=HOSTILE_LABELS[3],
        novel=(group, dataclasses.replace(group, predicted=HOSTILE_LABELS[5])),
        explained=explained,
    )
    return dataclasses.replace(novel_images(), model_view=seen)


VIEW_PAGE_EXAMPLES = (*VIEW_EXAMPLES, full_view, hostile_view)


def view_page_of(run: RunFindings) -> bytes:
    """Return the page of a run with pictures of both sides."""
    seen = run.model_view
    of_view = None if seen is None else pictures_of(seen)
    return report_html(
        run,
        {offender.image: photograph() for offender in run.offenders[:8]},
        examples.past_rows(run),
        typical={f"reference/{number}.jpg": photograph() for number in range(8)},
        further=FurtherPictures(of_view=of_view),
    )
