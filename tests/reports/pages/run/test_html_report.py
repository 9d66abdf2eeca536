import base64
import dataclasses
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from reports.findings.answers import State, Verdict
from reports.findings.run import RunFindings
from reports.pages.run.navigation.turns import Turn, with_turn
from reports.pages.run.report import Links, report_html
from tests.support import findings as examples
from tests.support.findings import HOSTILE_LABELS
from tests.support.quality_findings import QUALITY_EXAMPLES

EXAMPLES = (
    examples.drifted,
    examples.steady,
    examples.inconclusive,
    examples.empty_window,
    examples.hostile,
    *QUALITY_EXAMPLES,
)
PICTURE = b"\xff\xd8 a picture"


class Page(HTMLParser):
    """The tags of a page with their attributes, and whether they nest."""

    VOID = ("meta", "link", "img", "br", "rect", "path", "line", "circle", "wbr")

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


def text_of(page: bytes) -> str:
    body = page.decode("utf-8").partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def pictures(findings: RunFindings) -> dict[str, bytes]:
    return {offender.image: PICTURE for offender in findings.offenders}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
class TestEveryPage:
    def page(self, example: Callable[[], RunFindings]) -> bytes:
        return report_html(example(), pictures(example()), examples.past_rows(example()))

    def test_its_elements_nest(self, example: Callable[[], RunFindings]) -> None:
        assert Page(self.page(example)).open == []

    def test_it_runs_nothing_and_loads_nothing(self, example: Callable[[], RunFindings]) -> None:
        page = Page(self.page(example))

        assert not [tag for tag, _ in page.tags if tag in ("script", "iframe", "object", "form")]
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
        assert all(source.startswith("data:") for source in page.values("src"))
        assert not page.values("style")

    def test_its_policy_allows_its_own_style_only(self, example: Callable[[], RunFindings]) -> None:
        page = self.page(example)
        style = page.decode("utf-8").partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = Page(page).values("content")[0]

        assert "default-src 'none'" in policy
        assert f"style-src 'sha256-{digest}';" in policy
        assert "unsafe" not in policy

    def test_its_fragments_lead_somewhere(self, example: Callable[[], RunFindings]) -> None:
        page = Page(self.page(example))
        anchors = page.values("id")

        assert len(anchors) == len(set(anchors))
        assert {url[1:] for url in page.values("href") if url.startswith("#")} <= set(anchors)

    def test_every_table_header_says_what_it_heads(
        self, example: Callable[[], RunFindings]
    ) -> None:
        headers = [attrs for tag, attrs in Page(self.page(example)).tags if tag == "th"]

        assert all(attrs.get("scope") in ("col", "row") for attrs in headers)

    def test_every_column_is_on_it(self, example: Callable[[], RunFindings]) -> None:
        run = example()
        labels = text_of(self.page(example)).lower()

        assert "id=" not in labels
        for column in (*run.features, *run.predictions):
            if column.state is not State.MISSING and column.name not in HOSTILE_LABELS:
                assert column.name in labels

    def test_it_is_the_same_for_the_same_run(self, example: Callable[[], RunFindings]) -> None:
        assert self.page(example) == self.page(example)


def test_the_answer_comes_first() -> None:
    text = text_of(report_html(examples.drifted(), {}))

    order = [
        "Drift Images are darker and blurrier",
        "Look at these first",
        "What changed Brightness : darker on average",
        "What to do Check model_version 7 first",
        "5,190 compared of 5,210 logged",
        "8 Mar, 00:00 to 15 Mar 2025, 00:00 UTC (7 days)",
        "The figures behind this",
        "about 1 run in 100 would still say drift",
        "Images that stand out",
        "Image features",
        "Predictions",
        "Data health",
        "About this run",
        "timestamps without a zone were read as UTC",
    ]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)


def test_an_inconclusive_page_says_what_is_missing_at_the_top() -> None:
    text = text_of(report_html(examples.inconclusive(), {}))

    assert text.index("What is missing") < text.index("Image features")
    assert "about 88 are needed" in text


def test_columns_are_sorted_by_how_far_they_moved() -> None:
    text = text_of(report_html(examples.drifted(), {}))
    features = text[text.index("5 features moved") :]

    titles = ["Brightness", "Red", "Sharpness", "Median brightness", "Contrast"]
    places = [features.index(title) for title in titles]
    assert places == sorted(places)
    assert features.index("6 features stayed") > places[-1]


def test_shares_and_deviations_are_sorted_on_one_scale() -> None:
    run = examples.drifted()
    # A tenth of the images far out weighs as much as half a deviation: less than 1.12.
    parts = {"effect": 0.1, "direction": "lower_tail", "state": State.DRIFT}
    columns = [
        dataclasses.replace(one, **parts) if one.name == "median" else one for one in run.features
    ]
    text = text_of(report_html(dataclasses.replace(run, features=tuple(columns)), {}))

    features = text[text.index("5 features moved") :]
    places = [features.index(title) for title in ("Sharpness", "Median brightness", "Contrast")]
    assert places == sorted(places)
    assert "11 % of images" in " ".join(features.split())


