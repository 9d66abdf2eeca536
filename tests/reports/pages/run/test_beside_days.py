"""What a run's page says of normal days."""

import dataclasses
import re

from reference_stats.features.registry import features_named
from reports.findings.run import WindowSpan
from reports.pages.run.beside_days import days_view
from reports.pages.run.cards import group_cards
from reports.pages.run.report import report_html
from reports.words.numbers import SIGMA
from tests.support import findings as examples
from tests.support import normal_days

FEATURES = {one.name: one for one in features_named(["mean"])}


def page(run, history=()):
    text = report_html(run, None, history).decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.partition("</style>")[2]))


def test_the_page_says_what_the_window_was_compared_with():
    assert "Compared with 28 normal days (8 Feb to 7 Mar 2025)" in page(normal_days.quiet_day())
    assert "Compared with the reference 1,204 images" in page(examples.steady())


def test_a_level_that_differs_stands_near_the_top_with_its_numbers_and_what_to_do():
    run = normal_days.drifted_from_days()
    text = page(run)
    said = "Even on normal days images are not like the reference: darker, more beagle."
    assert text.index("What changed") < text.index(said) < text.index("What to do")
    assert f"Brightness 0.91 {SIGMA} darker 0.72 to 1.10 0.14 {SIGMA}" in text
    assert "breed: beagle 21 points more 15 to 27 4 points" in text
    assert "over 28 normal days, since 8 Feb 2025" in text
    assert f"drift accept JOB.toml {run.run_id}" in text
    assert "drift profile build JOB.toml" in text


def test_a_level_that_is_alike_or_accepted_is_one_quiet_line():
    quiet = normal_days.quiet_day()
    assert "not like the reference" not in page(quiet)
    assert f"Production is like the reference: 0.08 {SIGMA} at most." in page(quiet)
    accepted = dataclasses.replace(normal_days.LEVEL, accepted_run="r-1")
    text = page(dataclasses.replace(quiet, level=accepted))
    assert "not like the reference" not in text
    assert "(accepted with the run r-1)" in text
    assert "Production is like" not in page(dataclasses.replace(quiet, level=None))


def test_an_interval_that_reaches_over_the_reference_has_its_sign():
    level = dataclasses.replace(normal_days.ALIKE, state=normal_days.LEVEL.state)
    view = days_view(dataclasses.replace(normal_days.quiet_day(), level=level), FEATURES)
    assert view.level.rows[0].interval == "\N{MINUS SIGN}0.03 to 0.13"
    assert view.level.rows[0].difference.endswith("brighter")


def test_a_level_of_one_window_has_no_range():
    level = dataclasses.replace(normal_days.LEVEL, blocks=0, since="")
    text = page(dataclasses.replace(normal_days.learning(), level=level))
    assert "a standing difference, in this window, and no alarm" in text
    assert "more days will tell" in text
    assert "0.72" not in text


def test_a_level_of_one_window_is_not_said_again_beside_its_drift():
    level = dataclasses.replace(normal_days.LEVEL, blocks=0, since="")
    drifted = dataclasses.replace(examples.drifted(), level=level)
    later = dataclasses.replace(examples.drifted(), level=normal_days.LEVEL)
    steady = dataclasses.replace(examples.steady(), level=level)
    heading = "Production is not like the reference"
    assert heading not in page(drifted)
    assert "are not like the reference" not in page(drifted)
    assert heading in page(later)
    assert heading in page(steady)


def test_an_episode_is_said_since_when_unless_it_begins_now_or_the_headline_says_it():
    run = dataclasses.replace(normal_days.drifted_from_days(), onset=None)
    assert "It began on 13 Mar 2025: this is day 2." in page(run)
    assert "It began" not in page(normal_days.drifted_from_days())
    first = dataclasses.replace(normal_days.EPISODE, blocks=1)
    assert "It began" not in page(dataclasses.replace(run, episode=first))
    assert "It began" not in page(normal_days.quiet_day())


def test_a_steady_run_tells_of_no_episode_that_is_not_over():
    kept_out = {"part of an episode": 3}
    baseline = dataclasses.replace(normal_days.BASELINE, kept_out=kept_out)
    episode = dataclasses.replace(normal_days.EPISODE, blocks=9)
    steady = dataclasses.replace(normal_days.quiet_day(), episode=episode, baseline=baseline)
    text = page(steady)
    assert "It began" not in text
    assert "part of an episode" not in text
    assert "3 days kept out (unlike normal days)" in text
    drifted = dataclasses.replace(normal_days.drifted_from_days(), baseline=baseline)
    assert "3 days kept out (part of an episode)" in page(drifted)


def test_a_drift_says_what_to_do_and_a_quiet_run_does_not():
    run = normal_days.drifted_from_days()
    assert f"drift reject JOB.toml {run.run_id}" in page(run)
    assert "What to do" not in page(normal_days.quiet_day())


def test_cards_show_the_usual_value_beside_the_reference():
    run = normal_days.quiet_day()
    text = page(run)
    assert text.count("Normal days ") >= len(run.features) - 1
    mean = run.features[0]
    (card,) = group_cards([mean], FEATURES, [], "feature", 0.1).stayed
    apart = mean.beside_days.day_spread * mean.reference.std
    shown = float(card.usual.partition(" ±")[0])
    assert abs(shown - mean.beside_days.usual) < 0.1
    assert abs(float(card.usual.partition("± ")[2]) - apart) < 0.1


def test_classes_show_their_usual_share_and_change_from_it():
    shares, _ = normal_days.drifted_from_days().predictions
    (card,) = group_cards([shares], {}, [], "prediction").moved
    first = card.classes[0]
    assert (first.name, first.usual, first.current) == ("beagle", "26 %", "43 %")
    assert float(first.change.lstrip("+")) == 17.7
    (card,) = group_cards([dataclasses.replace(shares, beside_days=None)], {}, [], "p").moved
    assert {row.usual for row in card.classes} == {""}


def test_the_normal_days_stand_among_the_details_of_the_run():
    assert "2 days kept out (too few images)" in page(normal_days.quiet_day())


def test_the_title_names_the_day_that_the_page_names():
    run = normal_days.quiet_day()
    span = WindowSpan(start="2026-11-25T05:00:00Z", end="2026-11-26T05:00:00Z")
    text = report_html(dataclasses.replace(run, window=span), None, []).decode()
    assert f"<title>Steady: {run.job}, 25 Nov 2026</title>" in text
    assert "<span>25 Nov 2026</span>" in text
