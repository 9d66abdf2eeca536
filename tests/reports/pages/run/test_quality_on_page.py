"""What a run's page says of the model's quality: on the first screen, and in its section."""

import dataclasses
import re
from collections.abc import Callable

import pytest

from reports.findings.model_quality.quality import QualityBasis, QualityState
from reports.findings.model_quality.scores import Estimate, VersionScores, WrongImage
from reports.findings.run import RunFindings
from reports.pages.links import ImageLinks
from reports.pages.run.model_quality import QualityView, quality_view
from reports.pages.run.report import Links, report_html
from reports.pages.run.thumbnails import MOST_WRONG_BYTES, MOST_WRONG_PICTURES
from reports.words.numbers import sentence
from reports.words.of_quality.brief import quality_in_brief
from reports.words.of_quality.counts import PREDICTIONS
from tests.reports.pages.run.test_html_report import PICTURE, text_of
from tests.support import findings as examples
from tests.support import quality_findings
from tests.support.model_qualities import classifier_scores, fallen, right
from tests.support.pages import EXAMPLES as PAGES
from tests.support.pages import page_of, wrong_images_of
from tests.support.quality_findings import QUALITY_EXAMPLES, with_quality


def page(run: RunFindings) -> str:
    return report_html(run, dict.fromkeys(wrong_images_of(run), PICTURE)).decode()


def section(run: RunFindings) -> str:
    found = re.search(r'<section id="model".*?</section>', page(run), re.DOTALL)
    assert found is not None
    return found[0]


def first_screen(run: RunFindings) -> str:
    return page(run).partition("<header")[2].partition("</header>")[0]


def view(run: RunFindings) -> QualityView:
    found = quality_view(run, dict.fromkeys(wrong_images_of(run), PICTURE))
    assert found is not None
    return found


def with_wrong(*wrong: WrongImage) -> RunFindings:
    return with_quality(examples.steady(), dataclasses.replace(fallen(), wrong=wrong))


class TestWithoutLabels:
    @pytest.mark.parametrize("example", PAGES, ids=lambda example: example.__name__)
    def test_nothing_of_it_is_on_the_page(self, example: Callable[[], RunFindings]) -> None:
        run = dataclasses.replace(example(), model_quality=None)
        found = page_of(run).decode()

        assert 'id="model"' not in found
        assert "Model:" not in found
        assert ".score-plot" not in found, "its styles are in no page that has no use for them"
        assert quality_view(run) is None


class TestFirstScreen:
    @pytest.mark.parametrize(
        ("example", "said"),
        [
            (quality_findings.still_right, "Model still right"),
            (quality_findings.worse_without_drift, "Model got worse"),
            (quality_findings.few_labels, "Model: not known yet"),
        ],
    )
    def test_it_answers_both_questions(self, example: Callable[[], RunFindings], said: str) -> None:
        run = example()
        text = text_of(b"<body>" + first_screen(run).encode())

        assert "Steady" in text
        assert said in text
        assert run.model_quality is not None
        is_worse = run.model_quality.state is QualityState.DROPPED
        of_model = (
            sentence(run.model_quality.headline)
            if is_worse
            else quality_in_brief(run.model_quality)
        )
        assert of_model in text
        assert 'href="#model"' in first_screen(run)

    def test_a_worse_model_shows_its_worst_classes_and_wrong_images(self) -> None:
        top = first_screen(quality_findings.worse_without_drift())

        assert text_of(b"<body>" + top.encode()).count("fox , called dog") == 1, "said once"
        assert "31 % recognised, 91 % before" in top
        assert top.count("data:image/jpeg") == 4
        assert "all 12" in top

    def test_a_model_that_is_right_shows_none(self) -> None:
        top = first_screen(quality_findings.still_right())

        assert "data:image" not in top
        assert "recognised" not in top

    def test_the_classes_that_cost_most_answers_come_first(self) -> None:
        # The wombat's recall is 0, with four labels.
        assert [one.name for one in view(quality_findings.two_versions()).lost] == [
            "fox",
            "dog",
            "wombat",
        ]

    def test_beside_odd_images_it_takes_another_place(self) -> None:
        drifted = first_screen(quality_findings.worse_with_drift())

        assert 'class="worst beside"' in drifted
        assert 'class="worst look"' in first_screen(quality_findings.worse_without_drift())


