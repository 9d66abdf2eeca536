"""Buckets laid out as teams have them; entered into `LAYOUTS` when this is imported."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.layouts import (
    BREEDS,
    CAMERAS,
    START,
    Request,
    epoch_ms,
    feature_table,
    layout,
    put,
    requests,
    write_csv,
    write_jsonl,
)


@layout('path = "predictions_log.csv"', 'path = "images/{id}_{filename}"',
        'prediction = "breed"', 'features = "labels_metrics_sampled.csv"')  # fmt: skip
def reference_system(folder: Path) -> None:
    rows = []
    for one in requests():
        identity = one.time.strftime("%Y%m%d%H%M%S")
        name = f"Hund {one.number} ü.JPG"
        put(folder, f"images/{identity}_{name}", one.number)
        rows.append(
            {
                "timestamp": one.time.isoformat(), "id": identity, "filename": name,
                "breed": one.breed, "mean": 101.5, "std_dev": 50.25, "median": 99, "min_pixel": 0,
                "max_pixel": 255, "entropy": 7.1, "edge_density": 0.05,
            }
        )  # fmt: skip
    write_csv(folder / "predictions_log.csv", rows)
    feature_table(folder, "labels_metrics_sampled.csv")


@layout('path = "logs/dt=*/part-*.parquet"', 'timestamp = "event_time"', 'id = "request_id"',
        'path = "images/{request_id}.png"', 'prediction = "predicted_class"')  # fmt: skip
def daily_parquet(folder: Path) -> None:
    feature_table(folder)
    by_day: dict[str, list[Request]] = {}
    for one in requests():
        by_day.setdefault(one.time.strftime("%Y-%m-%d"), []).append(one)
        put(folder, f"images/{one.id}.png", one.number, "PNG")
    for day, rows in by_day.items():
        table = pa.table(
            {
                "event_time": pa.array([one.time for one in rows], pa.timestamp("us", "UTC")),
                "request_id": [one.id for one in rows],
                "predicted_class": [one.breed for one in rows],
                "confidence": [one.confidence for one in rows],
            }
        )
        path = folder / f"logs/dt={day}/part-0.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(table, path)
        (path.parent / "_SUCCESS").touch()


@layout('path = "events/*/*/*/host-*.jsonl"', 'path = "image.path"')
def json_lines_by_day_with_a_column_of_paths(folder: Path) -> None:
    feature_table(folder)
    for one in requests():
        name = f"uploads/{one.camera}/{one.id}.jpeg"
        put(folder, name, one.number)
        row = {
            "ts": one.time.isoformat() + "Z",
            "image.path": name,
            "result": {"breed": one.breed},
            "output": one.breed,
            "score": one.confidence,
        }
        path = folder / f"events/{one.time:%Y/%m/%d}/host-{one.number % 2}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")


@layout('path = "image_uri"', "allowed_prefixes")
def uris_in_another_bucket(folder: Path) -> Path:
    uploads, own = folder / "uploads", folder / "own"
    feature_table(own)
    rows = []
    for one in requests():
        put(uploads, f"in/{one.id}.jpg", one.number)
        uri = f"file://{uploads}/in/{one.id}.jpg"
        rows.append({"time": one.time.isoformat(), "image_uri": uri, "pred": one.breed})
    write_csv(own / "inference_log.csv", rows)
    return own


@layout('path = "images/{breed}/{uuid}.jpg"')
def class_folders(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"images/{one.breed}/{one.id}.jpg", one.number)
        rows.append({"uuid": one.id, "breed": one.breed, "created_at": f"{one.time}+00:00"})
    write_csv(folder / "requests.csv", rows)


@layout('timestamp = "Zeitstempel"', 'prediction = "Vorhersage"', 'path = "bilder/{Dateiname}"')
def german_with_semicolons_and_decimal_commas(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        name = f"Größe {one.number:03d} - {one.breed}.jpg"
        put(folder, f"bilder/{name}", one.number)
        rows.append(
            {
                "Nr": one.number,
                "Zeitstempel": one.time.strftime("%d.%m.%Y %H:%M:%S"),
                "Dateiname": name,
                "Vorhersage": one.breed,
                "Konfidenz": str(one.confidence).replace(".", ","),
            }
        )
    write_csv(folder / "protokoll.csv", rows, ";")


@layout('timestamp = "ts"', 'path = "img/{image_id}.jpg"')
def epoch_milliseconds_as_tsv(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"img/{one.number + 1000}.jpg", one.number)
        rows.append({"image_id": one.number + 1000, "ts": epoch_ms(one.time), "top1": one.breed})
    write_csv(folder / "served.tsv", rows, "\t")


@layout('path = "predictions.csv"', 'path = "live/{name}"', 'log = "train_predictions.csv"')
def a_training_log_beside_the_live_one(folder: Path) -> None:
    feature_table(folder)
    for where, log, start in (
        ("train", "train_predictions.csv", START - timedelta(days=90)),
        ("live", "predictions.csv", START),
    ):
        rows = []
        for one in requests(start=start, seed=len(where)):
            put(folder, f"{where}/{one.number:05d}.jpg", one.number)
            rows.append(
                {
                    "time": one.time.isoformat() + "Z",
                    "name": f"{one.number:05d}.jpg",
                    "class": one.breed,
                    "conf": one.confidence,
                }
            )
        write_csv(folder / log, rows)


@layout('path = "team-a/dogs/log.csv"', 'path = "team-a/dogs/{path}"')
def log_in_a_subfolder_with_paths_from_there(folder: Path) -> None:
    feature_table(folder, "team-a/dogs/reference.csv")
    (folder / "node_modules/x").mkdir(parents=True)
    (folder / "node_modules/x/package.json").write_text("{}")
    write_csv(folder / "node_modules/x/data.csv", [{"a": 1, "b": 2}, {"a": 2, "b": 3}])
    rows = []
    for one in requests():
        put(folder, f"team-a/dogs/images/{one.id}.jpg", one.number)
        rows.append(
            {"request_time": one.time, "path": f"images/{one.id}.jpg", "label": one.breed,
             "score": one.confidence}
        )  # fmt: skip
    write_csv(folder / "team-a/dogs/log.csv", rows)


@layout('path = "IMG_{n:05}.JPG"')
def padded_numbers_beside_the_log(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"IMG_{one.number + 7:05d}.JPG", one.number)
        rows.append({"n": one.number + 7, "when": one.time.isoformat(" "), "species": one.breed})
    write_csv(folder / "log.csv", rows)


@layout('path = "images/{id}.jpg"', share=0.55)
def a_third_of_the_images_missing(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        if one.number % 10 not in {1, 4, 8}:
            put(folder, f"images/{one.id}.jpg", one.number)
        rows.append({"id": one.id, "timestamp": one.time.isoformat(), "prediction": one.breed})
    write_csv(folder / "predictions.csv", rows)


@layout('path = "frames/{frame}"', "# prediction = ")
def no_prediction_at_all(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"frames/{one.camera}_{one.number}.jpg", one.number)
        rows.append(
            {"frame": f"{one.camera}_{one.number}.jpg", "captured": one.time, "camera": one.camera}
        )
    write_csv(folder / "frames.csv", rows)


@layout('path = "images/{timestamp:%Y-%m-%d}/{id}.jpg"')
def date_folders_that_follow_from_the_time(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"images/{one.time:%Y-%m-%d}/{one.id}.jpg", one.number)
        rows.append({"timestamp": one.time.isoformat(), "id": one.id, "prediction": one.breed})
    write_csv(folder / "log.csv", rows)


@layout("after=/app/")
def paths_of_the_container_that_wrote_the_log(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"images/{one.camera}/{one.id}.jpg", one.number)
        local = f"/app/images/{one.camera}/{one.id}.jpg"
        rows.append({"ts": one.time.isoformat(), "file": local, "output": one.breed})
    write_csv(folder / "log.csv", rows)


@layout("{Path:name}")
def windows_paths(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"shots/{one.id}.jpg", one.number)
        local = f"C:\\data\\{one.camera}\\{one.id}.jpg"
        rows.append({"Time": one.time.isoformat(), "Path": local, "Class": one.breed})
    write_csv(folder / "log.csv", rows)


@layout("{sha1:.2}")
def sharded_by_the_first_letters(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        digest = one.id.replace("-", "")
        put(folder, f"blobs/{digest[:2]}/{digest}", one.number)
        rows.append({"sha1": digest, "event_time": one.time.isoformat(), "tag": one.breed})
    write_csv(folder / "events.csv", rows)


@layout("{url:after=")
def web_addresses(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"uploads/{one.time:%Y}/{one.id}.jpg", one.number)
        url = f"https://storage.googleapis.com/dogs/uploads/{one.time:%Y}/{one.id}.jpg"
        rows.append({"received_at": one.time.isoformat(), "url": url, "predicted": one.breed})
    write_csv(folder / "log.csv", rows)


@layout('probabilities = ["p_*"]', 'label = "y_true"', 'client = "user_id"',
        'latency = "latency_ms"', 'confidence = "max_prob"', '"model_version"')  # fmt: skip
def every_column_there_is(folder: Path) -> None:
    feature_table(folder)
    generator = np.random.default_rng(4)
    rows = []
    for one in requests():
        put(folder, f"images/{one.id}.jpg", one.number)
        shares = generator.dirichlet((1, 1, 1))
        best = int(np.argmax(shares))
        rows.append(
            {
                "id": one.id,
                "created_at": one.time.isoformat(),
                "updated_at": (one.time + timedelta(hours=30)).isoformat(),
                "user_id": f"u{one.number % 7}",
                "model_version": f"v{1 + one.number // 30}",
                "y_pred": BREEDS[best],
                "y_true": BREEDS[best if one.number % 5 else 0] if one.number < 40 else "",
                **{f"p_{BREEDS[place]}": round(float(shares[place]), 5) for place in range(3)},
                "max_prob": round(float(shares[best]), 5),
                "latency_ms": round(float(generator.gamma(4, 20)), 1),
            }
        )
    write_csv(folder / "prediction_log.csv", rows)


@layout("day_first = true", 'path = "images/{id}.jpg"')
def dates_with_the_day_first(folder: Path) -> None:
    feature_table(folder)
    rows = []
    for one in requests(minutes=600):
        put(folder, f"images/{one.id}.jpg", one.number)
        rows.append(
            {"id": one.id, "date": one.time.strftime("%d/%m/%Y %H:%M"), "category": one.breed}
        )
    write_csv(folder / "log.csv", rows)


@layout('path = "stream/date=*/hour=*/*.jsonl.gz"', 'path = "images/{key}"')
def packed_hours(folder: Path) -> None:
    feature_table(folder)
    for one in requests(minutes=200):
        put(folder, f"images/{one.id}.webp", one.number)
        row = {"key": f"{one.id}.webp", "event_ts": epoch_ms(one.time) / 1000, "class": one.breed}
        name = f"stream/date={one.time:%Y-%m-%d}/hour={one.time:%H}/{one.id}.jsonl.gz"
        write_jsonl(folder / name, [row])


@layout("window = { start", share=0.9)
def nothing_but_a_log_and_its_images(folder: Path) -> None:
    rows = []
    for one in requests(180, minutes=30):
        put(folder, f"images/{one.id}.jpg", one.number)
        rows.append({"id": one.id, "timestamp": one.time.isoformat(), "prediction": one.breed})
    write_csv(folder / "predictions.csv", rows)


@layout('images = "data/train/"', 'path = "live/{file}"')
def training_data_by_split_and_class(folder: Path) -> None:
    for number in range(90):
        split = "train" if number % 3 else "val"
        put(folder, f"data/{split}/{BREEDS[number % 4]}/{number}.jpg", number)
    rows = []
    for one in requests():
        put(folder, f"live/{one.id}.jpg", one.number)
        put(folder, f"thumbnails/{one.id}.jpg", one.number)
        rows.append({"file": f"{one.id}.jpg", "ts": one.time.isoformat(), "pred": one.breed})
    write_csv(folder / "log.csv", rows)
    labels = [{"file": f"{number}.jpg", "label": BREEDS[number % 4]} for number in range(90)]
    write_csv(folder / "labels.csv", labels)


@layout('path = "logs/*.csv"', 'path = "images/{camera}/{time:%Y%m%d_%H%M%S}.jpg"')
def a_log_for_each_camera(folder: Path) -> None:
    feature_table(folder)
    for camera in CAMERAS:
        rows = []
        for one in requests(seed=len(camera)):
            put(folder, f"images/{camera}/{one.time:%Y%m%d_%H%M%S}.jpg", one.number)
            rows.append({"time": one.time.isoformat(), "camera": camera, "object": one.breed})
        write_csv(folder / f"logs/{camera}.csv", rows)
