"""The job file: what is accepted, and what the person who wrote it is told otherwise."""

from datetime import timedelta
from pathlib import Path

import pytest

from jobs.errors import ExitCode, JobFileError
from jobs.job_file.reading import load_job

GOOD = """
name = "dogs"
[bucket]
url = "gs://doge_bucket45"
[predictions]
path = "predictions_log.csv"
columns = { prediction = "breed" }
[images]
path = "images/{id}_{filename}"
[window]
last = "7d"
[reference]
features = "labels_metrics_sampled.csv"
"""


@pytest.fixture
def job_file(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "job.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def faults_of(path: Path, environment: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(JobFileError) as caught:
        load_job(path, environment or {})
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value.faults


def test_a_short_job_file_gets_the_documented_defaults(job_file):
    job = load_job(job_file(GOOD), {})
    assert job.window.last == timedelta(days=7)
    assert job.window.align == timedelta(hours=1)
    assert job.window.min_images == 10
    assert job.detection.false_alarm_rate == 0.01
    assert job.detection.minimum_effect == 0.1
    assert job.detection.effect_to_see == 0.5
    assert job.reports.path == "data_drift_reports"
    assert job.images.immutable


def test_a_job_knows_the_name_of_its_file_and_one_without_a_file_none(job_file):
    job = load_job(job_file(GOOD), {})

    assert job.file_name == "job.toml"
    assert type(job).model_validate(job.model_dump()).file_name == ""


def test_every_fault_is_reported_at_once_with_key_value_expectation_and_suggestion(job_file):
    text = GOOD.replace('"7d"', '"7 dayz"').replace("[images]", "[imagess]")
    text += "[detection]\nfalse_alarm_rate = 3\nminimum_efect = 1\n"
    faults = faults_of(job_file(text))
    assert faults == (
        'window.last is "7 dayz". Expected a number followed by m, h, d or w, such as "7d".',
        "detection.false_alarm_rate is 3. Expected less than 1.",
        "detection.minimum_efect is not a known key. Did you mean detection.minimum_effect?",
        "imagess is not a known key. Did you mean images?",
    )


def test_a_key_in_the_wrong_table_is_pointed_to_its_own(job_file):
    faults = faults_of(job_file(GOOD + "[detection]\nmin_images = 3\n"))
    assert faults == ("detection.min_images is not a known key. Did you mean window.min_images?",)


@pytest.mark.parametrize("window", ['last = "7d"\nrows = 3', ""])
def test_a_window_is_either_a_length_or_a_number_of_rows(job_file, window):
    (fault,) = faults_of(job_file(GOOD.replace('last = "7d"', window)))
    assert fault.startswith('window: expected either last = "7d" or rows = 500')


def test_a_reference_has_exactly_one_source(job_file):
    (fault,) = faults_of(job_file(GOOD + 'images = "reference/"\n'))
    assert "exactly one of images, features, tensors and window" in fault
    assert "found: images and features" in fault


@pytest.mark.parametrize(
    "path", ["/reports", "../reports", "a/../b", "", "a//b", "a\\nb", "x\\u001b", "a\\u0000b"]
)
def test_reports_cannot_leave_the_bucket(job_file, path):
    (fault,) = faults_of(job_file(f'{GOOD}[reports]\npath = "{path}"\n'))
    assert fault.startswith("reports.path is")


def test_the_environment_overrides_the_file(job_file):
    environment = {
        "DRIFT__WINDOW__LAST": "1d",
        "DRIFT__BUCKET__URL": "gs://other",
        "DRIFT__DETECTION__FALSE_ALARM_RATE": "0.05",
        "DRIFT__IMAGES__ALLOWED_PREFIXES": '["gs://uploads/"]',
        "DRIFTING": "no business of ours",
    }
    job = load_job(job_file(GOOD), environment)
    assert job.window.last == timedelta(days=1)
    assert job.bucket.url == "gs://other"
    assert job.detection.false_alarm_rate == 0.05
    assert job.images.allowed_prefixes == ("gs://uploads/",)


def test_a_text_key_takes_a_variable_that_looks_like_a_number(job_file):
    assert load_job(job_file(GOOD), {"DRIFT__NAME": "2024"}).name == "2024"


def test_a_wrong_variable_is_named_as_the_variable_that_it_is(job_file):
    environment = {"DRIFT__WINDOW__MIN_IMAGES": "few", "DRIFT__WINDW__LAST": "1d"}
    assert faults_of(job_file(GOOD), environment) == (
        'the environment variable DRIFT__WINDOW__MIN_IMAGES (window.min_images) is "few". '
        "Expected a whole number.",
        "the environment variable DRIFT__WINDW__LAST (windw) is not a known key. "
        "Did you mean window?",
    )


def test_a_variable_that_runs_through_a_value_is_a_fault(job_file):
    (fault,) = faults_of(job_file(GOOD), {"DRIFT__NAME__FIRST": "x"})
    assert "DRIFT__NAME__FIRST" in fault


def test_a_relative_folder_is_taken_from_the_job_files_own_folder(job_file, monkeypatch, tmp_path):
    monkeypatch.chdir("/")
    path = job_file(GOOD.replace("gs://doge_bucket45", "data/bucket"))
    assert load_job(path, {}).bucket.url == str(tmp_path / "data" / "bucket")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"name = ", "the file is not TOML"),
        (b"\xff\xfe\x00", "the file is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_toml_is_one_clear_line(tmp_path, content, expected):
    path = tmp_path / "job.toml"
    path.write_bytes(content)
    (fault,) = faults_of(path)
    assert fault.startswith(expected)


def test_a_missing_file_is_named(tmp_path):
    (fault,) = faults_of(tmp_path / "none.toml")
    assert "there is no such file" in fault


@pytest.mark.parametrize("name", ["features", "views"])
def test_a_folder_that_all_jobs_share_is_no_name(tmp_path, name):
    path = tmp_path / "job.toml"
    path.write_text(GOOD.replace('name = "dogs"', f'name = "{name}"'))
    (fault,) = faults_of(path)
    assert f'name is "{name}"' in fault
    assert "another name" in fault


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = tmp_path / "job.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load_job(path, {}).name == "dogs"


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("window.last", "last = 7"),
        ("window.last", "last = true"),
        ("window.last", 'last = "999999w"'),
        ("window.align", 'last = "7d"\nalign = 0'),
    ],
)
def test_a_length_of_time_is_a_text_with_a_unit(job_file, key, line):
    (fault,) = faults_of(job_file(GOOD.replace('last = "7d"', line)))
    assert fault.startswith(f"{key} is ")
    assert '"7d"' in fault


