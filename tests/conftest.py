"""What holds for every test: no telemetry, no real credentials, nothing beyond loopback."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Before any import of the libraries that read them; processes that tests start inherit them.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["NO_GCE_CHECK"] = "true"
os.environ["NO_PROXY"] = "127.0.0.1,localhost"
os.environ["CLOUDSDK_CONFIG"] = "/nonexistent"
# What processes say is read as people read it; the tests of JSON lines take this away again.
os.environ["DRIFT__LOG_FORMAT"] = "plain"
# There is a test process per core already: more threads only wait for each other, which doubles the
# processor time of what multiplies small matrices.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# Where it is set, every process that a test starts compiles the whole project anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Rewriting the assertions of all tests takes half of collecting them.
sys.dont_write_bytecode = False
for _name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "STORAGE_EMULATOR_HOST"):
    os.environ.pop(_name, None)
for _name in [_name for _name in os.environ if _name.startswith("AWS_")]:
    os.environ.pop(_name)
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent"

# How long an example takes says something of the machine, and nothing of the code.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

pytest_plugins = [
    "tests.support.gcs_server",
    "tests.support.s3_server",
    "tests.support.without_evidently",
]
# Whole runs, servers, browsers, processes, simulations: files that take two seconds and more.
# `make quick` leaves out these and the benchmarks. Begun first, the slowest in front, so that the
# test processes, which take a file at a time, end together.
SLOW_FILES = (
    "test_chaos.py",
    "test_bucket_machine.py",
    "test_run_command.py",
    "test_labelbox_system.py",
    "test_labelbox_docs.py",
    "test_labelbox_faults.py",
    "test_labelbox_folders.py",
    "test_log_lines.py",
    "test_read_by_the_job.py",
    "test_worker_processes.py",
    "test_asgi_middleware.py",
    "test_logger_distribution.py",
    "test_isolated_decoding.py",
    "test_index_in_browser.py",
    "test_page_accessibility.py",
    "test_gcs_faults.py",
    "test_s3_faults.py",
    "test_run_details.py",
    "test_overwritten_names.py",
    "test_init_layouts.py",
    "test_gcs_bucket.py",
    "test_s3_bucket.py",
    "test_evidently_workspace.py",
    "test_run_on_gcs.py",
    "test_run_on_s3.py",
    "test_feature_cache_compaction.py",
    "test_detection_peers.py",
    "test_comparison_scale.py",
    "test_fuzzing.py",
    "test_detection_runs.py",
    "test_clock_set_back.py",
    "test_constant_run.py",
    "test_comparison.py",
    "test_segments.py",
    "test_lost_rows_and_values.py",
    "test_prediction_columns.py",
    "test_reference_system.py",
    "test_feature_cache_processes.py",
    "test_process.py",
    "test_extraction.py",
    "test_file_causes.py",
    "test_units.py",
    "test_notebook.py",
    "test_demo_command.py",
    "test_scheduler.py",
    "test_accept_command.py",
    "test_open_and_history_commands.py",
    "test_notify_command.py",
    "test_prune_command.py",
    "test_standard_streams.py",
    "test_window_memory.py",
    "test_memory_of_labels.py",
    "test_labels_on_s3.py",
    "test_warm_run.py",
    "test_feature_cache.py",
    "test_decoding_modes.py",
    "test_examined_runs.py",
    "test_canonical_run.py",
    "test_notified_days.py",
    "test_run_page.py",
    "test_detail_features.py",
    "test_getting_started.py",
    "test_check_command.py",
    "test_score_methods.py",
    "test_constants.py",
    "test_invariance.py",
    "test_missing_by_image.py",
    "test_older_bucket.py",
    "test_renamed_job.py",
    "test_evidently_patches.py",
    "test_secrets_in_output.py",
    "test_memory_of_logs.py",
    "test_machine_errors.py",
    "test_any_log.py",
    "test_gaps.py",
    "test_folder_bucket.py",
    "test_deadlines.py",
    "test_only_loopback.py",
    "test_pages_in_browser.py",
    "test_index_publishing.py",
    "test_each_image_once.py",
    "test_init_copies.py",
    "test_overwritten_images.py",
    "test_decoding_faults.py",
    "test_profile_sources.py",
    "test_setup_on_gcs.py",
    "test_evidently_report.py",
    "test_time_remarks.py",
    "test_lock.py",
    "test_causes.py",
    "test_consecutive_windows.py",
    "test_log_properties.py",
    "test_metrics_otlp.py",
    "test_metrics_pushgateway.py",
    "test_metrics_followup.py",
    "test_gcs_downloads.py",
    "test_s3_downloads.py",
)
# Hundreds of permutation tests, whose lines other tests go through too.
FOLLOWED_BY_OTHERS = {"test_the_level_holds_where_nothing_moved"}
TESTS = Path(__file__).parent
if gone := set(SLOW_FILES) - {path.name for path in TESTS.rglob("test_*.py")}:
    raise pytest.UsageError(f"tests/conftest.py: SLOW_FILES names {sorted(gone)}. Expected files.")
# `make coverage` follows the processes that tests start too. Set here, and not for the test
# processes themselves, which pytest-cov follows.
if os.environ.pop("COVER_PROCESSES", ""):
    os.environ["COVERAGE_PROCESS_START"] = str(TESTS.parent / "pyproject.toml")
    os.environ["COVERAGE_FILE"] = str(TESTS.parent / ".coverage")


# The test processes inherit it.
FOLLOWS_PROCESSES = "COVERAGE_PROCESS_START" in os.environ


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return a process per core, and two more where slow tests wait for servers and browsers."""
    return (os.cpu_count() or 1) + (0 if config.option.markexpr == "not slow" else 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, move it to the front, and leave out of the coverage what runs for ever.

    What a property's hundreds of examples and the simulations of benchmarks go through, single
    tests go through too; following them line by line takes half as long again. `make coverage`
    follows the benchmarks.
    """
    place = {name: number for number, name in enumerate(SLOW_FILES)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))
    for item in items:
        starts_server = {"gcs_server", "s3_server"} & set(getattr(item, "fixturenames", ()))
        if starts_server or item.path.name in place or item.path.parent.name == "benchmarks":
            item.add_marker(pytest.mark.slow)
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        is_simulation = item.path.parent.name == "benchmarks" and not FOLLOWS_PROCESSES
        if is_property or is_simulation or item.name in FOLLOWED_BY_OTHERS:
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let skipped tests fail the whole where CI is set, which is to have all that they need."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.ensure_newline()
        reporter.write_line("CI is set: a skipped test is a failure.", red=True)


@pytest.fixture(autouse=True)
def _log_level() -> Iterator[None]:
    """Undo the log level that a command which runs inside the test process has set."""
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)
