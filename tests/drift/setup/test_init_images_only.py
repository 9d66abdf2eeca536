"""What init makes of images without a log, and of tables whose times stand in names."""

import json
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drift.setup.names.name_patterns import guess_pattern
from drift.setup.names.one_format import one_format
from drift.setup.propose.outcome import told, validated
from jobs.errors import InputError
from jobs.job_file.job import Job
from jobs.job_file.names.patterns import NamePattern
from jobs.predictions.selection.object_names import compile_glob
from tests.support.layouts import put, write_text
from tests.support.proposing import proposed, said

TIMES = [
    datetime(2025, 3, 3, 0, 0, 7) + timedelta(minutes=97 * place, seconds=7 * place % 60)
    for place in range(60)
]


def images(folder: Path, name_of: Callable[[int, datetime], str], reference: str = "reference"):
    for place, time in enumerate(TIMES):
        put(folder, name_of(place, time), place)
    for place in range(60 if reference else 0):
        put(folder, f"{reference}/r{place}.jpg", place)
    return folder


def job_of(folder: Path) -> Job:
    return Job.model_validate(tomllib.loads(validated(proposed(folder))))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        (
            "cam{cam}/{time:%Y/%m/%d}/{time:%Y%m%d_%H%M%S}.jpg",
            "{camera}/{timestamp:%Y/%m/%d}/{timestamp:%Y%m%d_%H%M%S}.jpg",
        ),
        ("{time:%Y-%m-%d}/{time:%H-%M-%S}.jpg", "{timestamp:%Y-%m-%d}/{timestamp:%H-%M-%S}.jpg"),
        ("{time:%d-%m-%Y}/{place:08x}.jpg", "{timestamp:%d-%m-%Y}/*.jpg"),
        ("{time:%m-%d-%Y}/{place:08x}.jpg", "{timestamp:%m-%d-%Y}/*.jpg"),
        ("site{cam}_{time:%Y-%m-%dT%H%M%S}.png", "{site}_{timestamp:%Y-%m-%dT%H%M%S}.png"),
        ("shots/img_{seconds}.jpg", "shots/img_{timestamp:%s}.jpg"),
        ("shots/{seconds}123.jpg", "shots/{timestamp:%Q}.jpg"),
        (
            "year={time:%Y}/month={time:%m}/day={time:%d}/{time:%H%M%S}.jpg",
            "year={timestamp:%Y}/month={timestamp:%m}/day={timestamp:%d}/{timestamp:%H%M%S}.jpg",
        ),
        # Folders by the days of another clock say nothing.
        (
            "cam{cam}/{later:%Y-%m-%d}/{time:%Y%m%dT%H%M%SZ}.jpg",
            "{camera}/*/{timestamp:%Y%m%dT%H%M%SZ}.jpg",
        ),
    ],
)
def test_a_pattern_is_made_from_names(name, pattern):
    names = [
        name.format(
            cam=place % 2,
            place=place * 7919,
            time=time,
            later=time + timedelta(hours=9),
            seconds=1_740_000_000 + 97 * place,
        )
        for place, time in enumerate(TIMES)
    ]
    guess = guess_pattern(names)
    assert guess is not None
    assert guess.pattern == NamePattern(pattern)
    assert len(guess.names) == len(names)


def test_names_without_times_make_no_pattern():
    assert guess_pattern([f"x/{place:05}.jpg" for place in range(60)]) is None


def test_the_one_format_of_texts_is_found():
    found = one_format(["out-2025-03-04T02:10:11.123Z/a_00001.jsonl"])
    assert found is not None
    assert found.text_in("out-2025-03-04T02:10:11.123Z/a") == "2025-03-04T02:10:11.123Z"
    assert one_format(["a.csv", "b.csv"]) is None


