"""Logs as servers and spreadsheets write them: found by init, and read as it proposes."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.setup.check.log import check_log
from drift.setup.log.find import LogFamily
from drift.setup.propose.write_job_file import job_file_text
from drift.workplace import open_workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.buckets.registry import open_bucket
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.job_file.reading import load_job
from jobs.predictions.reading import read_predictions
from jobs.predictions.selection.object_names import LogFormat
from jobs.times.windows import WindowRequest
from tests.support.layouts import put, requests, write_csv, write_text
from tests.support.proposing import proposed, row, said

ROWS = requests(40)
CLASSES = ("Kätzchen", "Schäferhund", "Vogel")


def with_pictures(folder: Path) -> Path:
    for one in ROWS:
        put(folder, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(folder, f"reference/{number}.jpg", number)
    return folder


def lines() -> list[str]:
    return [json.dumps(row(one)) for one in ROWS]


def read_as_proposed(folder: Path, proposal) -> int:
    """Return how many rows a run reads with what is proposed; none may be rejected."""
    time = proposal.columns.named["timestamp"].column
    settings = PredictionSettings.model_validate(
        {
            "path": proposal.log.path,
            "columns": {"timestamp": time},
            "day_first": proposal.columns.day_first,
            **proposal.log.written.settings(),
        }
    )
    end = max(one.time for one in ROWS).replace(tzinfo=UTC) + timedelta(days=2)
    request = WindowRequest(end=end, last=timedelta(days=400))
    rows = read_predictions(open_bucket(str(folder)), settings, request)
    assert rows.tally.rejected == 0
    return len(rows)


def firehose(folder: Path) -> None:
    for hour in range(4):
        name = f"firehose/2025/03/03/0{hour}/p-1-2025-03-03-0{hour}-00-00-0f0{hour}a1b2-c3d4"
        write_text(folder / name, "".join(lines()[hour::4]))


def firehose_packed(folder: Path) -> None:
    for hour in range(4):
        path = folder / f"firehose/2025/03/03/0{hour}/p-1-2025-03-03-0{hour}-00-00-x.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress("".join(lines()[hour::4]).encode()))


def an_array(folder: Path) -> None:
    write_text(folder / "export/predictions.json", json.dumps([row(one) for one in ROWS], indent=1))


def an_array_named_lines(folder: Path) -> None:
    write_text(folder / "export/predictions.jsonl", json.dumps([row(one) for one in ROWS]))


def one_per_request(folder: Path) -> None:
    for one in ROWS:
        name = f"requests/{one.time:%Y/%m/%d}/{one.number:08x}"
        write_text(folder / f"{name}-response.json", json.dumps(row(one), indent=1))
        write_text(folder / f"{name}-request.json", json.dumps({"size": 12, "model": "a"}))


def one_per_request_by_words(folder: Path) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    for one in ROWS:
        name = "".join(letters[(one.number * 7 + place * 11) % 26] for place in range(9))
        write_text(folder / f"requests/{name}{one.number % 3}.json", json.dumps(row(one)))


def one_folder_per_request(folder: Path) -> None:
    letters = "abcdefghjkmnpqrstvwxyz"
    for one in ROWS:
        name = "".join(letters[(one.number * 7 + place * 11) % 22] for place in range(12))
        write_text(folder / f"calls/{name}{one.number}/response.json", json.dumps(row(one)))
        write_text(folder / f"calls/{name}{one.number}/request.json", json.dumps({"size": 12}))


def app_log_rotated(folder: Path) -> None:
    write_text(folder / "logs/predictions.log", "\n".join(lines()[30:]))
    write_text(folder / "logs/predictions.log.1", "\n".join(lines()[15:30]))
    packed = gzip.compress("\n".join(lines()[:15]).encode())
    (folder / "logs/predictions.log.2.gz").write_bytes(packed)


def cloud_logging(folder: Path) -> None:
    for hour in range(4):
        name = f"run/stdout/2025/03/03/0{hour}:00:00_0{hour}:59:59_S0.json"
        write_text(folder / name, "\n".join(lines()[hour::4]))


def text_table(folder: Path) -> None:
    write_csv(folder / "predictions.txt", [row(one) for one in ROWS])


def table_of(delimiter: str, above: str = "", *, comma: bool = True) -> str:
    head = delimiter.join(["timestamp", "id", "Klasse", "Konfidenz"])
    written = [above + head]
    for one in ROWS:
        number = f"0.{900 + one.number}"
        fields = [f"{one.time:%Y-%m-%dT%H:%M:%SZ}", one.id, CLASSES[one.number % 3]]
        written.append(delimiter.join([*fields, number.replace(".", ",") if comma else number]))
    return "\r\n".join(written) + "\r\n"


def excel_unicode(folder: Path) -> None:
    (folder / "log.csv").write_bytes(table_of("\t").encode("utf-16"))


def excel_unicode_big(folder: Path) -> None:
    (folder / "log.csv").write_bytes(b"\xfe\xff" + table_of(";").encode("utf-16-be"))


def excel_hint(folder: Path) -> None:
    (folder / "log.csv").write_bytes(table_of(";", "sep=;\r\n").encode("utf-8-sig"))


def comments(folder: Path) -> None:
    above = "# exported 2025-03-04\n# a, b, c, d\n\n"
    write_text(folder / "log.csv", table_of(",", above, comma=False))


def header_in_a_comment(folder: Path) -> None:
    write_text(folder / "log.csv", table_of(",", "# written by savetxt\n# ", comma=False))


def windows_text(folder: Path) -> None:
    (folder / "log.csv").write_bytes(table_of(";").encode("cp1252"))


def no_header(folder: Path) -> None:
    written = [
        f"{one.time:%Y-%m-%dT%H:%M:%SZ},{one.number},images/{one.id}.jpg,{CLASSES[one.number % 3]}"
        f",0.{900 + one.number}"
        for one in ROWS
    ]
    write_text(folder / "log.csv", "\n".join(written))


LOGS = {
    firehose: ("firehose/*/*/*/*/p-*", "json"),
    firehose_packed: ("firehose/*/*/*/*/p-*-x.gz", "json"),
    an_array: ("export/predictions.json", "json"),
    an_array_named_lines: ("export/predictions.jsonl", "json"),
    one_per_request: ("requests/*/*/*/*-response.json", "json"),
    one_per_request_by_words: ("requests/*.json", "json"),
    one_folder_per_request: ("calls/*/response.json", "json"),
    app_log_rotated: ("logs/predictions.log*", "json lines"),
    cloud_logging: ("run/stdout/*/*/*/*_S*.json", "json lines"),
    text_table: ("predictions.txt", "csv"),
    excel_unicode: ("log.csv", None),
    excel_unicode_big: ("log.csv", None),
    excel_hint: ("log.csv", None),
    comments: ("log.csv", None),
    header_in_a_comment: ("log.csv", None),
    windows_text: ("log.csv", None),
    no_header: ("log.csv", None),
}


@pytest.mark.parametrize("make", LOGS, ids=lambda make: make.__name__)
def test_what_is_proposed_is_what_a_run_reads_without_a_rejected_row(make, tmp_path):
    folder = with_pictures(tmp_path)
    make(folder)
    found = proposed(folder)
    path, kind = LOGS[make]
    written = found.log.written
    assert found.log.path == path
    assert written.format == (LogFormat(kind) if kind else None)
    assert found.template.share == 1.0
    assert read_as_proposed(folder, found) == len(ROWS)
    text = job_file_text(found)
    assert (f'format = "{kind}"' in text) == bool(kind)


def test_decimal_commas_are_a_confidence(tmp_path):
    excel_unicode(with_pictures(tmp_path))
    assert proposed(tmp_path).columns.named["confidence"].column == "Konfidenz"


def test_windows_1252_is_proposed_with_an_example(tmp_path):
    windows_text(with_pictures(tmp_path))
    found = proposed(tmp_path)
    assert found.log.written.encoding == "cp1252"
    assert 'encoding = "cp1252"' in job_file_text(found)
    assert "such as Kätzchen" in job_file_text(found)


def test_a_header_is_proposed_from_the_values(tmp_path):
    no_header(with_pictures(tmp_path))
    found = proposed(tmp_path)
    assert found.log.written.header == ("timestamp", "column_2", "image", "class", "confidence")
    assert 'header = ["timestamp", "column_2", "image"' in job_file_text(found)
    assert found.columns.named["prediction"].column == "class"


def test_other_objects_that_the_glob_takes_in_are_a_doubt(tmp_path):
    folder = with_pictures(tmp_path)
    one_per_request_by_words(folder)
    write_text(folder / "requests/settings_for_all_models.yaml.json", "not a row")
    found = proposed(folder)
    assert found.log.path == "requests/*.json"
    assert "The glob also takes in" in said(found) or "cannot be read" in said(found)


def test_a_copy_of_the_log_under_another_ending_is_not_joined_with_it(tmp_path):
    folder = with_pictures(tmp_path)
    write_text(folder / "logs/p.log", "\n".join(lines()))
    write_text(folder / "logs/p.log.bak", "\n".join(lines()))
    assert proposed(folder).log.path == "logs/p.log"


def test_check_says_the_format_the_encoding_and_the_header(tmp_path):
    no_header(with_pictures(tmp_path / "bucket"))
    job = tmp_path / "job.toml"
    job.write_text(
        f"""name = "a"
