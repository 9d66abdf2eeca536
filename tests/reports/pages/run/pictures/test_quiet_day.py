"""A day on which nothing moved shows some of its images beside some of the reference."""

import dataclasses

from reports.findings.run import WindowSpan
from reports.pages.links import ImageLinks
from reports.pages.run.pictures.quiet import QuietPictures
from reports.pages.run.report import Links, report_html
from reports.pages.run.thumbnails import FurtherPictures
from tests.reports.pages.run.test_html_report import PICTURE, Page, text_of
from tests.support import findings as examples

FOUR = {f"{number}.jpg": PICTURE for number in range(4)}
DAY = WindowSpan(start="2025-03-03T00:00:00Z", end="2025-03-04T00:00:00Z")


def page_of(window: dict[str, bytes], reference: dict[str, bytes]) -> bytes:
    quiet = QuietPictures(window=window, reference=reference)
    folder = ImageLinks(bucket_url="/srv/bucket", up="../../../../")
    return report_html(
        dataclasses.replace(examples.steady(), window=DAY),
        {},
        links=Links(images=folder),
        further=FurtherPictures(of_quiet=quiet),
    )


def test_four_images_of_the_day_stand_beside_four_of_the_reference() -> None:
    page = page_of(FOUR, {f"reference/{name}": PICTURE for name in FOUR})

    assert "Four images of 3 Mar 2025 beside four of the reference" in text_of(page)
    assert page.count(b"<img") == 8
    assert b'href="../../../../reference/0.jpg"' in page
    assert Page(page).open == []


def test_one_image_of_a_reference_of_numbers_stands_alone() -> None:
    page = page_of({"a.jpg": PICTURE}, {})

    assert "One image of 3 Mar 2025 " in text_of(page)
    assert "The reference" not in text_of(page).partition("One image of")[2][:40]


def test_without_pictures_there_is_no_such_section() -> None:
    assert b'id="images"' not in page_of({}, {"reference/a.jpg": PICTURE})
    assert b'id="images"' not in report_html(examples.steady(), None)


def test_images_that_stand_out_are_shown_instead() -> None:
    quiet = FurtherPictures(of_quiet=QuietPictures(window=FOUR))
    page = report_html(examples.drifted(), {}, further=quiet)

    assert b"Images that stand out" in page
    assert b"<img" not in page
