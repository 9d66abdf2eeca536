"""whylogs: its statistics of each image and the tags of its EXIF, in one merged profile."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from PIL import Image
from whylogs.core import DatasetProfile
from whylogs.extras.image_metric import init_image_schema


def main(listed: str) -> None:
    """Profile the files whose paths are the lines of a file."""
    before = time.process_time()
    paths = Path(listed).read_text(encoding="utf-8").splitlines()
    profile = DatasetProfile(schema=init_image_schema())
    for path in paths:
        with Image.open(path) as image:
            profile.track(row={"image": image})
    summary = profile.view().get_column("image").to_summary_dict()
    counts = [value for name, value in summary.items() if name.endswith("distribution/n")]
    features = sum(count > 0 for count in counts)
    print(json.dumps({"images": max(counts), "features": features, "start_s": before}))


if __name__ == "__main__":
    main(sys.argv[1])
