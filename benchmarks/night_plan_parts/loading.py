"""What the coordinator takes to load a feature cache of so many rows.

    python -m benchmarks.night_plan_parts.loading FOLDER ROWS

The cache lies in parts as workers write them. It is loaded as a run does it, by `extract` over
images that are all known, and what that took is printed as JSON.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.feature_cache import IMAGES_PER_PART, PREFIX, fill, path_of
from jobs.buckets.folder.bucket import FolderBucket
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.parts import pack, part_name

# So many rows are made one by one; further ones are copies of them under other names.
_MADE = 50_000


def write_cache(folder: Path, rows: int) -> None:
    """Write the parts of a cache of so many different images."""
    made = min(rows, _MADE)
    fill(folder, made, -(-made // IMAGES_PER_PART), compacted=False)
    numbers = {path_of(number): number for number in range(made)}
    originals = sorted(folder.rglob("part-*.parquet"))
    for start in range(made, rows, made):
        for path in originals:
            table = pq.read_table(path).replace_schema_metadata(None)
            moved = [start + numbers[one] for one in table["image"].to_pylist()]
            names = [path_of(number) for number in moved]
            table = table.set_column(
                table.schema.get_field_index("image"),
                table.schema.field("image"),
                pa.array(names, table.schema.field("image").type),
            ).filter(pa.array([number < rows for number in moved]))
            data = pack(table)
            (path.parent / part_name(data)).write_bytes(data)


def load(folder: Path, rows: int) -> dict[str, float]:
    """Load it as a run does; return the processor time and the memory that it took."""
    bucket = FolderBucket(str(folder))
    locations = [
        ImageLocation(bucket_url=bucket.url, name=path_of(number), path=path_of(number))
        for number in range(rows)
    ]
    cache = FeatureCache(bucket=bucket, prefix=PREFIX)
    settings = ImageSettings(path="{name}")
    before = _megabytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    spent, started = time.process_time(), time.perf_counter()
    found = extract(locations, settings, open_bucket=lambda _: bucket, cache=cache)
    taken = {
        "cpu_s": time.process_time() - spent,
        "wall_s": time.perf_counter() - started,
        "base_mb": before,
        "peak_mb": _megabytes("VmHWM") - before,
    }
    if found.computed or len(found) != rows:
        raise SystemExit(f"{found.computed} of {rows} images were not known")
    return taken


def _megabytes(what: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


if __name__ == "__main__":
    print(json.dumps(load(Path(sys.argv[1]), int(sys.argv[2]))))
