"""Two sides beside each other: what differs is told in plain words."""

import dataclasses
import json
import re

import pytest

from reports.findings.answers import State, Verdict
from reports.findings.days import Basis
from reports.pages.two_runs.differences import compare_sides
from reports.pages.two_runs.page import comparison_html, comparison_json
from reports.pages.two_runs.sides import ComparedSide
from tests.support import findings as examples
from tests.support import tested_segments
from tests.support.findings import HOSTILE_LABELS
from tests.support.quality_findings import two_versions
from tests.support.tested_segments import ONE_CAMERA, one_segment

STEADY = examples.steady()
DRIFTED = examples.drifted()
PICTURE = b"\xff\xd8 a picture"


def whole(findings, **other):
    return ComparedSide(findings=dataclasses.replace(findings, **other))


def part_of(findings, number=0, tests=ONE_CAMERA):
    findings = dataclasses.replace(findings, segment_tests=tests)
    return ComparedSide(findings=findings, part=tests.tested[number])


def column(compared, name):
    (found,) = (one for one in compared.columns if one.name == name)
    return found


def text_of(page):
    text = re.sub(r"<style.*?</style>|<[^>]*>", " ", page.decode(), flags=re.DOTALL)
    return " ".join(text.split())


def test_the_verdicts_are_told_first_and_then_what_moved_where():
    day = dataclasses.replace(
        STEADY.window, start="2025-03-01T00:00:00Z", end="2025-03-02T00:00:00Z"
    )
    compared = compare_sides(whole(STEADY, window=day), whole(DRIFTED))
    names = compared.names
    assert compared.sentences[0] == f"{names[0]}: steady. {names[1]}: drift."
    moved = [one.title for one in compared.columns if one.drifted == (False, True)]
    assert moved
    assert compared.sentences[1].startswith(f"Moved only in the second ({names[1]}): {moved[0]}")
    assert compared.doubts == ()


def test_a_difference_says_its_way_and_both_means():
    compared = compare_sides(whole(STEADY), whole(DRIFTED))
    mean = column(compared, "mean")
    before = next(one for one in STEADY.features if one.name == "mean")
    after = next(one for one in DRIFTED.features if one.name == "mean")
    assert after.current.mean < before.current.mean
    assert re.fullmatch(r"darker: [\d.]+ to [\d.]+", mean.difference)
    moved = before.current.mean - after.current.mean
    assert mean.size == pytest.approx(moved / before.reference.std)
    back = column(compare_sides(whole(DRIFTED), whole(STEADY)), "mean")
    assert back.difference.startswith("brighter: ")


def test_of_classes_the_one_whose_share_differs_most_is_named():
    compared = compare_sides(whole(STEADY), whole(DRIFTED))
    classes = [one for one in compared.columns if one.first is not None and one.first.shares]
    assert classes
    for one in classes:
        moves = {
            name: abs(one.second.shares.get(name, 0) - one.first.shares.get(name, 0))
            for name in {**one.first.shares, **one.second.shares}
        }
        most = max(moves, key=moves.get)
        assert one.difference.startswith(f"{most}: ") or moves[most] < 0.02


def test_columns_that_moved_stand_before_others_and_larger_differences_first():
    columns = compare_sides(whole(STEADY), whole(DRIFTED)).columns
    keys = [(not any(one.drifted), -one.size) for one in columns]
    assert keys == sorted(keys)


def test_a_run_beside_itself_differs_in_nothing():
    compared = compare_sides(whole(DRIFTED), whole(DRIFTED, run_id="another"))
    assert {one.difference for one in compared.columns} <= {"about the same", ""}
    assert compared.names == (DRIFTED.run_id, "another")
    assert compared.sentences[0].endswith(": both drift.")


def test_what_makes_two_runs_unlike_is_said():
    other = dataclasses.replace(STEADY.profile, id="p-other")
    (said,) = compare_sides(whole(STEADY), whole(DRIFTED, profile=other)).doubts
    assert "different references" in said
    (said,) = compare_sides(whole(STEADY), whole(DRIFTED, basis=Basis.DAYS)).doubts
    assert "normal days" in said


def test_two_parts_of_one_run_are_called_by_their_names_and_say_what_the_run_says_of_them():
    compared = compare_sides(part_of(DRIFTED, 0), part_of(DRIFTED, 1))
    assert compared.names == ("camera gate-3", "camera gate-1")
    assert compared.sentences[0] == "Camera gate-3: drift. Camera gate-1: steady."
    breed = column(compared, "breed")
    assert (
        breed.first.words
        == "beagle: 7\N{NO-BREAK SPACE}% of the images, usually 31\N{NO-BREAK SPACE}%"
    )
    assert (breed.second.state, breed.second.words) == (State.STEADY, "as usual")
    assert breed.difference == "moved in the first only"
    assert column(compared, "sharpness").drifted == (True, False)
    assert compared.first.headline == DRIFTED.summary
    assert compared.second.headline == ""
    assert compared.second.shown == ()
    (said,) = compared.doubts
    assert "some differences are not known" in said


def test_two_versions_of_a_model_have_each_their_score():
    findings = two_versions()
    versions = [one.version for one in findings.model_quality.versions if one.version]
    tests = tested_segments.SegmentTests(
        tested=tuple(
            one_segment(version, tested_segments.BLURRED, column="model_version")
            for version in versions[:2]
        )
    )
    compared = compare_sides(part_of(findings, 0, tests), part_of(findings, 1, tests))
    said = [compared.first.model, compared.second.model]
    assert all(re.match(r"accuracy 0\.\d+ .* on [\d,]+ labels", one) for one in said)
    assert said[0] != said[1]


def test_the_page_shows_both_sides_and_loads_nothing():
    compared = compare_sides(
        whole(STEADY), dataclasses.replace(whole(DRIFTED), page="file:///b/report.html")
    )
    worst = DRIFTED.offenders[0].image
    page = comparison_html(compared, ({}, {worst: PICTURE}))
    text = text_of(page)
    for said in (STEADY.headline or STEADY.summary, DRIFTED.headline, "No image stands out."):
        assert said in text
    assert page.count(b"<img src=") == page.count(b'<img src="data:image/jpeg;base64,') == 1
    assert b"<script" not in page
    assert b'href="file:///b/report.html"' in page


def test_labels_from_the_log_cannot_break_the_page():
    page = comparison_html(compare_sides(whole(STEADY), whole(examples.hostile())), ({}, {}))
    for label in HOSTILE_LABELS:
        if "<" in label:
            assert label.encode() not in page
    assert b"<script" not in page


def test_programs_get_the_same():
    compared = compare_sides(whole(STEADY), whole(DRIFTED, verdict=Verdict.DRIFT))
    document = json.loads(comparison_json(compared))
    assert document["sentences"] == list(compared.sentences)
    assert [side["run_id"] for side in document["sides"]] == [STEADY.run_id, DRIFTED.run_id]
    assert [side["state"] for side in document["sides"]] == ["steady", "drift"]
    assert [one["name"] for one in document["columns"]] == [one.name for one in compared.columns]
    assert document["columns"][0]["difference"] == compared.columns[0].difference