def test_what_the_features_say_together_stands_beside_them() -> None:
    drifted = text_of(report_html(examples.drifted(), {}))
    steady = text_of(report_html(examples.steady(), {}))

    assert "Brightness, sharpness and noise no longer go together as they did." in drifted
    assert "The features go together as they did (p&nbsp;0.62)." in steady
    assert "go together" not in text_of(report_html(examples.inconclusive(), {}))


def test_the_fine_print_says_what_the_test_rested_on() -> None:
    text = text_of(report_html(examples.drifted(), {}))

    assert "5,190 images are 5,100 independent pictures" in text[text.index("About this run") :]


def test_columns_that_stayed_are_folded_away() -> None:
    page = report_html(examples.steady(), {}).decode()
    fold = page[page.index("All 11 compared features stayed") :]

    assert fold.index("<details>") < fold.index("<article")
    assert "<article" not in page[: page.index("All 11 compared features stayed")]


def test_a_missing_column_says_how_to_supply_it() -> None:
    text = text_of(report_html(examples.drifted(), {}))

    assert "1 feature not compared" in text
    assert "Compression blocks The reference has no such column." in text


def test_new_and_vanished_classes_are_marked() -> None:
    text = text_of(report_html(examples.drifted(), {}))

    assert re.search(r"wolf new 0\.0 % 2\.3 % \+2\.3", text)
    assert re.search(r"pug gone 5\.0 % 0\.0 % \N{MINUS SIGN}5\.0", text)


def test_data_health_gives_reasons_and_examples() -> None:
    text = text_of(report_html(examples.drifted(), {}))

    for words in (
        "Not found 14 0.3 %",
        "empty file 3",
        "IMG_0042.PNG empty file",
        "3 rows of 5,213 could not be used",
        "predictions_log.csv, line 8113 id is empty",
        "edge_density 412",
        "Rows that name an image again 7",
    ):
        assert words in text


def test_a_healthy_day_is_told_in_few_words() -> None:
    text = text_of(report_html(examples.steady(), {}))

    assert "All 980 rows of the window could be used." in text
    assert "The log's own numbers agree with the images (2 features checked)." in text
    assert "Why images were left out" not in text


def test_pictures_stand_in_the_page_and_their_absence_is_said() -> None:
    run = examples.drifted()
    first = run.offenders[0].image

    page = report_html(run, {first: PICTURE}).decode()

    # Once in the strip of the first screen, once in the sheet.
    assert page.count(base64.b64encode(PICTURE).decode()) == 2
    assert page.count("no picture") == len(run.offenders) - 1


def test_with_thumbnails_off_nothing_of_an_image_is_in_the_page() -> None:
    run = examples.drifted()

    page = report_html(run, None, typical={"a.jpg": PICTURE})

    assert b"reports.thumbnails = false" in page
    assert b"<img" not in page
    assert b"All 12 are blurrier and darker." in page
    assert b"60.5 to 156" in page


def test_typical_images_of_the_reference_stand_beside() -> None:
    run = examples.drifted()

    assert b"Typical of the reference" in report_html(run, pictures(run), typical={"a": PICTURE})
    assert b"Typical of the reference" not in report_html(run, pictures(run))


def test_only_earlier_runs_are_in_the_course() -> None:
    run = examples.drifted()
    rows = examples.past_rows(run, 5)
    later = dataclasses.replace(rows[0], window_end="2025-04-01T00:00:00Z", run_id="later")

    page = report_html(run, {}, [later, *rows])
    assert b'href="../../runs/later/report.html"' in page
    assert with_turn(page, Turn.NEXT, None) == report_html(run, {}, rows)
    assert b"last 6 runs" in report_html(run, {}, rows)
    assert b"last 2 runs" not in report_html(run, {})


def test_links_that_lead_nowhere_are_left_out() -> None:
    page = report_html(
        examples.steady(), {}, links=Links(evidently=None, index=None, report_json=None)
    )

    assert b"evidently.html" not in page
    assert b"index.html" not in page
    assert b"report.json</a>" not in page


def test_many_classes_are_folded_and_then_counted() -> None:
    run = examples.drifted()
    shares = run.predictions[0]
    assert shares.categories is not None
    many = tuple(
        dataclasses.replace(shares.categories[0], name=f"class {number:03}")
        for number in range(230)
    )
    run = dataclasses.replace(run, predictions=(dataclasses.replace(shares, categories=many),))

    text = text_of(report_html(run, {}))

    assert "188 more classes" in text
    assert "30 further classes are in report.json only" in text


def test_the_verdict_is_told_by_word_and_shape_beside_the_colour() -> None:
    shapes = set()
    for run in (examples.drifted(), examples.steady(), examples.inconclusive()):
        page = report_html(run, {}).decode()
        badge = page[page.index(f'class="badge is-{run.verdict}"') :].partition("</span>")[0]
        assert run.verdict.value in badge.lower()
        shapes.add(badge.partition("<svg")[2].partition("</svg>")[0])

    assert len(shapes) == len(Verdict)