[bucket]
url = "{tmp_path}/bucket"
[predictions]
path = "log.csv"
encoding = "cp1252"
header = ["timestamp", "number", "image", "class", "confidence"]
[images]
path = "image"
[window]
rows = 40
[reference]
images = "reference/"
""",
        encoding="utf-8",
    )
    place = open_workplace(load_job(job, {}), writes=False)
    checked = check_log(place, WindowRequest(end=datetime(2026, 1, 1, tzinfo=UTC), rows=40))
    log = next(one for one in checked.checks if one.thing == "log")
    assert "(csv); read as cp1252; where it has no header, its 5 columns named by " in log.found
    assert "predictions.header: timestamp, number, image, class, confidence" in log.found
    assert checked.rows is not None
    assert len(checked.rows) == 40


def test_a_programs_own_log_is_taken_for_none(tmp_path):
    folder = with_pictures(tmp_path)
    write_csv(folder / "predictions.csv", [row(one) for one in ROWS])
    told = [f"{one.time:%Y-%m-%d %H:%M:%S},{one.number:03} INFO request {one.id}" for one in ROWS]
    write_text(folder / "logs/app.log", "\n".join(told))
    assert "app.log" not in said(proposed(folder))


def test_the_newest_objects_are_the_newest_where_names_begin_with_the_day():
    start = datetime(2025, 1, 1, tzinfo=UTC)
    days = [f"requests/{start + timedelta(days=day):%d-%m-%Y}/a.json" for day in range(90)]
    infos = [ObjectInfo(name=name, size_bytes=1, version="1") for name in sorted(days)]
    family = LogFamily(path="requests/*/a.json", members=tuple(infos))
    assert [info.name for info in family.some_members(1, 2)] == [days[0], *days[-2:]]
