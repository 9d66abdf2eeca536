"""What notebooks read equals the reports, and nothing is written; docs/notebook.ipynb runs."""

import re
import warnings
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import drift.notebook
from drift.notebook import JobReports, open_job
from jobs.errors import InputError, JobFileError, ObjectMissingError, UsageError
from reference_stats.decoding.decode import decode_image
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.compaction import MOST_SMALL_PARTS
from reference_stats.features.registry import (
    FEATURES,
    compute_features,
    feature_names,
    feature_set,
)
from reports.findings.answers import Verdict
from tests.support.docstring_examples import assert_holds, examples_of
from tests.support.published import DAYS, publish_two_days
from tests.support.remembered import add_parts

UTC_TIMES = pd.DatetimeTZDtype("us", "UTC")
ROOT = Path(__file__).parents[3]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
MOST_BYTES = 500_000
# Where programs and people keep their files; nothing of that belongs into a document.
MACHINE = re.compile(r"/(?:home|root|tmp|work|Users|var|opt|usr)/|[A-Za-z]:\\\\")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    _job, found = publish_two_days(folder)
    return folder, found


@pytest.fixture(scope="module")
def job(world):
    return open_job(world[0] / "job.toml")


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_job_is_shown_in_one_short_line(job, world):
    place = f"{world[0]}/bucket/data_drift_reports/dogs"
    shown = repr(job)
    assert shown.startswith("<JobReports of 'dogs' in ")
    assert job.bucket.url_of(job.prefix) in shown
    assert len(shown) < 60 + len(place)
    assert repr(open_job(job.bucket.url_of(job.prefix))) == shown


EXAMPLES = examples_of(drift.notebook)


@pytest.mark.parametrize("test", EXAMPLES, ids=lambda test: test.name.rpartition(".")[2])
def test_the_examples_in_docstrings_hold(test, world, monkeypatch):
    monkeypatch.chdir(world[0])

    assert_holds(test, {"job": open_job("job.toml")})


def test_everything_that_notebooks_are_offered_has_an_example():
    shown = {test.name.rpartition(".")[2] for test in EXAMPLES}
    methods = {name for name in dir(JobReports) if callable(getattr(JobReports, name))}

    assert {name for name in methods if not name.startswith("_")} | {"open_job"} <= shown


class TestHistory:
    def test_there_is_a_row_per_run_in_the_order_of_the_windows(self, job, world):
        _folder, found = world
        history = job.history()
        assert list(history["run_id"]) == [one.run_id for one in found]
        assert list(history["window_end"]) == list(DAYS)
        assert list(history["verdict"]) == [str(one.verdict) for one in found]
        assert history["verdict"].iloc[-1] == Verdict.DRIFT
        assert list(history["images"]) == [60, 58]
        assert history["window_start"].dtype == history["window_end"].dtype == UTC_TIMES
        assert not history["accepted"].any()

    def test_the_effects_of_all_columns_are_those_of_the_reports(self, job, world):
        _folder, found = world
        effects = job.effects().set_index(["run_id", "column"])
        for run in found:
            for column in (*run.features, *run.predictions):
                row = effects.loc[(run.run_id, column.name)]
                assert row["state"] == column.state
                assert np.isclose(row["effect"], column.effect or np.nan, equal_nan=True)
        assert len(effects) == sum(len(one.features) + len(one.predictions) for one in found)

    def test_a_job_that_has_not_run_yet_has_a_table_without_rows(self, world, tmp_path):
        (tmp_path / "job.toml").write_bytes((world[0] / "job.toml").read_bytes())
        job = open_job(tmp_path / "job.toml")
        history, effects = job.history(), job.effects()
        assert len(history) == len(effects) == 0
        assert history["window_end"].dtype == effects["window_end"].dtype == UTC_TIMES
        assert history["images"].dtype == np.int64


class TestRuns:
    def test_without_a_run_id_it_is_the_newest_run(self, job, world):
        _folder, found = world
        assert job.report()["run_id"] == found[-1].run_id
        assert job.report(found[0].run_id)["run_id"] == found[0].run_id

    def test_the_columns_are_those_of_the_report(self, job, world):
        _folder, found = world
        columns = job.columns().set_index("column")
        assert set(columns["about"]) == {"images", "predictions"}
        for column in (*found[-1].features, *found[-1].predictions):
            row = columns.loc[column.name]
            assert (row["unit"], row["state"]) == (column.unit, column.state)
            if column.current is not None and column.current.mean is not None:
                assert row["current_mean"] == column.current.mean
                assert row["reference_count"] == column.reference.count
        assert columns.loc["mean", "direction"] == "down"

    def test_the_shares_of_the_classes_add_up_to_one_on_both_sides(self, job):
        classes = job.classes()
        assert set(classes["column"]) == {"prediction"}
        assert np.isclose(classes["reference_share"].sum(), 1)
        assert np.isclose(classes["current_share"].sum(), 1)
        assert classes["current"].sum() == 60

    def test_offenders_come_in_the_order_of_the_report_the_most_unusual_one_first(self, job, world):
        _folder, found = world
        offenders = job.offenders()
        assert list(offenders["image"]) == [one.image for one in found[-1].offenders]
        assert offenders["score"].iloc[0] == offenders["score"].max()
        assert offenders["timestamp"].dtype == UTC_TIMES

    def test_an_unknown_run_is_an_error_that_names_the_last_ones(self, job, world):
        _folder, found = world
        with pytest.raises(UsageError, match=r"there is no run 'monday'") as error:
            job.report("monday")
        assert found[-1].run_id in error.value.message


