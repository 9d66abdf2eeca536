"""What init and check say of columns that nothing uses."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from drift.setup.propose.outcome import told, validated
from tests.support.layouts import put, requests, write_csv
from tests.support.proposing import proposed, row


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unused")
    rows = requests(80)
    for one in rows:
        put(folder, f"images/{one.time:%d}/{one.id}.jpg", one.number)
    for number in range(30):
        put(folder, f"reference/{number}.jpg", number)
    kept = [row(one) | {"folder": f"{one.time:%d}", "trace": f"t{one.number}"} for one in rows]
    write_csv(folder / "log.csv", kept)
    return folder


def test_init_lists_the_columns_that_the_job_file_names_nowhere(folder):
    proposal = proposed(folder, requests(80)[-1].time.replace(tzinfo=UTC) + timedelta(hours=1))
    (line,) = [
        one for one in told(proposal, Path("x.toml")).splitlines() if one.startswith("not used")
    ]
    assert "trace" in line
    assert "id" not in line.split()
    assert "ts" not in line.split()


def test_check_lists_them_too(folder, tmp_path):
    proposal = proposed(folder, requests(80)[-1].time.replace(tzinfo=UTC) + timedelta(hours=1))
    job = tmp_path / "x.toml"
    job.write_text(validated(proposal))
    until = (requests(80)[-1].time + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = CliRunner().invoke(program, ["check", str(job), "--until", until]).output
    assert "not used: " in said
    assert "trace" in said
