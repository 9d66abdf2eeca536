"""A CSV log with bad rows and local times; rows as windows, metrics, links, a workspace."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.same_bytes_parts.pictures import Fault, jpeg, scene
from benchmarks.same_bytes_parts.world import World, moments, usual_commands, write

_ZONE = ZoneInfo("Europe/Berlin")
_REFERENCES, _A_DAY = 80, 60
_JOB = """\
name = "untidy"
[bucket]
url = "bucket"
[predictions]
path = "logs/requests.csv*"
timezone = "Europe/Berlin"
day_first = true
[predictions.columns]
timestamp = "Zeit"
id = "Nr"
prediction = "Klasse"
confidence = "Sicherheit"
[images]
path = "bilder/{Zeit:%Y/%m/%d}/{Nr:lower}.jpg"
most_lost = 0.5
[window]
rows = 50
[baseline]
days = 0
[reference]
images = "reference/"
[detection]
false_alarm_rate = 0.05
[reports]
thumbnails = false
link_template = "https://reports.example.com/{job}/{path}"
[metrics]
textfile = "metrics/drift_{job}.prom"
[evidently]
workspace = "workspace"
"""
_HEADER = "Zeit;Nr;Klasse;Sicherheit"
_BAD_ROWS = (
    "gestern;X1;gut;90 %",
    ";X2;gut;0,5",
    "31.02.2025 10:00;X3;gut;0,5",
    "04.03.2025 11:00;;gut;0,5",
    "04.03.2025 11:00:30;../../secret;=1+1;viel",
    "zu;viele;Felder;in;dieser;Zeile",
)


def _build(folder: Path) -> None:
    generator = np.random.default_rng(505)
    write(folder / "job.toml", _JOB)
    bucket = folder / "bucket"
    for number in range(_REFERENCES):
        write(bucket / f"reference/{number:03}.jpg", jpeg(scene(generator)))
    days = [_day(generator, bucket, day) for day in range(3)]
    write(bucket / "logs/requests.csv.2.gz", gzip.compress(_csv(days[0]).encode(), mtime=0))
    write(bucket / "logs/requests.csv.1", _csv([*days[1][:30], *_BAD_ROWS, *days[1][30:]]))
    write(bucket / "logs/requests.csv", _csv([*days[2], days[2][0], days[1][3]]))


def _day(generator: np.random.Generator, bucket: Path, day: int) -> list[str]:
    rows = []
    for number, moment in enumerate(moments(day, _A_DAY)):
        local = moment.astimezone(_ZONE)
        name = f"R{day}{number:03}"
        picture = jpeg(scene(generator, Fault(light=1.3 if day == 1 else 1.0)))
        write(bucket / f"bilder/{local:%Y/%m/%d}/{name.lower()}.jpg", picture)
        confidence = f"{generator.beta(8, 2):.3f}".replace(".", ",")
        rows.append(
            f"{_written(local, number)};{name};{('gut', 'schlecht')[number % 2]};{confidence}"
        )
    return rows


def _written(moment: datetime, number: int) -> str:
    """Return a moment in a local shape, each tenth with its offset."""
    return moment.isoformat() if number % 10 == 0 else f"{moment:%d.%m.%Y %H:%M:%S}"


def _csv(rows: Sequence[str]) -> str:
    return "\r\n".join([_HEADER, *rows, ""])


WORLD = World(
    name="untidy",
    build=_build,
    commands=usual_commands("2025-03-04", "2025-03-05", "2025-03-06"),
)
