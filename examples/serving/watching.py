"""The drift job's commands on what a server has logged, as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from examples.serving.models import Trained
from examples.serving.pictures import Example
from examples.serving.running import ExampleError
from examples.serving.traffic import Day

_COMMAND_S = 300.0
_LOGGED_WITHIN_S = 30.0
_POLL_S = 0.1
# Written behind what `drift init` proposes.
_WITH_MODEL = """
[model]
# The archive that the server answers with: a run looks at each picture with it as well. Its class
# is code of this example, so it may run here.
path = "{archive}"
trust_code = true
# The reference is of pictures that were kept out of the training.
trained_on_reference = false
{entering}"""
_REPORTS = 'path = "data_drift_reports"\n'
_EXPLAINED = (
    _REPORTS + "# What the model looked at in the pictures that stand out.\nexplanations = 2\n"
)
_NO_DAYS = """
[baseline]
# The days of this example are some seconds long: none of them shows what is normal. Each is
# compared with the reference alone. Without these lines a job learns normal days from its log.
days = 0
"""


class UnexpectedError(ExampleError):
    """A command of the job, or what it found, was not what the example is there to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A bucket that a server logs to, and the job on it.

    Attributes
    ----------
    name
        The job's name.
    bucket
        A folder that stands for the bucket.
    archive
        The model's archive in the bucket; empty where there is none.
    """

    name: str
    bucket: Path
    archive: str = ""

    @property
    def job_file(self) -> Path:
        """The job file: beside the bucket."""
        return self.bucket.with_suffix(".toml")

    def write_reference(self, examples: Sequence[Example]) -> None:
        """Put pictures of an ordinary time into the bucket's `reference/`."""
        folder = self.bucket / "reference"
        folder.mkdir(parents=True)
        for number, example in enumerate(examples):
            ending = "png" if example.image.startswith(b"\x89PNG") else "jpg"
            (folder / f"{number:04}.{ending}").write_bytes(example.image)

    def rows(self) -> int:
        """Return how many rows the bucket's log holds."""
        parts = self.bucket.glob("log/dt=*/part-*.jsonl")
        return sum(part.read_bytes().count(b"\n") for part in parts)

    def wait_for(self, rows: int) -> None:
        """Wait until the log holds so many rows.

        Raises
        ------
        UnexpectedError
            If it holds fewer after half a minute, or more.
        """
        deadline = time.monotonic() + _LOGGED_WITHIN_S
        while (there := self.rows()) < rows and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        if there != rows:
            raise UnexpectedError(f"{self.bucket}: {there} rows after {rows} answered requests")

    def init(self, entering: str = "") -> None:
        """Let `drift init` write the job file; it has to be sure of everything.

        Parameters
        ----------
        entering
            How pictures enter the model, where its archive is in the bucket.

        Raises
        ------
        UnexpectedError
            If the command fails, or marks a line as a guess.
        """
        command = ["init", str(self.bucket), "--name", self.name, "--output", str(self.job_file)]
        done = _drift(command)
        text = self.job_file.read_text(encoding="utf-8") if done.returncode == 0 else ""
        if done.returncode or "# UNSURE:" in text:
            raise UnexpectedError(f"drift {' '.join(command)}: {done.stdout}{done.stderr}")
        if self.archive:
            text = text.replace(_REPORTS, _EXPLAINED)
            text += model_table(self.archive, entering)
        self.job_file.write_text(text + _NO_DAYS, encoding="utf-8")

    def run(self, day: Day) -> Verdict:
        """Run the job on a day; return what it says.

        Raises
        ------
        UnexpectedError
            If the run ends with no verdict, or has not analysed all images.
        """
        window = ["--since", day.begin.isoformat(), "--until", day.end.isoformat()]
        done = _drift(["run", str(self.job_file), *window, "--exit-code"])
        if done.returncode not in {0, 3, 4}:
            raise UnexpectedError(f"drift run: {done.stdout}{done.stderr}")
        latest = self.bucket / "data_drift_reports" / self.name / "latest.json"
        report = json.loads(latest.read_text(encoding="utf-8"))
        analysed = report["images"]["analysed"]
        if analysed != day.requests:
            raise UnexpectedError(f"{analysed} images analysed of {day.requests} requests")
        view = report.get("model_view")
        if self.archive and (view is None or view["problem"] or view["images"] != analysed):
            raise UnexpectedError(f"the model has not looked at all images: {view}")
        page = latest.parent / "runs" / report["run_id"] / "report.html"
        return Verdict(
            verdict=report["verdict"],
            summary=report["summary"],
            exit_code=done.returncode,
            page=page,
            looked_by=view["found_layer"] if view else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one run of the job said; `looked_by`: which part of the model looked at pictures."""

    verdict: str
    summary: str
    exit_code: int
    page: Path
    looked_by: str


def model_table(archive: str, entering: str) -> str:
    """Return the part of a job file that lets runs look with a model of the bucket.

    Parameters
    ----------
    archive
        The model's object in the bucket.
    entering
        The keys that say how pictures enter it.
    """
    return _WITH_MODEL.format(archive=archive, entering=entering)


def _drift(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DO_NOT_TRACK": "1", "DRIFT__LOG_FORMAT": "plain"}
    return subprocess.run(
        [sys.executable, "-m", "drift", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=_COMMAND_S,
    )


def expect_days(watched: Watched, model: Trained, ordinary: Day, faulty: Day) -> None:
    """Make the job, run it on an ordinary day and on one of changed pictures, print what it says.

    Raises
    ------
    UnexpectedError
        If a row is missing, the ordinary day is not steady, or the other one does not drift.
    """
    subject = model.subject
    watched.wait_for(ordinary.requests + faulty.requests)
    watched.write_reference(model.pictures.reference)
    watched.init(subject.entering)
    _expect(watched, ordinary, f"{watched.name}, an ordinary day", "steady", 0)
    _expect(watched, faulty, f"{watched.name}, {subject.fault} pictures", "drift", 3)


def _expect(watched: Watched, day: Day, title: str, verdict: str, exit_code: int) -> None:
    found = watched.run(day)
    right = f"{day.correct / day.requests:.0%} told right"
    print(f"{title}: {day.requests} requests, {right}, all logged")
    print(f"  {found.verdict} (exit code {found.exit_code}): {found.summary}")
    if found.looked_by:
        print(f"  the model looked at them too, by {found.looked_by}")
    print(f"  {found.page}", flush=True)
    if (found.verdict, found.exit_code) != (verdict, exit_code):
        raise UnexpectedError(f"{title}: expected {verdict} with exit code {exit_code}")
