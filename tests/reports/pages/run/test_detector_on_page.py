"""What a run's page says of a detector: AP50 beside the model's own scores, classes, images."""

import dataclasses
import re
from collections.abc import Callable

import pytest

from reports.findings.days import Episode
from reports.findings.images import BoxKind, PictureBoxes
from reports.findings.model_quality.quality import QualityBasis
from reports.findings.run import RunFindings, WindowSpan
from reports.pages.run.cards import group_cards
from reports.pages.run.detector.also_moved import also_moved
from reports.pages.run.detector.view import DetectorView
from reports.pages.run.model_quality import quality_view
from reports.pages.run.report import report_html
from tests.reports.pages.run.test_html_report import text_of
from tests.reports.pages.run.test_quality_on_page import first_screen, page, section
from tests.support import detector_findings as examples
from tests.support import normal_days, quality_findings
from tests.support.boxed_findings import drawn
from tests.support.detector_findings import DETECTOR_EXAMPLES, told_of, with_detection
from tests.support.detector_qualities import confidences, fallen_detector, right_detector
from tests.support.pages import page_of, photograph


def words_of(markup: str) -> str:
    return text_of(b"<body>" + markup.encode())


def view(run: RunFindings) -> DetectorView:
    found = quality_view(run)
    assert found is not None
    assert found.detector is not None
    return found.detector


class TestDetectorFirstScreen:
    def test_ap50_and_the_scores_given_stand_one_below_the_other(self) -> None:
        text = words_of(first_screen(examples.detector_worse_without_drift()))

        assert "Model got worse AP50 fell from 0.84 to 0.55" in text
        assert "AP50 how well boxes are found 0.84 before 0.55 now" in text
        assert "AP50 is 1 where every box is found and no wrong one is added" in text
        assert "Mean score how sure the model is 0.80 before 0.76 now" in text
        assert "The model is almost as sure of its boxes as before" in text

    def test_scores_that_fell_as_well_are_not_called_blind(self) -> None:
        quality = with_detection(fallen_detector(), newest_confidences=confidences(980, 0.6))
        surer = with_detection(fallen_detector(), newest_confidences=confidences(980, 0.85))

        run = examples.detector_worse_without_drift()
        assert view(told_of(run, quality)).unseen == ""
        assert "is as sure of its boxes as before" in view(told_of(run, surer)).unseen

    def test_a_drift_names_how_the_images_of_these_days_look(self) -> None:
        top = first_screen(examples.detector_worse_with_drift())

        assert re.search(
            r'The images of these days are also .*<a href="#feature-\d+">blurrier', top
        )
        assert "are also" not in first_screen(examples.detector_worse_without_drift())

    def test_images_after_the_labelled_days_are_called_those_of_the_window(self) -> None:
        run = examples.detector_worse_with_drift()
        later = WindowSpan(start="2025-03-15T00:00:00Z", end="2025-03-16T00:00:00Z")

        text = words_of(first_screen(dataclasses.replace(run, window=later)))
        assert "The images of this window are also" in text

    def test_images_that_have_been_unusual_for_long_are_those_of_the_labelled_days(self) -> None:
        run = dataclasses.replace(
            normal_days.drifted_from_days(), model_quality=fallen_detector(), boxes=None
        )
        later = WindowSpan(start="2025-03-16T00:00:00Z", end="2025-03-17T00:00:00Z")
        episode = Episode(since="2025-03-09T00:00:00Z", blocks=7, columns=("sharpness",))
        long = dataclasses.replace(run, window=later, episode=episode)
        short = dataclasses.replace(
            long, episode=dataclasses.replace(episode, since="2025-03-16T00:00:00Z")
        )

        assert "The images of these days are also" in words_of(first_screen(long))
        assert "They have been unusual since 9 Mar 2025." in words_of(first_screen(long))
        assert "The images of this window are also" in words_of(first_screen(short))

    def test_looks_beside_normal_days_are_said_to_be_unusual_once(self) -> None:
        run = examples.detector_worse_with_drift()
        assert run.model_quality is not None
        cards = [
            dataclasses.replace(
                card, movement=dataclasses.replace(card.movement, meaning=f"{look} than usual")
            )
            for card, look in zip(
                group_cards(run.features, {}, (), "feature").moved,
                ("blurrier", "darker", "blurrier"),
                strict=False,
            )
        ]
        found = also_moved(run, run.model_quality, cards)

        assert found is not None
        assert [words for words, _ in found.looks] == ["blurrier", "darker"]
        assert found.than == " than usual"

    def test_features_lead_to_their_cards(self) -> None:
        found = page(examples.detector_worse_with_drift())
        anchors = re.findall(r'also <a href="#(feature-\d+)"', found)

        assert anchors
        assert all(f'id="{anchor}"' in found for anchor in anchors)

    def test_the_classes_that_fell_and_the_worst_images_are_there(self) -> None:
        text = words_of(first_screen(examples.detector_worse_without_drift()))

        assert "dog AP50 0.36, 0.85 before" in text
        assert "none of 2 true boxes found; 1 predicted box matches none" in text
        assert "bus" not in text, "a class that did not fall"

    def test_a_detector_that_is_right_shows_none_of_it(self) -> None:
        top = first_screen(examples.detector_still_right())

        assert "AP50 0.83, 0.84 before" in top
        assert "Mean score" not in top
        assert "data:image" not in top

    def test_without_scores_of_before_there_is_no_pair(self) -> None:
        quality = dataclasses.replace(
            with_detection(fallen_detector(), before=None, before_confidences=None),
            basis=QualityBasis.REFERENCE,
            before=None,
        )

        assert view(told_of(examples.detector_still_right(), quality)).pair == ()


