"""Where pages stand in the site, how their links change, and what a browser would fetch."""

import re
from pathlib import Path

import pytest

from docs_site.foreign import asked_elsewhere
from docs_site.links import PAGES, linked_files, relinked

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "link", "there"),
    [
        ("index.md", "docs/verdict.md#states", "verdict.md#states"),
        ("index.md", "examples/fastapi", "examples/fastapi.md"),
        ("index.md", "LICENSE", "files/LICENSE"),
        ("start/aws.md", "../commands.md#exit-codes", "../commands.md#exit-codes"),
        ("start/aws.md", "../../examples/labelbox/README.md", "../examples/labelbox.md"),
        ("verdict.md", "../drift/days/model", "files/drift/days/model/index.md"),
        ("labelbox.md", "grafana", "grafana/index.md"),
        ("examples/torchserve.md", "run.py", "../files/examples/torchserve/run.py"),
        ("examples/torchserve.md", "../../docs/model-view.md", "../model-view.md"),
    ],
)
def test_a_link_leads_to_the_same_place_in_the_site(page, link, there):
    assert relinked(f"See [it]({link}).", page) == f"See [it]({there})."


@pytest.mark.parametrize("text", ["[a](https://host/x)", "[a](#part)", "```\n[a](LICENSE)\n```"])
def test_other_addresses_and_code_stay_as_they_are(text):
    assert relinked(text, "index.md") == text


def test_what_is_no_page_is_taken_into_the_site():
    text = "[a](docs/verdict.md) [b](LICENSE) [c](examples/torchserve) [d](docs/grafana)"
    assert linked_files(text, "index.md") == {"LICENSE", "docs/grafana"}


def test_every_page_of_docs_is_in_the_navigation():
    named = set(re.findall(r"^ +- .*?(\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    docs = ROOT / "docs"
    pages = {str(page.relative_to(docs)) for page in docs.rglob("*.md")}
    assert named == pages | set(PAGES.values())


@pytest.mark.parametrize(
    ("content", "asked"),
    [
        ('<script src="https://cdn.host/a.js"></script>', "https://cdn.host/a.js"),
        ('<link rel="stylesheet" href="//fonts.host/a">', "//fonts.host/a"),
        ('<link rel="preconnect" href="https://fonts.host">', "https://fonts.host"),
        ("<style>@import 'https://fonts.host/b';</style>", "https://fonts.host/b"),
        ('<p style="background: url(https://host/c.png)">', "https://host/c.png"),
        ('<img srcset="a.png 1x, https://host/d.png 2x">', "a.png 1x, https://host/d.png 2x"),
    ],
)
def test_what_a_browser_would_fetch_from_elsewhere_is_found(content, asked):
    assert asked_elsewhere(content) == (asked,)


@pytest.mark.parametrize(
    "content",
    [
        '<a href="https://host/">a link for people</a>',
        '<script src="assets/a.js"></script><img src="../images/b.png">',
        '<link rel="canonical" href="https://host/page.html">',
        "<code>url(https://host/c.png)</code>",
    ],
)
def test_what_a_browser_does_not_fetch_is_no_fault(content):
    assert asked_elsewhere(content) == ()


def test_what_ci_runs_builds_the_site():
    assert "make docs" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
