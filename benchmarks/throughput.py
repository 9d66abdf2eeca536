"""How fast images become numbers, against the reference system's function and bare decoding.

    python -m benchmarks.throughput                          pictures that packages ship
    python -m benchmarks.throughput --folder DIR             the images of a folder as they are
    python -m benchmarks.throughput --rounds 2 --only 28x28  a quick look at one kind

Interleaved rounds in one process, medians, ratios; absolute times say as much about the machine as
about the code. Beside the time by the clock stands processor time, user and system, of this process
and those that it starts: where the machine is busy with others, only that can be compared. With a
folder its files are measured where they lie, in their own sizes and formats, in place of made ones.
Where the seven numbers are not the reference's, that is said and the command ends with 1; where
there is nothing to measure, with 2.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.throughput_parts.corpora import KINDS, Corpus, make_corpora, source_pictures
from benchmarks.throughput_parts.figures import lines, ratios, table
from benchmarks.throughput_parts.own_folder import NothingToMeasureError, look_at
from benchmarks.throughput_parts.timing import Cost, differing, time_ways
from jobs.errors import DriftError
from reference_stats.extraction.workers import available_cores


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One corpus, what every way costs, and how many of its seven are not the reference's."""

    corpus: Corpus
    costs: Mapping[str, Cost]
    unlike_reference: int

    def as_json(self) -> dict[str, object]:
        """Return all figures."""
        return {
            "costs": {name: asdict(cost) for name, cost in self.costs.items()},
            "ratios": ratios(self.costs),
            "bytes": self.corpus.average_bytes,
            "images": len(self.corpus.files),
            "unlike_reference": self.unlike_reference,
        }


def machine() -> dict[str, object]:
    """Return what has to be known to read the figures."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": available_cores(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
    }


def corpora(folder: Path | None, only: Sequence[str], scratch: Path) -> Iterator[Corpus]:
    """Yield what is to be measured, the files stored.

    Raises
    ------
    NothingToMeasureError
        If there is nothing, with the reason.
    """

    def is_wanted(name: str) -> bool:
        return not only or any(part in name for part in only)

    if folder is None:
        known = [kind.name for kind in KINDS]
        _require(known, [name for name in known if is_wanted(name)], only)
        for corpus in make_corpora(source_pictures(), is_wanted):
            yield corpus.store(scratch)
        return
    found = look_at(folder)
    for remark in found.remarks:
        print(remark)
    wanted = [name for name in found.groups if is_wanted(name)]
    _require(list(found.groups), wanted, only)
    yield from found.corpora(wanted)


def _require(known: Sequence[str], wanted: Sequence[str], only: Sequence[str]) -> None:
    if not wanted:
        raise NothingToMeasureError(
            f"--only {' '.join(only)} names none of what there is: {', '.join(known)}."
        )


def measure(corpus: Corpus, rounds: int) -> Measured:
    """Measure and print one corpus."""
    unlike = differing(corpus)
    costs = time_ways(corpus, rounds)
    print("\n" + "\n".join(lines(corpus, costs)), flush=True)
    if unlike:
        print(f"  WRONG: the seven of {unlike} of the first images are not the reference's")
    return Measured(corpus=corpus, costs=costs, unlike_reference=unlike)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the figures where `--json` says; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="a folder of your own images")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", default=(), help="parts of headings: 28x28, JPEG")
    parser.add_argument("--markdown", action="store_true", help="print the docs' table as well")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args(arguments)
    state = machine()
    print(json.dumps(state))
    found: dict[str, Measured] = {}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            for corpus in corpora(options.folder, options.only, Path(scratch)):
                found[corpus.name] = measure(corpus, options.rounds)
    except (NothingToMeasureError, DriftError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.markdown:
        print("\n" + "\n".join(table({name: one.costs for name, one in found.items()})))
    if options.json:
        corpora_found = {name: one.as_json() for name, one in found.items()}
        report = {"machine": state, "corpora": corpora_found}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return int(any(one.unlike_reference for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