class TestFeatures:
    def test_each_logged_row_has_the_features_of_its_image_or_a_problem(self, job, world):
        folder, _found = world
        table = job.features()
        assert len(table) == 60
        assert list(table["problem"].value_counts()[[""]]) == [58]
        assert (
            set(table["problem"]) == {"", "not in the feature cache", "not an image"}
            or len(set(table["problem"])) == 3
        )
        row = table[table["problem"] == ""].iloc[7]
        image = decode_image((folder / row["image"]).read_bytes(), max_pixels=10**8)
        for name, value in dict(compute_features(image, FEATURES)).items():
            assert row[name] == value, name
        assert table["timestamp"].dtype == UTC_TIMES
        assert table["timestamp"].between(*DAYS, inclusive="left").all()

    def test_the_logs_own_columns_are_beside_them(self, job):
        table = job.features()
        assert set(table["camera"]) == {"door", "roof"}
        assert set(table["prediction"]) == {"beagle", "boxer", "collie"}
        assert table.columns.is_unique
        assert list(table.columns[-len(FEATURES) :]) == list(feature_names(FEATURES))

    def test_the_window_of_an_earlier_run_can_be_named(self, job, world):
        _folder, found = world
        table = job.features(found[0].run_id)
        assert (table["timestamp"] < DAYS[0]).all()
        assert (table["problem"] == "").all()

    def test_images_that_nobody_analysed_are_only_computed_when_asked_for(self, world, tmp_path):
        folder, _found = world
        job = open_job(_copied(folder, tmp_path))
        for part in (tmp_path / "data_drift_reports").glob("features/*/*.parquet"):
            part.unlink()
        before = snapshot(tmp_path)
        assert set(job.features()["problem"]) == {"not in the feature cache"}
        computed = job.features(compute=True)
        assert (computed["problem"] == "").sum() == 58
        assert "not in the bucket" in set(computed["problem"])
        assert snapshot(tmp_path) == before

    def test_the_columns_at_a_canonical_size_are_there_where_the_job_has_them(
        self, world, monkeypatch
    ):
        monkeypatch.setenv("DRIFT__IMAGES__CANONICAL_SIZE", "64")
        job = open_job(world[0] / "job.toml")
        assert set(job.features()["problem"]) == {"not in the feature cache"}
        computed = job.features(compute=True)
        names = feature_names(feature_set(64))
        assert list(computed.columns[-len(names) :]) == list(names)
        assert (computed["problem"] == "").sum() == 58
        assert computed[list(names)].notna().all(axis=1).sum() > 50

    def test_many_small_parts_of_the_cache_stay_as_they_are(self, world, tmp_path):
        folder, _found = world
        job = open_job(_copied(folder, tmp_path))
        for part in (tmp_path / "data_drift_reports").glob("features/*/*.parquet"):
            part.unlink()
        cache = FeatureCache(bucket=job.bucket, prefix="data_drift_reports")
        add_parts(cache, MOST_SMALL_PARTS + 1)
        before = snapshot(tmp_path)
        assert (job.features(compute=True)["problem"] == "").sum() == 58
        assert snapshot(tmp_path) == before

    def test_the_reference_is_the_profile_that_the_run_was_compared_with(self, job):
        reference = job.reference()
        assert len(reference) == 90
        assert reference.columns[0] == "image"
        assert reference["image"].str.startswith("reference/").all()
        expected = job.columns().set_index("column").loc["sharpness", "reference_mean"]
        assert np.isclose(reference["sharpness"].mean(), expected, rtol=1e-2)


