"""Too little memory: for the run, and for the processes that decode."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.runs import Ended
from benchmarks.chaos_parts.world import World

NAME = "memory"
# Beyond what the imports take.
ALLOWED_MIB: Sequence[int] = (8, 60, 150, 300, 500, 800, 1_500)


def run(world: World, share: Share) -> list[Tally]:
    """Run under tighter and wider limits, and with decoding processes that are killed."""
    command = f"python -m benchmarks.chaos --only {NAME}"
    limited = Tally(fault="out of memory", by="memory, and the next run", command=command)
    killed = Tally(fault="a decoding process is killed", by="the run itself", command=command)
    for allowed_mib in ALLOWED_MIB:
        if share.is_used_up:
            break
        limit_memory(world.folder, allowed_mib, limited)
    for number in range(3):
        if number == 0 or not share.is_used_up:
            kill_decoder(world.folder, killed)
    return [limited, killed]


def limit_memory(place: Place, allowed_mib: int, tally: Tally) -> None:
    """Run with so much memory beyond what the imports took, and again without a limit."""
    place.reset()
    ended = place.fork(memory_bytes=allowed_mib << 20).wait()
    problems = place.shown_now() + _unexplained(ended)
    tally.add(ended.how, problems + place.repeat(), label=f"{allowed_mib} MiB more")


def _unexplained(ended: Ended) -> list[str]:
    if ended.code in {0, 5, 6, 137} or ended.code < 0 or "memory" in ended.err:
        return []
    return [f"no line said that memory was short: {ended.how}: {ended.err[-1500:]}"]


def kill_decoder(place: Place, tally: Tally) -> None:
    """Kill the first decoding process of a run as soon as it is there."""
    place.reset()
    running = place.fork()
    killer = threading.Thread(target=_kill_first_child, args=(running.pid,))
    killer.start()
    ended = running.wait()
    killer.join()
    tally.add(ended.how, place.shown_now() + place.repeat())


def _kill_first_child(pid: int) -> None:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    tasks = Path(f"/proc/{pid}/task")
    gives_up_at = time.monotonic() + 20
    while children.exists() and time.monotonic() < gives_up_at:
        for task in tasks.iterdir():
            found = (task / "children").read_text(encoding="ascii").split()
            if found:
                os.kill(int(found[0]), signal.SIGKILL)
                return
        time.sleep(0.01)