def test_a_camera_s_bucket_becomes_a_job_without_a_log(tmp_path):
    images(tmp_path, lambda place, time: f"cam{place % 2}/{time:%Y/%m/%d/%Y%m%d_%H%M%S}.jpg")
    proposal = proposed(tmp_path)
    job = Job.model_validate(tomllib.loads(validated(proposal)))
    assert job.predictions.images_only
    assert job.predictions.from_path is not None
    assert job.reference.images == "reference/"
    assert job.segments.columns == ("camera",)
    assert job.predictions.columns.prediction is None
    assert "There is no log: the listing of 60 images serves" in told(proposal, Path("x.toml"))
    assert "No column looks like the predicted class" not in said(proposal)


def test_a_folder_that_is_not_called_a_reference_is_one_in_doubt(tmp_path):
    images(tmp_path, lambda _, time: f"frames/{time:%Y%m%d%H%M%S}.jpg", reference="good_parts")
    proposal = proposed(tmp_path)
    assert proposal.reference is not None
    assert proposal.reference.path == "good_parts/"
    assert "reference: good_parts/ was taken because" in said(proposal)
    assert "such as good_parts/r0.jpg: they are not looked at" in said(proposal)


def test_the_oldest_images_serve_where_nothing_else_does(tmp_path):
    images(tmp_path, lambda _, time: f"frames/{time:%Y%m%d%H%M%S}.jpg", reference="")
    assert job_of(tmp_path).reference.window is not None


def test_the_store_s_times_are_taken_only_beside_a_reference_and_said(tmp_path):
    images(tmp_path / "with", lambda place, _: f"uploads/{place:04}.jpg")
    proposal = proposed(tmp_path / "with")
    assert job_of(tmp_path / "with").predictions.columns.timestamp == "{written}"
    assert "made when its object was written, as the store says" in said(proposal)
    images(tmp_path / "without", lambda place, _: f"uploads/{place:04}.jpg", reference="")
    with pytest.raises(InputError, match="images_only = true in"):
        proposed(tmp_path / "without")


def test_an_unread_log_is_no_reason_to_do_without(tmp_path):
    images(tmp_path, lambda _, time: f"frames/{time:%Y%m%d%H%M%S}.jpg")
    write_text(tmp_path / "log.avro", "Obj\x01" + "x" * 2000)
    with pytest.raises(InputError, match="no prediction log was found") as caught:
        proposed(tmp_path)
    assert "If log.avro is no log, they can be watched without a log" in caught.value.message
    assert 'from_path = "frames/{timestamp:%Y%m%d%H%M%S}.jpg"' in caught.value.message


def test_a_log_without_its_mark_is_named_with_the_key_and_nothing_else_is_claimed(tmp_path):
    images(tmp_path, lambda place, _: f"images/{place:04}.jpg")
    lines = [f"{time.isoformat()};{place:04};cat" for place, time in enumerate(TIMES)]
    text = "\n".join(["time;id;class", *lines])
    (tmp_path / "log.csv").write_bytes(text.encode("utf-16-le"))
    with pytest.raises(InputError, match=r"predictions.encoding = .utf-16-le.") as caught:
        proposed(tmp_path)
    assert "no folder is called like a reference" not in caught.value.message


@pytest.mark.parametrize("litter", ["Thumbs.db", "desktop.ini", "ehthumbs.db"])
def test_what_windows_leaves_beside_images_is_no_log(tmp_path, litter):
    images(tmp_path, lambda _, time: f"frames/{time:%Y%m%d%H%M%S}.jpg")
    write_text(tmp_path / "frames" / litter, "\x01" * 2000)
    assert job_of(tmp_path).predictions.images_only


