"""Comparing what two checkouts wrote: only the clock may differ, and a doctored copy is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.same_bytes import lines
from benchmarks.same_bytes_parts import small_world
from benchmarks.same_bytes_parts.comparing import Comparison, compare

RUN = "bucket/reports/pets/runs/20250304T000000Z-0"
CACHE = "bucket/reports/features/fs-0"
PAGE = "<p>steady</p><dl><dt>Made</dt><dd>{made}</dd><dt>Seconds</dt><dd>{seconds}</dd></dl>"


def put(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def put_table(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / name)


def left_by_a_run(folder: Path, minute: int) -> Path:
    """Write what a run leaves, as it is made at a minute; a few objects of each kind."""
    made = f"2025-03-04T00:{minute:02}:00Z"
    report = {
        "schema_version": "1",
        "generated_at": made,
        "timings": {"images": minute / 7},
        "verdict": "steady",
        "profile": {"id": "p-0", "created_at": made},
        "effects": {"mean": 0.25},
    }
    put(folder, f"{RUN}/report.json", json.dumps(report, indent=2))
    put(folder, f"{RUN}/report.html", PAGE.format(made=made, seconds=minute / 7))
    put(folder, "bucket/reports/pets/lock", json.dumps({"state": "released", "renewed": made}))
    put(folder, "bucket/reports/pets/index.html", "<p>1 run</p>")
    note = {"state": "sent", "claimed_at": made, "results": [{"seconds": minute / 900}]}
    put(folder, "bucket/reports/pets/notifications/20250304T000000Z-0.json", json.dumps(note))
    put(folder, "m.prom", f"image_drift_last_run_timestamp_seconds {minute}\nimage_drift_rows 5\n")
    put(folder, "output/01 run job.toml.txt", "steady: nothing drifted\nexit 0\n")
    put(
        folder,
        "output/02 profile show job.toml.txt",
        f"Profile p-0, built {made[:10]} 00:0{minute} UTC",
    )
    put(folder, "output/03 notify job.toml --test.txt", f"json arrived | 0.{minute} |\nexit 0\n")
    rows: list[dict[str, object]] = [
        {"image": name, "version": f"{minute}-{name}", "mean": 1.5} for name in ("a", "b")
    ]
    put_table(folder, f"{CACHE}/part-{minute}.parquet", rows[:: 1 if minute % 2 else -1])
    put_table(folder, "bucket/reports/pets/profiles/p-0/features.parquet", [{"mean": 1.5}])
    put(folder, "bucket/images/a.txt", "a picture")
    return folder


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    return left_by_a_run(tmp_path / "this", 3), left_by_a_run(tmp_path / "other", 8)


def test_two_runs_at_different_times_are_equal(sides: tuple[Path, Path], tmp_path: Path) -> None:
    put(tmp_path / "before", "bucket/images/a.txt", "a picture")
    found = compare(*sides, before=tmp_path / "before")
    assert found.differences == ()
    # All but the picture, which was there before; the cache's only part is its rows.
    assert found.objects == sum(path.is_file() for path in sides[0].rglob("*")) - 1
    assert found.size_bytes > 500
    (line,) = lines("small", found)
    assert line.endswith("equal")


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def doctor(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return doctor


def another_cache(folder: Path) -> None:
    put_table(folder, f"{CACHE}/part-8.parquet", [{"image": "a", "version": "8-a", "mean": 1.25}])


def another_profile(folder: Path) -> None:
    put_table(folder, "bucket/reports/pets/profiles/p-0/features.parquet", [{"mean": 1.75}])


@pytest.mark.parametrize(
    ("name", "doctor", "shown"),
    [
        (f"{RUN}/report.json", replaced(f"{RUN}/report.json", "0.25", "0.26"), "0.26"),
        (f"{RUN}/report.json", replaced(f"{RUN}/report.json", '"effects": ', '"effects":'), "line"),
        (f"{RUN}/report.html", replaced(f"{RUN}/report.html", "steady", "STEADY"), "STEADY"),
        (
            "bucket/reports/pets/lock",
            replaced("bucket/reports/pets/lock", "released", "held"),
            "held",
        ),
        ("m.prom", replaced("m.prom", "rows 5", "rows 6"), "line 2"),
        (
            "output/01 run job.toml.txt",
            replaced("output/01 run job.toml.txt", "exit 0", "exit 4"),
            "line 2",
        ),
        (
            "output/03 notify job.toml --test.txt",
            replaced("output/03 notify job.toml --test.txt", "arrived", "failed"),
            "failed",
        ),
        (f"{CACHE}/rows", another_cache, "1.25"),
        ("bucket/reports/pets/profiles/p-0/features.parquet", another_profile, "1.75"),
        (
            "bucket/reports/pets/index.html",
            lambda folder: (folder / "bucket/reports/pets/index.html").unlink(),
            "only this checkout",
        ),
        (
            "bucket/reports/new.json",
            lambda folder: put(folder, "bucket/reports/new.json", "{}"),
            "only the other checkout",
        ),
        ("bucket/images/a.txt", replaced("bucket/images/a.txt", "a p", "no p"), "no picture"),
    ],
)
def test_a_doctored_copy_is_found(
    sides: tuple[Path, Path], name: str, doctor: Callable[[Path], None], shown: str
) -> None:
    doctor(sides[1])
    found = compare(*sides)
    assert [one.name for one in found.differences] == [name]
    assert shown in found.differences[0].place
    first, second = lines("small", found)
    assert first.endswith("1 DIFFER")
    assert name in second


def test_the_rest_of_an_object_is_compared_where_a_key_is_left_out(
    sides: tuple[Path, Path],
) -> None:
    replaced(f"{RUN}/report.json", '"schema_version": "1"', '"schema_version": "2"')(sides[1])
    assert differing(compare(*sides)) == [f"{RUN}/report.json"]
    assert differing(compare(*sides, leave_out=["schema_version"])) == []
    replaced(f"{RUN}/report.json", "0.25", "0.26")(sides[1])
    assert differing(compare(*sides, leave_out=["schema_version"])) == [f"{RUN}/report.json"]


def differing(found: Comparison) -> list[str]:
    return [one.name for one in found.differences]


def test_a_world_is_built_of_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        small_world.WORLD.build(tmp_path / name)
    found = compare(tmp_path / "one", tmp_path / "two")
    assert found.differences == ()
    assert found.objects > 80
