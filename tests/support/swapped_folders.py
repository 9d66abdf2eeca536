"""A folder that somebody swaps for a symbolic link, over and over, while it is read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def swapped_all_the_time(folder: Path, link: Path, aside: Path) -> Iterator[None]:
    """Give a link the folder's name and take it back, in turns, until the end.

    Parameters
    ----------
    folder, link
        What has the name in turns; at the end each has its own again.
    aside
        A path where nothing is: the folder lies there meanwhile.
    """
    stopped = threading.Event()

    def swap() -> None:
        while not stopped.is_set():
            folder.rename(aside)
            link.rename(folder)
            folder.rename(link)
            aside.rename(folder)

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        yield
    finally:
        stopped.set()
        swapping.join()
