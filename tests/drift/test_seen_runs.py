"""Whole runs with a model: what it sees, what is remembered, and what happens without it."""

import json
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.pipeline import run_job
from drift.run_model.run_model import RunModel
from drift.run_request import RunOptions
from drift.workplace import Workplace, open_workplace
from reference_stats.model_view.process.model_process import ModelProcess
from reference_stats.model_view.view_scores import NOVELTY
from reports.findings.answers import State, Verdict
from reports.findings.run import RunFindings
from reports.json_report.report import report_json
from tests.support.seen_world import (
    MODEL,
    REFERENCE,
    REQUESTS,
    START,
    make_seen_world,
    plain,
    seen_job,
    tiny_onnx,
)

QUIET, NEW = (START.replace(tzinfo=UTC) + timedelta(days=day) for day in (1, 2))
CLOCKS = ("generated_at", "timings")
REPORTS = "data_drift_reports"


class Opened:
    """Counts the models that are opened, and the images that they look at."""

    def __init__(self) -> None:
        self.models: list[CountingModel] = []

    def __call__(self, file, choice) -> ModelProcess:
        self.models.append(CountingModel(file, choice))
        return self.models[-1]

    @property
    def images(self) -> int:
        return sum(model.images for model in self.models)


class CountingModel(ModelProcess):
    """A model's process that counts, and that ends itself before the n-th batch."""

    dies_at = -1

    def __init__(self, file, choice) -> None:
        super().__init__(file, choice)
        self.images = self.batches = 0

    def look(self, pictures):
        if len(pictures):
            self.batches += 1
            if self.batches == self.dies_at:
                os.kill(self.process_id(), signal.SIGKILL)
        self.images += len(pictures)
        return super().look(pictures)

    def process_id(self) -> int:
        assert self._connection is not None
        return self._connection._process.pid


def run(place: Workplace, until: datetime = NEW, *, dry: bool = False) -> RunFindings:
    return run_job(place, RunOptions(until=until, dry_run=dry))


def place_of(folder: Path, opened: Opened | None = None, **tables: object) -> Workplace:
    """Return the workplace of a job; its model is counted where that is asked for."""
    place = open_workplace(seen_job(folder, **tables))
    if opened is not None and place.model is not None:
        place.model._opener = opened
    return place


def said(findings: RunFindings) -> dict[str, object]:
    report = json.loads(report_json(findings))
    return {key: value for key, value in report.items() if key not in CLOCKS}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """A bucket that no test changes: its runs are made once."""
    return make_seen_world(tmp_path_factory.mktemp("seen") / "bucket")


@pytest.fixture(scope="module")
def first(world: Path) -> tuple[RunFindings, Opened]:
    opened = Opened()
    return run(place_of(world, opened)), opened


@pytest.fixture
def own_world(tmp_path: Path) -> Path:
    return make_seen_world(tmp_path / "bucket")


def test_a_new_kind_of_image_is_seen_and_shown(first):
    found, _ = first
    novelty = next(one for one in found.view if one.name == NOVELTY.name)
    seen = found.model_view

    assert (found.verdict, novelty.state) == (Verdict.DRIFT, State.DRIFT)
    assert seen is not None
    assert seen.problem == ""
    assert (seen.images, seen.bank, seen.held_out, seen.unknown) == (REQUESTS, 80, 80, 0)
    assert seen.novel_images > 20 > seen.novel_expected
    shown = [image for group in seen.novel for image in group.images]
    assert shown
    assert all("cross" in image for image in shown)
    assert all(
        image.startswith("reference/") for one in seen.novel for image in one.reference_images
    )


def test_each_image_is_looked_at_once(first):
    _, opened = first

    assert len(opened.models) == 1
    assert opened.images == REFERENCE + REQUESTS


def test_a_second_run_opens_no_model_and_says_the_same(world, first):
    again = Opened()

    repeated = run(place_of(world, again))

    assert again.models == []
    assert said(repeated) == said(first[0])


