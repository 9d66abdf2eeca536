from __future__ import annotations

from datetime import timedelta

import pytest

from reports.findings.run import WindowSpan
from reports.words.lengths import rough_words, span_words
from reports.words.wording import length_words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=7), "7 days"),
        (timedelta(days=365), "365 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(days=12, hours=3), "12 days 3 hours"),
        (timedelta(days=12, hours=3, minutes=20), "about 12 days 3 hours"),
        (timedelta(days=1, seconds=3), "about 1 day"),
        (timedelta(hours=5, minutes=20), "5 hours 20 minutes"),
        (timedelta(hours=23, minutes=59, seconds=50), "about 24 hours"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(minutes=30), "30 minutes"),
        (timedelta(seconds=59), "59 seconds"),
        (timedelta(0), "0 seconds"),
        (timedelta(minutes=913_793), "about 21 months"),
        (timedelta(days=10 * 365, hours=1), "about 10 years"),
    ],
)
def test_a_length_is_said_in_at_most_two_units(length: timedelta, words: str) -> None:
    assert span_words(length) == words


def test_a_window_of_rows_is_not_said_in_minutes() -> None:
    window = WindowSpan(start="2025-03-03T09:00:00Z", end="2026-11-28T19:00:00Z")
    assert length_words(window) == "about 21 months"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=8, minutes=51), "about 9 hours"),
        (timedelta(hours=9), "9 hours"),
        (timedelta(hours=1, minutes=30), "1 hour 30 minutes"),
        (timedelta(days=12, hours=3), "about 12 days"),
    ],
)
def test_a_rough_length_has_one_unit(length: timedelta, words: str) -> None:
    assert rough_words(length) == words
