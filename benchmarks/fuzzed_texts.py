"""Hostile names, labels, headers, cameras and classes by the thousand, through the real commands.

Each round is a bucket of its own: its log, the names of its images and its job file are full of
texts that move a cursor, reorder what stands beside them, forge a log line, begin a formula or are
markup. The commands run on it, and every byte of what they print, log, send and publish is looked
at. Before, each text goes by itself through every place where output is made harmless. Run as
``python -m benchmarks.fuzzed_texts --texts 10000``; the exit status is 1 if any acted.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks import hostile_texts as look
from benchmarks.harmless_exits import exits
from tests.support.command import warm_bytes
from tests.support.receivers import Request, WebServer, web_server
from tests.support.worlds import BREEDS, START, view

TEXTS_A_ROUND = 1_000
_FEWEST_ROWS = 48
_TEXTS_A_ROW = 8
_REFERENCES = 40
_JOB_FILE = """
name = "dogs"
[bucket]
url = "bucket"
[predictions]
path = "log.*"
columns = { prediction = "breed", confidence = "confidence" }
[images]
path = "images/{filename}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
log = "validation.csv"
[segments]
columns = ["camera", "site"]
[evidently]
workspace = "workspace"
"""
_RUN = ("run", "job.toml", "--until", "2025-03-04")
_FINISHED = {0, 3, 4}
_HALF = re.compile(
    rb"\\u(?:d[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2}\\u)d[c-f][0-9a-f]{2})"
)


@dataclass(slots=True)
class Tally:
    """What was looked at, and what acted."""

    texts: int = 0
    finished_runs: int = 0
    outputs: Counter[str] = field(default_factory=Counter)
    size_bytes: Counter[str] = field(default_factory=Counter)
    quoted: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    offences: list[str] = field(default_factory=list)

    def add(self, kind: str, data: bytes, found: Iterable[str], where: str = "") -> None:
        """Count one output, in which `found` was found."""
        self.outputs[kind] += 1
        self.size_bytes[kind] += len(data)
        self.quoted[kind] += data.count(look.MARK.encode())
        self.offences += [f"{kind} {where}: {one}" for one in dict.fromkeys(found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A bucket full of hostile texts, with its job file beside it."""

    folder: Path
    environment: Mapping[str, str]

    def command(self, tally: Tally, *arguments: str, kind: str = "", **variables: str) -> int:
        """Run a command, look at all that it wrote, and return how it ended."""
        environment = {**self.environment, **variables}
        done = warm_bytes(*arguments, cwd=self.folder, environment=environment)
        is_json = environment["DRIFT__LOG_FORMAT"] == "json"
        in_log = look.in_json_lines if is_json else look.in_lines
        in_output = look.in_csv if kind == "CSV" else look.in_lines
        where = f"of {arguments[0]!r} in {self.folder.name}"
        tally.add(kind or "stdout", done.stdout, in_output(done.stdout), where)
        tally.add("JSON log" if is_json else "plain log", done.stderr, in_log(done.stderr), where)
        tally.ends[f"{arguments[0][:10]} {done.returncode}"] += 1
        if done.returncode == 1:
            tally.offences.append(f"a bug {where}: {done.stderr[-600:]!r}")
        return done.returncode


def fuzz(count: int, seed: int, folder: Path) -> Tally:
    """Put so many texts into buckets below `folder`, run the commands, look at what they say."""
    tally = Tally()
    texts = look.hostile_texts(count, seed)
    for text in texts:
        for kind, data, found in exits(text):
            tally.add(f"1:1 {kind}", data, found, repr(text[:60]))
    with web_server() as server:
        for number, start in enumerate(range(0, count, TEXTS_A_ROUND)):
            mine = texts[start : start + TEXTS_A_ROUND]
            place = make_place(folder / f"round{number}", mine, number, server)
            _run_commands(place, mine, tally)
            _look_at_files(place, tally)
            _look_at_messages(server.requests, tally)
            server.requests.clear()
            tally.texts += len(mine)
    return tally