@pytest.mark.slow
def test_what_is_said_does_not_depend_on_the_cache(world, first, tmp_path):
    fresh = make_seen_world(tmp_path / "bucket")

    dry = run(place_of(fresh), dry=True)

    assert said(dry)["view"] == said(first[0])["view"]
    assert said(dry)["model_view"] == said(first[0])["model_view"]


def test_a_day_like_the_reference_is_quiet(world, first):
    found = run(place_of(world), QUIET)

    assert found.verdict is Verdict.STEADY
    assert {one.state for one in found.view} == {State.STEADY}
    assert found.model_view is not None
    assert found.model_view.novel == ()


def test_beside_images_that_the_model_may_know_by_heart_its_view_is_shown_only(world):
    found = run(place_of(world, model={"trained_on_reference": None}), NEW)

    assert {one.state for one in found.view} == {State.INCONCLUSIVE}
    assert [one.code for one in found.remarks].count("model_knows_reference") == 1
    seen = found.model_view
    assert seen is not None
    assert (seen.images, seen.novel_images, seen.novel) == (REQUESTS, None, ())


def test_the_page_says_what_the_model_saw(world, first):
    page = (world / REPORTS / "shapes/runs" / first[0].run_id / "report.html").read_text()

    assert MODEL in page
    assert "show things that the reference does not" in page


@pytest.mark.slow
def test_a_replaced_model_is_opened_and_looks_at_everything(own_world):
    before = run(place_of(own_world))
    (own_world / MODEL).write_bytes(tiny_onnx(edges=10))
    opened = Opened()

    after = run(place_of(own_world, opened))

    assert opened.images == REFERENCE + REQUESTS
    assert before.model_view is not None
    assert after.model_view is not None
    assert after.model_view.view_id != before.model_view.view_id
    assert after.run_id == before.run_id
    views = sorted((own_world / REPORTS / "shapes/profiles").glob("*/views/*.parquet"))
    assert len(views) == 2


def test_a_model_that_is_gone_stops_no_run(own_world, caplog):
    (own_world / MODEL).unlink()

    found = run(place_of(own_world))

    assert found.view == ()
    assert found.model_view is not None
    assert "there is no such file" in found.model_view.problem
    (remark,) = [one for one in found.remarks if one.code == "model_view_missing"]
    assert "Upload it, or correct model.path" in remark.text
    assert remark.text in found.warnings
    assert "the model takes no part in this run" in caplog.text
    assert {one.state for one in found.features} & {State.STEADY, State.DRIFT}


def test_a_quiet_day_that_the_model_could_not_look_at_is_not_called_steady(own_world):
    (own_world / MODEL).unlink()

    found = run(place_of(own_world), QUIET)

    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "The model could not look at the images"


def world_with_plain(folder: Path, plains: int) -> list[Path]:
    """Write a bucket whose model makes no number of so many images of the quiet day."""
    make_seen_world(folder, model=tiny_onnx(by_contrast=True))
    images = sorted((folder / "images").glob(f"{START:%Y%m%d}*"))[::4][:plains]
    for place, image in enumerate(images):
        image.write_bytes(plain(60 + 5 * place))
    return images


@pytest.mark.slow
def test_images_that_the_model_makes_no_number_of_cost_their_own_view_alone(tmp_path):
    folder = tmp_path / "bucket"
    images = world_with_plain(folder, 3)
    first = sorted((folder / "reference").iterdir())[0]
    first.write_bytes(plain(222))

    found = run(place_of(folder), QUIET)

    seen = found.model_view
    assert seen is not None
    assert (seen.problem, seen.images, seen.failed) == ("", REQUESTS - 3, 3)
    assert (seen.unknown, seen.failed_in_reference) == (1, 1)
    assert found.view
    (remark,) = [one for one in found.remarks if one.code == "images_the_model_fails_on"]
    assert "3 images of the window and 1 image of the reference" in remark.text
    assert images[0].name in remark.text
    # They are looked at again, and by what is remembered of the others the model is not given up.
    opened = Opened()
    again = run(place_of(folder, opened), QUIET)
    assert opened.images == 3
    assert said(again) == said(found)