class TestPictures:
    def test_an_image_is_as_it_is_stored_and_a_small_one_is_at_most_160_pixels(self, job):
        path = job.offenders()["image"].iloc[0]
        whole, small = job.image(path), job.image(path, small=True)
        assert isinstance(whole, Image.Image)
        assert whole.size == (112, 96)
        assert max(small.size) <= 160

    def test_what_is_no_image_or_not_there_is_an_error_that_names_it(self, job):
        with pytest.raises(InputError, match=r"predictions_log\.csv is no image"):
            job.image("predictions_log.csv")
        with pytest.raises(InputError, match=r"predictions_log\.csv is no image"):
            job.image("predictions_log.csv", small=True)
        with pytest.raises(ObjectMissingError, match=r"images/none\.jpg"):
            job.image("images/none.jpg")

    def test_nothing_outside_of_the_allowed_prefixes_is_read(self, job):
        with pytest.raises(UsageError, match=r"gs://elsewhere/a\.jpg"):
            job.image("gs://elsewhere/a.jpg")


class TestOpening:
    def test_reading_everything_writes_nothing(self, world):
        folder, _found = world
        before = snapshot(folder)
        job = open_job(folder / "job.toml")
        for read in (job.history, job.effects, job.columns, job.classes, job.offenders):
            read()
        job.features(compute=True)
        job.reference()
        assert snapshot(folder) == before

    def test_a_folder_of_reports_is_enough_for_all_that_needs_no_job_file(self, world, job):
        folder, _found = world
        alone = open_job(str(folder / "data_drift_reports" / "dogs"))
        pd.testing.assert_frame_equal(alone.history(), job.history())
        pd.testing.assert_frame_equal(alone.reference(), job.reference())
        with pytest.raises(UsageError, match=r"open_job\(\"dogs\.toml\"\)"):
            alone.features()

    def test_a_bucket_is_read_by_its_url_and_by_the_job(self, world, job, gcs_server, monkeypatch):
        folder, _found = world
        name = gcs_server.make_bucket()
        for path in folder.rglob("*"):
            if path.is_file():
                gcs_server.put(name, path.relative_to(folder).as_posix(), path.read_bytes())
        alone = open_job(f"gs://{name}/data_drift_reports/dogs")
        pd.testing.assert_frame_equal(alone.history(), job.history())
        monkeypatch.setenv("DRIFT__BUCKET__URL", f"gs://{name}")
        remote = open_job(folder / "job.toml")
        pd.testing.assert_frame_equal(remote.features(), job.features())
        path = job.offenders()["image"].iloc[0]
        assert remote.image(path).tobytes() == job.image(path).tobytes()

    @pytest.mark.parametrize("below", ["", "data_drift_reports", "images", "nowhere/at/all"])
    def test_a_folder_without_reports_is_an_error_that_says_what_was_expected(self, world, below):
        with pytest.raises(InputError, match=r"no job has published anything there"):
            open_job(str(world[0] / below))

    def test_a_missing_job_file_is_named(self, tmp_path):
        with pytest.raises(JobFileError, match=r"none\.toml: there is no such file"):
            open_job(tmp_path / "none.toml")


@pytest.fixture(scope="module")
def executed(world):
    folder, _found = world
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as environment:
        # Jupyter's own: event loops, sockets and messages in the clear, on this machine only.
        warnings.simplefilter("ignore")
        from nbclient import NotebookClient  # noqa: PLC0415 - it warns when imported

        environment.setenv("DRIFT_JOB", str(folder / "job.toml"))
        environment.setenv("PYTHONPATH", str(ROOT))
        environment.delenv("MPLBACKEND", raising=False)
        below = {"metadata": {"path": str(folder)}}
        # It raises where a cell does.
        NotebookClient(notebook, timeout=120, resources=below).execute()
    return notebook


class TestDocument:
    def test_every_cell_runs_and_the_plots_are_drawn(self, executed):
        outputs = [output for cell in code_cells(executed) for output in cell.outputs]
        kinds = [set(output.get("data", {})) for output in outputs]
        assert sum("image/png" in kind for kind in kinds) == 4
        assert sum("text/html" in kind for kind in kinds) >= 4
        assert not [output for output in outputs if output.output_type == "stream"], "it warns"

    def test_the_committed_one_was_run_from_top_to_bottom(self):
        cells = code_cells(nbformat.read(NOTEBOOK, as_version=4))
        assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
        assert all(cell.outputs for cell in cells[1:])
        assert not [one for cell in cells for one in cell.outputs if one.output_type == "error"]

    def test_the_committed_one_is_small_and_names_no_machine(self):
        assert NOTEBOOK.stat().st_size < MOST_BYTES
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        nbformat.validate(notebook)
        for output in [output for cell in code_cells(notebook) for output in cell.outputs]:
            texts = [text for kind, text in output.data.items() if kind != "image/png"]
            assert not [text for text in texts if MACHINE.search(text)]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _copied(folder: Path, target: Path) -> Path:
    for path in folder.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return target / "job.toml"
