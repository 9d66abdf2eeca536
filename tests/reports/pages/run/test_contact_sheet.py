import dataclasses

from reports.pages.run.contact_sheet import contact_sheet
from reports.pages.run.report import report_html
from tests.support import findings as examples

PICTURE = b"\xff\xd8 a picture"


def test_a_reference_without_pictures_is_said_and_how_to_supply_them() -> None:
    run = examples.drifted()
    profile = dataclasses.replace(run.profile, source="the feature table metrics.csv")
    page = report_html(dataclasses.replace(run, profile=profile), {}, typical=None).decode()

    assert "The reference is the feature table metrics.csv: numbers without pictures" in page
    assert "reference.images" in page
    assert "drift profile build" in page


def test_pictures_that_could_not_be_read_are_told_apart_from_none_at_all() -> None:
    words = contact_sheet(examples.drifted(), {}, {}).no_typical

    assert "could be read" in words
    assert "without pictures" not in words


def test_nothing_is_said_where_typical_images_are_there_or_pictures_are_not_wanted() -> None:
    run = examples.drifted()

    assert contact_sheet(run, {}, {"a.jpg": PICTURE}).no_typical == ""
    assert contact_sheet(run, None, None).no_typical == ""


def test_a_quiet_run_shows_no_picture_of_the_reference() -> None:
    assert contact_sheet(examples.steady(), {}, {"a.jpg": PICTURE}).typical == ()
    assert b"<img" not in report_html(examples.steady(), {}, typical={"a.jpg": PICTURE})


def test_with_thumbnails_off_no_typical_image_is_in_it() -> None:
    sheet = contact_sheet(examples.drifted(), None, {"a.jpg": PICTURE})

    assert sheet.typical == ()
    assert all(shot.source is None for shot in sheet.shots)