def test_a_model_that_makes_no_number_of_many_images_is_given_up(tmp_path):
    folder = tmp_path / "bucket"
    world_with_plain(folder, 10)

    found = run(place_of(folder), QUIET)

    seen = found.model_view
    assert seen is not None
    assert "no finite numbers of more than one in ten images" in seen.problem
    assert found.view == ()


def test_a_damaged_model_stops_no_run(own_world):
    (own_world / MODEL).write_bytes(b"\x08\x07 no model")

    found = run(place_of(own_world))

    assert found.model_view is not None
    assert found.model_view.problem.startswith(f"{MODEL}: ")
    assert found.features


def test_a_run_without_a_model_says_the_same_of_the_pixels(world, first):
    job = seen_job(world).model_copy(update={"model": None})

    without = run(open_workplace(job), dry=True)

    assert without.view == ()
    assert without.model_view is None
    names = [one.name for one in without.features]
    assert names == [one.name for one in first[0].features]
    assert [one.current for one in without.features] == [one.current for one in first[0].features]


@pytest.mark.slow
def test_a_model_that_crashes_at_the_reference_costs_its_view_alone(own_world):
    # The profile is there before the job has a model, so that the window is looked at first.
    job = seen_job(own_world)
    run(open_workplace(job.model_copy(update={"model": None})), QUIET)
    opened = Opened()
    place = place_of(own_world, opened)

    def opener(file, choice) -> ModelProcess:
        model = opened(file, choice)
        model.dies_at = 2
        return model

    assert isinstance(place.model, RunModel)
    place.model._opener = opener

    found = run(place)

    assert found.view == ()
    assert found.model_view is not None
    assert found.model_view.problem.startswith(f"{MODEL}: ")
    assert found.features
    recovered = run(place_of(own_world))
    assert recovered.model_view is not None
    assert recovered.model_view.problem == ""
    assert recovered.view


@pytest.mark.slow
def test_reference_images_that_are_gone_or_changed_have_no_view(own_world):
    job = seen_job(own_world)
    run(open_workplace(job.model_copy(update={"model": None})), QUIET)
    names = sorted((own_world / "reference").iterdir())
    names[0].unlink()
    names[1].write_bytes(names[2].read_bytes())

    found = run(place_of(own_world))

    assert found.model_view is not None
    assert found.model_view.unknown == 2
    assert found.model_view.bank + found.model_view.held_out == REFERENCE - 2
    assert "reference_images_unseen" in {one.code for one in found.remarks}


@pytest.mark.slow
def test_a_pinned_reference_of_numbers_alone_is_said_to_have_no_view(own_world):
    job = seen_job(own_world)
    table = own_world / "features.csv"
    rows = ["mean,std_dev", *(f"{100 + place % 7},{20 + place % 5}" for place in range(200))]
    table.write_text("\n".join(rows))
    of_numbers = {"reference": {"features": "features.csv"}, "model": None}
    run(open_workplace(seen_job(own_world).model_validate({**of(job), **of_numbers})), QUIET)

    found = run(place_of(own_world))

    assert found.view == ()
    assert found.model_view is not None
    assert "the pinned reference knows no images" in found.model_view.problem
    assert found.model_view.images == REQUESTS


def of(job) -> dict[str, object]:
    return job.model_dump(exclude_unset=True)


def test_explanations_of_a_model_without_gradients_are_said_to_be_none(world, first):
    found = run(place_of(world, reports={"explanations": 2}), dry=True)

    assert found.model_view is not None
    assert found.model_view.explained == ()
    assert "no gradients" in found.model_view.unexplained_because
    assert replace(found.model_view, unexplained_because="") == first[0].model_view