class TestDetectorSection:
    @pytest.mark.parametrize("example", DETECTOR_EXAMPLES, ids=lambda one: one.__name__)
    def test_ap50_is_explained_once(self, example: Callable[[], RunFindings]) -> None:
        assert page(example()).count("AP50, the average precision, says how good") == 1

    def test_all_scores_stand_beside_those_before(self) -> None:
        text = words_of(section(examples.detector_worse_without_drift()))

        assert "280 labelled images; Before: 15 Feb to 7 Mar 2025, 920 labelled images" in text
        for name in ("AP50", "AP", "AP75", "AR1", "AR10", "AR100", "Mean IoU"):
            assert re.search(rf"\b{name} [a-z0-9,.: ]+ 0\.\d\d ± 0\.\d\d 0\.\d\d", text), name

    def test_scores_that_the_model_gave_are_told_now_and_before(self) -> None:
        text = words_of(section(examples.detector_worse_without_drift()))

        assert "Score Now Before This window" in text
        assert "Lowest 0.05 0.05 0.05 Mean 0.76 0.80 0.75 Highest 0.99 0.99 0.99" in text
        assert "Boxes an image 4.0 4.0 4.0 Images 980 2,940 980" in text

    def test_each_day_has_its_scores(self) -> None:
        text = words_of(section(examples.detector_worse_without_drift()))

        assert "Day Lowest Mean Highest Boxes 14 Mar 2025 0.05 0.76 0.99 560" in text
        assert "Day AP AP75 AR100 14 Mar 2025 0.34 0.37 0.41" in text

    def test_classes_that_fell_come_first_with_their_boxes(self) -> None:
        rows = view(examples.detector_worse_without_drift()).classes

        assert [row.name for row in rows][:3] == ["person", "dog", "traffic light"]
        assert rows[1].boxes == "220 true boxes, 275 predicted"
        assert rows[-1].mark == "the model never says so"

    def test_cut_scores_are_said(self) -> None:
        text = words_of(section(examples.detector_cut_scores()))

        assert "Average precision is truncated then." in text
        assert "Highest 0.99 0.99 0.99 Left out below 0.50 0.50 0.50" in text
        assert "Left out below" not in section(examples.detector_still_right())

    def test_a_cut_on_one_side_only_is_seen(self) -> None:
        run = examples.detector_still_right()
        quality = with_detection(
            right_detector(), newest_confidences=confidences(980, 0.8, cut=0.3)
        )
        text = words_of(section(told_of(run, quality)))

        assert "Left out below 0.30 \N{EN DASH} \N{EN DASH}" in text

    def test_versions_stand_side_by_side(self) -> None:
        text = words_of(section(examples.detector_two_versions()))

        assert "Version Images AP50 AP AP75 AR1 AR10 AR100 Mean IoU" in text
        assert "7 130 of 410 0.50 ± 0.06" in text
        assert "without a name 10 of 50" in text

    def test_boxes_that_were_left_out_are_counted(self) -> None:
        text = words_of(section(examples.detector_still_right()))

        assert "4 boxes: outside its image" in text
        assert "21 boxes: cut at the edge of its image" in text

    def test_few_labels_show_the_scores_that_need_none(self) -> None:
        text = words_of(section(examples.detector_few_labels()))

        assert "12 of 4,200 images labelled so far; 50 labelled images are needed" in text
        assert "Scores that the model gave" in text
        assert "All scores" not in text

    def test_labelled_images_without_a_true_box_are_said(self) -> None:
        text = words_of(section(examples.detector_without_true_boxes()))

        assert "no true box is in the 280 labelled images of 8 to 14 Mar 2025" in text
        assert "AP50 by day" not in text

    @pytest.mark.parametrize("example", DETECTOR_EXAMPLES, ids=lambda one: one.__name__)
    def test_nothing_empty_is_there(self, example: Callable[[], RunFindings]) -> None:
        assert re.search(r"<(ul|tbody|dl)[^>]*>\s*</", section(example())) is None

    def test_nothing_of_a_classifier_is_there(self) -> None:
        text = section(examples.detector_worse_with_drift())

        for part in ("Recall", "Accuracy", "accuracy", "onfusions", "as sure as it should"):
            assert part not in text

    def test_styles_of_detectors_are_in_no_other_page(self) -> None:
        assert ".line-mean" in page(examples.detector_still_right())
        assert ".line-mean" not in page(quality_findings.worse_with_drift())


