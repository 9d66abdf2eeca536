"""Trying again: for how long, how often, and what passes through."""

from __future__ import annotations

import itertools
import time

import pytest

from jobs.buckets.retrying import Retrying, RetrySettings

# A busy machine wakes a sleeper late; still far less than the difference of the deadlines here.
LATE_S = 0.2
SETTINGS = RetrySettings(
    deadline_s=0.5,
    connect_timeout_s=10.0,
    read_timeout_s=0.3,
    first_pause_s=0.02,
    longest_pause_s=0.08,
)


def forgiving(settings: RetrySettings = SETTINGS, attempts: int = 1000) -> Retrying:
    return Retrying(
        settings=settings,
        failures=(ConnectionError,),
        is_passing=lambda _, made: made < attempts,
    )


def test_the_result_of_the_first_success_is_returned() -> None:
    seen: list[int] = []

    def request(number: int) -> str:
        seen.append(number)
        if number < 3:
            raise ConnectionError
        return "result"

    assert forgiving().call("gs://b/o", request) == "result"
    assert seen == [0, 1, 2, 3]


def test_pauses_grow_vary_and_stay_below_their_limit() -> None:
    moments: list[float] = []

    def request(_: int) -> None:
        moments.append(time.monotonic())
        raise ConnectionError

    with pytest.raises(ConnectionError):
        forgiving().call("gs://b/o", request)
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert pauses[0] >= 0.01
    assert all(pause >= 0.04 for pause in pauses[2:])
    assert len(set(pauses)) == len(pauses)
    assert len(moments) <= 14


def test_the_last_failure_is_raised_before_the_deadline_has_passed() -> None:
    def request(_: int) -> None:
        raise ConnectionError("refused")

    started = time.monotonic()
    with pytest.raises(ConnectionError, match="refused"):
        forgiving().call("gs://b/o", request)
    assert time.monotonic() - started <= SETTINGS.deadline_s + LATE_S


def test_a_call_can_have_a_deadline_of_its_own() -> None:
    def request(_: int) -> None:
        raise ConnectionError

    started = time.monotonic()
    with pytest.raises(ConnectionError):
        forgiving().call("gs://b/o", request, deadline_s=0.1)
    assert time.monotonic() - started <= 0.1 + LATE_S


def test_a_failure_that_stays_is_raised_at_once() -> None:
    seen: list[int] = []

    def request(number: int) -> None:
        seen.append(number)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        forgiving(attempts=2).call("gs://b/o", request)
    assert seen == [0, 1]


def test_an_error_that_is_no_failure_of_the_store_passes_through() -> None:
    def request(_: int) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        forgiving().call("gs://b/o", request)
