"""A made bucket whose labels come days after the predictions: late, out of order, twice, wrong.

The bucket is shown as it was at some moment, so that a test can run the job day by day::

    world = LateWorld(days=28, accuracy=(0.9,) * 20 + (0.8,))
    show(world, folder, world.day(12), LabelForm.PARQUET)    # what had arrived by then
    job = late_job(folder, LabelForm.PARQUET)
    expected = labels_that_count(world, world.day(12), LabelForm.PARQUET)

Showing the same folder again at a later moment adds what has come since and leaves objects without
news as they are.
"""

from __future__ import annotations

import enum
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jobs.job_file.job import Job
from tests.support.images import numbered_photographs

FIRST_DAY = datetime(2025, 3, 3, tzinfo=UTC)
_DAY = timedelta(days=1)


class LabelForm(enum.Enum):
    """Where the labels stand, and how they are written."""

    TABLE = "labels/labels.csv"
    """One CSV that grows, by id and without times: what contradicts cannot be settled."""
    PARQUET = "labels/*.parquet"
    """One object a day, by image, with times."""
    JSON_LINES = "labels/*.jsonl"
    """One object a day, by id, with times."""
    JSON_OBJECTS = "labels/**"
    """One object a label, called by the id, in a folder a day, with times."""
    IN_LOG = "predictions/*.csv"
    """The log's own column; an object of the log is written anew where one of its labels came."""

    @property
    def has_times(self) -> bool:
        """Whether the newest of several labels can be told."""
        return self is not LabelForm.TABLE


