"""Which files were decoded, by all processes of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from benchmarks.many_machines_parts.arithmetic import Decoded
from benchmarks.many_machines_parts.world import ROOT

_PLACE = Path(__file__).parent / "noted"
_DIGEST = 32


def variables(folder: Path, each_s: float = 0.0) -> Mapping[str, str]:
    """Return what makes processes note what they decode, in a new folder.

    Parameters
    ----------
    folder
        Where to.
    each_s
        How long each image takes in addition, without processor time, as a large one would.
    """
    folder.mkdir(parents=True)
    return {**slowed(each_s), "NOTED_DECODINGS": str(folder)}


def slowed(each_s: float) -> Mapping[str, str]:
    """Return what makes each image take longer, as `variables`, and has nothing noted."""
    return {
        "PYTHONPATH": f"{_PLACE}:{ROOT}",
        "NOTED_DECODINGS": "",
        "NOTED_SECONDS_EACH": str(each_s),
    }


def noted(folder: Path) -> Decoded:
    """Return what was noted."""
    texts = [path.read_text(encoding="ascii") for path in folder.glob("*.txt")]
    # A process that was killed may have written half a line.
    lines = (line for text in texts for line in text.split("\n")[:-1])
    return Decoded.of(line for line in lines if len(line) == _DIGEST)


def begun(folder: Path, process: int | None = None) -> int:
    """Return how many decodings were begun, by one process or by all."""
    found = 0
    for path in folder.glob("*.txt" if process is None else f"{process}.txt"):
        with suppress(FileNotFoundError):
            found += path.stat().st_size // (_DIGEST + 1)
    return found
