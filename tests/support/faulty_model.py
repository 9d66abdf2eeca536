"""The model's process with a model that does what the first pixel of a picture asks for.

Its first answer of each picture is the number of the process, its second that of a copy of it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from reference_stats.model_view.process import wire, worker
from reference_stats.model_view.runtimes.opened import OpenedModel
from reference_stats.model_view.viewer import Pictures
from reference_stats.model_view.views import ImageViews

Answer = tuple[bytes, ...]
LOOK, PACK = OpenedModel.look, wire.pack_views


def _say_good_bye() -> None:
    print("the model says good-bye", file=sys.stderr)
    sys.stderr.flush()
    os._exit(3)


def _copy_itself() -> None:
    global _copy  # noqa: PLW0603 - the test asks for its number
    _copy = os.fork()
    if _copy == 0:
        time.sleep(3600)


def _copy_itself_and_end() -> None:
    _copy_itself()
    os._exit(4)


FAULTS: dict[int, Callable[[], object]] = {
    1: lambda: ctypes.string_at(0),
    2: lambda: os.kill(os.getpid(), signal.SIGKILL),
    3: _say_good_bye,
    9: lambda: time.sleep(3600),
    10: lambda: bytearray(1 << 50),
    11: _copy_itself,
    12: _copy_itself_and_end,
}
LIES: dict[int, Callable[[ImageViews], Answer]] = {
    4: lambda views: (b"",),
    5: lambda views: PACK(views.take(np.zeros(len(views) + 1, np.int64))),
    6: lambda views: PACK(replace(views, embeddings=np.full_like(views.embeddings, np.inf))),
    7: lambda views: PACK(replace(views, classes=views.classes + 1000)),
    8: lambda views: (bytes(64 << 20),),
}
_asked, _copy = 0, 0


def look_with_faults(self: OpenedModel, pictures: Pictures) -> ImageViews:
    """Do what the pictures ask for, and look at them."""
    global _asked  # noqa: PLW0603 - the lie is told where the answer is packed
    views = LOOK(self, pictures)
    views.answers[:, 0] = os.getpid()
    _asked = int(pictures[:, 0, 0, 0].max(initial=0))
    if _asked in FAULTS:
        FAULTS[_asked]()
    views.answers[:, 1] = _copy
    return views


def pack_with_lies(views: ImageViews) -> Answer:
    """Pack the views, or something else."""
    return LIES.get(_asked, PACK)(views)


if __name__ == "__main__":
    OpenedModel.look = look_with_faults  # type: ignore[method-assign]
    wire.pack_views = pack_with_lies
    worker.main(int(sys.argv[1]))
