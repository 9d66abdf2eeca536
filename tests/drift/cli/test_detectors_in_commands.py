"""A detector that is worse, as exit codes, the last log line and messages of other jobs see it."""

import logging

import pytest

from drift.cli.commands.run import exit_code_of
from drift.program_log.closing import tell_end
from jobs.errors import ExitCode
from reports.findings.model_quality.quality import QualityState
from tests.support import findings as examples
from tests.support.detected_runs import detected_run
from tests.support.detector_findings import detector_worse_without_drift


@pytest.mark.parametrize(
    ("example", "state", "code"),
    [
        (examples.steady, QualityState.DROPPED, ExitCode.WORSE),
        (examples.steady, QualityState.HOLDS, ExitCode.FINISHED),
        (examples.steady, QualityState.UNKNOWN, ExitCode.FINISHED),
        (examples.drifted, QualityState.DROPPED, ExitCode.DRIFT),
        (examples.inconclusive, QualityState.DROPPED, ExitCode.INCONCLUSIVE),
    ],
)
def test_a_steady_run_with_a_fallen_ap50_ends_with_8(example, state, code):
    assert exit_code_of(detected_run(example(), state)) is code


def test_the_last_line_of_the_log_says_ap50(caplog):
    findings = detector_worse_without_drift()
    with caplog.at_level(logging.INFO):
        tell_end(findings, seconds=1.0, report_url=None)
    told = caplog.records[-1].drift_run
    assert told["model_state"] == "dropped"
    assert told["model_headline"].startswith("AP50 fell from 0.84 to 0.55")
