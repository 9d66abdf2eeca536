"""Write such a bucket into a folder: ``python -m examples.labelbox.make_bucket FOLDER``.

Of a bucket that is there already only what is missing is written, so that ``--seen`` with a later
day adds what came since: labels, and the images and results of further days.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from examples.labelbox.objects import BucketObject, Layout, seen_on
from examples.labelbox.scenes import World


def write_objects(folder: Path, objects: Iterable[BucketObject]) -> int:
    """Write objects as files below a folder, but for those that are there; return how many."""
    written = 0
    for one in objects:
        path = folder / one.name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.data)
            written += 1
    return written


def main() -> None:
    """Write the bucket."""
    options = _options()
    world = World(
        first_day=options.last_day - timedelta(days=options.days - 1),
        days=options.days,
        images_per_day=options.images_per_day,
        blurred_days=options.blurred_days,
    )
    layout = Layout(folder_of_each_time=options.folder_of_each_time)
    seen = options.seen or world.all_days[-1]
    written = write_objects(options.folder, seen_on(world, layout, seen))
    print(f"{options.folder}/: {written:,} new objects, as of the end of {seen}")
    print(f"images are blurred from {world.first_day + timedelta(world.days - world.blurred_days)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--last-day",
        type=date.fromisoformat,
        default=datetime.now(UTC).date() - timedelta(days=1),
        help="the last day with images, in UTC; default: yesterday",
    )
    parser.add_argument("--days", type=int, default=World().days)
    parser.add_argument("--images-per-day", type=int, default=150)
    parser.add_argument("--blurred-days", type=int, default=World().blurred_days)
    parser.add_argument(
        "--folder-of-each-time",
        action="store_true",
        help='folders are called "DD-MM-YYYY HH:MM:SS", as newer versions of the service do',
    )
    parser.add_argument(
        "--seen", type=date.fromisoformat, help="as of the end of this day; default: the last one"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
