"""The demo never writes over what is not its own."""

import pytest
from click.testing import CliRunner

from drift.cli.commands.demo import command


@pytest.mark.parametrize("name", ["job.toml", "predictions_log.csv", "notes.txt"])
def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path, name):
    (tmp_path / name).write_text("precious")
    result = CliRunner().invoke(command, [str(tmp_path)])
    assert result.exit_code == 2
    assert "holds files that are not the demo's" in result.output
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "precious"