class TestSection:
    @pytest.mark.parametrize("example", QUALITY_EXAMPLES, ids=lambda one: one.__name__)
    def test_it_says_its_state_and_how_many_labels_there_are(
        self, example: Callable[[], RunFindings]
    ) -> None:
        run = example()
        quality = run.model_quality
        assert quality is not None
        text = text_of(b"<body>" + section(run).encode())

        assert "Is the model still right?" in text
        assert f"{PREDICTIONS[quality.kind]}s since 13 Feb 2025 have a label" in text
        assert f"of this window, {quality.window.labelled:,} of 980" in text

    def test_nothing_empty_is_shown(self) -> None:
        found = section(quality_findings.few_labels())

        for part in ("Classes, the worst", "confusions", "All scores", "as sure as", "Versions"):
            assert part not in found
        assert "Wrong answers" not in found
        assert re.search(r"<(ul|tbody)[^>]*>\s*</", found) is None

    def test_a_worse_model_comes_first_unless_a_drift_is_told_before_it(self) -> None:
        places = {
            example.__name__: page(example()).index('<section id="model"')
            < page(example()).index('<section id="features"')
            for example in (
                quality_findings.worse_without_drift,
                quality_findings.worse_with_drift,
                quality_findings.still_right,
            )
        }
        drifted = page(quality_findings.worse_with_drift())

        assert places == {
            "worse_without_drift": True,
            "worse_with_drift": True,
            "still_right": False,
        }
        assert drifted.index('<section id="images"') < drifted.index('<section id="model"')

    def test_scores_stand_beside_those_before_and_the_references(self) -> None:
        text = text_of(b"<body>" + section(quality_findings.worse_without_drift()).encode())

        assert "Measure Now Before Reference" in text
        assert "Accuracy right answers of all 0.81 [0.78, 0.83] 0.93 ± 0.01 0.94 ± 0.01" in text
        assert "Log loss lower is better 0.71 ± 0.05 0.24 ± 0.05 0.24 ± 0.05" in text

    def test_the_reference_is_before_where_there_are_no_earlier_days(self) -> None:
        quality = dataclasses.replace(right(), basis=QualityBasis.REFERENCE, before=None)
        text = text_of(b"<body>" + section(with_quality(examples.steady(), quality)).encode())

        assert "Measure Now Before Accuracy" in text
        assert "Before: the reference, 1,000 labels" in text

    def test_a_measure_that_nobody_knows_has_no_row(self) -> None:
        quality = dataclasses.replace(right(), before=None, reference=None)
        assert quality.newest is not None
        bare = dataclasses.replace(
            quality.newest, scores=classifier_scores(0.9, 100, 200, bare=True)
        )
        table = view(
            with_quality(examples.steady(), dataclasses.replace(quality, newest=bare))
        ).scores

        assert table is not None
        assert [row.name for row in table.rows] == ["Accuracy"]

    def test_a_class_that_the_model_never_says_is_marked(self) -> None:
        assert "the model never says so" in section(quality_findings.worse_without_drift())

    def test_confusions_that_grew_are_marked(self) -> None:
        text = text_of(b"<body>" + section(quality_findings.worse_without_drift()).encode())

        assert "fox , called dog grew 62 % 6.0 % 37" in text
        assert "grew" not in text_of(b"<body>" + section(quality_findings.still_right()).encode())

    def test_two_versions_stand_side_by_side(self) -> None:
        text = text_of(b"<body>" + section(quality_findings.two_versions()).encode())

        assert "7 130 of 410 0.71 ± 0.04" in text
        assert "6 150 of 520 0.92 ± 0.03" in text
        assert "without a name 20 of 50" in text

    def test_one_version_is_no_comparison(self) -> None:
        versions = (VersionScores(version="7", scores=classifier_scores(0.9, 50, 50)),)
        run = with_quality(examples.steady(), dataclasses.replace(right(), versions=versions))

        assert "side by side" not in section(run)

    def test_a_withheld_estimate_says_why(self) -> None:
        text = section(quality_findings.worse_with_drift())

        assert "No accuracy is estimated without labels: The images differ" in text
        assert "an accuracy of <b>0.92 [0.89, 0.94]</b>" in section(quality_findings.estimated())

    def test_labels_that_were_left_out_are_counted_with_their_reasons(self) -> None:
        text = text_of(b"<body>" + section(quality_findings.still_right()).encode())

        assert "14 labels: no prediction has this id" in text
        assert "5 labels: two labels contradict each other" in text
        assert "labels/2025-03-09.csv, line 41 8c1f : no prediction has this id" in text

    def test_the_test_is_told_with_its_rate_and_what_it_sees(self) -> None:
        text = section(quality_findings.still_right())

        assert "in less than 1.0 % of cases and it is at least 0.02" in text
        assert "a drop of 0.07 is seen 4 times of 5" in text

    def test_a_thousand_classes_make_no_huge_page(self) -> None:
        run = quality_findings.thousand_classes()
        bare = dataclasses.replace(run, model_quality=None)

        assert "950 further classes are in report.json only" in section(run)
        assert len(page(run)) - len(page(bare)) < 64_000

    def test_a_page_grows_little(self) -> None:
        run = quality_findings.still_right()
        bare = dataclasses.replace(run, model_quality=None)

        assert len(page(run)) - len(page(bare)) < 30_000


