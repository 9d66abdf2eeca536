"""The images that rows of the log name."""

import pyarrow as pa
import pytest

from drift.model_quality.joining.image_names import image_names
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocator
from jobs.job_file.image_settings import ImageSettings

LOCATOR = ImageLocator(
    bucket_url="memory://bucket", settings=ImageSettings(path="images/{camera}/{image}")
)


def test_days_without_a_row_name_no_image_and_need_no_column():
    assert image_names({}, 0, LOCATOR, "memory://bucket/log.csv").to_pylist() == []


def test_rows_without_a_column_of_the_template_are_told_which():
    columns = {"image": pa.array(["1.jpg"])}
    with pytest.raises(ObjectError, match="camera"):
        image_names(columns, 1, LOCATOR, "memory://bucket/log.csv")
