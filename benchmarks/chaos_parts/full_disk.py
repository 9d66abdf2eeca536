"""A disk with too little room: a small file system, and a limit on the size of files."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.runs import Ended
from benchmarks.chaos_parts.stores import FolderStore
from benchmarks.chaos_parts.world import World

NAME = "full-disk"
# One run writes about 4,600 KiB, 4,000 of them Evidently's page.
FREE_KIB: Sequence[int] = (0, 8, 400, 3_000, 4_300, 4_500, 4_800, 40)
FILE_KIB: Sequence[int] = (2, 16, 60, 100, 200, 3_000)
_ROOM_BYTES = 64 << 20


def run(world: World, share: Share) -> list[Tally]:
    """Run with less and less room; what is missing is there again for the next run."""
    command = f"python -m benchmarks.chaos --only {NAME}"
    full = Tally(fault="disk full", by="room, and the next run", command=command)
    limited = Tally(fault="files may not grow", by="room, and the next run", command=command)
    with _small_disk(world.temporary / "disk") as disk:
        if disk is None:
            full.skipped = "skipped: no tmpfs may be mounted here"
        else:
            _fill(world.folder, disk, share, full)
    for number, size_kib in enumerate(FILE_KIB):
        if number == 0 or not share.is_used_up:
            limit_files(world.folder, size_kib, limited)
    return [full, limited]


def _fill(place: Place, disk: Path, share: Share, tally: Tally) -> None:
    store = FolderStore(disk / "bucket")
    there = replace(place, store=store, folder=disk)
    text = (place.folder / "job.toml").read_text(encoding="utf-8")
    (disk / "job.toml").write_text(text.replace(place.store.url, store.url), encoding="utf-8")
    for free_kib in FREE_KIB:
        if share.is_used_up:
            return
        run_with_room(there, free_kib, tally)


def run_with_room(place: Place, free_kib: int, tally: Tally) -> None:
    """Run on a disk with so much room, and again with enough."""
    place.reset()
    ballast = place.folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)) == 4096:
            pass
    with ballast.open("r+b") as file:
        file.truncate(max(ballast.stat().st_size - free_kib * 1024, 0))
    _judge(place, place.fork().wait, f"{free_kib} KiB free", tally, ballast)


def limit_files(place: Place, size_kib: int, tally: Tally) -> None:
    """Run where no file may be larger than this."""
    place.reset()
    running = place.fork(file_bytes=size_kib * 1024)
    _judge(place, running.wait, f"{size_kib} KiB a file", tally)


def _judge(
    place: Place, wait: Callable[[], Ended], label: str, tally: Tally, ballast: Path | None = None
) -> None:
    ended = wait()
    problems = place.shown_now()
    if ended.code not in {0, 5, 6}:
        problems.append(f"it ended with {ended.how}: {ended.err[-800:]}")
    if ballast is not None:
        ballast.unlink()
    tally.add(ended.how, problems + place.repeat(), label=label)


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """Mount a small file system; None where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM_BYTES}", "tmpfs", str(folder)]
    try:
        is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_mounted = False
    if not is_mounted:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
