"""Buckets of a detector: a log with boxes, images, and true boxes of some of them beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.box_world import BoxPicture, draw_pictures
from tests.support.layouts import put

IMAGES, LABELLED = 60, 40
START = datetime(2025, 3, 4, 10, tzinfo=UTC)
ORDERS = {
    "xyxy": lambda left, top, right, bottom: [left, top, right, bottom],
    "yxyx": lambda left, top, right, bottom: [top, left, bottom, right],
    "xywh": lambda left, top, right, bottom: [left, top, right - left, bottom - top],
}


def boxed_log(
    folder: Path, *, order: str = "xyxy", shares: bool = True, sizes: bool = True
) -> list[BoxPicture]:
    """Write the log and the images; return what is in them, of which the first are to be labelled.

    Parameters
    ----------
    order, shares
        How boxes are written.
    sizes
        Whether the log says how large images are.
    """
    pictures = draw_pictures(1, IMAGES)
    lines = []
    for number, one in enumerate(pictures):
        put(folder, f"images/{one.name}.jpg", number)
        row = {
            "timestamp": (START + timedelta(hours=3 * number)).isoformat(),
            "image": f"images/{one.name}.jpg",
            "model_version": "v1",
            "boxes": [_written(one, box[1:5], order, shares) for box in one.found],
            "classes": [box[0] for box in one.found],
            "scores": [box[5] for box in one.found],
        }
        lines.append(row | ({"image_w": one.width, "image_h": one.height} if sizes else {}))
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "predictions.jsonl").write_text(text, encoding="utf-8")
    return pictures


def _written(one: BoxPicture, corners: tuple, order: str, shares: bool) -> list[float]:
    left, top, right, bottom = corners
    across, down = (one.width, one.height) if shares else (1, 1)
    return ORDERS[order](left / across, top / down, right / across, bottom / down)


def write_texts(folder: Path, texts: dict[str, str]) -> None:
    """Write objects."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def true_table(pictures: list[BoxPicture], *, key: str = "file", ending: str = ".jpg") -> str:
    """Return a table with a row a true box; an image without objects has a row without numbers."""
    rows = [f"{key},xmin,ymin,xmax,ymax,name,annotated_at"]
    for one in pictures:
        for name, *corners in one.true or [("", "", "", "", "")]:
            rows.append(
                ",".join(map(str, [f"{one.name}{ending}", *corners, name, "2025-03-20T10:00:00Z"]))
            )
    return "\n".join(rows) + "\n"


def true_lists(pictures: list[BoxPicture], order: str) -> str:
    """Return JSON lines with the true boxes of each image as lists of numbers in shares."""
    rows = [
        {
            "image": f"{one.name}.jpg",
            "boxes": [_written(one, box[1:5], order, True) for box in one.true],
            "names": [box[0] for box in one.true],
        }
        for one in pictures
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)
