"""Images that stand in the log's cells: found, named by their rows, and read again."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet
from pydantic import ValidationError

from jobs.buckets.registry import open_bucket
from jobs.errors import (
    BucketAccessError,
    ColumnMissingError,
    ObjectError,
    ObjectMissingError,
    ObjectTooLargeError,
)
from jobs.images.locations import ImageLocation, ImageLocator, RefusedLocation
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.names.logged_images import LOG_IMAGES_URL, ImageColumn, LoggedImageName
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.cell_images.decoding import image_in
from jobs.predictions.cell_images.digests import digest_of
from jobs.predictions.logged_image_bucket import LoggedImageBucket
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest
from tests.support.images import encode, numbered_photographs

ROOT = Path(__file__).resolve().parents[3]
IMAGES = numbered_photographs(4)
START = datetime(2025, 3, 4, tzinfo=UTC)
WINDOW = WindowRequest(end=START + timedelta(days=1), last=timedelta(days=1))
ONE = base64.b64encode(IMAGES[0]).decode()


def packed(image: bytes) -> str:
    return base64.b64encode(image).decode()


@pytest.mark.parametrize(
    "cell",
    [
        IMAGES[0],
        ONE,
        f"  {ONE}\n",
        ONE.rstrip("="),
        ONE.replace("+", "-").replace("/", "_"),
        "\n".join(ONE[start : start + 76] for start in range(0, len(ONE), 76)),
        f"data:image/png;base64,{ONE}",
        f"data:image/jpeg;name=a.jpg;base64,{ONE}",
        str(base64.b64encode(IMAGES[0])),
        str(IMAGES[0]),
        "\\x" + IMAGES[0].hex(),
        json.dumps({"instances": [{"name": "a", "b64": ONE}]}),
        json.dumps(json.dumps({"image": ONE})),
        packed(json.dumps({"instances": [{"image_bytes": {"b64": ONE}}]}).encode()),
        ONE.encode(),
    ],
)
def test_an_image_is_found_however_it_is_written(cell):
    assert image_in(cell) == IMAGES[0]


@pytest.mark.parametrize(
    "cell", ["", "cat", "images/7.jpg", "12345678", "{", "{}", "[1, 2]", "data:,", "\\x", b"", "b'"]
)
def test_other_cells_hold_no_image(cell):
    assert image_in(cell) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_every_common_format_is_known_by_its_beginning(kind):
    image = encode(Image.new("RGB", (8, 8), (9, 200, 90)), kind)
    assert image_in(packed(image)) == image


def rows_of(images: list[bytes]) -> list[dict[str, object]]:
    return [
        {"timestamp": (START + timedelta(minutes=place)).isoformat(), "picture": packed(image)}
        for place, image in enumerate(images)
    ]


def write(folder: Path, kind: str, images: list[bytes]) -> str:
    """Write a log with images and return its name."""
    rows, name = rows_of(images), f"log.{kind}"
    if kind == "csv":
        pd.DataFrame(rows).to_csv(folder / name, index=False)
    elif kind.startswith("jsonl"):
        text = "".join(json.dumps(row) + "\n" for row in rows).encode()
        (folder / name).write_bytes(gzip.compress(text) if kind.endswith("gz") else text)
    else:
        table = {"timestamp": [row["timestamp"] for row in rows], "picture": [*images]}
        # One page a value: a reader has to unpack whole pages.
        parquet.write_table(pa.table(table), folder / name, write_batch_size=1)
    return name


def settings_of(path: str, column: str = "picture") -> tuple[PredictionSettings, ImageColumn]:
    return PredictionSettings(path=path), ImageColumn(column, 100_000_000)


def read(folder: Path, path: str, column: str = "picture"):
    """Return the window's rows, their images' places, and the bucket of these."""
    bucket = open_bucket(str(folder))
    settings, images = settings_of(path, column)
    rows = read_predictions(bucket, settings, WINDOW, extra_columns=[images])
    locator = ImageLocator(bucket_url=bucket.url, settings=ImageSettings(column=column))
    located = locator.locate(rows.raw, bucket.url_of(path))
    return rows, located, LoggedImageBucket(bucket, settings, images)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "jsonl.gz", "parquet"])
def test_images_are_named_by_their_rows_and_read_again(tmp_path, kind):
    path = write(tmp_path, kind, IMAGES)
    rows, located, images = read(tmp_path, path)
    first = {"csv": 2}.get(kind, 1)
    assert [one.path for one in located] == [
        f"{path}, line {line} ({digest_of(image)})"
        for line, image in enumerate(IMAGES, start=first)
    ]
    assert max(map(len, rows.raw["picture"])) < 100
    images.expect([one.path for one in located])
    assert [images.read(one.path).data for one in located] == IMAGES
    info = images.info(located[1].path)
    assert (info.size_bytes, info.version) == (len(IMAGES[1]), digest_of(IMAGES[1]))


def test_structs_of_bytes_and_path_are_read_by_either_name(tmp_path):
    cells = [{"bytes": image, "path": f"{place}.jpg"} for place, image in enumerate(IMAGES)]
    times = [(START + timedelta(hours=hour)).isoformat() for hour in range(len(IMAGES))]
    parquet.write_table(pa.table({"timestamp": times, "image": cells}), tmp_path / "log.parquet")
    for column in ("image", "image.bytes"):
        rows, located, images = read(tmp_path, "log.parquet", column)
        assert rows.raw["image.path"].tolist() == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
        assert [images.read(one.path).data for one in located] == IMAGES


def test_images_that_parquet_stores_once_are_read(tmp_path):
    table = pa.table(
        {
            "timestamp": [row["timestamp"] for row in rows_of(IMAGES[:1] * 50 + IMAGES[1:2] * 4)],
            "picture": pa.array([IMAGES[0]] * 20 + [IMAGES[1]] * 30 + [None] * 4, pa.binary()),
        }
    )
    parquet.write_table(table.slice(0, 54), tmp_path / "log.parquet")
    bucket = open_bucket(str(tmp_path))
    settings, column = settings_of("log.parquet")
    week = WindowRequest(end=START + timedelta(days=7), last=timedelta(days=7))
    rows = read_predictions(bucket, settings, week, extra_columns=[column])
    images = LoggedImageBucket(bucket, settings, column)
    assert images.read(rows.raw["picture"].iloc[19]).data == IMAGES[0]
    assert images.read(rows.raw["picture"].iloc[20]).data == IMAGES[1]
    assert rows.raw["picture"].iloc[50] is None


def test_a_cell_without_an_image_is_refused_with_its_reason(tmp_path):
    rows = rows_of(IMAGES[:3])
    rows[0]["picture"], rows[1]["picture"] = "images/7.jpg", None
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    _, located, _ = read(tmp_path, "log.jsonl")
    assert located[:2] == [
        RefusedLocation(reason="no image in the cell", detail="no image: images/7.jpg"),
        RefusedLocation(reason="no image in the row", detail=""),
    ]
    assert isinstance(located[2], ImageLocation)
    assert located[2].bucket_url == LOG_IMAGES_URL


def test_a_row_that_was_delivered_twice_is_one(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        rows = [row | {"id": str(place)} for place, row in enumerate(rows_of(IMAGES))]
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    rows, located, _ = read(tmp_path, "*.jsonl")
    assert len(rows) == len(located) == len(IMAGES)


def test_a_line_may_be_as_long_as_an_image_is(tmp_path):
    large = IMAGES[0] + b"\0" * (3 << 20)
    for kind in ("csv", "jsonl", "jsonl.gz"):
        path = write(tmp_path, kind, [IMAGES[1], large, IMAGES[2]])
        rows, located, images = read(tmp_path, path)
        assert rows.tally.rejected == 0
        assert images.read(located[1].path).data == large
        with pytest.raises(ObjectTooLargeError):
            images.read(located[1].path, most_bytes=1 << 20)


def test_a_line_of_another_job_may_not(tmp_path):
    path = write(tmp_path, "jsonl", [IMAGES[1], IMAGES[0] + b"\0" * (3 << 20)])
    bucket = open_bucket(str(tmp_path))
    assert read_predictions(bucket, settings_of(path)[0], WINDOW).tally.rejected == 1


def test_only_the_images_that_are_expected_are_put_aside(tmp_path):
    path = write(tmp_path, "jsonl", IMAGES)
    _, located, images = read(tmp_path, path)
    images.expect([located[0].path, located[2].path])
    images.read(located[0].path)
    (tmp_path / path).unlink()
    assert images.read(located[2].path).data == IMAGES[2]
    with pytest.raises(ObjectError):
        images.read(located[1].path)


@pytest.mark.parametrize("path", ["log.json", "requests/*"])
def test_an_object_of_other_json_may_be_as_long_as_an_image_is(tmp_path, path):
    contents = [IMAGES[1], IMAGES[0] + b"\0" * (3 << 20), IMAGES[2]]
    rows = [
        {"timestamp": (START + timedelta(hours=hour)).isoformat(), "picture": packed(image)}
        for hour, image in enumerate(contents)
    ]
    if path == "log.json":
        (tmp_path / path).write_text(json.dumps(rows, indent=1))
    else:
        (tmp_path / "requests").mkdir()
        for number, row in enumerate(rows):
            (tmp_path / "requests" / str(number)).write_text(json.dumps(row, indent=1))
    _, located, images = read(tmp_path, path)
    assert [images.read(one.path).data for one in located] == contents


def test_small_objects_with_several_rows_lead_to_their_images(tmp_path):
    (tmp_path / "requests").mkdir()
    for number in range(60):
        # Values are counted where objects are read together, and not lines.
        lines = [
            json.dumps(
                {
                    "timestamp": (START + timedelta(minutes=10 * number + row)).isoformat(),
                    "picture": packed(IMAGES[row] + bytes([number])),
                }
            )
            for row in range(2)
        ]
        (tmp_path / "requests" / f"{number:02}").write_text("\n\n".join(lines) + "\n")
    _, located, images = read(tmp_path, "requests/*")
    assert [one.path.partition(" (")[0] for one in located][:3] == [
        "requests/00, object 1",
        "requests/00, object 2",
        "requests/01, object 1",
    ]
    images.expect([one.path for one in located])
    found = [images.read(one.path).data for one in located]
    assert found == [IMAGES[row] + bytes([number]) for number in range(60) for row in range(2)]


def test_an_image_that_a_line_no_longer_holds_is_missing(tmp_path):
    path = write(tmp_path, "jsonl", IMAGES)
    _, located, images = read(tmp_path, path)
    write(tmp_path, "jsonl", IMAGES[::-1])
    with pytest.raises(ObjectMissingError, match="no longer holds"):
        images.read(located[0].path)
    with pytest.raises(ObjectMissingError, match="no row of a log"):
        images.read("images/7.jpg")


def test_images_in_a_log_are_only_ever_read(tmp_path):
    path = write(tmp_path, "csv", IMAGES)
    _, located, images = read(tmp_path, path)
    name = located[0].path
    for change in (
        lambda: images.write(name, b""),
        lambda: images.create(name, b""),
        lambda: images.replace(name, b"", ""),
        lambda: images.delete(name),
    ):
        with pytest.raises(BucketAccessError, match="only ever read"):
            change()
    assert list(images.list()) == []
    assert images.local_copy(name, tmp_path).read_bytes() == IMAGES[0]


def test_a_log_without_the_column_is_an_error_that_names_the_key(tmp_path):
    path = write(tmp_path, "csv", IMAGES)
    with pytest.raises(ColumnMissingError, match=r"images\.column names"):
        read(tmp_path, path, "photo")


@pytest.mark.parametrize("given", [{}, {"path": "a", "column": "b"}])
def test_a_job_names_a_path_or_a_column(given):
    with pytest.raises(ValidationError, match="either path or column"):
        ImageSettings.model_validate(given)


def test_names_tell_their_parts():
    name = LoggedImageName(source="a, line 3.jsonl", line=7, digest="0" * 24)
    assert LoggedImageName.parse(str(name)) == name


READ = """
import re, sys
from datetime import UTC, datetime, timedelta
from jobs.buckets.registry import open_bucket
from jobs.job_file.names.logged_images import ImageColumn
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.logged_image_bucket import LoggedImageBucket
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest

def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1])

request = WindowRequest(end=datetime(2025, 3, 5, tzinfo=UTC), last=timedelta(days=1))
settings, column = PredictionSettings(path=sys.argv[2]), ImageColumn("picture", 100_000_000)
bucket = open_bucket(sys.argv[1])
read_predictions(bucket, PredictionSettings(path="small.csv"), request)
before = peak()
rows = read_predictions(bucket, settings, request, extra_columns=[column])
images = LoggedImageBucket(bucket, settings, column)
images.expect(rows.raw["picture"].tolist())
total = sum(len(images.read(name).data) for name in rows.raw["picture"])
print(total, peak() - before)
"""


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_rows_do_not_hold_their_images(tmp_path, kind):
    """150 MB of images; what one piece of the log takes stays far below that."""
    large = [IMAGES[0] + bytes([place]) * 750_000 for place in range(200)]
    path = write(tmp_path, kind, large)
    (tmp_path / "small.csv").write_text("timestamp\n2025-03-04T01:00:00Z\n")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path), path],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    total, kilobytes = map(int, done.stdout.split())
    assert total == sum(map(len, large))
    assert kilobytes < 90_000