class TestWrongAnswers:
    wrong = WrongImage(
        image="a b.jpg",
        id="7",
        timestamp="2025-03-11T09:00:00Z",
        true="fox",
        predicted="dog",
        confidence=0.991,
    )

    def test_each_has_its_picture_its_answer_and_its_confidence(self) -> None:
        text = text_of(b"<body>" + section(with_wrong(self.wrong)).encode())

        assert "fox , called dog 99 % sure a b.jpg id 7 , 11 Mar 2025, 09:00 UTC" in text

    def test_an_image_leads_to_itself(self) -> None:
        links = Links(images=ImageLinks(bucket_url="/srv/bucket", up="../../../../"))
        found = report_html(with_wrong(self.wrong), {"a b.jpg": PICTURE}, links=links)

        assert b'<a class="frame" href="../../../../a%20b.jpg">' in found

    def test_without_a_picture_it_is_listed_by_name(self) -> None:
        found = report_html(with_wrong(self.wrong), {}).decode()

        assert "data:image" not in found
        assert "a b.jpg" in found
        assert "names-only" in found

    def test_with_thumbnails_off_no_picture_is_shown(self) -> None:
        assert b"data:image" not in report_html(with_wrong(self.wrong), None)

    def test_in_a_job_without_images_it_is_known_by_its_id(self) -> None:
        text = text_of(b"<body>" + section(quality_findings.worse_rows()).encode())

        assert "99.8 % sure 3e8 11 Mar 2025, 09:00 UTC" in text

    def test_one_without_a_confidence_says_none(self) -> None:
        unsure = dataclasses.replace(self.wrong, confidence=None)

        assert "sure</p>" not in section(with_wrong(unsure))

    def test_a_full_page_stays_under_a_megabyte(self) -> None:
        run = quality_findings.thousand_classes()
        size = MOST_WRONG_BYTES // MOST_WRONG_PICTURES
        pictures = {name: bytes(size) for name in wrong_images_of(run)}
        grown = len(report_html(run, pictures)) - len(report_html(run, {}))

        # The first four are in the page twice.
        assert grown < MOST_WRONG_BYTES * 1.5 * 4 / 3 + 4_000


class TestPlots:
    def test_days_are_drawn_with_their_interval_and_what_was_before(self) -> None:
        plot = view(quality_findings.worse_without_drift()).day_plot

        assert "Accuracy by day, 13 Feb 2025 to 14 Mar 2025" in plot
        assert plot.count("<title>") == 1 + 30
        assert plot.count("<svg x=") == 7, "the days of the drop have a shape of their own"
        assert "lower since 8 Mar 2025" in plot
        assert 'class="band-before"' in plot
        assert 'class="band-now"' in plot

    def test_days_without_labels_are_left_out(self) -> None:
        plot = view(quality_findings.few_labels()).day_plot

        assert plot.count("<title>") == 1 + 3
        assert "band" not in plot

    def test_a_single_day_makes_no_plot(self) -> None:
        quality = dataclasses.replace(right(), days=right().days[:1])

        assert view(with_quality(examples.steady(), quality)).day_plot == ""

    def test_reliability_shows_how_many_answers_each_point_stands_for(self) -> None:
        plot = view(quality_findings.still_right()).reliability

        assert plot.count("<circle") == plot.count('<rect class="count"') == 7
        assert ">154</text>" in plot

    def test_large_counts_are_written_short(self) -> None:
        bins = [
            dataclasses.replace(one, count=123_456, accuracy=Estimate(value=0.9))
            for one in right().reliability
        ]
        quality = dataclasses.replace(right(), reliability=tuple(bins))

        assert ">123k</text>" in view(with_quality(examples.steady(), quality)).reliability
