from dataclasses import replace

from reports.pages.run.report import Links

GIVEN = {"job": "dogs", "prefix": "reports/dogs", "run_id": "20250315T000000Z-1a2b"}
FOLDER = "reports/dogs/runs/20250315T000000Z-1a2b"


def test_links_are_relative_where_the_job_has_no_template() -> None:
    assert _of_this_run(None) == Links()


def test_a_template_that_names_objects_makes_every_link() -> None:
    links = _of_this_run("https://store.example/bucket/{path}?as={job}")

    assert links == Links(
        report_json=f"https://store.example/bucket/{FOLDER}/report.json?as=dogs",
        evidently=f"https://store.example/bucket/{FOLDER}/evidently.html?as=dogs",
        index="https://store.example/bucket/reports/dogs/index.html?as=dogs",
    )


def test_a_template_of_runs_only_leaves_the_links_relative() -> None:
    """It would lead report.json, Evidently's page and this page to one place."""
    assert _of_this_run("https://drift.example/{run_id}") == Links()


def _of_this_run(template: str | None) -> Links:
    """Return the links of a run's own objects, without those to other runs."""
    return replace(Links.of_run(template, **GIVEN), runs=None)
