"""The way of this project: `extract()` of the files where they are, without a cache."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from jobs.buckets.registry import open_bucket
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract


def main(listed: str) -> None:
    """Read and measure the files whose paths are the lines of a file."""
    before = time.process_time()
    paths = [Path(path) for path in Path(listed).read_text(encoding="utf-8").splitlines()]
    places = [
        ImageLocation(bucket_url=str(path.parent), name=path.name, path=str(path)) for path in paths
    ]
    result = extract(places, ImageSettings(path="{id}"), open_bucket=open_bucket)
    found = {"images": len(result.table()), "features": len(result.names)}
    print(json.dumps(found | {"start_s": before}))


if __name__ == "__main__":
    main(sys.argv[1])
