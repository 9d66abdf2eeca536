"""Cron expressions against a second reading of crontab(5) that tries every minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jobs.times.cron import parse_cron

BERLIN = ZoneInfo("Europe/Berlin")
ZULU = ZoneInfo("UTC")
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def brute_force_match(text: str, value: int, low: int, high: int, names: list[str]) -> bool:
    """Whether a number is in a field, decided part by part for this one number."""

    def number(word: str) -> int:
        return names.index(word.upper()) + low if word.upper() in names else int(word)

    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if span == "*" else number(first)
        end = high if span == "*" else number(last or first)
        if start <= value <= end and (value - start) % int(step or 1) == 0:
            return True
    return False


def brute_force_matches(expression: str, moment: datetime) -> bool:
    minute, hour, day, month, weekday = expression.split()
    sunday_based = moment.isoweekday() % 7
    day_matches = brute_force_match(day, moment.day, 1, 31, [])
    weekday_matches = brute_force_match(weekday, sunday_based, 0, 7, WEEKDAYS) or (
        sunday_based == 0 and brute_force_match(weekday, 7, 0, 7, WEEKDAYS)
    )
    either = day[0] != "*" and weekday[0] != "*"
    return (
        brute_force_match(minute, moment.minute, 0, 59, [])
        and brute_force_match(hour, moment.hour, 0, 23, [])
        and brute_force_match(month, moment.month, 1, 12, MONTHS)
        and (day_matches or weekday_matches if either else day_matches and weekday_matches)
    )


def brute_force_next(expression: str, moment: datetime, limit: timedelta) -> datetime | None:
    candidate = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while candidate < moment + limit:
        if brute_force_matches(expression, candidate):
            return candidate
        candidate += timedelta(minutes=1)
    return None


@st.composite
def fields(draw: st.DrawFn, low: int, high: int, names: list[str]) -> str:
    def written(value: int) -> str:
        index = value - low
        if index < len(names) and draw(st.booleans()):
            return draw(st.sampled_from([names[index].lower(), names[index].title()]))
        return str(value)

    def part() -> str:
        kind = draw(st.sampled_from(["star", "one", "range", "star step", "range step"]))
        first = draw(st.integers(low, high))
        last = draw(st.integers(first, high))
        step = draw(st.integers(1, high - low + 1))
        return {
            "star": "*",
            "one": written(first),
            "range": f"{written(first)}-{last}",
            "star step": f"*/{step}",
            "range step": f"{first}-{written(last)}/{step}",
        }[kind]

    return ",".join(part() for _ in range(draw(st.integers(1, 3))))


expressions = st.tuples(
    fields(0, 59, []), fields(0, 23, []), fields(1, 31, []), fields(1, 12, MONTHS),
    fields(0, 7, WEEKDAYS),
).map(" ".join)  # fmt: skip
moments = st.integers(0, 8 * 366 * 1440 * 60).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def any_day_exists(expression: str) -> bool:
    """Whether the expression matches at some time of four years, by trying every day."""
    days = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=offset) for offset in range(1461))
    _, _, *dates = expression.split()
    return any(brute_force_matches(" ".join(["*", "*", *dates]), day) for day in days)


@given(expressions, moments)
@settings(max_examples=100)
def test_next_time_is_the_one_that_trying_every_minute_finds(
    expression: str, moment: datetime
) -> None:
    assume(any_day_exists(expression))
    limit = timedelta(days=8)
    found = parse_cron(expression).next_after(moment, ZULU)
    expected = brute_force_next(expression, moment, limit)
    assert found == expected if expected else found >= moment + limit


def days_of(expression: str, count: int) -> list[str]:
    """The next days from Monday, 2 November 2026 on."""
    schedule = parse_cron(expression)
    moment, found = datetime(2026, 11, 1, 23, 59, tzinfo=UTC), []
    for _ in range(count):
        moment = schedule.next_after(moment, ZULU)
        found.append(f"{moment:%a %d}")
    return found


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [
        ("0", ["Sun 08", "Sun 15"]),
        ("7", ["Sun 08", "Sun 15"]),
        ("sun", ["Sun 08", "Sun 15"]),
        ("1", ["Mon 02", "Mon 09"]),
        ("MON", ["Mon 02", "Mon 09"]),
        ("6", ["Sat 07", "Sat 14"]),
        ("6-7", ["Sat 07", "Sun 08", "Sat 14"]),
        ("0,6", ["Sat 07", "Sun 08", "Sat 14"]),
        ("sat-sun", ["Sat 07", "Sun 08", "Sat 14"]),
        ("mon-fri", ["Mon 02", "Tue 03", "Wed 04", "Thu 05", "Fri 06", "Mon 09"]),
        ("1-5/2", ["Mon 02", "Wed 04", "Fri 06", "Mon 09"]),
        ("*/3", ["Wed 04", "Sat 07", "Sun 08"]),
        ("1-7/3", ["Mon 02", "Thu 05", "Sun 08", "Mon 09"]),
        ("0-7", ["Mon 02", "Tue 03"]),
        ("sun-sun", ["Sun 08", "Sun 15"]),
    ],
)
def test_weekdays_are_numbered_from_sunday(weekday: str, expected: list[str]) -> None:
    assert days_of(f"0 4 * * {weekday}", len(expected)) == expected


def test_day_of_month_or_weekday_matches_when_both_are_restricted() -> None:
    assert days_of("0 4 13 * fri", 4) == ["Fri 06", "Fri 13", "Fri 20", "Fri 27"]
    assert days_of("0 4 3 * fri", 3) == ["Tue 03", "Fri 06", "Fri 13"]


def test_day_of_month_that_starts_with_a_star_must_match_together_with_the_weekday() -> None:
    assert days_of("0 4 */2 * mon", 2) == ["Mon 09", "Mon 23"]


def times_of(expression: str, start: datetime, count: int, zone: ZoneInfo = BERLIN) -> list[str]:
    schedule, moment, found = parse_cron(expression), start, []
    for _ in range(count):
        moment = schedule.next_after(moment, zone)
        found.append(f"{moment:%d %H:%M%z}")
    return found


def test_time_that_is_skipped_in_spring_comes_as_much_later() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert times_of("30 2 * * *", start, 2) == ["29 03:30+0200", "30 02:30+0200"]


def test_time_that_is_repeated_in_autumn_comes_once() -> None:
    start = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    assert times_of("30 2 * * *", start, 2) == ["25 02:30+0200", "26 02:30+0100"]


def test_day_without_a_midnight_still_has_its_run() -> None:
    start, zone = datetime(2018, 11, 3, 12, tzinfo=UTC), ZoneInfo("America/Sao_Paulo")
    assert times_of("30 0 * * *", start, 2, zone) == ["04 01:30-0200", "05 00:30-0200"]


def test_hourly_schedule_follows_the_real_hours_when_the_clocks_change() -> None:
    spring, autumn = (
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
    )
    assert times_of("0 * * * *", spring, 2) == ["29 03:00+0200", "29 04:00+0200"]
    assert times_of("0 * * * *", autumn, 3) == ["25 02:00+0200", "25 02:00+0100", "25 03:00+0100"]


def test_leap_day_is_found_years_ahead() -> None:
    schedule = parse_cron("0 0 29 2 *")
    assert schedule.next_after(datetime(2097, 1, 1, tzinfo=UTC), ZULU).year == 2104


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("", "five fields"),
        ("@daily", "five fields"),
        ("0 3 * *", "found 4"),
        ("0 0 3 * * *", "found 6"),
        ("60 3 * * *", 'a minute in 0-59; found "60"'),
        ("0 24 * * *", 'an hour in 0-23; found "24"'),
        ("0 3 0 * *", 'a day of month in 1-31; found "0"'),
        ("0 3 * 13 *", 'a month in 1-12 or jan-dec; found "13"'),
        ("0 3 * * 8", 'a day of week in 0-7 or sun-sat; found "8"'),
        ("0 3 * * noday", 'found "noday"'),
        ("0 3 * * sun-1-2", "none of them"),
        ("5/15 * * * *", '"5-59/15" in place of "5/15"'),
        ("*/0 * * * *", "a step of the minute in 1-60"),
        ("*/90 * * * *", 'found "/90"'),
        ("0 3 * * 5-1", '"5-1" runs backwards'),
        ("-1 3 * * *", "none of them"),
        ("0,, 3 * * *", '"" is none of them'),
        ("٣ 3 * * *", "none of them"),
        ("0 3 31 2,4 *", 'no month of "2,4" has a day "31"'),
    ],
)
def test_wrong_expression_says_what_was_expected(expression: str, complaint: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below
        parse_cron(expression)
    assert complaint in str(caught.value)
