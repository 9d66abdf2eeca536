"""Faults put upon real runs, in short; `python -m benchmarks.chaos` injects hundreds."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from benchmarks.chaos_parts import (
    day_kills,
    full_disk,
    network,
    quality_kills,
    rights,
    suspensions,
    terminations,
    write_kills,
)
from benchmarks.chaos_parts.day_records import untrue_days
from benchmarks.chaos_parts.invariants import differences, half_shown, lacks_only_pictures
from benchmarks.chaos_parts.rows import Tally, table
from benchmarks.chaos_parts.world import Size, World, open_world
from tests.support.command import ONE_DECODER

SMALL = Size(requests=12, references=24, earlier=("2025-03-04",), month=6, month_requests=12)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as environment:
        for name, number in ONE_DECODER.items():
            environment.setenv(name, number)
        with open_world(tmp_path_factory.mktemp("chaos"), SMALL) as made:
            yield made


@pytest.fixture
def tally() -> Tally:
    return Tally(fault="fault", by="the next run", command="command")


def test_killed_at_any_write_it_shows_no_half_run_and_the_next_run_makes_it_good(
    world: World, tally: Tally
) -> None:
    last = write_kills.count_operations(world.cached)
    for number in (last // 2, last - 8):
        write_kills.kill_at_operation(world.cached, number, tally)
    assert tally.lost == []
    assert tally.ends == {"SIGKILL": 2}


def test_killed_within_a_request_that_was_done_it_loses_nothing(world: World, tally: Tally) -> None:
    place = world.gcs_cached
    write_kills.kill_at_write(place, write_kills.count_writes(place) - 3, done=True, tally=tally)
    assert tally.lost == []
    assert tally.ends == {"SIGKILL": 1}


def test_killed_while_it_makes_records_of_days_it_is_resumed(world: World, tally: Tally) -> None:
    operations = day_kills.record_operations(world.month)
    write_kills.kill_at_operation(world.month, operations[len(operations) // 2], tally)
    assert tally.lost == []
    assert tally.ends == {"SIGKILL": 1}


def test_killed_while_it_writes_what_labels_say_it_is_made_good(world: World, tally: Tally) -> None:
    operations = quality_kills.quality_operations(world.labelled)
    write_kills.kill_at_operation(world.labelled, operations[len(operations) // 2], tally)
    assert tally.lost == []
    assert tally.ends == {"SIGKILL": 1}


def test_killed_while_it_writes_packed_copies_it_loses_nothing(world: World, tally: Tally) -> None:
    noted = write_kills.noted_operations(world.labelled)
    last = max(number for number, one in enumerate(noted, start=1) if "/copies/" in one)
    write_kills.kill_at_operation(world.labelled, last, tally)
    assert tally.lost == []
    assert tally.ends == {"SIGKILL": 1}


def test_sigterm_ends_a_run_within_ten_seconds_while_its_store_hangs(
    world: World, tally: Tally
) -> None:
    terminations.terminate_hanging(world.gcs_cached, 12, tally)
    assert tally.lost == []
    assert tally.ends == {"exit 143": 1}


def test_sigterm_releases_the_lock(world: World) -> None:
    place = world.cached
    # The run that was timed may have had less of the machine: this one may be over sooner.
    for part in (2, 4, 8):
        place.reset()
        running = place.fork()
        running.signal_after(place.undisturbed_s / part, signal.SIGTERM)
        ended = running.wait()
        if ended.code:
            break
    assert (ended.code, place.store.end_lease()) == (143, False), ended.err
    assert "Traceback" not in ended.err


def test_where_no_large_file_can_be_written_it_says_so_and_shows_nothing_of_the_run(
    world: World, tally: Tally
) -> None:
    full_disk.limit_files(world.cached, 2_000, tally)
    assert tally.lost == []
    assert tally.ends == {"exit 6": 1}


@pytest.mark.parametrize("fault", ["weather", "portal", "missing", "double", "redirects"])
def test_a_bad_network_changes_nothing(world: World, fault: str) -> None:
    place = world.gcs_cached
    with network.running_portal(place.relay.origin) as portal:
        crossing = network.cross(place, network.kinds(portal)[fault], 0.25, seed=3)
    assert list(crossing.problems) == []
    assert crossing.broken


def test_the_documented_rights_are_enough(world: World, tally: Tally) -> None:
    rights.run_restricted(world.gcs_cached, tally)
    assert tally.lost == []


# --- the judge itself ---


def test_a_half_run_and_a_dead_link_are_noticed(world: World) -> None:
    whole = dict(world.cached.expected)
    assert half_shown(whole) == []
    page = next(name for name in whole if name.endswith("/report.html"))
    assert half_shown({**whole, page: whole[page][:-200]}) == [f"{page} is not whole"]
    without = {name: data for name, data in whole.items() if name != page}
    assert half_shown(without) == [f"{page} is named and not there"]


def test_a_bucket_that_differs_is_noticed(world: World) -> None:
    whole = dict(world.cached.expected)
    report = next(name for name in whole if name.endswith("/report.json"))
    changed = {**whole, report: whole[report].replace(b'"logged": 12', b'"logged": 13')}
    assert differences(changed, whole) == [f"{report} differs"]
    assert differences({**whole, f"{report}.new": b""}, whole) == [
        f"{report}.new is not to be there"
    ]


def test_a_pin_without_records_and_a_day_with_two_are_noticed(world: World) -> None:
    whole = dict(world.month.expected)
    records = [name for name in whole if "/days/" in name and name.endswith(".json")]
    pin = next(name for name in whole if name.endswith("/baseline.json"))
    assert list(untrue_days(whole)) == []
    less = {name: data for name, data in whole.items() if name != records[-2]}
    assert f"{pin} names a record that is not there" in list(untrue_days(less))
    twice = {**whole, f"{records[0][:-13]}01234567.json": whole[records[0]]}
    assert list(untrue_days(twice)) == [f"{records[0][:-14]} has two records"]
    changed = {**whole, records[0]: whole[records[0]] + b" "}
    rollup = next(name for name in whole if "/days/" in name and name.endswith("/rollup.jsonl.gz"))
    copy = f"{rollup} holds another {records[0].rpartition('/')[2]} than there is"
    assert copy in list(untrue_days(changed))


def test_a_page_may_lack_pictures_and_not_show_others() -> None:
    whole, other = (
        b'<p><img src="data:image/png;base64,AA">',
        b'<img src="data:image/png;base64,BB">',
    )
    assert lacks_only_pictures(b'<p><span class="muted">no picture</span>', whole)
    assert not lacks_only_pictures(b"<p>" + other, whole)
    assert not lacks_only_pictures(b"<p>", whole)
    assert not lacks_only_pictures(b'<b><span class="muted">no picture</span>', whole)


def test_an_overwritten_object_and_another_reference_are_noticed(world: World) -> None:
    whole = dict(world.cached.expected)
    pinned = "data_drift_reports/dogs/profiles/pinned.json"
    changed = {**whole, pinned: whole[pinned] + b" "}
    assert suspensions.overwritten(whole, whole) == []
    assert suspensions.overwritten(changed, whole) == [
        f"{pinned} is no longer what the successor wrote"
    ]
    assert network.changed_reference(whole, whole) == []
    assert network.changed_reference(changed, whole) == [f"{pinned} was changed"]
    another = {**whole, "data_drift_reports/dogs/profiles/p-0/profile.json": b"{}"}
    assert network.changed_reference(another, whole) == ["there are other profiles than before"]


def test_the_table_says_what_was_lost(tally: Tally) -> None:
    tally.add("SIGKILL", ["latest.json is not whole"], label="after 1 s")
    assert tally.lost == ["fault, after 1 s: latest.json is not whole"]
    row = table([tally]).splitlines()[-1]
    assert row == "| fault | 1 | 1 | the next run (1 x SIGKILL) | `command` |"
