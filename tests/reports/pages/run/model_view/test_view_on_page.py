"""The section of a run's page on what the model sees."""

import dataclasses
import io
import re

import numpy as np
from PIL import Image

from reports.findings.answers import State
from reports.pages.links import ImageLinks
from reports.pages.run.model_view.pictures import (
    MOST_NOVEL_BYTES,
    MOST_OVERLAY_BYTES,
    MOST_SEEN_BYTES,
    ViewPictures,
    novel_in_turn,
    smaller,
)
from reports.pages.run.report import Links, report_html
from reports.pages.run.thumbnails import MOST_BYTES, FurtherPictures, most_bytes_beside
from tests.support import findings as examples
from tests.support.model_view_findings import SEEN, no_view, novel_images, unanswering_model
from tests.support.pages import photograph
from tests.support.view_pages import full_view, hostile_view, pictures_of, view_page_of

HEADING = "What the model sees"


def section_of(page: bytes) -> str:
    text = page.decode()
    start = text.index('<section id="view">')
    return text[start : text.index("</section>", start)]


def without_pictures(run, of_view=None) -> str:
    return section_of(report_html(run, {}, further=FurtherPictures(of_view=of_view)))


def test_without_a_model_there_is_no_section() -> None:
    page = report_html(examples.drifted(), {}).decode()

    assert 'id="view"' not in page
    assert ".novel-groups" not in page


def test_what_drifted_stands_above_the_image_features_and_at_the_top() -> None:
    page = view_page_of(novel_images()).decode()

    assert page.index('id="view"') < page.index('id="features"')
    top = page[: page.index('id="view"')]
    assert "Novelty to the model" in top
    assert 'href="#view-1"' in top


def test_a_quiet_view_stands_below_the_image_features() -> None:
    run = novel_images()
    quiet = tuple(dataclasses.replace(one, state=State.STEADY) for one in run.view)
    seen = dataclasses.replace(SEEN, novel=(), novel_images=48)
    page = report_html(dataclasses.replace(run, view=quiet, model_view=seen), {}).decode()

    assert page.index('id="view"') > page.index('id="features"')
    assert "What the model sees stayed within what chance explains." in page
    assert "48 images of 5,190 are more novel" in page
    assert "Accuracy cannot be estimated" not in page


def test_groups_stand_largest_first_with_what_the_model_calls_them() -> None:
    run = novel_images()
    turned = dataclasses.replace(SEEN, novel=tuple(reversed(SEEN.novel)))
    section = section_of(view_page_of(dataclasses.replace(run, model_view=turned)))

    assert "611 of 5,190 images show things that the reference does not" in section
    assert "about 52 would be by chance" in section
    assert section.index("41 images, 0.8 % of the window") < section.index("3 images, &lt;0.1 %")
    assert "The model calls most of them “cat” (80 %)." in section
    assert "Accuracy cannot be estimated here" in section


def test_each_novel_image_stands_above_the_nearest_one_of_the_reference() -> None:
    section = section_of(view_page_of(novel_images()))
    rows = re.findall(r'<ul class="pair-row">(.*?)</ul>', section, flags=re.DOTALL)
    titles = [re.findall(r'title="(.*?)"', row) for row in rows]

    assert titles[:2] == [
        ["images/fox 1.jpg", "images/fox 2.jpg", "images/fox 3.jpg"],
        ["reference/cat 9.jpg", "reference/cat 9.jpg", "reference/dog 2.jpg"],
    ]


def test_a_page_without_readable_pictures_names_the_images() -> None:
    links = Links(images=ImageLinks(bucket_url="file:///b", up="../../../", own_stores=frozenset()))
    section = section_of(report_html(novel_images(), None, links=links))

    assert "<img" not in section
    assert "images/fox 1.jpg" in section
    assert "nearest in the reference:" in section
    assert 'href="../../../images/truck.jpg"' in section
    assert "thumbnails are switched off" in section


def test_one_missing_picture_leaves_its_place() -> None:
    shown = pictures_of(SEEN)
    kept = {name: data for name, data in shown.window.items() if name != "images/fox 2.jpg"}
    section = without_pictures(novel_images(), dataclasses.replace(shown, window=kept))

    assert section.count('<span class="no-picture" title="images/fox 2.jpg">') == 1
    assert section.count("pair-row") == 4


def test_what_the_model_looked_at_has_its_class_and_how_sure_it_is() -> None:
    section = section_of(view_page_of(novel_images()))
    stand_out, typical = section.split("In ordinary images of this window")

    assert "“cat”</b>" in stand_out
    assert "51 % sure" in stand_out
    assert "98 % sure" in typical
    assert "not why it answers so" in section
    assert section.count("What the model looked at in") == 2


def test_an_image_without_an_overlay_is_not_explained() -> None:
    section = without_pictures(novel_images(), ViewPictures())

    assert "In images that stand out" not in section
    assert "no picture of these images could be read" in section


def test_why_nothing_is_explained_is_said() -> None:
    section = section_of(view_page_of(unanswering_model()))

    assert "What the model looked at is not shown: the model has no classes." in section
    assert "The model calls" not in section


def test_a_missing_view_is_one_sentence() -> None:
    section = section_of(view_page_of(no_view()))

    assert "takes no part in this run&#39;s verdict: models/cats.mar is not there." in section
    assert "<h3>" not in section


def test_hostile_texts_stay_texts() -> None:
    page = view_page_of(hostile_view()).decode()

    assert "<script" not in page
    assert "onerror=alert(2)>" not in page
    assert "49" not in re.findall(r"\{\{.*?\}\}", page)
    assert "U+202E" in page
    assert "\u202e" not in page


def test_a_full_page_stays_under_a_megabyte() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (160, 160, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=75)
    # The worst case for a JPEG is noise; no photograph takes as much.
    assert len(smaller(out.getvalue())) < 9_000
    most = MOST_NOVEL_BYTES + MOST_SEEN_BYTES + MOST_OVERLAY_BYTES
    assert most_bytes_beside(None, pictures_of(SEEN)) == MOST_BYTES - pictures_of(SEEN).size_bytes
    assert most < MOST_BYTES / 2
    assert len(view_page_of(full_view())) < 1_000_000


def test_every_group_has_its_first_image_before_any_has_a_second() -> None:
    firsts = list(novel_in_turn(SEEN))

    assert firsts[:2] == [
        ("images/fox 1.jpg", "reference/cat 9.jpg"),
        ("images/truck.jpg", "reference/dog 7.jpg"),
    ]
    assert len(firsts) == 4


def test_a_picture_in_a_row_is_small_and_never_larger_than_it_was() -> None:
    small = smaller(photograph())

    assert max(Image.open(io.BytesIO(small)).size) == 112
    assert smaller(small) == small or len(smaller(small)) < len(small)