@dataclass(frozen=True, kw_only=True)
class LateWorld:
    """Some weeks of predictions of one classifier, and the labels that came for them.

    A day's rows depend on `seed`, the day and its accuracy alone.

    Attributes
    ----------
    days, per_day
        How many days, from `FIRST_DAY` on, and predictions on each.
    accuracy
        Of each day; the last one holds on.
    version_change
        The day from which model version 2 answers instead of 1; None for never.
    references, reference_accuracy
        Of the log that is the reference, whose labels are all there.
    labelled
        Which share of the predictions ever gets a label.
    days_late
        How late a label is on average; each is up to a day earlier or later.
    twice, contradicting
        Which shares of the labels come once more within two days, as the same class or another.
    unknown
        How many labels a day are for ids that no prediction has.
    """

    days: int = 28
    per_day: int = 60
    accuracy: tuple[float, ...] = (0.9,)
    version_change: int | None = None
    classes: tuple[str, ...] = ("beagle", "boxer", "collie")
    references: int = 400
    reference_accuracy: float = 0.9
    labelled: float = 1.0
    days_late: float = 5.0
    twice: float = 0.1
    contradicting: float = 0.02
    unknown: int = 1
    seed: int = 1

    def day(self, number: int) -> datetime:
        """Return when a day begins; the first one is 0."""
        return FIRST_DAY + number * _DAY

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The log: timestamp, id, filename, breed, confidence, p_*, model_version, and `truth`."""
        return pd.concat([self._day_rows(number) for number in range(self.days)], ignore_index=True)

    @cached_property
    def reference(self) -> pd.DataFrame:
        """The reference's log: the same columns but for the version, with its labels."""
        generator = np.random.default_rng([self.seed, 1_000_000])
        answers = self._answers(generator, self.references, self.reference_accuracy)
        names = [f"ref-{number:05d}" for number in range(self.references)]
        times = FIRST_DAY - 9 * _DAY + np.arange(self.references) * timedelta(seconds=60)
        frame = pd.DataFrame({"timestamp": times, "id": names})
        frame["filename"] = [f"{name}.jpg" for name in names]
        return pd.concat([frame, answers], axis=1).rename(columns={"truth": "label"})

    @cached_property
    def labels(self) -> pd.DataFrame:
        """All labels in the order in which they come: id, filename, label, given, kind.

        ``given`` is when a label is given and is there; ``kind`` is ``first``, ``twice``,
        ``contradicting`` or ``unknown``.
        """
        generator = np.random.default_rng([self.seed, 2_000_000])
        rows = self.rows
        chosen = generator.random(len(rows)) < self.labelled
        late = self.days_late + generator.uniform(-1, 1, len(rows))
        fates, waits = generator.random(len(rows)), generator.uniform(0.01, 2, len(rows))
        other = self._other_classes(generator, rows["truth"])
        first = rows[["id", "filename", "truth"]].rename(columns={"truth": "label"})
        first["given"] = (rows["timestamp"] + pd.to_timedelta(late, "D")).dt.floor("s")
        first["kind"] = "first"
        again = first.assign(given=(first["given"] + pd.to_timedelta(waits, "D")).dt.floor("s"))
        contradicts = chosen & (fates < self.contradicting)
        repeats = chosen & ~contradicts & (fates < self.contradicting + self.twice)
        parts = [
            first[chosen],
            again[repeats].assign(kind="twice"),
            again[contradicts].assign(label=other[contradicts], kind="contradicting"),
            self._unknown_labels(),
        ]
        joined = pd.concat([part for part in parts if len(part)], ignore_index=True)
        return joined.sort_values(["given", "id"], ignore_index=True)

    def _day_rows(self, number: int) -> pd.DataFrame:
        generator = np.random.default_rng([self.seed, number])
        seconds = np.sort(generator.choice(86_400, self.per_day, replace=False))
        times = pd.DatetimeIndex([self.day(number) + timedelta(seconds=int(s)) for s in seconds])
        accuracy = self.accuracy[min(number, len(self.accuracy) - 1)]
        answers = self._answers(generator, self.per_day, accuracy)
        names = [f"req-{number:03d}-{at:05d}" for at in range(self.per_day)]
        frame = pd.DataFrame({"timestamp": times, "id": names})
        frame["filename"] = [f"{name}.jpg" for name in names]
        changed = self.version_change is not None and number >= self.version_change
        return pd.concat([frame, answers], axis=1).assign(model_version="2" if changed else "1")

    def _answers(self, generator: np.random.Generator, count: int, accuracy: float) -> pd.DataFrame:
        """Return what the model says of so many images, and what is true.

        The predicted class always has the largest probability, 0.5 or more; a wrong one mostly
        less than a right one.
        """
        classes = len(self.classes)
        said = generator.integers(0, classes, count)
        right = generator.random(count) < accuracy
        truth = np.where(right, said, (said + generator.integers(1, classes, count)) % classes)
        sure = np.where(right, generator.beta(6, 2, count), generator.beta(2, 3, count))
        confidence = np.round(0.5 + 0.49 * sure, 6)
        shares = generator.dirichlet(np.ones(classes - 1), count) * (1 - confidence)[:, None]
        probabilities = np.empty((count, classes))
        others = (said[:, None] + 1 + np.arange(classes - 1)) % classes
        np.put_along_axis(probabilities, others, np.round(shares, 6), axis=1)
        np.put_along_axis(probabilities, said[:, None], confidence[:, None], axis=1)
        names = np.array(self.classes, dtype=object)
        columns: dict[str, object] = {"breed": names[said], "confidence": confidence}
        columns |= {f"p_{name}": probabilities[:, at] for at, name in enumerate(self.classes)}
        return pd.DataFrame({**columns, "truth": names[truth]})

    def _other_classes(
        self, generator: np.random.Generator, truth: pd.Series[str]
    ) -> NDArray[np.object_]:
        names = np.array(self.classes, dtype=object)
        codes = pd.Categorical(truth, categories=list(self.classes)).codes
        steps = generator.integers(1, len(names), len(truth))
        return np.asarray(names[(codes + steps) % len(names)])

    def _unknown_labels(self) -> pd.DataFrame:
        found = [
            (f"nobody-{day:03d}-{number}", self.day(day) + timedelta(days=self.days_late))
            for day in range(self.days)
            for number in range(self.unknown)
        ]
        frame = pd.DataFrame(found, columns=["id", "given"])
        return frame.assign(filename=frame["id"] + ".jpg", label=self.classes[0], kind="unknown")


def show(
    world: LateWorld,
    folder: Path,
    until: datetime,
    form: LabelForm,
    *,
    labels_in: Path | None = None,
    images: bool = False,
) -> None:
    """Write the bucket as it was at a moment: what came before it, nothing else.

    Parameters
    ----------
    labels_in
        Where the labels lie, if not in the same folder.
    images
        Whether pictures are there too, each of its own.
    """
    rows = world.rows[world.rows["timestamp"] < until]
    came = world.labels[world.labels["given"] < until]
    known = came.drop_duplicates("id", keep="last").set_index("id")["label"]
    in_log = known if form is LabelForm.IN_LOG else known.iloc[:0]
    contents = {"validation_log.csv": _csv(world.reference)}
    logged = rows.drop(columns="truth").assign(label=rows["id"].map(in_log).fillna(""))
    for day, part in logged.groupby(logged["timestamp"].dt.strftime("%Y-%m-%d")):
        contents[f"predictions/{day}.csv"] = _csv(part)
    if images:
        contents |= _pictures(world, len(rows))
    _write(folder, contents)
    _write(labels_in or folder, _label_objects(came, form))


