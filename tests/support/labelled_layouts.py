"""Buckets whose labels lie as people have them, beside one log of sixty requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.layouts import BREEDS, Request, feature_table, put, requests, write_csv

LABELLED = 47
"""So many of the sixty requests have a label; the newest have none yet."""


def truth(one: Request) -> str:
    """Return what was true of a request; the model is wrong about every seventh."""
    return BREEDS[(BREEDS.index(one.breed) + (one.number % 7 == 0)) % len(BREEDS)]


def labelled() -> list[Request]:
    """Return the requests that have a label."""
    return requests()[:LABELLED]


def log_by_id(folder: Path, more: Callable[[Request], Mapping[str, object]] = lambda _: {}) -> None:
    """Write a log whose images are called by its ids."""
    rows = []
    for one in requests():
        put(folder, f"images/{one.id}.jpg", one.number)
        rows.append({**_answer(one), "id": one.id, **more(one)})
    write_csv(folder / "predictions_log.csv", rows)
    feature_table(folder)


def log_by_path(folder: Path) -> None:
    """Write a log without ids, whose images lie in folders that it names."""
    rows = []
    for one in requests():
        path = f"uploads/{one.camera}/{one.id}.jpg"
        put(folder, path, one.number)
        rows.append({**_answer(one), "path": path})
    write_csv(folder / "predictions_log.csv", rows)
    feature_table(folder)


def _answer(one: Request) -> dict[str, object]:
    return {
        "timestamp": one.time.isoformat() + "Z",
        "pred": one.breed,
        "confidence": one.confidence,
        "model_version": "v1" if one.number < 30 else "v2",
    }


def table_by_id(folder: Path) -> None:
    """One table of labels by id, with the time of each."""
    log_by_id(folder)
    rows = [
        {"id": one.id, "label": truth(one), "labeled_at": one.time.isoformat() + "Z"}
        for one in labelled()
    ]
    write_csv(folder / "labels.csv", rows)


def object_an_image(folder: Path) -> None:
    """One JSON object an image, called by its id, in folders by day."""
    log_by_id(folder)
    for one in labelled():
        path = folder / f"labels/{one.time:%Y-%m-%d}/{one.id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"species": truth(one)}))


def object_with_its_image(folder: Path) -> None:
    """One JSON object an image, without times, which names the image by its last part."""
    log_by_id(folder)
    (folder / "annotations").mkdir()
    for one in labelled():
        answer = {"image": f"{one.id}.jpg", "annotation": {"label": truth(one)}}
        (folder / f"annotations/{one.id}.json").write_text(json.dumps(answer))


def column_filled_late(folder: Path) -> None:
    """A column of the log itself, empty in the newest rows."""
    log_by_id(folder, lambda one: {"target": truth(one) if one.number < LABELLED else ""})


def other_spelling(folder: Path) -> None:
    """A table whose key and label are called otherwise, its classes in capitals."""
    log_by_id(folder)
    rows = [{"uuid": one.id, "target": truth(one).upper().replace(" ", "_")} for one in labelled()]
    write_csv(folder / "gt/export.csv", rows)


def file_name_only(folder: Path) -> None:
    """A table by file name, while the log has paths."""
    log_by_path(folder)
    rows = [{"filename": f"{one.id}.jpg", "true_label": truth(one)} for one in labelled()]
    write_csv(folder / "truth.csv", rows)


def stem_only(folder: Path) -> None:
    """A table by file name without its ending, beside what people said of each."""
    log_by_path(folder)
    rows = [
        {"key": one.id, "predicted": one.breed, "actual": truth(one), "comment": "ok"}
        for one in labelled()
    ]
    write_csv(folder / "feedback.csv", rows)


def no_key_in_common(folder: Path) -> None:
    """A table by names that the log does not know."""
    log_by_id(folder)
    rows = [{"id": f"img_{one.number:03}.jpg", "label": truth(one)} for one in labelled()]
    write_csv(folder / "labels.csv", rows)
