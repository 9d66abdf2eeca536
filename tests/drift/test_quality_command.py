"""``drift run`` of a job with labels, as a user runs it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from drift.cli.commands.run import command
from jobs.errors import ExitCode
from tests.support.late_labels import LabelForm, LateWorld, show

# Nothing but the answers is compared, and these are as common as ever.
JOB = """
name = "dogs"
[bucket]
url = "bucket"
[predictions]
path = "predictions/*.csv"
columns = { prediction = "breed" }
[window]
last = "4d"
[baseline]
days = 0
[reference]
log = "validation_log.csv"
[labels]
path = "labels/labels.csv"
columns = { id = "id" }
"""
WORLD = LateWorld(
    days=16, per_day=60, accuracy=(0.95,) * 12 + (0.5,), days_late=1.0, contradicting=0.0
)


def test_a_worse_model_behind_a_steady_verdict_ends_with_8(tmp_path: Path) -> None:
    show(WORLD, tmp_path / "bucket", WORLD.day(20), LabelForm.TABLE)
    job = tmp_path / "job.toml"
    job.write_text(JOB, encoding="utf-8")
    asked = [str(job), "--until", f"{WORLD.day(16):%Y-%m-%d}", "--dry-run"]
    found = _run(*asked, "--exit-code")
    verdict, model, *_ = found.stdout.splitlines()
    assert verdict.startswith("steady: ")
    assert model.startswith("model worse: accuracy fell from 0.95 to ")
    assert found.return_value is ExitCode.WORSE
    assert _run(*asked).return_value is ExitCode.FINISHED
    help_text = _run("--help").stdout
    assert "8 when steady with a worse model" in " ".join(help_text.split())


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, standalone_mode=False, catch_exceptions=False)
