"""Windows too small to tell; the reference is a past window of the log."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.same_bytes_parts.pictures import Fault, jpeg, scene
from benchmarks.same_bytes_parts.world import World, moments, usual_commands, write

_REFERENCES, _A_DAY = 60, 12
_JOB = """\
name = "few"
log_level = "warning"
[bucket]
url = "bucket"
[predictions]
path = "log.csv"
timezone = "UTC"
[predictions.columns]
prediction = "prediction"
[images]
path = "images/{id}.jpg"
[window]
last = "1d"
[reference.window]
start = "2025-02-26"
end = "2025-02-27"
[notifications]
inconclusive = true
[reports]
path = "out/reports"
"""


def _build(folder: Path) -> None:
    generator = np.random.default_rng(404)
    write(folder / "job.toml", _JOB)
    lines = ["timestamp,id,prediction"]
    days = [(-5, _REFERENCES, 1.0), (0, _A_DAY, 1.0), (1, _A_DAY, 0.97), (2, 5, 0.6)]
    for day, number, light in days:
        for place, moment in enumerate(moments(day, number)):
            name = f"{day + 10:02}{place:03}"
            prediction = ("red", "green")[int(generator.random() < 0.4)]
            lines.append(f"{moment:%Y-%m-%d %H:%M:%S},{name},{prediction}")
            picture = jpeg(scene(generator, Fault(light=light)))
            write(folder / f"bucket/images/{name}.jpg", picture)
    write(folder / "bucket/log.csv", "\n".join([*lines, ""]))


WORLD = World(
    name="small",
    build=_build,
    commands=usual_commands("2025-03-04", "2025-03-05", "2025-03-06"),
)
