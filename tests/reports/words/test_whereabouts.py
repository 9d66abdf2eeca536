"""The words for where a drift sits, and their section of the page."""

from __future__ import annotations

import dataclasses
import re

import pytest

from reports.findings.places import Onset, Segment, SegmentScan
from reports.pages.run.report import report_html
from reports.words.whereabouts import even_words, segment_name, where_clause
from tests.support import findings as examples
from tests.support.findings import HOSTILE_LABELS, SIGMA, segment

ONSET = Onset(
    since="2026-11-17T14:00:00Z", effect_before=0.0, effect_after=1.0, adjusted_p_value=0.001
)


def where_section(page: bytes) -> str:
    section = page.decode().partition('<section id="where">')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split()).replace("\N{NO-BREAK SPACE}", " ")


def of_time(column: str, value: str) -> Segment:
    return dataclasses.replace(segment("x", "y"), column=column, value=value)


@pytest.mark.parametrize(
    ("segments", "onset", "words"),
    [
        ((), None, ""),
        ((), ONSET, "since Tuesday 17 Nov 14:00 UTC"),
        ((segment("model_version", "7"),), None, "nearly all from model_version 7"),
        (
            (segment("model_version", "7"), segment("camera", "B", "model_version: 7")),
            ONSET,
            "since Tuesday 17 Nov 14:00 UTC, nearly all from model_version 7",
        ),
        (
            (segment("camera", "B"),),
            dataclasses.replace(ONSET, within="camera: B"),
            "nearly all from camera B, since Tuesday 17 Nov 14:00 UTC",
        ),
        (
            (segment("camera", "B"), segment("client", "c"), segment("client", "d")),
            None,
            "nearly all from camera B",
        ),
        (
            (of_time("hour", "2026-11-17T14:00Z"),),
            None,
            "nearly all in the hour from Tuesday 17 Nov 14:00 UTC",
        ),
        ((of_time("day", "2026-11-17"),), None, "nearly all on Tuesday 17 Nov"),
        ((of_time("hour", "14"),), None, "nearly all from hour 14"),
        (
            (dataclasses.replace(segment("camera", "B"), share_of_shift=1.2),),
            None,
            "all from camera B",
        ),
        (
            (dataclasses.replace(segment("camera", "B"), share_of_shift=0.7),),
            None,
            "mostly from camera B",
        ),
        (
            (dataclasses.replace(segment("camera", "B"), share_of_shift=0.41),),
            None,
            "41 % of it from camera B",
        ),
    ],
)
def test_the_clause_says_when_and_where(
    segments: tuple[Segment, ...], onset: Onset | None, words: str
) -> None:
    assert where_clause(segments, onset) == words


@pytest.mark.parametrize("label", HOSTILE_LABELS)
def test_a_label_in_the_clause_is_short_and_hides_nothing(label: str) -> None:
    words = where_clause((segment("camera", label),), None)

    assert len(words) < 100
    assert words.isprintable()


def test_a_stretch_of_time_is_named_in_words() -> None:
    hour, day = of_time("hour", "2026-11-17T14:00Z"), of_time("day", "2026-11-17")

    assert segment_name(hour) == "the hour from 17 Nov 2026, 14:00 UTC"
    assert segment_name(day) == "the day 17 Nov 2026 (UTC)"


def test_the_page_says_where_the_change_sits_and_since_when() -> None:
    words = where_section(report_html(examples.drifted(), {}))

    assert (
        f"model_version 7 : 519 of 5,190 images with 92 % of the shift; all other images hardly "
        f"moved (2.10 {SIGMA} against \N{MINUS SIGN}0.05 {SIGMA}, p 0.0005)" in words
    )
    assert f"In brackets: how far the images moved, in {SIGMA}, the standard deviation" in words
    assert "p, how often chance alone does as much" in words
    assert "the same images as model_version 7" in words
    assert "Since 11 Mar 2025, 14:00:05 UTC the images differ" in words
    assert "9 parts of the window were looked at; 3 more were passed over" in words


def test_the_page_says_that_a_change_is_spread_evenly() -> None:
    run = dataclasses.replace(
        examples.drifted(),
        segments=(),
        onset=None,
        segment_scan=SegmentScan(
            columns=("model_version", "client", "hour"), segments=40, passed_over=0
        ),
    )
    words = where_section(report_html(run, {}))

    assert "The change is spread evenly over model_version, client and hours" in words
    assert even_words(run) in words


def test_a_run_without_segments_has_no_such_section() -> None:
    assert where_section(report_html(examples.steady(), {})) == ""


def test_labels_on_the_page_are_text() -> None:
    page = report_html(examples.hostile(), {}).decode()
    section = page.partition('<section id="where">')[2].partition("</section>")[0]

    assert "&lt;/script&gt;&lt;script&gt;" in section
    assert "<script" not in section
    assert "<img" not in section
    assert "\u202e" not in section
