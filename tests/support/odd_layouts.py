"""Buckets laid out in odd ways; entered into `ODD_LAYOUTS` when this is imported."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.layouts import (
    Request,
    epoch_ms,
    feature_table,
    layout,
    put,
    requests,
    write_csv,
    write_jsonl,
    write_text,
)


def row(one: Request, **more: object) -> dict[str, object]:
    """Return what most logs say of a request."""
    return {"ts": one.time.isoformat(), **more, "pred": one.breed}


def simple(folder: Path, name: str, column: str, form: str) -> None:
    """Write images whose names follow from one request each, and a log with one column more."""
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, name.format(one=one), one.number)
        rows.append(row(one, **{column: form.format(one=one)}))
    write_csv(folder / "log.csv", rows)


@layout('path = "inputs/{id}/original.jpg"', odd=True)
def a_folder_for_each_request(folder: Path) -> None:
    simple(folder, "inputs/{one.id}/original.jpg", "id", "{one.id}")
    for one in requests():
        put(folder, f"inputs/{one.id}/thumb.jpg", one.number)


@layout('path = "images/dt={ts:%Y-%m-%d}/{id}.jpg"', 'path = "log/dt=*/data.ndjson"', odd=True)
def log_and_images_by_day(folder: Path) -> None:
    feature_table(folder)
    days: dict[str, list[dict[str, object]]] = {}
    for one in requests():
        put(folder, f"images/dt={one.time:%Y-%m-%d}/{one.id}.jpg", one.number)
        days.setdefault(f"{one.time:%Y-%m-%d}", []).append(row(one, id=one.id))
    for day, rows in days.items():
        write_jsonl(folder / f"log/dt={day}/data.ndjson", rows)


@layout('path = "logs/*.csv*"', odd=True)
def older_days_packed(folder: Path) -> None:
    feature_table(folder)
    days: dict[str, list[dict[str, object]]] = {}
    for one in requests():
        put(folder, f"images/{one.id}.jpg", one.number)
        days.setdefault(f"{one.time:%Y-%m-%d}", []).append(row(one, id=one.id))
    for day, rows in days.items():
        packed = "" if day == max(days) else ".gz"
        write_csv(folder / f"logs/{day}.csv{packed}", rows)


@layout('path = "predictions*.csv*"', odd=True)
def older_months_packed_beside_the_current_one(folder: Path) -> None:
    feature_table(folder)
    months: dict[str, list[dict[str, object]]] = {}
    for one in requests(120, minutes=600):
        put(folder, f"images/{one.id}.jpg", one.number)
        months.setdefault(f"{one.time:%Y-%m}", []).append(row(one, id=one.id))
    for month, rows in months.items():
        name = "predictions.csv" if month == max(months) else f"predictions-{month}.csv.gz"
        write_csv(folder / name, rows)


@layout('path = "images/{file:lower}"', odd=True)
def names_in_other_letters(folder: Path) -> None:
    simple(folder, "images/img_{one.number}a.jpg", "file", "IMG_{one.number}A.JPG")


@layout('path = "images/{file:stem}.jpg"', odd=True)
def endings_in_other_letters(folder: Path) -> None:
    simple(folder, "images/Img_{one.number}.jpg", "file", "Img_{one.number}.JPG")


@layout('path = "images/{file:safe}"', odd=True)
def names_as_web_servers_store_them(folder: Path) -> None:
    simple(folder, "images/Fu_im_Garten_{one.number}.jpg", "file", "Fuß im Garten {one.number}.jpg")


@layout('path = "images/{file:nfd}"', odd=True)
def names_as_macos_writes_them(folder: Path) -> None:
    name = unicodedata.normalize("NFD", "images/Größe {one.number}.jpg")
    simple(folder, name, "file", "Größe {one.number}.jpg")


@layout('path = "request.file"', 'prediction = "prediction.class"', odd=True)
def objects_in_objects(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"u/{one.id}.jpg", one.number)
        rows.append(
            {
                "ts": one.time.isoformat(),
                "request": {"id": one.id, "file": f"u/{one.id}.jpg"},
                "prediction": {"class": one.breed, "score": one.confidence},
            }
        )
    write_jsonl(folder / "log.jsonl", rows)


@layout('path = "images/{ts:%Y-%m-%d}/{id}.jpg"', odd=True)
def folders_by_local_days(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"images/{one.time:%Y-%m-%d}/{one.id}.jpg", one.number)
        rows.append({"ts": f"{one.time.isoformat()}+02:00", "id": one.id, "pred": one.breed})
    write_csv(folder / "log.csv", rows)


@layout('path = "images/{ts:utc %Y-%m-%d}/{id}.jpg"', odd=True)
def folders_by_days_in_utc(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        utc = one.time - timedelta(hours=9)
        put(folder, f"images/{utc:%Y-%m-%d}/{one.id}.jpg", one.number)
        rows.append({"ts": f"{one.time.isoformat()}+09:00", "id": one.id, "pred": one.breed})
    write_csv(folder / "log.csv", rows)


@layout('path = "images/{ts:%Y%m%d_%H%M%S_%3f}.jpg"', odd=True)
def names_with_milliseconds(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        part = f"{one.number * 37 % 1000:03d}"
        put(folder, f"images/{one.time:%Y%m%d_%H%M%S}_{part}.jpg", one.number)
        rows.append({"ts": f"{one.time.isoformat()}.{part}", "pred": one.breed})
    write_csv(folder / "log.csv", rows)


@layout('path = "images/{ts:%Y%m%d}/{n}.jpg"', odd=True)
def numbers_that_start_anew_each_day(folder: Path) -> None:
    feature_table(folder)
    rows, counts = [], dict[str, int]()
    for one in requests():
        day = f"{one.time:%Y%m%d}"
        counts[day] = counts.get(day, 0) + 1
        put(folder, f"images/{day}/{counts[day]}.jpg", one.number)
        rows.append({"ts": epoch_ms(one.time) // 1000, "n": counts[day], "pred": one.breed})
    write_csv(folder / "log.csv", rows)


@layout('path = "images/{id}.jpg"', "UNSURE: 33% of the rows", share=0.6, odd=True)
def two_endings(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"images/{one.id}.{'jpg' if one.number % 3 else 'png'}", one.number)
        rows.append(row(one, id=one.id))
    write_csv(folder / "log.csv", rows)


@layout('path = "images/{id}.jpg"', odd=True)
def the_same_names_in_the_reference(folder: Path) -> None:
    simple(folder, "images/{one.number}.jpg", "id", "{one.number}")
    for one in requests():
        put(folder, f"reference/{one.number}.jpg", one.number + 3)


@layout('path = "log.csv"', odd=True)
def labels_with_times_beside_the_log(folder: Path) -> None:
    simple(folder, "images/{one.id}.jpg", "id", "{one.id}")
    labels = [
        {"labeled_at": one.time.isoformat(), "id": one.id, "label": one.breed} for one in requests()
    ]
    write_csv(folder / "labels.csv", labels * 4)


@layout("day_first = false", "No date settles", odd=True)
def dates_that_nothing_settles(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests(minutes=20, start=datetime(2025, 3, 4, 9)):
        put(folder, f"images/{one.id}.jpg", one.number)
        rows.append({"ts": f"{one.time:%m/%d/%Y %I:%M %p}", "id": one.id, "pred": one.breed})
    write_csv(folder / "log.csv", rows)


@layout('timestamp = "Zeit"', 'prediction = "Klasse"', odd=True)
def windows_line_ends_and_a_mark_in_front(folder: Path) -> None:
    feature_table(folder)
    lines = ["\ufeffZeit ; Kennung;Klasse"]
    for one in requests():
        put(folder, f"images/{one.id}.jpg", one.number)
        lines.append(f"{one.time:%d.%m.%Y %H:%M};{one.id};{one.breed}")
    write_text(folder / "log.csv", "".join(line + "\r\n" for line in lines))


@layout('last = "1d"', odd=True)
def a_log_that_is_being_written(folder: Path) -> None:
    feature_table(folder, rows=600)
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = []
    for one in requests(900, start=now - timedelta(minutes=9000), minutes=10):
        put(folder, f"images/{one.id}.jpg", one.number)
        rows.append(row(one, id=one.id))
    write_csv(folder / "log.csv", rows)
