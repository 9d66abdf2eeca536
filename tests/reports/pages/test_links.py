import posixpath

import pytest

from reports.pages.links import ImageLinks, JobLinks, link_by_template

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


def image_links(url: str, template: str | None = None, **environment: str) -> ImageLinks:
    return ImageLinks.of_run(
        template, bucket_url=url, prefix="reports/dogs", environment=environment
    )


def test_images_in_a_folder_are_linked_from_the_page_of_a_run() -> None:
    links = image_links("/srv/photos")

    page = "/srv/photos/reports/dogs/runs/r1/report.html"
    assert posixpath.normpath(f"{posixpath.dirname(page)}/{links.to('images/a.jpg')}") == (
        "/srv/photos/images/a.jpg"
    )
    assert links.to("file:///elsewhere/a.jpg") is None


def test_images_in_a_cloud_are_linked_to_its_console() -> None:
    assert image_links("gs://photos/prod").to("a b/c#1.jpg") == (
        "https://console.cloud.google.com/storage/browser/_details/photos/prod/a%20b/c%231.jpg"
    )
    assert image_links("s3://photos").to("a/ü.jpg") == (
        "https://console.aws.amazon.com/s3/object/photos?prefix=a/%C3%BC.jpg"
    )
    assert image_links("/srv/photos").to("gs://other/x.jpg") == (
        "https://console.cloud.google.com/storage/browser/_details/other/x.jpg"
    )


def test_stores_of_ones_own_have_no_console() -> None:
    assert image_links("s3://photos", AWS_ENDPOINT_URL="http://minio:9000").to("a.jpg") is None
    assert image_links("gs://photos", STORAGE_EMULATOR_HOST="http://x:1").to("a.jpg") is None
    assert image_links("gs://photos", AWS_ENDPOINT_URL="http://minio:9000").to("a.jpg")


def test_a_template_makes_the_links_to_images_of_the_jobs_own_bucket() -> None:
    links = image_links("gs://photos/prod", "https://view.example/?f={path}&s=1")

    assert links.to("a b.jpg") == "https://view.example/?f=a%20b.jpg&s=1"
    assert links.to("gs://other/x.jpg").startswith("https://console.cloud.google.com/")


@pytest.mark.parametrize("url", ["/srv/photos", "gs://photos", "s3://photos"])
@pytest.mark.parametrize(
    "name",
    ['a"onclick="x.jpg', "javascript:alert(1)", "<b>.jpg", "data:text/html,x", "\ud800", "{path}"],
)
def test_no_name_of_an_image_can_make_another_link(url: str, name: str) -> None:
    for template in (None, "https://view.example/{path}"):
        link = image_links(url, template).to(name)
        assert link.startswith(("https://", "../"))
        assert not set(link) & set("\"<> {}'")


def test_a_uri_of_another_scheme_is_no_link() -> None:
    assert image_links("/srv/photos").to("javascript://x/%0aalert(1)") is None
    assert image_links("gs://photos").to("http://x/a.jpg") is None


def test_a_packed_image_is_linked_by_a_template_only() -> None:
    for url in ("/srv/photos", "gs://photos"):
        assert image_links(url).to("shards/1.tar#a.jpg") is None
    template = "https://viewer/?image={path}"
    assert image_links("gs://photos", template).to("shards/1.tar#a.jpg") == (
        "https://viewer/?image=shards/1.tar%23a.jpg"
    )