def make_place(folder: Path, texts: Sequence[str], number: int, server: WebServer) -> Place:
    """Write a bucket whose log and names hold the texts: CSV in even rounds, JSON lines in odd."""
    random = np.random.default_rng(number)
    bucket = folder / "bucket"
    for name in ("images", "reference"):
        (bucket / name).mkdir(parents=True)
    for step in range(_REFERENCES):
        (bucket / "reference" / f"{step}.jpg").write_bytes(view(random))
    rows = list(_rows(texts, random))
    for row in rows:
        path = os.fsencode(bucket / "images") + b"/" + _file_name(row["filename"])
        if len(path) < 4000 and random.random() < 0.95:
            Path(os.fsdecode(path)).write_bytes(view(random, 0.4))
    log = _csv(rows) if number % 2 == 0 else _json_lines(rows)
    (bucket / ("log.csv" if number % 2 == 0 else "log.jsonl")).write_bytes(log)
    known = [{"breed": breed, "confidence": "0.9"} for breed in BREEDS for _ in range(12)]
    (bucket / "validation.csv").write_bytes(_csv(known))
    for text in texts[-4:]:
        Path(os.fsdecode(os.fsencode(bucket) + b"/" + _file_name(text))).write_bytes(log)
    (folder / "job.toml").write_text(_JOB_FILE, encoding="utf-8")
    said = {"DRIFT_NOTIFY_URLS": server.url("hook"), "DRIFT__LOG_FORMAT": "plain"}
    return Place(folder=folder, environment={**os.environ, **said})


