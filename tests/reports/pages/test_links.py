import pytest

from reports.pages.links import JobLinks, link_by_template

RELATIVE = JobLinks(job="dogs", prefix="reports/dogs")
BY_PATH = JobLinks(job="dogs", prefix="my reports/dogs", template="https://x.example/b/{path}")
BY_RUN = JobLinks(job="dogs", prefix="reports/dogs", template="https://x.example/{job}/{run_id}")


def test_without_a_template_links_are_relative() -> None:
    assert RELATIVE.to_run("r1") == "runs/r1/report.html"
    assert RELATIVE.to_table("2025-03.html", "d2025-03-04") == "index/2025-03.html#d2025-03-04"
    below = RELATIVE.from_below()
    assert below.to_run("r1") == "../runs/r1/report.html"
    assert below.to_index() == "../index.html"


def test_a_template_with_the_path_makes_every_link() -> None:
    for links in (BY_PATH, BY_PATH.from_below()):
        assert links.to_run("r1") == "https://x.example/b/my%20reports/dogs/runs/r1/report.html"
        assert links.to_index() == "https://x.example/b/my%20reports/dogs/index.html"
        assert links.to_table("t.html", "d1").endswith("/dogs/index/t.html#d1")


def test_a_template_with_the_run_only_makes_the_links_to_runs() -> None:
    assert BY_RUN.to_run("r1") == "https://x.example/dogs/r1"
    assert BY_RUN.to_index() == "index.html"


@pytest.mark.parametrize("run_id", ["a b", 'a"b', "a/../b", "\ud800", "<script>", "{path}"])
def test_a_run_id_cannot_leave_its_place_in_a_link(run_id: str) -> None:
    for links in (RELATIVE, BY_PATH, BY_RUN):
        link = links.to_run(run_id)
        assert not set(link) & set("\"<> {}'")
        assert "/../" not in link.replace("../runs", "")
    assert link_by_template("https://x.example/{run_id}", job="", path="", run_id="a/b") == (
        "https://x.example/a%2Fb"
    )