@pytest.mark.parametrize(
    ("table", "image", "timestamp"),
    [
        ("runs/out.csv", "{time:%Y%m%d_%H%M%S}_{place}.jpg", "{file:%Y%m%d_%H%M%S}"),
        ("model-2025-03-04T02:10:11Z/predictions.csv", "{place}.jpg", "{path:%Y-%m-%dT%H:%M:%SZ}"),
        ("runs/exp/predictions.csv", "{place}.jpg", "{written}"),
    ],
)
def test_a_table_without_times_takes_them_from_names_or_the_store(
    tmp_path, table, image, timestamp
):
    names = [image.format(time=time, place=place) for place, time in enumerate(TIMES)]
    images(tmp_path, lambda place, _: f"images/{names[place]}")
    rows = [f"{name},{('cat', 'dog')[place % 2]},0.9" for place, name in enumerate(names)]
    write_text(tmp_path / table, "\n".join(["file,prediction,confidence", *rows]) + "\n")
    job = job_of(tmp_path)
    assert job.predictions.columns.timestamp == timestamp
    assert compile_glob(job.predictions.path).fullmatch(table)
    assert not job.predictions.images_only
    assert job.images.path == "images/{file}"


def test_one_object_for_each_request_is_taken_apart_by_its_name(tmp_path):
    names = [f"{time:%d-%m-%Y}/{place * 7919:08x}" for place, time in enumerate(TIMES)]
    images(tmp_path, lambda place, _: f"images/{names[place]}.jpg")
    for place, name in enumerate(names):
        answer = {"prediction": ("cat", "dog")[place % 2], "confidence": 0.5 + place / 200}
        write_text(tmp_path / "logs" / f"{name}.json", json.dumps(answer))
    job = job_of(tmp_path)
    assert job.predictions.path == "logs/*/*.json"
    assert job.predictions.from_path == "logs/{timestamp:%d-%m-%Y}/*.json"
    assert job.predictions.columns.id == "{name:stem}"
    assert job.predictions.columns.prediction == "prediction"
    assert job.images.path == "images/{timestamp:%d-%m-%Y}/{path:stem}.jpg"


def test_a_time_in_pieces_of_a_request_s_name_makes_a_log(tmp_path):
    names = [f"{time:%d-%m-%Y}/{time:%H%M%S}_r{place}" for place, time in enumerate(TIMES)]
    images(tmp_path, lambda place, _: f"served/{names[place]}.jpg")
    for place, name in enumerate(names):
        answer = {"prediction": ("cat", "dog")[place % 2], "confidence": 0.5 + place / 200}
        write_text(tmp_path / "served" / f"{name}.json", json.dumps(answer))
    job = job_of(tmp_path)
    assert job.predictions.from_path == "served/{timestamp:%d-%m-%Y}/{timestamp:%H%M%S}*.json"
    assert job.predictions.columns.prediction == "prediction"
    assert job.images.path == "served/{timestamp:%d-%m-%Y}/{path:stem}.jpg"


def test_requests_that_lead_to_no_image_are_not_passed_over(tmp_path):
    images(tmp_path, lambda place, time: f"served/{time:%d-%m-%Y/%H%M%S}_r{place}_in.jpg")
    for place, time in enumerate(TIMES):
        answer = {"prediction": ("cat", "dog")[place % 2], "confidence": 0.5 + place / 200}
        name = f"served/{time:%d-%m-%Y/%H%M%S}_r{place}_out.json"
        write_text(tmp_path / name, json.dumps(answer))
    with pytest.raises(InputError, match="60 objects such as served/03-03-2025/") as caught:
        proposed(tmp_path)
    assert "nothing in them leads to an image" in caught.value.message
    assert "If the predictions are not to be compared" in caught.value.message
    assert "None of these holds times" not in caught.value.message


def test_labels_without_times_are_named_and_not_taken_for_a_log(tmp_path):
    images(tmp_path, lambda place, _: f"images/{place}.jpg")
    rows = [f"{place}.jpg,{('cat', 'dog')[place % 2]}" for place in range(60)]
    write_text(tmp_path / "labels.csv", "\n".join(["file,breed", *rows]) + "\n")
    with pytest.raises(InputError) as caught:
        proposed(tmp_path)
    assert "labels.csv leads to images all the same" in caught.value.message
    assert '"{written}"' in caught.value.message