def late_job(
    folder: Path,
    form: LabelForm,
    *,
    labels_in: Path | str | None = None,
    images: bool = False,
    **tables: object,
) -> Job:
    """Return the job that watches such a bucket; each table is laid over the default one.

    Parameters
    ----------
    labels_in
        The folder, or another bucket's URI, in which the labels lie, if it is another one.
    """
    settings: dict[str, object] = {
        "name": "dogs",
        "bucket": {"url": str(folder)},
        "predictions": {
            "path": "predictions/*.csv",
            "columns": {
                "prediction": "breed",
                "confidence": "confidence",
                "probabilities": ["p_*"],
                "label": "label",
            },
        },
        "window": {"last": "7d"},
        "baseline": {"days": 0},
        "reference": {"log": "validation_log.csv"},
        "quality": {"version": "model_version"},
    }
    if images:
        settings["images"] = {"path": "images/{filename}"}
        settings["reference"] = {"images": "reference/", "log": "validation_log.csv"}
    if form is not LabelForm.IN_LOG:
        settings["labels"] = _label_table(form, labels_in)
    return Job.model_validate({**settings, **tables})


def labels_that_count(world: LateWorld, until: datetime, form: LabelForm) -> dict[str, str]:
    """Return the class of each id whose label counts at a moment, unknown ids among them.

    The newest label counts; where there are no times, ids whose labels contradict have none.
    """
    came = world.labels[world.labels["given"] < until]
    if not form.has_times:
        different = came.groupby("id")["label"].nunique()
        came = came[came["id"].map(different) == 1]
    newest = came.drop_duplicates("id", keep="last")
    return dict(zip(newest["id"], newest["label"], strict=True))


def _label_table(form: LabelForm, labels_in: Path | str | None) -> dict[str, object]:
    columns: dict[str, str] = {"label": "label"}
    if form is LabelForm.PARQUET:
        columns["image"] = "image"
    else:
        columns["id"] = "{name:stem}" if form is LabelForm.JSON_OBJECTS else "id"
    if form.has_times:
        columns["timestamp"] = "given"
    table: dict[str, object] = {"path": form.value, "columns": columns}
    if labels_in is not None:
        where = f"{labels_in}/" if "://" in str(labels_in) else f"{Path(labels_in).as_uri()}/"
        table |= {"path": where + form.value, "allowed_prefixes": [where]}
    return table


def _label_objects(came: pd.DataFrame, form: LabelForm) -> Mapping[str, bytes]:
    """Return the labels that came, in the order in which they did, as objects."""
    texts = came.assign(given=came["given"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    days = came["given"].dt.strftime("%Y-%m-%d")
    if form is LabelForm.TABLE:
        return {"labels/labels.csv": _csv(came[["id", "label"]])}
    if form is LabelForm.PARQUET:
        typed = came.assign(image="images/" + came["filename"])[["image", "label", "given"]]
        return {f"labels/{day}.parquet": _parquet(part) for day, part in typed.groupby(days)}
    if form is LabelForm.JSON_LINES:
        return {
            f"labels/{day}.jsonl": _json_lines(part[["id", "label", "given"]])
            for day, part in texts.groupby(days)
        }
    if form is LabelForm.JSON_OBJECTS:
        return {
            f"labels/{row.given[:10]}/{row.id}.json": json.dumps(
                {"label": row.label, "given": row.given}
            ).encode()
            for row in texts.itertuples()
        }
    return {}


def _pictures(world: LateWorld, rows: int) -> dict[str, bytes]:
    """Return the pictures of the reference and of the first rows."""
    made = numbered_photographs(world.references + rows, seed=world.seed)
    contents = {
        f"reference/{name}": made[at] for at, name in enumerate(world.reference["filename"])
    }
    names = world.rows["filename"][:rows]
    return contents | {
        f"images/{name}": made[world.references + at] for at, name in enumerate(names)
    }


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ").encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.to_parquet(target, index=False)
    return target.getvalue()


def _json_lines(frame: pd.DataFrame) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in frame.to_dict("records")).encode()


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    for name, data in contents.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