@pytest.mark.parametrize("value", ["5", "true", "[1]", "{ a = 1 }", "2025-01-01"])
@pytest.mark.parametrize(
    "table_and_key",
    [("", "name"), ("[reports]", "path"), ("[schedule]", "cron"), ("[schedule]", "timezone")],
)
def test_a_value_of_another_kind_is_a_fault_and_never_a_traceback(job_file, table_and_key, value):
    table, key = table_and_key
    text = GOOD if table else GOOD.replace('name = "dogs"', f"name = {value}")
    faults = faults_of(job_file(f"{text}{table}\n{key} = {value}\n" if table else text))
    assert any(key in fault for fault in faults)


@pytest.mark.parametrize("path", ["images/{id_{filename}", "images/{}", "images/id}"])
def test_a_template_with_a_stray_brace_is_a_fault(job_file, path):
    (fault,) = faults_of(job_file(GOOD.replace("images/{id}_{filename}", path)))
    assert fault.startswith("images.path is")


def test_an_empty_reference_prefix_is_a_fault(job_file):
    text = GOOD.replace('features = "labels_metrics_sampled.csv"', 'images = ""')
    (fault,) = faults_of(job_file(text))
    assert fault == 'reference.images is "". Expected a text that is not empty.'


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("evidently", "{folder}/evidently"),
        ("../shared/evidently", "{parent}/shared/evidently"),
        ("/data/evidently", "/data/evidently"),
        ("gs://doge_bucket45/evidently", "gs://doge_bucket45/evidently"),
    ],
)
def test_a_relative_evidently_workspace_is_beside_the_job_file(job_file, written, meant):
    path = job_file(f'{GOOD}[evidently]\nworkspace = "{written}"\n')
    folder = path.parent.resolve()
    expected = meant.format(folder=folder, parent=folder.parent)
    assert load_job(path, {}).evidently.workspace == expected


def test_an_empty_evidently_workspace_is_refused(job_file):
    faults = faults_of(job_file(GOOD + '[evidently]\nworkspace = ""\n'))
    assert faults == ('evidently.workspace is "". Expected a text that is not empty.',)


@pytest.mark.parametrize("content", ["x = " + "9" * 5000, "x = " + "[" * 5000])
def test_a_number_or_a_nesting_without_end_is_one_clear_line(job_file, content):
    (fault,) = faults_of(job_file(content))
    assert fault.startswith("the file is not TOML")


@pytest.mark.parametrize("name", ["BUCKET__URL", "EVIDENTLY__WORKSPACE", "METRICS__TEXTFILE"])
def test_a_nul_character_in_a_path_is_a_fault(job_file, name):
    (fault,) = faults_of(job_file(GOOD), {f"DRIFT__{name}": "a\0b"})
    assert "holds a NUL character" in fault


def test_nothing_that_is_shown_of_a_job_file_moves_the_terminal_or_fills_it(job_file):
    faults = faults_of(
        job_file(f'"\\u001b[31m<x>" = 1\n{GOOD}'), {"DRIFT__WINDOW__ROWS": "9" * 5000}
    )
    shown = "\n".join(faults)
    assert "\x1b" not in shown
    assert "\\x1b[31m<x>" in shown
    assert len(shown) < 2000


def test_a_list_in_a_variable_that_nests_without_end_is_a_fault(job_file):
    (fault,) = faults_of(job_file(GOOD), {"DRIFT__IMAGES__ALLOWED_PREFIXES": "[" * 100_000})
    assert "allowed_prefixes" in fault


def test_a_false_alarm_rate_that_would_take_for_ever_is_a_fault(job_file):
    (fault,) = faults_of(job_file(GOOD), {"DRIFT__DETECTION__FALSE_ALARM_RATE": "1e-9"})
    assert "(detection.false_alarm_rate) is" in fault


def test_the_servers_own_measurements_are_optional(job_file):
    assert load_job(job_file(GOOD), {}).serving is None
    job = load_job(job_file(GOOD), {"DRIFT__SERVING__PATH": "metrics/*"})
    assert job.serving is not None
    assert (job.serving.path, job.serving.model, job.serving.timezone) == ("metrics/*", None, "UTC")
    assert faults_of(job_file(GOOD + "[serving]\n")) == (
        "serving.path is missing. Add it; docs/job-file.md says what it means.",
    )
