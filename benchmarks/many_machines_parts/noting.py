"""Which files were decoded, by all processes of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.many_machines_parts.arithmetic import Decoded
from benchmarks.many_machines_parts.world import ROOT

_PLACE = Path(__file__).parent / "noted"


def variables(folder: Path) -> Mapping[str, str]:
    """Return what makes processes note what they decode, in a new folder."""
    folder.mkdir(parents=True)
    return {"PYTHONPATH": f"{_PLACE}:{ROOT}", "NOTED_DECODINGS": str(folder)}


def noted(folder: Path) -> Decoded:
    """Return what was noted."""
    texts = [path.read_text(encoding="ascii") for path in folder.glob("*.txt")]
    # A process that was killed may have written half a line.
    return Decoded.of(line for text in texts for line in text.split("\n")[:-1] if len(line) == 32)
