"""Buckets whose images are packed; entered into `LAYOUTS` when this is imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from tests.support.layouts import (
    Request,
    feature_table,
    layout,
    pictures,
    requests,
    write_csv,
    write_jsonl,
)
from tests.support.packed_images import parquet_of, tar_of, zip_of


def _write_packed(
    folder: Path,
    shard_of: Callable[[Request], str],
    member_of: Callable[[Request], str],
    pack: Callable[[dict[str, bytes]], bytes],
) -> None:
    contents: dict[str, dict[str, bytes]] = defaultdict(dict)
    for one in requests():
        contents[shard_of(one)][member_of(one)] = pictures()[one.number % 30]
    for name, images in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(pack(images))


@layout('path = "predictions.csv"', 'path = "shards/{timestamp:%Y-%m-%d}.tar#{id}.jpg"')
def daily_tars(folder: Path) -> None:
    rows = [
        {"timestamp": one.time.isoformat(), "id": one.id, "prediction": one.breed}
        for one in requests()
    ]
    write_csv(folder / "predictions.csv", rows)
    _write_packed(
        folder, lambda one: f"shards/{one.time:%Y-%m-%d}.tar", lambda one: f"./{one.id}.jpg", tar_of
    )
    feature_table(folder)


@layout('path = "logs/*.jsonl"', 'path = "image"')
def a_column_of_members(folder: Path) -> None:
    by_day: dict[str, list[dict[str, object]]] = defaultdict(list)
    for one in requests():
        day = f"{one.time:%Y-%m-%d}"
        by_day[day].append(
            {
                "time": one.time.isoformat(), "id": one.id, "prediction": one.breed,
                "image": f"images/dt={day}/part-{one.number % 2}.tar#{one.id}.jpg",
            }
        )  # fmt: skip
    for day, rows in by_day.items():
        write_jsonl(folder / f"logs/{day}.jsonl", rows)
    _write_packed(
        folder,
        lambda one: f"images/dt={one.time:%Y-%m-%d}/part-{one.number % 2}.tar",
        lambda one: f"{one.id}.jpg",
        tar_of,
    )
    feature_table(folder)


@layout('path = "predictions.csv"', 'path = "uploads/{camera}.zip#{id}.jpg"')
def zips_of_cameras(folder: Path) -> None:
    rows = [
        {
            "timestamp": one.time.isoformat(),
            "id": one.id,
            "prediction": one.breed,
            "camera": one.camera,
        }
        for one in requests()
    ]
    write_csv(folder / "predictions.csv", rows)
    _write_packed(
        folder, lambda one: f"uploads/{one.camera}.zip", lambda one: f"{one.id}.jpg", zip_of
    )
    feature_table(folder)


@layout('path = "predictions.csv"', 'path = "dataset/{timestamp:%Y%m%d}.parquet#{id}.jpg"')
def a_dataset_in_parquet(folder: Path) -> None:
    rows = [
        {"timestamp": one.time.isoformat(), "id": one.id, "prediction": one.breed}
        for one in requests()
    ]
    write_csv(folder / "predictions.csv", rows)
    _write_packed(
        folder,
        lambda one: f"dataset/{one.time:%Y%m%d}.parquet",
        lambda one: f"{one.id}.jpg",
        parquet_of,
    )
    feature_table(folder)
