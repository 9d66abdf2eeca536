"""The pictures of a run's page: where they lead, the class that grew, the table of all images."""

import dataclasses
import re
from urllib.parse import quote

import pytest

from reports.findings.images import AffectedTable, BoxKind, GrownClass, PictureBoxes
from reports.findings.run import RunFindings
from reports.pages.links import ImageLinks
from reports.pages.run.grown_class import ClassPictures
from reports.pages.run.report import Links, report_html
from reports.pages.run.thumbnails import (
    MOST_CLASS_BYTES,
    MOST_TYPICAL_BYTES,
    FurtherPictures,
    most_bytes_beside,
)
from tests.reports.pages.run.test_html_report import PICTURE, pictures, text_of
from tests.support import findings as examples
from tests.support.boxed_findings import crowd
from tests.support.pages import photograph

FOLDER = ImageLinks(bucket_url="/srv/bucket", up="../../../../")


def with_grown_class(run: RunFindings) -> RunFindings:
    grown = GrownClass(
        name="<b>cat</b>",
        usual_share=0.1,
        share=0.25,
        images=("a.jpg",),
        reference_images=("then/b.jpg",),
    )
    return dataclasses.replace(run, grown_class=grown)


@pytest.mark.parametrize("most_boxes", [0, 24])
def test_a_full_page_is_under_a_megabyte(most_boxes: int) -> None:
    run = examples.drifted()
    offenders = tuple(
        dataclasses.replace(run.offenders[0], image=f"{number}.jpg") for number in range(24)
    )
    run = dataclasses.replace(run, offenders=offenders)
    typical = {str(number): bytes(MOST_TYPICAL_BYTES // 8) for number in range(8)}
    # As many columns as a job with all features has, each with a course of 30 runs.
    columns = tuple(
        dataclasses.replace(run.features[number % 11], name=f"column {number}")
        for number in range(45)
    )
    longest = [dataclasses.replace(one, class_name="x" * 40) for one in crowd(most_boxes)]
    true = (dataclasses.replace(one, kind=BoxKind.TRUE) for one in longest)
    found = PictureBoxes(predicted=61, true=61, drawn=(*longest, *true))
    boxes = {offender.image: found for offender in offenders} if most_boxes else None
    run = dataclasses.replace(run, features=columns, boxes=boxes)
    shots = {
        offender.image: photograph().ljust(most_bytes_beside(boxes) // 24) for offender in offenders
    }

    of_class = ClassPictures(
        window={f"w{number}": bytes(MOST_CLASS_BYTES // 8) for number in range(8)},
        reference={f"r{number}": bytes(MOST_CLASS_BYTES // 8) for number in range(8)},
    )

    page = report_html(
        with_grown_class(run),
        shots,
        examples.past_rows(run, 40),
        typical=typical,
        further=FurtherPictures(of_class=of_class),
        links=Links(affected="affected.csv", images=FOLDER),
    )

    assert page.count(b"last 30 runs") >= 45
    assert page.count(b"of the class that grew") == 16
    assert page.count(b'<svg class="boxes" viewBox') == (24 if most_boxes else 0)
    assert len(page) < 1_000_000


def test_pictures_and_names_lead_to_the_images_themselves() -> None:
    run = examples.drifted()
    shots, typical = pictures(run), {"then/a.jpg": PICTURE}
    page = report_html(run, shots, typical=typical, links=Links(images=FOLDER)).decode()

    links = set(re.findall(r'href="(\.\./\.\./\.\./\.\./[^"]*)"', page))
    expected = {f"../../../../{quote(offender.image)}" for offender in run.offenders}
    assert links == expected | {"../../../../then/a.jpg"}
    assert page.count(f'href="../../../../{quote(run.offenders[0].image)}"') == 2


def test_a_hostile_name_stays_text_and_its_link_a_relative_one() -> None:
    run = examples.drifted()
    name = 'x"><script>alert(1)</script>/javascript:1.jpg'
    run = dataclasses.replace(run, offenders=(dataclasses.replace(run.offenders[0], image=name),))
    page = report_html(run, {name: PICTURE}, links=Links(images=FOLDER)).decode()

    assert "<script" not in page
    hrefs = re.findall(r'href="([^"]*)"', page)
    assert all(re.match(r"(\.\./|#|data:,|[a-z]+\.(json|html)$)", href) for href in hrefs), hrefs


def test_the_table_of_affected_images_is_announced_and_linked() -> None:
    run = examples.drifted()
    links = Links(affected="affected.csv")
    some = dataclasses.replace(
        run, affected_table=AffectedTable(file="affected.csv", images=21_000, listed=20_000)
    )
    every = dataclasses.replace(
        run, affected_table=AffectedTable(file="affected.csv", images=52, listed=52)
    )

    assert "lists 20,000 of 21,000 images" in text_of(report_html(some, {}, links=links))
    assert "lists all 52 images that are more likely" in text_of(
        report_html(every, {}, links=links)
    )
    assert b'href="affected.csv"' in report_html(every, {}, links=links)
    assert b"affected.csv" not in report_html(run, {})


def test_the_class_that_grew_is_shown_beside_the_reference() -> None:
    run = with_grown_class(examples.drifted())
    of_class = ClassPictures(window={"a.jpg": PICTURE}, reference={"then/b.jpg": PICTURE})
    page = report_html(
        run, {}, further=FurtherPictures(of_class=of_class), links=Links(images=FOLDER)
    )
    text = text_of(page)

    assert "More often than usual: &lt;b&gt;cat&lt;/b&gt;" in text
    assert "25 % of the predictions, usually 10 %" in text
    assert b'href="../../../../then/b.jpg"' in page
    assert b"<b>cat</b>" not in page


def test_without_pictures_of_it_the_class_that_grew_is_not_shown_or_says_why() -> None:
    run = with_grown_class(examples.drifted())

    assert b"More often than usual" not in report_html(run, {})
    assert b"More often than usual" not in report_html(
        run, {}, further=FurtherPictures(of_class=ClassPictures())
    )
    alone = report_html(
        run, {}, further=FurtherPictures(of_class=ClassPictures(window={"a.jpg": PICTURE}))
    )
    assert "it is not known which of its images are of this class" in text_of(alone)


@pytest.mark.parametrize("template", [None, "https://x.example/{path}"])
def test_the_links_of_a_run_lead_to_its_table_only_if_it_has_one(template: str | None) -> None:
    table = AffectedTable(file="affected.csv", images=1, listed=1)
    args = {"job": "dogs", "prefix": "reports/dogs", "run_id": "r1"}
    link = Links.of_run(template, **args, table=table).affected

    assert link == (
        "https://x.example/reports/dogs/runs/r1/affected.csv" if template else "affected.csv"
    )
    assert Links.of_run(template, **args).affected is None