def _rows(texts: Sequence[str], random: np.random.Generator) -> Iterator[dict[str, str]]:
    """Yield the log's rows: every text is a cell or a header of some row."""
    waiting = iter(texts)
    headers = [next(waiting, f"x{step}") for step in range(6)]
    for step in range(max(_FEWEST_ROWS, len(texts) // _TEXTS_A_ROW)):
        time_ = (START + timedelta(minutes=8 * step)).isoformat()
        is_bad = step % 24 == 5
        yield {
            "timestamp": next(waiting, "") if is_bad else time_,
            "filename": _image_name(next(waiting, f"{step}"), step),
            "camera": next(waiting, "c") if step % 2 else texts[0],
            "site": texts[1] if step % 4 else next(waiting, "s"),
            "breed": next(waiting, "b") if step % 3 == 0 else texts[2 + step % 2],
            "confidence": next(waiting, "") if step % 16 == 7 else f"{random.random():.3f}",
            **{header: next(waiting, "y") for header in headers},
        }


def _image_name(text: str, step: int) -> str:
    """Return the name of an image: of twelve, eleven are such as stores take."""
    if step % 12 == 3:
        return text
    taken = "".join(one for one in text if unicodedata.category(one) not in {"Cc", "Cs"})
    return f"{taken.replace('/', '_').replace(chr(92), '_')[:50]}{step}.jpg"


def _file_name(text: str) -> bytes:
    """Return the bytes of a file's name: a text's own, but for what no file system takes."""
    name = text.encode("utf-8", "surrogatepass").replace(b"/", b"_").replace(b"\0", b"_")
    return name[:200] + name[-20:] if len(name) > 240 else name


def _csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n", quoting=csv.QUOTE_ALL)
    # With these most rows could not be read at all; JSON can carry them.
    plain = str.maketrans(dict.fromkeys([0, 0x0D, *range(0xD800, 0xE000)], "?"))
    # The CSV reader takes one line as the header: with a line break in it no row could be read.
    writer.writerow({key: key.translate(plain | {0x0A: "?"}) for key in rows[0]})
    for row in rows:
        writer.writerow({key: value.translate(plain) for key, value in row.items()})
    return out.getvalue().encode()


def _json_lines(rows: Sequence[Mapping[str, str]]) -> bytes:
    lines = (json.dumps(row).encode() for row in rows)
    # A line with half a pair cannot be read; one in twelve has what halves there are.
    return b"".join(
        (line if step % 12 == 5 else _HALF.sub(b"?", line)) + b"\n"
        for step, line in enumerate(lines)
    )


def _run_commands(place: Place, texts: Sequence[str], tally: Tally) -> None:
    as_json = {"DRIFT__LOG_FORMAT": "json", "DRIFT__LOG_LEVEL": "debug"}
    place.command(tally, "check", "job.toml", "--until", "2025-03-04")
    place.command(tally, "check", "job.toml", "--json", "--until", "2025-03-04", **as_json)
    ended = place.command(tally, *_RUN)
    tally.finished_runs += ended in _FINISHED
    place.command(tally, *_RUN[:3], "2025-03-04T06:00:00", **as_json)
    place.command(tally, "history", "job.toml")
    place.command(tally, "history", "job.toml", "--csv", kind="CSV")
    place.command(tally, "profile", "show", "job.toml")
    place.command(tally, "init", "bucket", "--output", "made.toml")
    place.command(tally, "prune", "job.toml", "--keep-runs", "1", "--verbose")
    for text, variable in zip(texts, _VARIABLES, strict=False):
        told = {variable: json.dumps([text]) if variable in _LISTS else as_argument(text)}
        place.command(tally, "check", "job.toml", **{**told, **(as_json if len(text) % 2 else {})})
    place.command(tally, "open", "job.toml", as_argument(texts[-1]))
    place.command(tally, as_argument(texts[-2]))


_LISTS = {"DRIFT__SEGMENTS__COLUMNS", "DRIFT__REFERENCE__EXCLUDE"}
_VARIABLES = (
    "DRIFT__PREDICTIONS__PATH",
    "DRIFT__PREDICTIONS__COLUMNS__PREDICTION",
    "DRIFT__SEGMENTS__COLUMNS",
    "DRIFT__NAME",
    "DRIFT__IMAGES__PATH",
    "DRIFT__EVIDENTLY__WORKSPACE",
    "DRIFT__BUCKET__URL",
)


def as_argument(text: str) -> str:
    """Return a text as a command line or the environment can hold it."""
    return os.fsdecode(text.encode("utf-8", "surrogatepass").replace(b"\0", b"_"))


def _look_at_files(place: Place, tally: Tally) -> None:
    reports = place.folder / "bucket" / "data_drift_reports"
    for path in sorted(reports.rglob("*")):
        if path.suffix == ".html":
            data = path.read_bytes()
            if path.name == "evidently.html":
                # Evidently's own script is none of ours.
                data = b"\n".join(one for one in data.split(b"\n") if look.MARK.encode() in one)
            tally.add("page", data, look.in_page(data), str(path))
        elif path.suffix == ".json":
            data = path.read_bytes()
            tally.add("JSON", data, look.in_json_document(data), str(path))
    for path in sorted((place.folder / "workspace").rglob("*.json")):
        data = path.read_bytes()
        tally.add("workspace", data, look.in_json_shown(data), str(path))
    made = place.folder / "made.toml"
    if made.exists():
        data = made.read_bytes()
        tally.add("job file", data, look.in_lines(data), str(made))


def _look_at_messages(requests: Sequence[Request], tally: Tally) -> None:
    for request in requests:
        for part in ("title", "message"):
            text = str(request.json[part])
            tally.add("message", text.encode("utf-8", "replace"), look.in_message(text))


def main() -> None:
    """Print what was looked at; the exit status is 1 if anything acted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="drift-texts-") as folder:
        tally = fuzz(options.texts, options.seed, Path(folder))
    for kind, outputs in sorted(tally.outputs.items()):
        size = tally.size_bytes[kind] / 1e6
        print(f"{kind:19} {outputs:>7,} outputs, {size:8.1f} MB, {tally.quoted[kind]:>8,} quotes")
    print(", ".join(f"{end}: {number}" for end, number in sorted(tally.ends.items())))
    seconds = time.perf_counter() - start
    print(f"{tally.texts:,} texts in {seconds:.0f} s; {len(tally.offences)} acted")
    print("\n".join(tally.offences[:200]))
    sys.exit(bool(tally.offences))


if __name__ == "__main__":
    main()
