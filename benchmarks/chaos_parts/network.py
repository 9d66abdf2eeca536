"""A bad network between the run and a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks.chaos_parts.false_answers import (
    PORTAL_PAGE,
    DoubleWrites,
    FalseMissing,
    PortalPages,
    Redirects,
)
from benchmarks.chaos_parts.injector import DIALECTS, Injector, Line
from benchmarks.chaos_parts.invariants import (
    Objects,
    differences,
    foreign_content,
    half_shown,
    lacks_only_pictures,
)
from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.runs import Ended
from benchmarks.chaos_parts.stale_answers import LateAnswers
from benchmarks.chaos_parts.weather import Weather
from benchmarks.chaos_parts.world import World
from jobs.testing.clouds.relay import relay_to

NAME = "network"
RATES: Sequence[float] = (0.05, 0.1, 0.2, 0.3)
# They wait for the end of pauses most of the time. Even, for each kind of server to have as many.
LANES = 4
MakeInjector = Callable[[float, int, Line], Injector]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of fault.

    Attributes
    ----------
    fault
        In words.
    rates
        The shares of the requests that are broken, in turn.
    """

    fault: str
    make: MakeInjector
    rates: Sequence[float] = RATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What came of one run over a broken line.

    Attributes
    ----------
    broken
        How many requests were broken.
    problems
        What was lost.
    """

    kind: Kind
    broken: int
    ended: Ended
    problems: Sequence[str]
    label: str


def kinds(portal: str) -> Mapping[str, Kind]:
    """Return each kind of fault by name.

    Parameters
    ----------
    portal
        The URL of a server that redirects lead to; `running_portal` runs one.
    """
    return {
        "weather": Kind(fault="bad network", make=Weather),
        "late": Kind(fault="answers to an earlier request", make=LateAnswers),
        "portal": Kind(fault="pages of a portal, status 200", make=PortalPages),
        "missing": Kind(fault="404 for objects that are there, once each", make=FalseMissing),
        "double": Kind(
            fault="uploads and deletions sent twice", make=DoubleWrites, rates=(0.3, 0.6, 1.0)
        ),
        "redirects": Kind(
            fault="redirects to another host", make=partial(Redirects, portal=portal)
        ),
    }


@contextmanager
def running_portal(origin: str) -> Iterator[str]:
    """Run a server that shows a portal's page for everything; yield its URL."""
    with relay_to(origin) as relay:
        relay.fault = lambda _request, _pass_on: PORTAL_PAGE
        yield relay.host


def run(world: World, share: Share, *, seed: int, count: int) -> list[Tally]:
    """Break requests in every way, on every server: `count` runs, fewer if the time is used up."""
    places = world.side_by_side(LANES, only_servers=True)
    with (
        running_portal(places[0].relay.origin) as portal,
        ThreadPoolExecutor(len(places)) as pool,
    ):
        chosen = list(kinds(portal).values())
        plans: list[list[tuple[Kind, int, int]]] = [[] for _ in places]
        for number in range(count):
            turn, which = divmod(number, len(chosen))
            # The servers take turns, and both of a server's places do.
            plan = plans[turn % 2 + 2 * (which % 2)]
            plan.append((chosen[which], turn // 2, seed + number))
        lanes = [
            pool.submit(_cross_all, place, plan, share)
            for place, plan in zip(places, plans, strict=True)
        ]
        crossings = [one for lane in lanes for one in lane.result()]
    return [_tally(kind, [one for one in crossings if one.kind is kind]) for kind in chosen]


def _cross_all(place: Place, plan: Sequence[tuple[Kind, int, int]], share: Share) -> list[Crossing]:
    crossings: list[Crossing] = []
    for kind, turn, seed in plan:
        if crossings and share.is_used_up:
            break
        rate = kind.rates[turn % len(kind.rates)]
        crossings.append(cross(place, kind, rate, seed=seed))
    return crossings


def _tally(kind: Kind, crossings: Sequence[Crossing]) -> Tally:
    lowest, highest = min(kind.rates), max(kind.rates)
    broken = sum(one.broken for one in crossings)
    tally = Tally(
        fault=f"{kind.fault}, {100 * lowest:.0f} to {100 * highest:.0f} % ({broken} of them)",
        by="the run itself, or the next run",
        command=f"python -m benchmarks.chaos --only {NAME}",
    )
    for one in crossings:
        tally.add(one.ended.how, one.problems, label=one.label)
    return tally


def line_of(place: Place) -> Line:
    """Return the line to the server of a place."""
    return Line(origin=place.relay.origin, dialect=DIALECTS[place.store.kind])


def cross(place: Place, kind: Kind, rate: float, *, seed: int) -> Crossing:
    """Run over a broken line."""
    place.reset()
    injector = kind.make(rate, seed, line_of(place))
    relay = place.relay
    sound, relay.fault = relay.fault, injector
    try:
        ended = place.fork().wait()
    finally:
        relay.fault = sound
        injector.over.set()
    problems = _faults(place, ended)
    if ended.code != 0 or problems:
        problems += place.repeat()
    label = f"{place.store.kind}, {rate:.0%}, seed {seed}, {injector.broken} broken, {ended.how}"
    return Crossing(kind=kind, broken=injector.broken, ended=ended, problems=problems, label=label)


def _faults(place: Place, ended: Ended) -> list[str]:
    objects = _with_pictures(place.store.reports(), place.expected)
    problems = half_shown(objects) + changed_reference(objects, place.objects_before)
    problems += foreign_content(objects, place.objects_before, place.expected)
    if ended.code == 0:
        problems += differences(objects, place.expected)
    elif ended.code not in {5, 6} or not re.search(rf"{place.store.url}\b", ended.err):
        problems.append(f"it ended with {ended.how}: {ended.err[-500:]}")
    if "Traceback" in ended.err:
        problems.append(f"a traceback: {ended.err[-2000:]}")
    return problems


def _with_pictures(objects: Objects, expected: Objects) -> Objects:
    """Return the objects with whole pages in place of those that lack pictures and say so.

    A picture is given up after 20 seconds; no number depends on it.
    """
    lacking = {
        name: expected[name]
        for name, data in objects.items()
        if name.endswith("/report.html")
        and name in expected
        and lacks_only_pictures(data, expected[name])
    }
    return {**objects, **lacking}


def changed_reference(objects: Objects, before: Objects) -> list[str]:
    """Return in what the reference is another one than before."""

    def reference(of: Objects) -> dict[str, bytes]:
        return {name: data for name, data in of.items() if "/profiles/" in name}

    problems = []
    if reference(objects).keys() != reference(before).keys():
        problems.append("there are other profiles than before")
    changed = [name for name, data in reference(before).items() if objects.get(name, data) != data]
    return problems + [f"{name} was changed" for name in changed]
