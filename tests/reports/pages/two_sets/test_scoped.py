"""A display touches nothing else on the page that it is put into."""

import re

import pytest

from reports.pages.two_sets.page import compared_display, compared_page
from reports.pages.two_sets.scoped import scoped_anchors, scoped_style
from reports.pages.two_sets.view import ComparedSets
from reports.words.of_sets.findings import told_of_sets
from tests.support.findings import drifted, hostile

STYLE = """
:root { --ink: black; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: white; } }
/* body { of a comment } */
body { margin: 0; }
h1, .card:is(.a, .b) > p { color: var(--ink); }
@media (min-width: 700px) { .card { padding: 1px; } a, b { margin: 0; } }
"""


def selectors(style: str) -> list[str]:
    """Return every selector of a style sheet, those within media queries too."""
    plain = re.sub(r"@media[^{]*\{", "", style)
    heads = re.findall(r"([^{}]+)\{", plain)
    return [one.strip() for head in heads for one in re.split(r",(?![^(]*\))", head)]


def test_every_rule_is_about_what_is_in_the_element():
    style = scoped_style(STYLE, "#here")

    assert all(re.search(r"#here\b", one) for one in selectors(style))
    assert "#here .card:is(.a, .b) > p {" in style
    assert "@media (min-width: 700px) {\n#here .card {" in style
    assert "comment" not in style


@pytest.mark.parametrize(
    ("page", "ink"),
    [
        ('[data-jp-theme-light="true"]', "black"),
        ('[data-jp-theme-light="false"]', "white"),
        (".vscode-light", "black"),
        (".vscode-dark", "white"),
    ],
)
def test_the_colours_are_those_of_the_notebook(page, ink):
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", scoped_style(STYLE, "#here"))
    found = [body for head, body in rules if f"{page} #here" in head]

    assert len(found) == 1
    assert f"--ink: {ink};" in found[0]
    scheme = "light" if ink == "black" else "dark"
    assert found[0].rstrip().endswith(f"color-scheme: {scheme};")


def test_anchors_and_links_to_them_are_renamed_together_and_no_others():
    html = '<a href="#x-1">a</a><p id="x-1" class="x-1">id="x-1"</p><a href="https://a#b">c</a>'

    assert scoped_anchors(html, "n") == (
        '<a href="#n-x-1">a</a><p id="n-x-1" class="x-1">id="x-1"</p><a href="https://a#b">c</a>'
    )


@pytest.fixture(scope="module")
def sets():
    return ComparedSets(
        findings=told_of_sets(drifted()), reference="a folder", current="another", reference_size=40
    )


def test_a_display_runs_nothing_loads_nothing_and_links_within_itself(sets):
    html = compared_display(sets)
    name = re.match(r'<div id="(drift-\w+)"', html)[1]

    assert "<script" not in html
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    anchors = re.findall(r'\sid="([^"]+)"', html)[1:]
    links = re.findall(r'href="#([^"]+)"', html)
    assert links
    assert set(links) <= set(anchors)
    assert len(set(anchors)) == len(anchors)
    assert all(one.startswith(f"{name}-") for one in anchors)


def test_a_display_brings_its_own_ground_to_pages_that_have_another(sets):
    # A reader with dark colours sees light text, and an exported notebook is white.
    style = re.search(r"<style>(.*?)</style>", compared_display(sets), re.DOTALL)[1]
    grounds = re.findall(r"#drift-\w+ \{[^{}]*background: ([^;]+);", style)

    assert grounds[-1] == "var(--page)"


def test_the_page_and_the_display_say_the_same(sets):
    page, html = compared_page(sets).decode(), compared_display(sets)
    title = re.compile(r"<h1>(.*?)</h1>")

    assert title.search(page)[1] == title.search(html)[1]
    assert page.count("<article") == html.count("<article")
    for text in (page, html):
        words = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
        assert not re.search(r"\bwindow\b", words)


def test_names_from_data_stay_text():
    html = compared_display(
        ComparedSets(findings=hostile(), reference="<script>", current="<b>", reference_size=1)
    )

    assert "<script" not in html
    assert "&lt;script&gt;" in html
