"""A decoding process whose decoder does, on a word in the file, what bad decoders do.

The word is behind the picture's end: ``FAULT:segfault`` and so on; with a path behind it, after an
``@``, only the first time, of which the file at that path then tells.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from reference_stats.extraction.isolated import worker
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.features.feature import Feature
from reference_stats.model_view.definition import Preprocessing
from reference_stats.size_limits import SizeLimits


def _find_a_bug(_: str) -> None:
    raise LookupError("a bug")


def _segfault(mark: str) -> None:
    if mark:
        Path(mark).touch()
    ctypes.string_at(0)


def _work(seconds: float) -> None:
    """Use a processor for so many seconds, however long that takes."""
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        pass


def _use_up_all_files(mark: str) -> None:
    """Leave the process no file, and let it load modules the next time it needs sums."""
    if mark:
        Path(mark).touch()
    for name in ("colour_pass", "picture_pass"):
        sys.modules.pop(f"reference_stats.kernels.{name}", None)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, most))


FAULTS: dict[str, Callable[[str], object]] = {
    "segfault": _segfault,
    "abort": lambda _: os.abort(),
    "killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "slow": lambda _: time.sleep(1),
    "busy": lambda _: _work(0.4),
    "hang": lambda _: time.sleep(3600),
    "greedy": lambda _: bytearray(64 << 30),
    "bug": _find_a_bug,
    "no files": _use_up_all_files,
    "lie": lambda _: 3,
    "too much": lambda _: 1_000_000,
}


def measure_with_faults(
    files: Sequence[bytes],
    limits: SizeLimits,
    features: Sequence[Feature],
    *,
    before_each: Callable[[int], object] = int,
    picture: Preprocessing | None = None,
) -> MeasuredFiles:
    """Do what each file asks for when its turn comes, and measure them."""
    told: list[object] = []

    def begin_with_fault(place: int) -> None:
        before_each(place)
        data = files[place]
        if b"FAULT:" in data:
            name, _, mark = data.rpartition(b"FAULT:")[2].decode("latin-1").partition("@")
            if not (mark and Path(mark).exists()):
                told.append(FAULTS[name](mark))

    measured = measure_many(files, limits, features, before_each=begin_with_fault, picture=picture)
    for count in told:
        if isinstance(count, int):
            # An answer with as many numbers of each file as a liar likes.
            return replace(measured, numbers=np.zeros((len(files), count)))
    return measured


if __name__ == "__main__":
    worker.measure_many = measure_with_faults
    worker.main(*map(int, sys.argv[1:]))
