"""Where a row's image is, and what is refused."""

import pandas as pd
import pytest

from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation, ImageLocator, RefusedLocation
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.names.logged_images import DIGEST_DIGITS, LoggedImageName

LOG = "gs://dogs/log.csv"


def locate(path: str, rows: list[dict[str, str | None]], allowed: tuple[str, ...] = ()):
    settings = ImageSettings(path=path, allowed_prefixes=allowed)
    locator = ImageLocator(bucket_url="gs://dogs", settings=settings)
    return locator.locate(pd.DataFrame(rows), LOG)


def test_a_template_is_filled_from_the_logs_own_columns():
    rows = [{"id": "20240101", "filename": "Mein Hund ü.PNG"}]
    (place,) = locate("images/{id}_{filename}", rows)
    name = "images/20240101_Mein Hund ü.PNG"
    assert place == ImageLocation(bucket_url="gs://dogs", name=name, path=name)


def test_braces_in_a_value_are_text():
    (place,) = locate("images/{id}", [{"id": "{secret}"}])
    assert isinstance(place, ImageLocation)
    assert place.name == "images/{secret}"


def test_a_column_may_hold_paths_and_uris_of_the_own_bucket():
    first, second = locate("file", [{"file": "a/b.jpg"}, {"file": "gs://dogs/a/b.jpg"}])
    assert first == second == ImageLocation(bucket_url="gs://dogs", name="a/b.jpg", path="a/b.jpg")


def test_a_uri_elsewhere_is_read_only_below_an_allowed_prefix():
    uris = ["gs://uploads/x/1.jpg", "gs://uploads-evil/1.jpg", "gs://other/1.jpg", "gs://uploads"]
    places = locate("uri", [{"uri": uri} for uri in uris], ("gs://uploads/",))
    assert places[0] == ImageLocation(
        bucket_url="gs://uploads", name="x/1.jpg", path="gs://uploads/x/1.jpg"
    )
    assert [type(place) for place in places[1:]] == [RefusedLocation] * 3
    assert {place.reason for place in places[1:]} == {"image outside images.allowed_prefixes"}


@pytest.mark.parametrize(
    "value",
    ["../../etc/passwd", "/etc/passwd", "a/../../b", "a\nb", "a\x00b", "..", "a//b", "a" * 2000],
)
def test_a_value_cannot_lead_out_of_the_bucket(value):
    (place,) = locate("{filename}", [{"filename": value}])
    assert isinstance(place, RefusedLocation)
    assert place.reason == "unsafe image path"


def test_an_allowed_prefix_cannot_be_left_again():
    (place,) = locate("uri", [{"uri": "gs://uploads/../dogs/x"}], ("gs://uploads/",))
    assert isinstance(place, RefusedLocation)


@pytest.mark.parametrize("value", [None, "", float("nan")])
def test_a_row_without_a_value_is_refused_by_column(value):
    (place,) = locate("images/{id}", [{"id": value}])
    assert place == RefusedLocation(reason="no value in id", detail="")


def test_a_template_of_unknown_columns_names_the_log_and_the_nearest_column():
    with pytest.raises(ObjectError) as caught:
        locate("images/{id}_{filname}", [{"id": "1", "filename": "x"}])
    assert caught.value.url == LOG
    assert "no column 'filname'" in caught.value.problem
    assert "Did you mean 'filename'?" in caught.value.problem


def test_a_log_without_rows_has_no_images():
    settings = ImageSettings(path="images/{id}")
    locator = ImageLocator(bucket_url="gs://dogs", settings=settings)
    assert locator.locate(pd.DataFrame({"id": []}, dtype="str"), LOG) == []


def test_images_that_were_named_before_are_found_again_where_they_may_be_read():
    settings = ImageSettings(path="images/{id}", allowed_prefixes=("gs://uploads/",))
    locator = ImageLocator(bucket_url="gs://dogs", settings=settings)
    names = ["images/1.jpg", "gs://uploads/2.jpg", "gs://other/3.jpg", "../4.jpg", "images/1.jpg"]
    found = locator.named_before(names)
    assert list(found) == ["images/1.jpg", "gs://uploads/2.jpg"]
    assert found["gs://uploads/2.jpg"].bucket_url == "gs://uploads"


def test_beside_images_in_the_log_those_of_the_reference_are_objects():
    locator = ImageLocator(bucket_url="gs://dogs", settings=ImageSettings(column="image_b64"))
    logged = str(LoggedImageName(source="log.jsonl", line=7, digest="0" * DIGEST_DIGITS))
    assert LoggedImageName.parse(logged) is not None
    found = locator.named_before([logged, "reference/1.jpg"])
    assert found[logged].bucket_url != "gs://dogs"
    assert found["reference/1.jpg"] == ImageLocation(
        bucket_url="gs://dogs", name="reference/1.jpg", path="reference/1.jpg"
    )
