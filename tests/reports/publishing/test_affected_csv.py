"""The table of all affected images: what it says, and that nothing in it acts."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.buckets.bucket import CSV
from jobs.buckets.registry import open_bucket
from jobs.visible_text import without_formula
from reports.findings.images import Offender
from reports.pages.links import ImageLinks
from reports.publishing.affected_csv import (
    AFFECTED_NAME,
    NO_IMAGES,
    AffectedImages,
    affected_csv,
    table_of,
)
from reports.publishing.publish import publish
from tests.support import findings as examples

FOLDER = ImageLinks(bucket_url="/srv/bucket", up="../../../../")
HOSTILE = [
    '=HYPERLINK("http://x")',
    "+1+1.jpg",
    "@SUM(A1).png",
    'a,b"c.jpg',
    "two\nlines.jpg",
    "<script>alert(1)</script>.jpg",
    "\u202egpj.exe",
    "\ud800.jpg",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
]


def one(image: str, score: float = 12.3456, because: str = "darker") -> Offender:
    return Offender(
        image=image, id="7", timestamp="2025-03-04T05:06:07Z", score=score, because=because
    )


def affected(
    *images: str, segments: tuple[str, ...] = (), found: int = 0, drifted: str = ""
) -> AffectedImages:
    return AffectedImages(
        images=tuple(one(image) for image in images),
        segment_columns=tuple(f"column {number}" for number in range(len(segments))),
        segments=tuple(segments for _ in images),
        found=found or len(images),
        drifted=tuple(drifted for _ in images),
    )


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_it_holds_the_image_its_score_the_reason_the_link_and_the_segments() -> None:
    table = affected_csv(
        affected("images/a b.jpg", segments=("north", ""), drifted="column 0: north"), FOLDER
    )

    assert rows_of(table) == [
        {
            "image": "images/a b.jpg",
            "score": "12.35",
            "because": "darker",
            "id": "7",
            "timestamp": "2025-03-04T05:06:07Z",
            "link": "../../../../images/a%20b.jpg",
            "segment.column 0": "north",
            "segment.column 1": "",
            "segment": "column 0: north",
        }
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_no_formulas_and_stay_on_one_line(name: str) -> None:
    found = affected(name, segments=(name,), drifted=f"{name}: {name}")
    table = affected_csv(found, FOLDER)
    (row,) = rows_of(table)

    assert table.count(b"\n") == 2
    for cell in row.values():
        assert without_formula(cell) == cell
        assert cell.isprintable()
    assert not set(row["link"]) & set("\"'<> \n")


@given(st.lists(st.text(max_size=20), min_size=2, max_size=2))
def test_any_name_gives_a_whole_table(names: list[str]) -> None:
    image, segment = names
    table = affected_csv(affected(image, image, segments=(segment,)), FOLDER)

    assert len(rows_of(table)) == 2
    assert table.endswith(b"\n")
    assert not any(without_formula(cell) != cell for row in rows_of(table) for cell in row.values())


def test_the_report_says_how_many_there_are_and_how_many_are_listed() -> None:
    table = table_of(affected("a.jpg", "b.jpg", found=900))

    assert table is not None
    assert (table.file, table.images, table.listed) == (AFFECTED_NAME, 900, 2)
    assert table_of(None) is None


def test_a_repeated_run_without_affected_images_empties_the_table_of_the_first(tmp_path) -> None:
    bucket = open_bucket(str(tmp_path))
    run = examples.drifted()
    name = f"reports/dogs/runs/{run.run_id}/{AFFECTED_NAME}"
    emptied = {AFFECTED_NAME: (NO_IMAGES, CSV)}

    publish(bucket, "reports/dogs", run, {}, emptied=emptied)
    assert name not in {info.name for info in bucket.list("reports/")}
    table = affected_csv(affected("a.jpg"), FOLDER)
    publish(bucket, "reports/dogs", run, {AFFECTED_NAME: (table, CSV)}, emptied=emptied)
    assert bucket.read(name).data == table
    publish(bucket, "reports/dogs", run, {}, emptied=emptied)
    assert rows_of(bucket.read(name).data) == []
    assert bucket.read(name).data.startswith(b"image,score,because")
