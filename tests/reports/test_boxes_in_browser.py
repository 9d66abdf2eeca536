"""In a real browser, boxes lie over their pictures at every width."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from reference_stats.decoding.thumbnails import thumbnail
from reports.findings.images import PictureBoxes
from reports.findings.run import RunFindings
from reports.pages.run.report import report_html
from tests.support.boxed_findings import drawn, found_boxes
from tests.support.browser import OpenedPage, open_pages
from tests.support.model_qualities import fallen

WIDTHS_PX = (360, 800, 1400)
SIZES = ((640, 480), (300, 900), (1600, 200), (40, 30), (500, 500))
BOX = (0.25, 0.1, 0.75, 0.9)


def picture(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((size[1], size[0], 3), 120, np.uint8)).save(out, "JPEG")
    found = thumbnail(out.getvalue())
    assert found is not None
    return found


def one_box_each() -> RunFindings:
    """A box at the same place of pictures of many shapes, among them wrong answers."""
    quality = fallen()
    run = dataclasses.replace(found_boxes(), model_quality=quality)
    found = PictureBoxes(predicted=1, true=None, drawn=(drawn(*BOX, score=0.9),))
    return dataclasses.replace(run, boxes=dict.fromkeys(images_of(run), found))


def images_of(run: RunFindings) -> list[str]:
    assert run.model_quality is not None
    wrong = [one.image for one in run.model_quality.wrong[:2]]
    return [*wrong, *(one.image for one in run.offenders[:8])]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedPage:
    run = one_box_each()
    images = images_of(run)
    shots = {image: picture(SIZES[place % len(SIZES)]) for place, image in enumerate(images)}
    pages = {"boxes": report_html(run, shots, ())}
    folder = tmp_path_factory.mktemp("boxes")
    return open_pages(pages, folder, *WIDTHS_PX, open_details=True)["boxes"]


@pytest.mark.parametrize("width_px", WIDTHS_PX)
def test_each_box_covers_its_share_of_the_picture(width_px: int, opened: OpenedPage) -> None:
    facts = opened.at_widths[WIDTHS_PX.index(width_px)]

    assert len(facts["boxed"]) == 10
    shapes = {round(one["width"] / one["height"], 1) for one in facts["boxed"]}
    assert len(shapes) == 4
    left, top, right, bottom = BOX
    for one in facts["boxed"]:
        off = np.abs(np.array(one["paths"]) - [left, top, right - left, bottom - top])
        # A tenth of a pixel of the thumbnail is what paths are rounded to.
        assert np.all(off * np.tile([one["width"], one["height"]], 2) <= 0.5), one
    assert (opened.complaints, facts["too_wide"], facts["broken_pictures"]) == ((), [], 0)
