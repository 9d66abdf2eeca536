"""The placeholders of images.path: which forms a value can be given."""

import pandas as pd
import pytest

from jobs.images.locations import ImageLocation, ImageLocator, RefusedLocation
from jobs.images.template import Placeholder, placeholders_of
from jobs.job_file.image_settings import ImageSettings


def located(path: str, *, day_first: bool | None = None, **values: str) -> object:
    settings = ImageSettings(path=path)
    locator = ImageLocator(bucket_url="gs://dogs", settings=settings, day_first=day_first)
    (place,) = locator.locate(pd.DataFrame([values]), "gs://dogs/log.csv")
    return place.name if isinstance(place, ImageLocation) else place


@pytest.mark.parametrize(
    ("path", "value", "name"),
    [
        ("{t:%Y/%m/%d}/x", "2025-03-04T00:30:00+02:00", "2025/03/04/x"),
        ("{t:utc %Y/%m/%d}/x", "2025-03-04T00:30:00+02:00", "2025/03/03/x"),
        ("{t:%Y-%m-%d_%H}", "1741046400", "2025-03-04_00"),
        ("{t:%H%M%S_%3f}", "2025-03-04 10:11:12.3456Z", "101112_345"),
        ("{t:utc %s}", "2025-03-04T01:00:00+01:00", "1741046400"),
        ("{t:%Q}", "2025-03-04T00:00:00.5", "1741046400500"),
        ("{t:%d}", "04 Mar 2025 10:00", "04"),
        ("{t:%d_%H}", "2025-03-04 00:30:00 CET", "04_00"),
        ("{t:utc %d_%H}", "2025-03-04 00:30:00 CET", "03_23"),
        ("{t:%d_%H}", "2025-03-04 00:30:00.5 +0100 CET", "04_00"),
        ("{t:%d_%H}", "2025-03-04 00:30 Europe/Berlin", "04_00"),
        ("{t:%d_%H}", "2025-03-04T00:30:00+01:00[Europe/Berlin]", "04_00"),
        ("{t:%d_%H}", "Tue Mar  4 00:30:00 IST 2025", "04_00"),
        ("{t:%d_%H}", "Mar 4, 2025 01:30 PM PST", "04_13"),
        ("{t:%d_%H}", "Mar 4, 2025 01:30 pm", "04_13"),
        ("a/{t:name}", "/app/x/y z.jpg", "a/y z.jpg"),
        ("a/{t:name}", "C:\\x\\y.jpg", "a/y.jpg"),
        ("{t:slashes}", "a\\x\\y.jpg", "a/x/y.jpg"),
        ("a/{t:after=/app/}", "C:\\app\\x\\y.jpg", "a/x/y.jpg"),
        ("{t:after=b\\}", "a\\b\\y.jpg", "y.jpg"),
        ("{t:whole}.jpg", "12.0", "12.jpg"),
        ("{t:whole}.jpg", "12.5", "12.5.jpg"),
        ("{t:06}.jpg", "12.0", "000012.jpg"),
        ("{t:+09:00 %Y-%m-%d}", "2025-03-03T15:30:00Z", "2025-03-04"),
        ("{t:-03:30 %Y-%m-%d}", "2025-03-03T03:00:00Z", "2025-03-02"),
        ("{t:Asia/Tokyo %Y-%m-%d}", "2025-03-03T16:30:00+01:00", "2025-03-04"),
        ("{t:Europe/Berlin %H}", "2025-07-03T16:30:00Z", "18"),
        ("a/{t:stem}.png", "x/y.tar.jpg", "a/y.tar.png"),
        ("a/{t:urlname}", "https://x.test/b/Mein%20Hund.jpg?sig=a/b", "a/Mein Hund.jpg"),
        ("{t:lower}", "AÜ.JPG", "aü.jpg"),
        ("{t:upper}", "a.jpg", "A.JPG"),
        ("{t:safe}", "Fuß im Gärten/x?.jpg", "Fu_im_Garten_x.jpg"),
        ("{t:nfd}", "\u00fc", "u\u0308"),
        ("{t:nfc}", "u\u0308", "\u00fc"),
        ("img_{t:06}", "7", "img_000007"),
        ("{t:.2}/{t}", "abcdef", "ab/abcdef"),
        ("{t:.2}/{t:2.4}/{t:2.}", "abcdef", "ab/cd/cdef"),
        ("month={t:%-m}/day={t:%-d}/{t:%-H}", "2025-03-04T05:11:12", "month=3/day=4/5"),
        ("{t:%-d}/{t:%d}", "2025-11-14T05:11:12", "14/14"),
        ("{t:after=/up/}", "https://x.test/up/a/up/b.jpg", "a/up/b.jpg"),
    ],
)
def test_a_value_can_be_changed_on_its_way_into_a_name(path, value, name):
    assert located(path, t=value) == name


def test_dates_are_read_as_the_job_says():
    assert located("{t:%m}", t="03/04/2025", day_first=True) == "04"
    assert located("{t:%m}", t="03/04/2025", day_first=False) == "03"


def test_a_value_without_what_the_format_needs_is_refused_by_column():
    assert located("{t:%m}", t="soon") == RefusedLocation(reason="no time in t", detail="")
    assert located("{t:after=/up/}", t="x") == RefusedLocation(reason="no value in t", detail="")


def test_a_value_too_short_for_its_characters_is_refused_by_column():
    assert located("{t:2.4}/{t}", t="ab") == RefusedLocation(reason="no value in t", detail="")


def test_a_change_cannot_lead_out_of_the_bucket():
    place = located("a/{t:after=/up/}", t="/up/../../b")
    assert isinstance(place, RefusedLocation)
    assert place.reason == "unsafe image path"


def test_a_colon_may_be_a_part_of_a_columns_name():
    assert located("images/{a:b}", **{"a:b": "x"}) == "images/x"
    assert placeholders_of("{a:b:lower}") == [Placeholder(column="a:b", format="lower")]
    assert placeholders_of("a:lower") == [Placeholder(column="a:lower")]