class TestDetectorPlots:
    def test_the_mean_score_runs_over_ap50_by_day(self) -> None:
        plot = view(examples.detector_worse_without_drift()).plots.ap50

        assert "AP50 by day, 13 Feb 2025 to 14 Mar 2025" in plot
        assert plot.count("<svg x=") == 7, "the days of the drop have a shape of their own"
        assert plot.count('class="line-mean"') == 1
        assert "40 labelled images of 140" in plot

    def test_days_without_labels_still_have_a_mean_score(self) -> None:
        found = right_detector().detection
        assert found is not None
        unlabelled = tuple(
            dataclasses.replace(one, scores=dataclasses.replace(one.scores, ap50=None))
            for one in found.days[-3:]
        )
        quality = right_detector()
        quality = dataclasses.replace(
            with_detection(quality, days=found.days[:-3] + unlabelled), days=quality.days[:-3]
        )
        plot = view(told_of(examples.detector_still_right(), quality)).plots.ap50
        line = re.search(r'class="line-mean" d="([^"]+)"', plot)

        assert line is not None
        assert len(re.findall("[ML]", line[1])) == 30
        assert plot.count("<title>") == 1 + 27

    def test_the_classes_that_fell_are_drawn_with_what_they_were(self) -> None:
        courses = view(examples.detector_worse_without_drift()).plots.classes

        assert [one.name for one in courses] == [
            "person",
            "dog",
            "traffic light",
            "car",
            "bicycle",
        ]
        assert all('class="level-before"' in one.plot for one in courses)
        assert courses[2].words == "AP50 0.25, 0.83 before"

    def test_of_a_detector_that_is_right_the_largest_classes_are_drawn_folded(self) -> None:
        found = section(examples.detector_still_right())

        assert "the classes that fell most" not in found
        assert "<summary>AP50 by day of the classes with the most true boxes" in found
        assert [row.name for row in view(examples.detector_still_right()).classes][:2] == [
            "person",
            "car",
        ]


class TestWorstImages:
    def test_each_says_what_was_found(self) -> None:
        shots = view(examples.detector_worse_without_drift()).worst

        assert [one.words for one in shots] == [
            "the true box is missed",
            "none of 2 true boxes found; 1 predicted box matches none",
            "none of 3 true boxes found; 2 predicted boxes match none",
            "1 of 4 true boxes found",
        ]

    def test_boxes_lie_over_the_pictures_and_where_the_strip_cuts_them(self) -> None:
        found = page_of(examples.detector_worse_without_drift()).decode()
        top = found.partition("</header>")[0]

        assert top.count('preserveAspectRatio="xMidYMid slice"') == 4
        assert found.partition("</header>")[2].count('<g class="true">') >= 4

    def test_boxes_have_the_shape_of_a_portrait_picture(self) -> None:
        run = examples.detector_worse_without_drift()
        assert run.model_quality is not None
        name = run.model_quality.shown[0].image
        true = drawn(0.0, 0.0, 1.0, 0.5, kind=BoxKind.TRUE)
        run = dataclasses.replace(
            run, boxes={name: PictureBoxes(predicted=0, true=1, drawn=(true,))}
        )
        upright = photograph(upright=True)
        found = report_html(run, {name: upright}).decode()
        size = re.search(
            r'viewBox="0 0 (\d+) (\d+)"[^>]* aria-hidden="true" focusable="false">\s*<g', found
        )

        assert size is not None
        width, height = int(size[1]), int(size[2])
        assert height > width
        assert f'd="M0 0H{width}V{height / 2:g}H0Z"' in found


class TestDetectorBytes:
    def test_eighty_classes_and_thirty_days_make_no_huge_page(self) -> None:
        run = examples.detector_eighty_classes()
        bare = dataclasses.replace(run, model_quality=None, boxes=None)

        assert "30 further classes are in report.json only" in section(run)
        assert len(report_html(run, {})) - len(report_html(bare, {})) < 140_000

    def test_an_ordinary_page_grows_little(self) -> None:
        run = examples.detector_still_right()
        bare = dataclasses.replace(run, model_quality=None)

        assert len(page(run)) - len(page(bare)) < 64_000
